"""The SessionIssuer: registry's sign-ins and sessions over HTTP."""

from isopolity.client import registry
from isopolity.client.call import Call
from isopolity.client.registry import models
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.session import Account, NewApp, Session


class RegistrySessions:
    """Registry's API, asked for one visitor, by whose secret in the browser registry knows it again."""

    def __init__(self, apis: ServiceApis, browser: str) -> None:
        self._apis = apis
        self._browser = browser

    async def ask(self, email: str) -> str:
        """Ask for a mail with a link and a code; the id with which the code counts. Raises NotAllowed."""
        wanted = models.SignInRequest(email=email, browser=self._browser)
        return (await self._apis.send(registry.sign_ins.create(wanted))).sign_in_id

    async def exchange(self, secret: str, begun_with: str | None) -> Session | None:
        """The session that a link's secret begins; None where it does not count, or no longer."""
        return await self._exchanged(models.Exchange(secret=secret, begun_with=begun_with, browser=self._browser))

    async def exchange_code(self, sign_in_id: str, code: str, begun_with: str | None) -> Session | None:
        """The session that a code begins; None where it does not count, or no longer."""
        return await self._exchanged(
            models.Exchange(sign_in_id=sign_in_id, code=code, begun_with=begun_with, browser=self._browser)
        )

    async def address(self, binding: str) -> str:
        """Where staff signs in at its organisation, for the browser that `binding` stands for. Raises NotAllowed."""
        return (await self._apis.send(registry.sign_ins.issuer(models.AtIssuer(binding=binding)))).address

    async def exchange_issuer(self, state: str, code: str, binding: str, begun_with: str | None) -> Session | None:
        """The session that a return from there begins; None where it does not count, or no longer.

        Raises NotAllowed for whom the network does not know.
        """
        back = models.BackFromIssuer(
            state=state, code=code, binding=binding, begun_with=begun_with, browser=self._browser
        )
        return await self._begun(registry.sign_ins.from_issuer(back))

    async def refresh(self, session: Session, account_id: str | None = None, *, key: str) -> Session | None:
        wanted = models.Refresh(refresh_token=session.refresh_token, account_id=account_id)
        return await self._begun(registry.sessions.refresh(wanted), key)

    async def enrol(self, session: Session, code: str) -> NewApp | None:
        wanted = models.Enrolment(refresh_token=session.refresh_token, code=code)
        try:
            made = await self._apis.send(registry.sessions.enrolment(wanted))
        except NothingThere:
            return None
        return NewApp(secret=made.secret, address=made.address)

    async def pass_with_code(self, session: Session, code: str, *, key: str) -> Session | None:
        typed = models.FactorCode(refresh_token=session.refresh_token, code=code)
        return await self._begun(registry.sessions.second_factor(typed), key)

    async def ask_for_passkey(self, binding: str) -> str:
        """Options by which the browser that `binding` stands for has any passkey sign. Raises NotAllowed."""
        return (await self._apis.send(registry.sign_ins.passkey(models.AskedToSign(binding=binding)))).options

    async def exchange_passkey(self, credential: str, binding: str, begun_with: str | None) -> Session | None:
        """The session that a passkey begins; None where it does not count."""
        signed = models.ShownPasskey(
            credential=credential, binding=binding, begun_with=begun_with, browser=self._browser
        )
        return await self._begun(registry.sign_ins.from_passkey(signed))

    async def ask_to_enrol_passkey(self, session: Session, code: str) -> str | None:
        wanted = models.Enrolment(refresh_token=session.refresh_token, code=code)
        try:
            return (await self._apis.send(registry.sessions.passkey_options(wanted))).options
        except NothingThere:
            return None

    async def enrol_passkey(self, session: Session, credential: str, name: str, *, key: str) -> Session | None:
        made = models.EnrolledPasskey(refresh_token=session.refresh_token, credential=credential, name=name)
        return await self._begun(registry.sessions.passkey(made), key)

    async def end(self, session: Session) -> None:
        if session.access_token is not None:
            apis = self._apis.with_token(session.access_token)
            try:
                await apis.send(registry.sessions.delete(session.session_id))
            except (NothingThere, NotAllowed):
                return  # it has ended

    async def _exchanged(self, proof: models.Exchange) -> Session | None:
        try:
            return await self._begun(registry.sign_ins.exchange(proof))
        except NotAllowed:  # what was typed has not the form of a code
            return None

    async def _begun(self, call: Call[models.SessionReceipt], key: str | None = None) -> Session | None:
        try:
            receipt = await self._apis.send(call, key=key)
        except NothingThere:
            return None
        return session_in(receipt)


def session_in(receipt: models.SessionReceipt) -> Session:
    """The session of registry's answer."""
    accounts = tuple(_account(each) for each in receipt.accounts)
    return Session(
        session_id=receipt.session_id,
        ends_at=receipt.ends_at,
        accounts=accounts,
        account=next((each for each in accounts if each.account_id == receipt.account_id), None),
        access_expires_at=receipt.access_expires_at,
        second_factor=receipt.second_factor,
        access_token=receipt.access_token,
        refresh_token=receipt.refresh_token,
    )


def _account(document: models.AccountDocument) -> Account:
    return Account(
        account_id=document.account_id,
        kind=document.kind,
        name=document.name,
        scopes=tuple(document.scopes),
        member_kind=document.member_kind,
        member_id=document.member_id,
        member_name=document.member_name,
        role=document.role,
        language=document.language or "",
    )
