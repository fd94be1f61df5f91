"""Letters of the office, most of them about applications: written with a decision, handed to notify, and then deleted.

Invariant: a decision and its letter are stored in one transaction. The recipient is deleted when the mail is sent, at
the latest when the letter expires. Only the latest letter that asks can get a link.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from isopolity.identity.addresses import address_key
from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.events import publish_letter
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.notices import issue_link, mail_came_back, mail_ended
from isopolity.registry.application.requests.invitations import InvitingProgramme, inviting_programme, note_outcome
from isopolity.registry.domain.errors import Gone, NotFound
from isopolity.registry.domain.joining.application import OPEN, Application, Draft
from isopolity.registry.domain.joining.commission import Consultation
from isopolity.registry.domain.joining.letter import (
    AGAIN,
    CONSULTATION,
    FAILED,
    INVITATION,
    QUESTION,
    SENT,
    WELCOME,
    Letter,
)

_NEEDLESS: Final = "The application is decided, taken back, or asked about by another letter; send nothing."


class Addressee(Protocol):
    """The recipient of a letter: an applicant or a National Commission."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> str: ...


async def write_letter(
    about: str,
    application: Application,
    to: Addressee,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    reason: str | None = None,
    words: str | None = None,
) -> Letter:
    """Store a letter to a person or office, and order its mail."""
    letter = Letter(
        letter_id=surroundings.ids(),
        about=about,
        application_id=application.application_id,
        member_name=application.profile.name,
        name=to.name,
        email=to.email,
        language=to.language,
        reason=reason,
        words=words,
        written_at=surroundings.clock(),
    )
    await uow.letters.add(letter)
    uow.audit.note("letter", letter.letter_id, after={"about": about, "application_id": letter.application_id})
    publish_letter(uow.outbox, letter)
    return letter


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLetter:
    """A letter whose mail is written now, with the secret of its link, if it has one."""

    letter: Letter
    secret: str | None = None
    valid_until: datetime | None = None
    inviting: InvitingProgramme | None = None
    """The programme of an invitation; None for any other letter."""


async def issue_letter(letter_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> IssuedLetter:
    """The letter, with a new secret, which ends earlier ones. Raises NotFound, Gone."""
    letter = await uow.letters.get(letter_id)
    if letter is None:
        raise NotFound("There is no letter with this id; its mail is out, or was given up.")
    if letter.change_id is not None:
        secret, due_at = await issue_link(letter, uow, surroundings)
        return IssuedLetter(letter=letter, secret=secret, valid_until=due_at)
    if letter.about == INVITATION:
        return IssuedLetter(letter=letter, inviting=await inviting_programme(letter, uow, surroundings))
    if letter.about == WELCOME:
        await _require_contact(letter, uow)
    if letter.about not in (CONSULTATION, QUESTION):
        return IssuedLetter(letter=letter)
    application = await uow.applications.get(letter.application_id)
    if application is None or application.status not in OPEN:
        raise Gone(_NEEDLESS)
    secret = new_secret()
    if letter.about == CONSULTATION:
        consultation = await uow.consultations.of_application(letter.application_id)
        if consultation is None or not _asks(letter, consultation):
            raise Gone(_NEEDLESS)
        await uow.consultations.put(consultation.issued(digest_of_secret(secret)))
        return IssuedLetter(letter=letter, secret=secret, valid_until=consultation.valid_until)
    draft = await uow.drafts.of_application(letter.application_id)
    if draft is None or not _asks(letter, draft):
        raise Gone(_NEEDLESS)
    issued = draft.issued(digest_of_secret(secret), surroundings.clock())
    await uow.drafts.save(issued)
    return IssuedLetter(letter=letter, secret=secret, valid_until=issued.valid_until)


def _asks(letter: Letter, waiting: Draft | Consultation) -> bool:
    """Whether this letter is the latest one that asks."""
    return waiting.letter_id in (None, letter.letter_id)


async def _require_contact(letter: Letter, uow: RegistryRepositories) -> None:
    """Raise Gone if the recipient of a welcome is no longer a contact of the member, or the member has left."""
    application = await uow.applications.get(letter.application_id)
    member_id = None if application is None else application.member_id
    ids = [] if member_id is None else [member_id]
    contacts = await uow.contacts.of_members(ids)
    cities, partners = await uow.cities.peek_many(ids), await uow.partners.peek_many(ids)
    statuses = {*(city.status for city in cities.values()), *(partner.status for partner in partners.values())}
    has_left = statuses <= {"withdrawn"}
    if has_left or address_key(letter.email) not in {contact.person.address for contact in contacts}:
        raise Gone("Whom this welcomes is no contact of the member any more, or it has left; send nothing.")


async def forget_letter(letter_id: str, outcome: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Delete a letter whose mail was sent or given up; in the second case its question waits for staff again.

    A letter whose failed mail can be sent again is kept. An unknown letter is not an error.
    """
    letter = await uow.letters.get(letter_id)
    await note_outcome(letter_id, outcome, uow)
    if letter is None and outcome != SENT:
        await mail_came_back(letter_id, uow, surroundings)
    if letter is not None and letter.change_id is not None:
        await mail_ended(letter, outcome, uow, surroundings)
    elif outcome != SENT:
        uow.audit.note("letter", letter_id, after={"outcome": outcome})
        await _wait_no_longer(letter_id, uow, surroundings.clock())
    if outcome != FAILED or letter is None or letter.about not in AGAIN:
        await uow.letters.delete(letter_id)


async def _wait_no_longer(letter_id: str, uow: RegistryRepositories, now: datetime) -> None:
    application_id = await uow.drafts.asked_by(letter_id) or await uow.consultations.asked_by(letter_id)
    application = await uow.applications.get(application_id) if application_id is not None else None
    if application is None:
        return
    draft = await uow.drafts.of_application(application.application_id)
    if draft is not None and draft.letter_id == letter_id:
        uow.applications.save(application.unreached(now))
    consultation = await uow.consultations.of_application(application.application_id)
    if consultation is not None and consultation.letter_id == letter_id:
        await uow.consultations.put(consultation.unreached(now))
