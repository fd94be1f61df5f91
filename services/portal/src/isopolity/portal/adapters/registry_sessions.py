"""The SessionIssuer: registry's sign-ins and sessions over HTTP."""

from typing import Any, Final

from pydantic import TypeAdapter

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.session import Account, NewApp, Session

_ACCOUNTS: Final = TypeAdapter(tuple[Account, ...])
_NEW_APP: Final = TypeAdapter(NewApp)
_SESSION: Final = TypeAdapter(Session)
_TAKEN: Final = ("session_id", "ends_at", "refresh_token", "access_token", "access_expires_at", "second_factor")


class RegistrySessions:
    """Registry's API, asked for one visitor, by whose secret in the browser registry knows it again."""

    def __init__(self, apis: ServiceApis, browser: str) -> None:
        self._apis = apis
        self._browser = {"browser": browser}

    async def ask(self, email: str) -> str:
        return str((await self._apis.post("registry", "/sign-ins", {"email": email} | self._browser))["sign_in_id"])

    async def exchange(self, secret: str, begun_with: str | None) -> Session | None:
        return await self._exchanged({"secret": secret}, begun_with)

    async def exchange_code(self, sign_in_id: str, code: str, begun_with: str | None) -> Session | None:
        return await self._exchanged({"sign_in_id": sign_in_id, "code": code}, begun_with)

    async def address(self, binding: str) -> str:
        return str((await self._apis.post("registry", "/sign-ins/issuer", {"binding": binding}))["address"])

    async def exchange_issuer(self, state: str, code: str, binding: str, begun_with: str | None) -> Session | None:
        body = {"state": state, "code": code, "binding": binding, "begun_with": begun_with}
        return await self._begun("/sign-ins/from-issuer", body | self._browser)

    async def refresh(self, session: Session, account_id: str | None = None, *, key: str) -> Session | None:
        body = {**_continuing(session), **({"account_id": account_id} if account_id else {})}
        return await self._begun("/sessions/refresh", body, key)

    async def enrol(self, session: Session, code: str) -> NewApp | None:
        body = {**_continuing(session), "code": code}
        try:
            made = await self._apis.post("registry", "/sessions/second-factor/enrolment", body)
        except NothingThere:
            return None
        return _NEW_APP.validate_python(made)

    async def pass_with_code(self, session: Session, code: str, *, key: str) -> Session | None:
        return await self._begun("/sessions/second-factor", {**_continuing(session), "code": code}, key)

    async def ask_for_passkey(self, binding: str) -> str:
        return str((await self._apis.post("registry", "/sign-ins/passkey", {"binding": binding}))["options"])

    async def exchange_passkey(self, credential: str, binding: str, begun_with: str | None) -> Session | None:
        body = {"credential": credential, "binding": binding, "begun_with": begun_with}
        return await self._begun("/sign-ins/from-passkey", body | self._browser)

    async def ask_to_enrol_passkey(self, session: Session, code: str) -> str | None:
        body = {**_continuing(session), "code": code}
        try:
            asked = await self._apis.post("registry", "/sessions/second-factor/passkey-options", body)
        except NothingThere:
            return None
        return str(asked["options"])

    async def enrol_passkey(self, session: Session, credential: str, name: str, *, key: str) -> Session | None:
        body = {**_continuing(session), "credential": credential, "name": name}
        return await self._begun("/sessions/second-factor/passkey", body, key)

    async def end(self, session: Session) -> None:
        if session.access_token is not None:
            apis = self._apis.with_token(session.access_token)
            try:
                await apis.delete("registry", f"/sessions/{session.session_id}")
            except (NothingThere, NotAllowed):
                return  # it has ended

    async def _exchanged(self, body: dict[str, str], begun_with: str | None) -> Session | None:
        more = self._browser | ({"begun_with": begun_with} if begun_with else {})
        try:
            return await self._begun("/sign-ins/exchange", body | more)
        except NotAllowed:  # what was typed has not the form of a code
            return None

    async def _begun(self, path: str, body: Any, key: str | None = None) -> Session | None:
        try:
            receipt = await self._apis.post("registry", path, body, key=key)
        except NothingThere:
            return None
        return session_in(receipt)


def session_in(receipt: Any) -> Session:
    """The session that registry tells of."""
    accounts = _ACCOUNTS.validate_python(receipt["accounts"])
    chosen = next((each for each in accounts if each.account_id == receipt["account_id"]), None)
    values = {name: receipt[name] for name in _TAKEN}
    return _SESSION.validate_python({**values, "accounts": accounts, "account": chosen})


def _continuing(session: Session) -> dict[str, str]:
    return {"refresh_token": session.refresh_token}
