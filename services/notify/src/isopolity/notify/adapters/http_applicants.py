"""Applicants, letters of the office and sign-ins, fetched from registry over HTTP.

Invariants: a secret travels in bodies only, never in an address that may be logged. An incomplete answer counts as
RegistryAway, so that the call is repeated.
"""

from typing import Final

import httpx

from isopolity.client.call import Answer, Call, UnexpectedAnswer
from isopolity.client.registry import confirmations, contacts, drafts, letters, models, sign_ins
from isopolity.notify.adapters.http_registry import DEFAULT_LANGUAGE, ENDED, RegistryCalls
from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.people import Applicant, ContactNotice, DraftLink, NamedPerson, OfficeLetter, SignIn

_NOT_ACCEPTED: Final = (*ENDED, httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)


class HttpApplicants:
    """Implements `Applicants` by calls to registry's drafts, confirmations and letters."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def issue(self, confirmation_id: str) -> Applicant | None:
        issued = await _issued(self._registry, confirmations.issue(confirmation_id))
        return None if issued is None else _applicant(issued)

    async def issue_draft(self, draft_id: str) -> DraftLink | None:
        issued = await _issued(self._registry, drafts.issue(draft_id))
        return None if issued is None else _draft_link(issued)

    async def issue_letter(self, letter_id: str) -> OfficeLetter | None:
        issued = await _issued(self._registry, letters.issue(letter_id))
        return None if issued is None else _letter(issued)

    async def forget_letter(self, letter_id: str, outcome: MailState) -> None:
        response = await _response(self._registry, letters.forget(letter_id, models.Ending(outcome=outcome)))
        if not response.is_success and response.status_code not in ENDED:
            raise RegistryAway(f"registry answered {response.status_code} to a letter that is out")

    async def contact_answered(self, contact_id: str, version: int) -> bool:
        response = await _response(self._registry, contacts.answered(contact_id, models.Answered(version=version)))
        if response.is_success:
            return True
        if response.status_code in (*ENDED, httpx.codes.PRECONDITION_FAILED):
            return False
        raise RegistryAway(f"registry answered {response.status_code} to an answer of a contact")

    async def confirm(self, secret: str) -> bool:
        response = await _response(self._registry, confirmations.create(models.Confirmation(secret=secret)))
        if response.is_success:
            return True
        if response.status_code in _NOT_ACCEPTED:
            return False
        raise RegistryAway(f"registry answered {response.status_code} to a confirmation")


class HttpSignIns:
    """Implements `SignIns` by calls to registry."""

    def __init__(self, registry: RegistryCalls) -> None:
        self._registry = registry

    async def issue(self, sign_in_id: str) -> SignIn | None:
        issued = await _issued(self._registry, sign_ins.issue(sign_in_id))
        return None if issued is None else _sign_in(issued)


async def _issued(registry: RegistryCalls, call: Call[Answer]) -> Answer | None:
    """The answer to `call` about a mail; None if registry says that it must not be sent. Raises RegistryAway."""
    response = await _response(registry, call)
    if response.status_code in ENDED:
        return None
    if response.status_code != httpx.codes.OK:
        raise RegistryAway(f"registry answered {response.status_code} to a request for whom to mail")
    try:
        return call.read(response.content)
    except UnexpectedAnswer as error:
        raise RegistryAway("registry's answer about whom to mail is not complete") from error


async def _response(registry: RegistryCalls, call: Call[Answer]) -> httpx.Response:
    try:
        return await registry.send(call)
    except httpx.HTTPError as error:
        raise RegistryAway(f"registry does not answer: {type(error).__name__}") from error


def _sign_in(issued: models.IssuedSignIn) -> SignIn:
    return SignIn(
        name=issued.name,
        email=issued.email,
        language=issued.language or DEFAULT_LANGUAGE,
        secret=issued.secret,
        code=issued.code,
        minutes=issued.minutes,
    )


def _applicant(issued: models.IssuedConfirmation) -> Applicant:
    return Applicant(
        name=issued.name,
        email=issued.email,
        language=issued.language or DEFAULT_LANGUAGE,
        member_name=issued.member_name,
        secret=issued.secret,
        valid_until=issued.valid_until,
        handed_over_by=issued.handed_over_by,
        contact_role=issued.contact_role,
    )


def _draft_link(issued: models.IssuedDraft) -> DraftLink:
    return DraftLink(
        email=issued.email,
        language=issued.language or DEFAULT_LANGUAGE,
        secret=issued.secret,
        valid_until=issued.valid_until,
    )


def _letter(issued: models.LetterDocument) -> OfficeLetter:
    return OfficeLetter(
        name=issued.name,
        email=issued.email,
        language=issued.language or DEFAULT_LANGUAGE,
        member_name=issued.member_name,
        reason=issued.reason,
        words=issued.words,
        secret=issued.secret,
        valid_until=issued.valid_until,
        notice=None if issued.notice is None else _notice(issued.notice),
    )


def _notice(issued: models.ContactNotice) -> ContactNotice:
    return ContactNotice(
        what=issued.what,
        stage=issued.stage,
        to=issued.to,
        at=issued.at,
        by_name=issued.by_name,
        by_role=issued.by_role,
        by_office=issued.by_office,
        person=issued.person,
        role_before=issued.role_before,
        role_after=issued.role_after,
        new_name=issued.new_name,
        new_email=issued.new_email,
        ground=issued.ground,
        people=tuple(NamedPerson(name=each.name, what=each.what, role=each.role) for each in issued.people),
    )
