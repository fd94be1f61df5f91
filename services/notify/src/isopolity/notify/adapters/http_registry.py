"""Registry over HTTP: its contacts, and the calls that all need.

Invariant: no transaction waits for registry, unless an event that had been parked needs a contact after all.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import SecretStr

from isopolity.clock import Clock
from isopolity.contracts.registry import ContactState
from isopolity.messaging.consuming.delivery import Delivery, EventProcessor
from isopolity.messaging.errors import RetryableError
from isopolity.network_keys import NOTIFY
from isopolity.notify.application.ports import BulkContactDirectory
from isopolity.notify.domain.people import Contact
from isopolity.web.tokens import TokenIssuer
from isopolity.web.verification.network_tokens import LocalTokens
from isopolity.web.verification.shared_secret_tokens import SharedSecretTokens

IN_ONE_CALL: Final = 500
_AT_ONCE: Final = 8
_NO_SUCH_ROUTE: Final = (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED)
ENDED: Final = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
"""Statuses with which registry says that the person does not exist, or has been erased."""
_CHANGED: Final = "changed"
Authorization = Callable[[], str]
"""Returns a bearer token with the scope contacts:read."""


class RegistryCalls:
    """Registry under `<registry_url>/registry/v1`; errors of the connection are httpx's."""

    def __init__(self, client: httpx.AsyncClient, registry_url: str, authorization: Authorization) -> None:
        self._client = client
        self._start = f"{registry_url.rstrip('/')}/registry/v1"
        self._authorization = authorization

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The response to one request, whatever its status."""
        headers = {"Authorization": f"Bearer {self._authorization()}"}
        return await self._client.request(method, self._start + path, json=body, headers=headers)


def authorized(
    service_token: SecretStr | None, own_key: SecretStr | None, earlier_keys: Sequence[str], clock: Clock
) -> Authorization:
    """The token that was given, else tokens signed with notify's own key.

    Where it has none yet, it signs with the keys that all services shared in the release before.
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
    """Contacts at `/registry/v1/contacts`. Invariant: a contact is None only where registry says that it is gone."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def fetch(self, contact_id: str) -> Contact | None:
        response = await self._call("GET", f"/contacts/{contact_id}")
        if response.status_code in ENDED:
            return None
        return _contact(_document(response))

    async def fetch_all(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        found: dict[str, Contact | None] = {}
        for start in range(0, len(contact_ids), IN_ONE_CALL):
            found |= await self._look_up(contact_ids[start : start + IN_ONE_CALL])
        return found

    async def _look_up(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        response = await self._call("POST", "/contacts/lookup", {"contact_ids": list(contact_ids)})
        if response.status_code in _NO_SUCH_ROUTE:  # a registry of the release before
            return await self._one_by_one(contact_ids)
        document = _document(response)
        contacts = [_contact(item) for item in document.get("items", ())]
        found: dict[str, Contact | None] = {contact.contact_id: contact for contact in contacts}
        found |= dict.fromkeys(document.get("gone", ()), None)
        if missing := set(contact_ids) - found.keys():
            raise RetryableError(f"registry said nothing about {len(missing)} of {len(contact_ids)} contacts")
        return found

    async def _one_by_one(self, contact_ids: Iterable[str]) -> Mapping[str, Contact | None]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def fetch(contact_id: str) -> tuple[str, Contact | None]:
            async with slots:
                return contact_id, await self.fetch(contact_id)

        return dict(await asyncio.gather(*map(fetch, contact_ids)))

    async def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        try:
            return await self._registry.call(method, path, body)
        except httpx.HTTPError as error:
            raise RetryableError(f"registry does not answer: {type(error).__name__}") from error


def _document(response: httpx.Response) -> dict[str, Any]:
    if response.status_code != httpx.codes.OK:
        raise RetryableError(f"registry answered {response.status_code} to a request for contacts")
    try:
        document: dict[str, Any] = response.json()
    except ValueError:
        raise RetryableError("registry's answer to a request for contacts is no JSON") from None
    return document


def _contact(document: dict[str, Any]) -> Contact:
    try:
        return Contact(
            contact_id=document["contact_id"],
            version=document["version"],
            member_kind=document["member_kind"],
            member_id=document["member_id"],
            role=document["role"],
            name=document["name"],
            email=document["email"],
            language=document.get("language") or "en",
            confirmed=document.get("confirmed", True),
            moved=document.get("moved", False),
        )
    except KeyError as error:
        raise RetryableError(f"registry's contact lacks {error.args[0]}") from error


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
    """Each contact once, as it is after the batch; one that is erased within the batch is not there any more."""
    states = [event.data for _, event in deliveries if isinstance(event.data, ContactState)]
    return list({state.contact_id: None for state in states if state.status == _CHANGED})
