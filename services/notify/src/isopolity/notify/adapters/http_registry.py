"""Contacts, applicants, letters of the office and sign-ins, fetched from registry over HTTP.

Invariants: no transaction waits for registry, unless an event that had been parked needs a contact after all. A secret
travels in bodies only, never in an address that may be logged. An incomplete answer counts as no answer, so that the
call is repeated.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, SecretStr, TypeAdapter

from isopolity.client.call import Answer, Call, UnexpectedAnswer
from isopolity.client.registry import confirmations, contacts, drafts, letters, models, sign_ins
from isopolity.contracts.registry import ContactState
from isopolity.identity.network_keys import NOTIFY
from isopolity.machine.clock import Clock
from isopolity.messaging.consuming.lane import Delivery, EventProcessor
from isopolity.messaging.errors import RetryableError
from isopolity.notify.application.ports import BulkContactDirectory
from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.people import Applicant, Contact, DraftLink, OfficeLetter, SignIn
from isopolity.web.issuer_tokens import SharedSecretTokens
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.tokens import TokenIssuer

IN_ONE_CALL: Final = 500
_AT_ONCE: Final = 8
_NO_SUCH_ROUTE: Final = (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED)
DEFAULT_LANGUAGE: Final = "en"
"""The language of mails to people without a language of their own."""
ENDED: Final = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
"""Statuses with which registry says that the person does not exist, or has been erased."""
_CONTACT: Final = TypeAdapter(Contact)
_APPLICANT: Final = TypeAdapter(Applicant)
_DRAFT: Final = TypeAdapter(DraftLink)
_LETTER: Final = TypeAdapter(OfficeLetter)
_SIGN_IN: Final = TypeAdapter(SignIn)
_CHANGED: Final = "changed"
IssuedT = TypeVar("IssuedT", Applicant, DraftLink, OfficeLetter, SignIn)
Authorization = Callable[[], str]
"""Returns a bearer token with the scope contacts:read."""


class RegistryCalls:
    """Sends calls to the registry at `registry_url`; errors of the connection are httpx's."""

    def __init__(self, client: httpx.AsyncClient, registry_url: str, authorization: Authorization) -> None:
        self._client = client
        self._start = registry_url.rstrip("/")
        self._authorization = authorization

    async def send(self, call: Call[Answer]) -> httpx.Response:
        """The response to `call`, whatever its status."""
        headers = {**call.typed_headers, "Authorization": f"Bearer {self._authorization()}"}
        return await self._client.request(
            call.method, self._start + call.path, params=call.parameters, content=call.content, headers=headers
        )


def authorized(
    service_token: SecretStr | None, own_key: SecretStr | None, earlier_keys: Sequence[str], clock: Clock
) -> Authorization:
    """The given `service_token`; without one, tokens that notify signs with its own key.

    Without an own key notify signs with the keys that all services shared in the previous release.
    """
    if service_token is not None:
        return service_token.get_secret_value
    if own_key is not None:
        return signed_authorization(LocalTokens([own_key.get_secret_value()], clock, name=NOTIFY), clock)
    return signed_authorization(SharedSecretTokens(earlier_keys, clock), clock)


def signed_authorization(
    tokens: TokenIssuer, clock: Clock, *, lifetime: timedelta = timedelta(minutes=10)
) -> Authorization:
    """Tokens that notify signs itself; each is used for half its lifetime."""
    current: tuple[str, datetime] | None = None

    def authorization() -> str:
        nonlocal current
        now = clock()
        if current is None or now >= current[1]:
            current = (tokens.issue(NOTIFY, ["contacts:read"], lifetime=lifetime), now + lifetime / 2)
        return current[0]

    return authorization


class HttpContactDirectory:
    """Fetches contacts from registry. Invariant: a contact is None only if registry says that it is gone."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def fetch(self, contact_id: str) -> Contact | None:
        call = contacts.read(contact_id)
        response = await self._response(call)
        return None if response.status_code in ENDED else _contact(_read(call, response))

    async def fetch_all(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        found: dict[str, Contact | None] = {}
        for start in range(0, len(contact_ids), IN_ONE_CALL):
            found |= await self._look_up(contact_ids[start : start + IN_ONE_CALL])
        return found

    async def _look_up(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        call = contacts.lookup(models.ContactLookup(contact_ids=contact_ids))
        response = await self._response(call)
        if response.status_code in _NO_SUCH_ROUTE:  # a registry of the previous release
            return await self._one_by_one(contact_ids)
        answer = _read(call, response)
        found: dict[str, Contact | None] = {each.contact_id: _contact(each) for each in answer.items}
        found |= dict.fromkeys(answer.gone)
        if missing := set(contact_ids) - found.keys():
            raise RetryableError(f"registry said nothing about {len(missing)} of {len(contact_ids)} contacts")
        return found

    async def _one_by_one(self, contact_ids: Iterable[str]) -> Mapping[str, Contact | None]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def fetch(contact_id: str) -> tuple[str, Contact | None]:
            async with slots:
                return contact_id, await self.fetch(contact_id)

        return dict(await asyncio.gather(*map(fetch, contact_ids)))

    async def _response(self, call: Call[Answer]) -> httpx.Response:
        try:
            return await self._registry.send(call)
        except httpx.HTTPError as error:
            raise RetryableError(f"registry does not answer: {type(error).__name__}") from error


def _read(call: Call[Answer], response: httpx.Response) -> Answer:
    if response.status_code != httpx.codes.OK:
        raise RetryableError(f"registry answered {response.status_code} to a request for contacts")
    try:
        return call.read(response.content)
    except UnexpectedAnswer as error:
        raise RetryableError(str(error)) from None


def _contact(document: models.ContactDocument) -> Contact:
    return _CONTACT.validate_python(_with_language(document))


class PrefetchingDirectory:
    """A ContactDirectory in front of another, which it asks for up to 500 contacts in one call."""

    def __init__(self, directory: BulkContactDirectory) -> None:
        self._directory = directory
        self._fetched: ContextVar[Mapping[str, Contact | None]] = ContextVar("fetched_contacts", default={})  # noqa: B039 - never changed in place

    async def fetch(self, contact_id: str) -> Contact | None:
        fetched = self._fetched.get()
        return fetched[contact_id] if contact_id in fetched else await self._directory.fetch(contact_id)

    def before(self, processor: EventProcessor) -> EventProcessor:
        """A processor that fetches what the batch needs, then hands it on."""

        async def process(deliveries: Sequence[Delivery]) -> None:
            needed = _changed_contacts(deliveries)
            token = self._fetched.set(await self._directory.fetch_all(needed) if needed else {})
            try:
                await processor(deliveries)
            finally:
                self._fetched.reset(token)

        return process


def _changed_contacts(deliveries: Sequence[Delivery]) -> Sequence[str]:
    """Ids of the contacts that the batch changes, each once; without those that the batch erases."""
    states = [event.data for _, event in deliveries if isinstance(event.data, ContactState)]
    return list({state.contact_id: None for state in states if state.status == _CHANGED})


class HttpApplicants:
    """Implements `Applicants` by calls to registry's drafts, confirmations, letters and sign-ins."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def issue(self, confirmation_id: str) -> Applicant | None:
        return await self._issued(confirmations.issue(confirmation_id), _APPLICANT)

    async def issue_draft(self, draft_id: str) -> DraftLink | None:
        return await self._issued(drafts.issue(draft_id), _DRAFT)

    async def issue_letter(self, letter_id: str) -> OfficeLetter | None:
        return await self._issued(letters.issue(letter_id), _LETTER)

    async def issue_sign_in(self, sign_in_id: str) -> SignIn | None:
        return await self._issued(sign_ins.issue(sign_in_id), _SIGN_IN)

    async def forget_letter(self, letter_id: str, outcome: MailState) -> None:
        await self._accepted(letters.forget(letter_id, models.Ending(outcome=outcome)), "a letter that is out", ENDED)

    async def contact_answered(self, contact_id: str, version: int) -> bool:
        call = contacts.answered(contact_id, models.Answered(version=version))
        return await self._accepted(call, "an answer of a contact", (*ENDED, httpx.codes.PRECONDITION_FAILED))

    async def confirm(self, secret: str) -> bool:
        call = confirmations.create(models.Confirmation(secret=secret))
        not_valid = (*ENDED, httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)
        return await self._accepted(call, "a confirmation", not_valid)

    async def _issued(self, call: Call[BaseModel], issued: TypeAdapter[IssuedT]) -> IssuedT | None:
        """The answer to `call` about a mail; None if registry says that it must not be sent. Raises RegistryAway."""
        response = await self._response(call)
        if response.status_code in ENDED:
            return None
        if response.status_code != httpx.codes.OK:
            raise RegistryAway(f"registry answered {response.status_code} to a request for whom to mail")
        try:
            return issued.validate_python(_with_language(call.read(response.content)))
        except UnexpectedAnswer as error:
            raise RegistryAway("registry's answer about whom to mail is not complete") from error

    async def _accepted(self, call: Call[Answer], report: str, refusals: Sequence[int]) -> bool:
        """Whether registry accepted the report; False for one of the statuses `refusals`. Raises RegistryAway."""
        response = await self._response(call)
        if not response.is_success and response.status_code not in refusals:
            raise RegistryAway(f"registry answered {response.status_code} to {report}")
        return response.is_success

    async def _response(self, call: Call[Answer]) -> httpx.Response:
        try:
            return await self._registry.send(call)
        except httpx.HTTPError as error:
            raise RegistryAway(f"registry does not answer: {type(error).__name__}") from error


def _with_language(document: BaseModel) -> dict[str, Any]:
    fields = document.model_dump()
    return {**fields, "language": fields["language"] or DEFAULT_LANGUAGE}
