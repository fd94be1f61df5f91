"""`/registry/v1/letters`: letters about applications and changes of contacts, and invitations to make a request, for
the service that mails them.

Invariant: only that service reads the recipient of a letter, which is deleted as soon as the service reports that the
mail was sent.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Response
from pydantic import BaseModel

from isopolity.registry.application.joining.letters import forget_letter, issue_letter
from isopolity.registry.application.requests.invitations import InvitingProgramme
from isopolity.registry.domain.contact_change import Notice
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.joining.confirmations import Mailer
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.api_documents import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/letters")

LetterId = Annotated[f.EntryId, Path(description="The id of the event that asked for the mail")]


class NamedPersonDocument(BaseModel):
    """A person whom an import added or changed."""

    name: str
    what: str
    role: str


class ContactNotice(BaseModel):
    """A change of a contact that somebody else has made, or wants to make."""

    what: str
    """`entered`, `changed`, `demoted`, `replaced`, `erased` or `imported`."""
    stage: str
    """`waits`, `made` or `refused`."""
    to: str
    """`person` or `main`."""
    at: datetime
    by_name: str | None
    by_role: str | None
    by_office: bool
    person: str
    role_before: str | None
    role_after: str | None
    new_name: str | None
    new_email: str | None
    ground: str | None
    """Why a pending change was made: `consent`, `time` or `office`."""
    people: list[NamedPersonDocument]


class InvitingProgrammeDocument(BaseModel):
    """The programme that a city is invited to make a request for."""

    partner_id: str
    partner_name: str
    programme_id: str
    name: str
    purpose: str | None
    language: str | None
    """The language of name and purpose."""
    subjects: list[str]
    topics: list[str]
    grant_min: int
    grant_max: int
    currency: str
    closes: date | None

    @classmethod
    def of(cls, inviting: InvitingProgramme | None) -> Self | None:
        """The document of a programme; None for a letter that is no invitation."""
        if inviting is None:
            return None
        partner, programme = inviting.partner, inviting.programme
        own = {name: getattr(programme, name) for name in cls.model_fields if hasattr(programme, name)}
        return cls.model_validate(
            {
                **own,
                "partner_id": partner.member_id,
                "partner_name": partner.profile.name,
                "subjects": list(programme.subjects),
                "topics": list(programme.topics),
            }
        )


class LetterDocument(BaseModel):
    """The recipient and the content of a letter."""

    about: str
    """`welcome`, `refusal`, `question`, `consultation`, `contact-change` or `invitation`."""
    name: str
    email: str
    language: str
    member_name: str
    """The city or partner that the application or the invitation is for."""
    reason: str | None
    """The code of the reason for a refusal."""
    words: str | None
    """Staff's own words or question."""
    secret: str | None
    """Secret of the link to answer a question or a consultation, or to call staff."""
    valid_until: datetime | None
    """For a change that waits: when it is made unless the person objects."""
    notice: ContactNotice | None = None
    """The change that the letter is about; null if it is about no change of a contact."""
    invitation: InvitingProgrammeDocument | None = None
    """The programme that invites; null if the letter is no invitation."""


class Ending(Input):
    """The outcome of a letter's mail."""

    outcome: Literal["sent", "failed", "bounced", "suppressed"] = "sent"
    """After any outcome but `sent` it reaches nobody, and no answer to it is expected."""


@router.post(
    "/{letter_id}/issue",
    response_model=LetterDocument,
    responses=refusals(410),
    summary="Read a letter that is to be mailed",
)
async def issue(letter_id: LetterId, registry: Registry, _principal: Mailer) -> Response:
    """For the service that is about to mail it; earlier secrets of its link end.

    404 where its mail was sent or given up, 410 where it is no longer needed.
    """
    issued = await registry.committed(lambda uow: issue_letter(letter_id, uow, registry.surroundings))
    written = {
        name: getattr(issued.letter, name)
        for name in LetterDocument.model_fields
        if name != "notice" and hasattr(issued.letter, name)
    }
    document = LetterDocument(
        **written,
        secret=issued.secret,
        valid_until=issued.valid_until,
        notice=_notice(issued.letter.notice),
        invitation=InvitingProgrammeDocument.of(issued.inviting),
    )
    return Response(document.model_dump_json(), media_type="application/json")


def _notice(notice: Notice | None) -> ContactNotice | None:
    return None if notice is None else ContactNotice.model_validate(asdict(notice))


@router.post("/{letter_id}/forget", status_code=204, summary="Forget a letter")
async def forget(letter_id: LetterId, registry: Registry, _principal: Mailer, ending: Ending | None = None) -> Response:
    """Reports that its mail was sent or given up: its recipient is deleted, unless it can be sent again. May be
    repeated.

    A question or a consultation that reaches nobody waits for staff again.
    """
    outcome = "sent" if ending is None else ending.outcome
    return await registry.done(lambda uow: forget_letter(letter_id, outcome, uow, registry.surroundings))
