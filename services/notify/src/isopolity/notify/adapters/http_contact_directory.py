"""Registry's contacts over HTTP, one by one or up to 500 in a call."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import httpx

from isopolity.messaging.errors import RetryableError
from isopolity.notify.adapters.registry_calls import RegistryCalls
from isopolity.notify.domain.contact import Contact

IN_ONE_CALL: Final = 500
_AT_ONCE: Final = 8
_NO_SUCH_ROUTE: Final = (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED)


class HttpContactDirectory:
    """Contacts at `/registry/v1/contacts`. Invariant: a contact is None only where registry says that it is gone."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def fetch(self, contact_id: str) -> Contact | None:
        response = await self._call("GET", f"/contacts/{contact_id}")
        if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
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
        )
    except KeyError as error:
        raise RetryableError(f"registry's contact lacks {error.args[0]}") from error
