"""Notes of the office about members; why a member left or came back is one of them.

Invariant: nothing of a note is published, and the audit has its id and length, never its text.
"""

from datetime import date

from isopolity.registry.application import events
from isopolity.registry.application.commands import WithdrawMember
from isopolity.registry.application.members import AnyMember, member, members_of, publish_contacts, withdraw
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact_rights import Doer
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, NotPossible
from isopolity.registry.domain.member import MOST_NOTES, About, OfficeNote


async def write_note(
    about_member: AnyMember,
    text: str,
    by: str,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    about: About = "note",
    day: date | None = None,
) -> OfficeNote:
    """Store a note. Raises NotPossible if the member has `MOST_NOTES` already, InvalidProfile for a later day."""
    if day is not None and day > surroundings.clock().date():
        raise InvalidProfile([FieldError(("day",), "Give today or an earlier day.")])
    if await uow.office_notes.count(about_member.member_id) >= MOST_NOTES:
        raise NotPossible(f"The office keeps at most {MOST_NOTES} notes about a member; delete some first.")
    note = OfficeNote(
        note_id=surroundings.ids(),
        member_kind=about_member.profile.member_kind,
        member_id=about_member.member_id,
        about=about,
        day=day,
        text=text,
        written_at=surroundings.clock(),
        written_by=by,
    )
    await uow.office_notes.add(note)
    uow.audit.note(
        "office-note", note.note_id, after={"about": about, "length": len(text)}, details={"member_id": note.member_id}
    )
    return note


async def delete_note(member_id: str, note_id: str, uow: RegistryRepositories) -> None:
    """Delete a note. Raises NotFound."""
    if not await uow.office_notes.remove(member_id, note_id):
        raise NotFound("There is no note with this id; it may have been deleted.")
    uow.audit.note("office-note", note_id, before={"note_id": note_id}, details={"member_id": member_id})


async def leave(
    command: WithdrawMember,
    reason: str,
    day: date | None,
    by: str,
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> AnyMember:
    """Withdraw a member by staff, and keep why and since when. Nothing is kept if it has left already."""
    stored = await member(uow, command.member_kind, command.member_id)
    gone = await withdraw(command, Doer(is_staff=True), uow, surroundings)
    if stored.status != "withdrawn":
        day = day or surroundings.clock().date()
        await write_note(gone, reason, by, uow, surroundings, about="left", day=day)
    return gone


async def come_back(
    member_kind: str, member_id: str, reason: str | None, by: str, uow: RegistryRepositories, surroundings: Surroundings
) -> AnyMember:
    """Take a member that has left into the network again, endorsed, with its profile and contacts as they are.

    It is unchanged if it has not left. Raises NotFound, and NotPossible for an entry that continues in another one.
    """
    stored = await member(uow, member_kind, member_id)
    if stored.status != "withdrawn":
        return stored
    if stored.merged is not None:
        raise NotPossible(f"This entry was merged into another one ({stored.merged.into}); change that one instead.")
    applied = stored.applied_again(stored.profile, stored.region)
    repository = members_of(uow, member_kind)
    repository.save(applied)
    events.publish_member(uow.outbox, "registered", applied)
    await publish_contacts(member_id, uow, asks_at=surroundings.clock())
    await uow.flush()  # so that the endorsement makes the next version
    back = applied.endorsed()
    repository.save(back)
    events.publish_member(uow.outbox, "endorsed", back)
    if reason:
        today = surroundings.clock().date()
        await write_note(back, reason, by, uow, surroundings, about="returned", day=today)
    return back
