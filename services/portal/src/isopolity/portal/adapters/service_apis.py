"""The services' APIs over HTTP, asked with the rights of a visitor.

Invariant: whatever a service or the way to it does, a caller gets its JSON or one of the three errors below.
"""

from collections.abc import Mapping
from typing import Any

import httpx


class NothingThere(Exception):
    """The service knows nothing of that name, or nothing that this visitor may see."""


class NotAllowed(Exception):
    """The service refuses; the message says in a sentence what to change."""


class ServiceAway(Exception):
    """The service does not answer now, or not as it should; the message names it."""


class ServiceApis:
    """The APIs of the services at `addresses`, by their names, asked for one visitor or for nobody."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str], visitor: str | None = None) -> None:
        self._client = client
        self._addresses = addresses
        self._headers = {} if visitor is None else {"X-Forwarded-For": visitor}

    def asked_for(self, visitor: str) -> "ServiceApis":
        """The same for a visitor at this network address, so that the services' limits count for each apart."""
        return ServiceApis(self._client, self._addresses, visitor)

    async def get(self, service: str, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        """The JSON at `/<service>/v1<path>`. Raises NothingThere, NotAllowed, ServiceAway."""
        try:
            address = f"{self._addresses[service].rstrip('/')}/{service}/v1{path}"
            answer = await self._client.get(address, params=parameters, headers=self._headers)
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceAway(service) from error
        if answer.status_code in (404, 410):
            raise NothingThere(path)
        if answer.is_server_error or answer.status_code == 429:
            raise ServiceAway(service)
        if answer.is_error:
            raise NotAllowed(_told(document))
        return document


def _told(problem: Any) -> str:
    """The sentences of a problem's wrong fields, or else its own."""
    if not isinstance(problem, dict):
        return ""
    fields = [str(error.get("detail", "")) for error in problem.get("errors", ())]
    return " ".join(fields) or str(problem.get("detail", ""))
