"""Mails about a change of a contact: their recipients, contents and links, and the effect of a mail's outcome on its
change.

Invariants: they use names and addresses from before the change, and go only to confirmed contacts; an unconfirmed
contact gets only its confirmation mail. The secret of a link is returned once, to the service that mails it, and
stored as its digest; a letter has one link at a time. Until a coordinator confirms a new address of its own, no lower
contact can take its place, since it would get no mail about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.events import publish_letter
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.repositories import ChangeLink
from isopolity.registry.domain.contact import Contact, main_contact
from isopolity.registry.domain.contact_change import (
    DONE,
    MADE,
    MAIN,
    PERSON,
    REPLACED,
    UNDELIVERED,
    WAITING,
    WAITS,
    ContactChange,
    NamedPerson,
    Notice,
)
from isopolity.registry.domain.contact_rights import GUARDED
from isopolity.registry.domain.errors import Gone
from isopolity.registry.domain.joining.letter import CONTACT_CHANGE, SENT, Letter


def recipients_of(
    before: Sequence[Contact], target: Contact | None, doer_id: str | None
) -> Sequence[tuple[str, Contact]]:
    """Recipients of mails: the person, the main contact, and another coordinator where the main contact is the doer.

    So another coordinator learns what somebody does in the main contact's name. `before`: all contacts of the member
    before the change.
    """
    recipients: list[tuple[str, Contact]] = []
    if target is not None and target.is_confirmed:
        recipients.append((PERSON, target))
    main = main_contact(before)
    others = [one for one in before if one.person.role in GUARDED and one.contact_id != doer_id]
    wanted = [main, main_contact(others) if main is not None and main.contact_id == doer_id else None]
    for one in wanted:
        if one is not None and one.contact_id not in {known.contact_id for _, known in recipients}:
            recipients.append((MAIN, one))
    return recipients


async def write_notices(
    change: ContactChange,
    to: Sequence[tuple[str, Contact]],
    notice: Notice,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    words: str | None = None,
) -> None:
    """Store a letter to each recipient in `to`, and order its mail."""
    members = uow.cities if change.member_kind == "city" else uow.partners
    found = (await members.peek_many([change.member_id])).get(change.member_id)
    member_name = "" if found is None else found.profile.name
    for whom, contact in to:
        letter = Letter(
            letter_id=surroundings.ids(),
            about=CONTACT_CHANGE,
            application_id="",
            member_name=member_name,
            name=contact.person.name,
            email=contact.person.email,
            language=contact.person.language,
            words=words,
            written_at=surroundings.clock(),
            change_id=change.change_id,
            notice=replace(notice, to=whom),
        )
        await uow.letters.add(letter)
        publish_letter(uow.outbox, letter)


def notice_of(
    change: ContactChange,
    target: Contact | None,
    before: Sequence[Contact],
    stage: str = MADE,
    *,
    ground: str | None = None,
    people: tuple[NamedPerson, ...] = (),
) -> Notice:
    """The notice in mails about `change`; `before` includes its doer, `target` is the contact before the change."""
    doer = next((one for one in before if one.contact_id == change.by_contact_id), None)
    wanted = change.wanted
    is_other = wanted is not None and (target is None or wanted.address != target.person.address)
    return Notice(
        what=change.what,
        stage=stage,
        to=MAIN,
        at=change.started_at,
        by_name=None if doer is None else doer.person.name,
        by_role=None if doer is None else doer.person.role,
        by_office=change.by_staff,
        person="" if target is None else target.person.name,
        role_before=change.role_before,
        role_after=change.role_after,
        new_name=wanted.name if wanted is not None and is_other else None,
        new_email=wanted.email if wanted is not None and is_other else None,
        ground=ground,
        people=people,
    )


async def issue_link(
    letter: Letter, uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[str, datetime | None]:
    """The secret for the mail that is written now, and the end of the time to object. Raises Gone."""
    assert letter.change_id is not None  # noqa: S101 - only such letters come here
    assert letter.notice is not None  # noqa: S101
    change = await uow.contact_changes.get(letter.change_id)
    if change is None or (letter.notice.stage == WAITS and not change.is_open):
        raise Gone("The change that this letter is about was taken back or made; send nothing.")
    if letter.notice.to == PERSON and letter.notice.stage == WAITS:
        change = change.issued(surroundings.clock())
        await uow.contact_changes.put(change)
    secret = new_secret()
    link = ChangeLink(
        letter_id=letter.letter_id,
        change_id=change.change_id,
        to=letter.notice.to,
        secret_digest=digest_of_secret(secret),
    )
    await uow.contact_changes.put_link(link)
    is_ahead = change.status == WAITING and change.due_at is not None and surroundings.clock() < change.due_at
    return secret, change.due_at if is_ahead else None  # the time to object restarts when the person's mail is written


async def mail_ended(letter: Letter, outcome: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Apply a mail's outcome: if it was sent, the time to object starts; if it was given up, staff must decide."""
    assert letter.change_id is not None  # noqa: S101 - only such letters come here
    assert letter.notice is not None  # noqa: S101
    if outcome != SENT:
        uow.audit.note("letter", letter.letter_id, after={"outcome": outcome})
    if letter.notice.to == PERSON:
        await _person_reached(letter.change_id, outcome == SENT, uow, surroundings)


async def mail_came_back(letter_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Call staff if the person's mail came back after its letter was deleted."""
    link = await uow.contact_changes.link_of_letter(letter_id)
    if link is not None and link.to == PERSON:
        await _person_reached(link.change_id, False, uow, surroundings)


async def _person_reached(
    change_id: str, is_reached: bool, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    change = await uow.contact_changes.get(change_id)
    if change is None or change.status != WAITING:
        return
    now = surroundings.clock()
    await uow.contact_changes.put(change.mailed(now) if is_reached else change.called(UNDELIVERED, now))


def moving(contacts: Iterable[Contact], changes: Sequence[ContactChange]) -> frozenset[str]:
    """Ids of coordinators with an unconfirmed new address of their own; `changes`: those of the member's contacts."""
    moved = {
        one.contact_id
        for one in changes
        if one.what == REPLACED and one.status == DONE and one.by_contact_id == one.contact_id
    }
    here = (one for one in contacts if not one.is_confirmed and one.person.role in GUARDED)
    return frozenset(one.contact_id for one in here if one.contact_id in moved)
