"""Mails about a change of a contact: their recipients and contents.

Invariant: they use names and addresses from before the change, and go only to confirmed contacts; an unconfirmed
contact gets only its confirmation mail.
"""

from collections.abc import Sequence
from dataclasses import replace

from isopolity.registry.application.events import publish_letter
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.joining.letter import CONTACT_CHANGE, Letter
from isopolity.registry.domain.replacement.contact_change import MAIN, PERSON, ContactChange
from isopolity.registry.domain.replacement.main_contact import main_contact
from isopolity.registry.domain.replacement.notice import MADE, NamedPerson, Notice
from isopolity.registry.domain.replacement.rights import GUARDED


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
