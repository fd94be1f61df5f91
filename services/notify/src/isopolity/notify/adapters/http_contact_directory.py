"""Registry's contacts over HTTP, with a bearer token for services."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from isopolity.messaging.errors import RetryableError
from isopolity.notify.domain.contact import Contact
from isopolity.web.tokens import LocalTokens

Authorization = Callable[[], str]
"""Returns a bearer token with the scope contacts:read."""


class HttpContactDirectory:
    """Contacts at `<registry_url>/registry/v1/contacts/…`."""

    def __init__(self, client: httpx.AsyncClient, registry_url: str, authorization: Authorization) -> None:
        self._client = client
        self._start = f"{registry_url.rstrip('/')}/registry/v1/contacts/"
        self._authorization = authorization

    async def fetch(self, contact_id: str) -> Contact | None:
        try:
            response = await self._client.get(
                self._start + contact_id, headers={"Authorization": f"Bearer {self._authorization()}"}
            )
        except httpx.HTTPError as error:
            raise RetryableError(f"registry does not answer: {type(error).__name__}") from error
        if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            return None
        if response.status_code != httpx.codes.OK:
            raise RetryableError(f"registry answered {response.status_code} to a request for a contact")
        return _contact(response.json())


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


def signed_authorization(tokens: LocalTokens, *, lifetime: timedelta = timedelta(minutes=10)) -> Authorization:
    """Tokens that notify signs itself; each is used for half its lifetime."""
    current: tuple[str, datetime] | None = None

    def authorization() -> str:
        nonlocal current
        now = tokens.clock()
        if current is None or now >= current[1]:
            current = (tokens.issue("notify", ["contacts:read"], lifetime=lifetime), now + lifetime / 2)
        return current[0]

    return authorization
