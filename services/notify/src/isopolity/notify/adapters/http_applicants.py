"""Registry's applicants over HTTP.

Invariant: a secret goes in bodies only, never in an address that somebody logs.
"""

from datetime import datetime
from typing import Any, Final

import httpx

from isopolity.notify.adapters.registry_calls import RegistryCalls
from isopolity.notify.domain.applicant import Applicant
from isopolity.notify.domain.errors import RegistryAway

_ENDED: Final = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
_NOT_ACCEPTED: Final = (*_ENDED, httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)


class HttpApplicants:
    """Confirmations at `/registry/v1/confirmations`."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def issue(self, confirmation_id: str) -> Applicant | None:
        response = await self._call(f"/confirmations/{confirmation_id}/issue")
        if response.status_code in _ENDED:
            return None
        if response.status_code != httpx.codes.OK:
            raise RegistryAway(f"registry answered {response.status_code} to a request for an applicant")
        return _applicant(response)

    async def confirm(self, secret: str) -> bool:
        response = await self._call("/confirmations", {"secret": secret})
        if response.is_success:
            return True
        if response.status_code in _NOT_ACCEPTED:
            return False
        raise RegistryAway(f"registry answered {response.status_code} to a confirmation")

    async def _call(self, path: str, body: Any = None) -> httpx.Response:
        try:
            return await self._registry.call("POST", path, body)
        except httpx.HTTPError as error:
            raise RegistryAway(f"registry does not answer: {type(error).__name__}") from error


def _applicant(response: httpx.Response) -> Applicant:
    try:
        document: dict[str, Any] = response.json()
        return Applicant(
            name=document["name"],
            email=document["email"],
            language=document.get("language") or "en",
            member_name=document["member_name"],
            secret=document["secret"],
            valid_until=datetime.fromisoformat(document["valid_until"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RegistryAway("registry's applicant is not complete") from error
