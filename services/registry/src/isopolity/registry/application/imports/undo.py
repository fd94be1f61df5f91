"""Takes an import back: what nothing rests on goes, or gets its earlier values; the rest stays.

Invariants: all of it is one transaction, and an order that is sent twice is done once. A new member leaves by the
ordinary withdrawal, with its contacts erased, to which all services react; no contact that was erased comes back.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from isopolity.identity.actors import of_member
from isopolity.machine.turns import Turns
from isopolity.registry.application.access.session_ends import revoke_all
from isopolity.registry.application.contacts import change_person, erase_contact, erase_together
from isopolity.registry.application.events import publish_member, publish_request, publish_twinning
from isopolity.registry.application.imports.done_rows import DoneImport, DoneRow
from isopolity.registry.application.imports.undo_plan import (
    LEAVE,
    RESTORE,
    STAY,
    PlannedRow,
    UndoOrder,
    digest_of_plan,
    planned,
)
from isopolity.registry.application.imports.work import Tell, to_nobody
from isopolity.registry.application.members import members_of
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.application.replacement.together import OFFICE, mail_person, mail_summary
from isopolity.registry.application.requests.acts import close_request
from isopolity.registry.application.twinnings import retract_twinning
from isopolity.registry.domain.contact_change import CHANGED, NamedPerson
from isopolity.registry.domain.errors import NotFound, StaleEntry

_MEMBERS: Final = ("city", "partner")
_CHUNK: Final = 250
"""Entries that are taken back between two flushes; members of them leave together, in a few statements."""


async def done_import(run_id: str, uow: RegistryRepositories, *, locked: bool = True) -> DoneImport:
    """The import with this id, by default locked. Raises NotFound."""
    found = await uow.done_imports.get(run_id, locked=locked)
    if found is None:
        raise NotFound("There is no import with this id, or it is too old to be taken back.")
    return found


async def undo_import(
    run_id: str,
    shown: str,
    by: str,
    order: UndoOrder,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    tell: Tell = to_nobody,
) -> DoneImport:
    """Take the import back as the plan with the digest `shown` says; returns it as it is then.

    Raises NotFound, and StaleEntry if something else would be done by now.
    """
    done = await done_import(run_id, uow)
    if done.shown == shown:
        return done
    plan = await planned(done, order, uow, surroundings)
    if digest_of_plan(plan) != shown:
        raise StaleEntry("Something has changed since you looked; nothing was taken back. Look again.")
    uow.prepared.spare(run_id)  # its file can bring its people in again
    turns, acts = Turns(), [one for one in plan if one.act != STAY]
    for first in range(0, len(acts), _CHUNK):
        await tell(first, len(acts))
        some = acts[first : first + _CHUNK]
        for kind in _MEMBERS:
            leaving = [one.done.entry_id for one in some if one.act == LEAVE and one.done.kind == kind]
            await _leave_together(kind, leaving, uow)
        for one in some:
            await turns.over()
            if one.act == RESTORE:
                await _restore(one, uow, surroundings)
            elif one.done.kind not in _MEMBERS:
                await _leave(one, uow, surroundings)
        await uow.flush()
    taken, changed = _settled(plan)
    await uow.done_imports.settle(run_id, taken, changed)
    after = replace(
        done,
        taken_back_at=surroundings.clock(),
        taken_back_by=by,
        taken_back=done.taken_back + len(acts),
        shown=shown,
    )
    await uow.done_imports.put(after)
    counts = {act: sum(one.act == act for one in plan) for act in (LEAVE, RESTORE, STAY)}
    uow.audit.note("import", run_id, details={"kind": done.kind, **counts})
    return after


def _settled(plan: Sequence[PlannedRow]) -> tuple[list[DoneRow], list[DoneRow]]:
    """The rows that are taken back whole, and those of which a part stays, without what was taken back."""
    taken: list[DoneRow] = []
    changed: list[DoneRow] = []
    for one in plan:
        if one.act == STAY:
            continue
        if one.act == RESTORE and (one.kept or one.done.was_admitted):
            changed.append(one.done.without(one.back))
        else:
            taken += [one.done, *one.people]
    return taken, changed


async def _leave_together(kind: str, member_ids: Sequence[str], uow: RegistryRepositories) -> None:
    """Withdraw new members and erase their contacts; the plan says that nothing else is theirs."""
    if not member_ids:
        return
    repository = members_of(uow, kind)
    for stored in (await repository.get_many(member_ids)).values():
        repository.save(gone := stored.withdrawn(None))
        publish_member(uow.outbox, "withdrawn", gone)
    await revoke_all([of_member(one) for one in member_ids], uow)
    await erase_together(await uow.contacts.of_members(member_ids), uow)


async def _leave(one: PlannedRow, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    entry_id = one.done.entry_id
    match one.done.kind:
        case "request":
            await close_request(entry_id, uow)
        case "twinning":
            await retract_twinning(entry_id, uow)
        case "contact":
            before = await uow.contacts.of_members([one.done.member_id])
            gone = next(each for each in before if each.contact_id == entry_id)
            await erase_contact(entry_id, uow)
            await mail_person(before, gone, None, OFFICE, uow, surroundings, with_main=True)


async def _restore(one: PlannedRow, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    match one.done.kind:
        case "request":
            uow.requests.save(one.new)
            publish_request(uow.outbox, "revised", one.new, bulk=True)
        case "twinning":
            uow.twinnings.save(one.new)
            publish_twinning(uow.outbox, one.new)
        case "contact":
            before = await uow.contacts.of_members([one.done.member_id])
            contact = next(each for each in before if each.contact_id == one.done.entry_id)
            await change_person(contact, one.new, uow, surroundings)
            named = NamedPerson(name=one.new.name, what=CHANGED, role=one.new.role)
            await mail_summary(before, [named], OFFICE, uow, surroundings)
        case kind:
            members_of(uow, kind).save(one.new)
            publish_member(uow.outbox, "revised", one.new, bulk=True)
