"""Calls of registry's HTTP interface, with a bearer token for services."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from isopolity.clock import Clock
from isopolity.web.tokens import LocalTokens

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


def authorized(service_token: SecretStr | None, keys: Sequence[str], clock: Clock) -> Authorization:
    """The token that was given, else tokens signed with the first of the keys."""
    if service_token is not None:
        return service_token.get_secret_value
    return signed_authorization(LocalTokens(keys, clock))


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
