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
    """The APIs of the services at `addresses`, by their names."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str]) -> None:
        self._client = client
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}

    async def get(self, service: str, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        """The JSON at `/<service>/v1<path>`. Raises NothingThere, NotAllowed, ServiceAway."""
        try:
            answer = await self._client.get(f"{self._addresses[service]}/{service}/v1{path}", params=parameters)
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
