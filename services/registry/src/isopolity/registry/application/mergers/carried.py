"""Records a merger of two entries as it happens, so that staff can undo it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from isopolity.registry.application.commands import MergeMembers
from isopolity.registry.application.members import AnyMember
from isopolity.registry.application.mergers.record import Before, Carried, MergerRecord
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.twinning import DECLARED


async def carried_by(command: MergeMembers, contacts: Sequence[Contact], uow: RegistryRepositories) -> Carried:
    """All that a merger is about to carry over; its people and requests are added once they have moved."""
    its, stays = command.duplicate_id, command.member_id
    ties = [each for each in await uow.twinnings.of_city(its) if each.status == DECLARED]
    own = {each.identifier for each in await uow.twinnings.of_city(stays) if each.status == DECLARED}
    others = {each.city_b if each.city_a == its else each.city_a: each.since for each in ties}
    handover = await uow.handovers.of_member(its)
    known = {each.city_id for each in await uow.desk.entries(stays)}
    invited = await _invitations(command, uow)
    return Carried(
        people={},
        versions={},
        confirmed=tuple(each.contact_id for each in contacts if each.member_id == its and each.is_confirmed),
        requests={},
        twinnings={other: since for other, since in others.items() if other != stays},
        new_twinnings=tuple(each for each in others if ":".join(sorted((stays, each))) not in own and each != stays),
        notes=tuple(each.note_id for each in await uow.office_notes.of_member(its)),
        invitations={each.invitation_id: each.programme_id for each in invited},
        handover=None if handover is None else handover.handover_id,
        shortlist=tuple(each.city_id for each in await uow.desk.entries(its) if each.city_id not in known),
        selections=tuple(each.selection_id for each in await uow.desk.selections(its)),
        listed_by=await _listed_by(command, uow),
    )


async def _invitations(command: MergeMembers, uow: RegistryRepositories) -> Sequence[Any]:
    if command.member_kind == "city":
        return await uow.invitations.of_city(command.duplicate_id)
    found = await uow.partners.get_many([command.duplicate_id])
    programmes = found[command.duplicate_id].profile.programmes if found else ()
    return [
        each
        for programme in programmes
        for each in await uow.invitations.of_programme(command.duplicate_id, programme.programme_id)
    ]


async def _listed_by(command: MergeMembers, uow: RegistryRepositories) -> tuple[str, ...]:
    both = set(await uow.desk.partners_about(command.member_id))
    return tuple(each for each in await uow.desk.partners_about(command.duplicate_id) if each not in both)


async def keep_merger(
    kept: AnyMember,
    duplicate: AnyMember,
    left: AnyMember,
    merged: AnyMember,
    carried: Carried,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    opened: Sequence[str],
    took_in: bool,
) -> None:
    """Keep what undoing the merger takes: both entries before it, and what it carried over."""
    requests = (await uow.requests.get_many(opened)).values()
    record = MergerRecord(
        duplicate_id=duplicate.member_id,
        member_kind=duplicate.profile.member_kind,
        member_id=kept.member_id,
        kept_version=merged.version,
        left_version=left.version,
        took_in=took_in,
        merged_at=surroundings.clock(),
        before=Before(kept=kept.profile, duplicate=duplicate.profile, status=duplicate.status),
        carried=replace(carried, requests={each.request_id: each.version for each in requests}),
    )
    await uow.mergers.put(record)
