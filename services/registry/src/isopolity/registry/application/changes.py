"""Changes of identity: a member asks, staff decides; the rest of a profile takes effect at once.

Invariant: events tell of what took effect only. A member is locked before its change, wherever both are, so that no two
transactions wait for each other.
"""

from collections.abc import Mapping
from typing import Any

from isopolity.registry.application.commands import DecideChange, ReviseMember, ReviseOwnProfile
from isopolity.registry.application.members import AnyMember, member, region_of, revise_member
from isopolity.registry.application.partners.revised_programmes import Wait
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.change import APPROVED, PENDING, REFUSED, Change, identity_of, with_identity
from isopolity.registry.domain.errors import NotFound, StaleVersion


async def revise_own_profile(
    command: ReviseOwnProfile[Any], uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[AnyMember, bool]:
    """Replace all but the identity; returns whether a part waits, too. Raises NotFound, InvalidProfile, NotPossible."""
    stored = await member(uow, command.profile.member_kind, command.member_id)
    stored.revised(command.profile, region_of(command.profile, surroundings))  # raises for one that has left
    asked = identity_of(command.profile)
    settled = with_identity(command.profile, identity_of(stored.profile))
    wait = Wait(new=True, changed=surroundings.reviewed.programmes and stored.status == "endorsed")
    revised = await revise_member(
        ReviseMember(member_id=stored.member_id, profile=settled, wait=wait), uow, surroundings
    )
    named = {name: asked[name] for name in sorted(command.identity_named)}
    return revised, await _ask(stored, named, uow, surroundings)


async def decide_change(command: DecideChange, uow: RegistryRepositories, surroundings: Surroundings) -> Change:
    """Approve or refuse a pending change. Raises what `revise_member` does, and StaleVersion."""
    stored = await member(uow, command.member_kind, command.member_id)
    change = await uow.changes.get(command.member_id)
    if change is None:
        raise NotFound("This member has asked for no change of its identity.")
    if change.version != command.version:
        raise StaleVersion(change.version)
    decided = change.decided(APPROVED if command.approve else REFUSED, surroundings.clock(), command.reason)
    if command.approve:
        profile = with_identity(stored.profile, change.wanted)
        await revise_member(ReviseMember(member_id=change.member_id, profile=profile), uow, surroundings)
    uow.changes.save(decided)
    return decided


async def _ask(
    stored: AnyMember, named: Mapping[str, Any], uow: RegistryRepositories, surroundings: Surroundings
) -> bool:
    """Lay `named` over what the member has asked for before; what is as it was is asked for no more."""
    old = await uow.changes.get(stored.member_id)
    pending = old.wanted if old is not None and old.status == PENDING else {}
    identity = identity_of(stored.profile)
    wanted = {name: value for name, value in {**pending, **named}.items() if value != identity[name]}
    now = surroundings.clock()
    if old is not None:
        if (again := old.asked_again(identity, wanted, now)) is not old:
            uow.changes.save(again)
    elif wanted:
        uow.changes.add(
            Change(
                member_id=stored.member_id,
                member_kind=stored.profile.member_kind,
                version=1,
                status=PENDING,
                asked_at=now,
                before=identity,
                wanted=wanted,
            )
        )
    return not wanted.keys().isdisjoint(named)
