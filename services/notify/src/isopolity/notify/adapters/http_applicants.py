"""Registry over HTTP: its applicants, what its office writes to them, and who signs in.

Invariants: a secret goes in bodies only, never in an address that somebody logs; what is not complete is taken for a
registry that is away, so that it is asked again.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import TypeAdapter

from isopolity.notify.adapters.http_registry import ENDED, RegistryCalls
from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.people import Applicant, ContactNotice, DraftLink, OfficeLetter, SignIn

_NOT_ACCEPTED: Final = (*ENDED, httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)
_NOTICE: Final = TypeAdapter(ContactNotice)
IssuedT = TypeVar("IssuedT")


class HttpApplicants:
    """Drafts, confirmations and letters: `/drafts`, `/confirmations` and `/letters` below `/registry/v1`."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def issue(self, confirmation_id: str) -> Applicant | None:
        return await _issued(self._registry, f"/confirmations/{confirmation_id}", _applicant)

    async def issue_draft(self, draft_id: str) -> DraftLink | None:
        return await _issued(self._registry, f"/drafts/{draft_id}", _draft_link)

    async def issue_letter(self, letter_id: str) -> OfficeLetter | None:
        return await _issued(self._registry, f"/letters/{letter_id}", _letter)

    async def forget_letter(self, letter_id: str, outcome: MailState) -> None:
        response = await _post(self._registry, f"/letters/{letter_id}/forget", {"outcome": outcome})
        if not response.is_success and response.status_code not in ENDED:
            raise RegistryAway(f"registry answered {response.status_code} to a letter that is out")

    async def contact_answered(self, contact_id: str, version: int) -> bool:
        response = await _post(self._registry, f"/contacts/{contact_id}/answered", {"version": version})
        if response.is_success:
            return True
        if response.status_code in (*ENDED, httpx.codes.PRECONDITION_FAILED):
            return False
        raise RegistryAway(f"registry answered {response.status_code} to an answer of a contact")

    async def confirm(self, secret: str) -> bool:
        response = await _post(self._registry, "/confirmations", {"secret": secret})
        if response.is_success:
            return True
        if response.status_code in _NOT_ACCEPTED:
            return False
        raise RegistryAway(f"registry answered {response.status_code} to a confirmation")


class HttpSignIns:
    """Sign-ins at `/registry/v1/sign-ins`."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def issue(self, sign_in_id: str) -> SignIn | None:
        return await _issued(self._registry, f"/sign-ins/{sign_in_id}", _sign_in)


async def _issued(registry: RegistryCalls, path: str, read: Callable[[Any], IssuedT]) -> IssuedT | None:
    """Registry's answer for the mail that comes next; None if that mail must not be sent. Raises RegistryAway."""
    response = await _post(registry, f"{path}/issue")
    if response.status_code in ENDED:
        return None
    if response.status_code != httpx.codes.OK:
        raise RegistryAway(f"registry answered {response.status_code} to a request for whom to mail")
    try:
        return read(response.json())
    except (KeyError, TypeError, ValueError) as error:
        raise RegistryAway("registry's answer about whom to mail is not complete") from error


async def _post(registry: RegistryCalls, path: str, body: Any = None) -> httpx.Response:
    try:
        return await registry.call("POST", path, body)
    except httpx.HTTPError as error:
        raise RegistryAway(f"registry does not answer: {type(error).__name__}") from error


def _sign_in(document: dict[str, Any]) -> SignIn:
    return SignIn(
        name=document["name"],
        email=document["email"],
        language=document.get("language") or "en",
        secret=document["secret"],
        code=document["code"],
        minutes=int(document["minutes"]),
    )


def _applicant(document: dict[str, Any]) -> Applicant:
    return Applicant(
        name=document["name"],
        email=document["email"],
        language=document.get("language") or "en",
        member_name=document["member_name"],
        secret=document["secret"],
        valid_until=datetime.fromisoformat(document["valid_until"]),
        handed_over_by=document.get("handed_over_by"),
        contact_role=document.get("contact_role"),
    )


def _draft_link(document: dict[str, Any]) -> DraftLink:
    return DraftLink(
        email=document["email"],
        language=document.get("language") or "en",
        secret=document["secret"],
        valid_until=datetime.fromisoformat(document["valid_until"]),
    )


def _letter(document: dict[str, Any]) -> OfficeLetter:
    return OfficeLetter(
        name=document["name"],
        email=document["email"],
        language=document.get("language") or "en",
        member_name=document["member_name"],
        reason=document.get("reason"),
        words=document.get("words"),
        secret=document.get("secret"),
        valid_until=datetime.fromisoformat(until) if (until := document.get("valid_until")) else None,
        notice=_NOTICE.validate_python(notice) if (notice := document.get("notice")) else None,
    )
