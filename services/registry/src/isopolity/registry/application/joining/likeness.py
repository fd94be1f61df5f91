"""Finds members that an applicant, or a member to be entered, may be: by all known names, contact, web page and place.

Invariant: likeness only informs staff.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isopolity.machine.turns import Turns
from isopolity.registry.application.directory import Filter, MemberDirectory
from isopolity.registry.application.imports.lookup import MemberLookup
from isopolity.registry.application.imports.named import Candidate
from isopolity.registry.domain.member import Member

MOST_READ: Final = 20_000
"""The most members that are read for one list; for a single application all of its country are read."""
MOST_ALIKE: Final = 3
"""The most members that are like one application."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A member that an applicant may be, and the reason, by the code of a candidate."""

    member: Member[Any]
    why: str


async def members_alike(
    directory: MemberDirectory[Any], profiles: Sequence[Any], writing_to: Sequence[Collection[str]]
) -> Sequence[Sequence[Alike] | None]:
    """At most `MOST_ALIKE` present members of the same country for each profile, the likeliest first.

    `writing_to` are the ids of members that have the address of one of its contacts, for each profile. A member with
    the same key is left out, since callers report it separately. A single profile is always compared; of several,
    those in countries beyond `MOST_READ` members are not, and have None.
    """
    if not profiles:
        return []
    countries: Collection[str] = {profile.country for profile in profiles}
    if len(profiles) > 1:
        countries = await directory.smallest(countries, MOST_READ)
    lookup = MemberLookup(directory, profiles[0].member_kind)
    await lookup.learn(countries)
    near, turns = list[Sequence[Candidate] | None](), Turns()
    for profile, ids in zip(profiles, writing_to, strict=True):
        await turns.over()
        is_read = profile.country in countries
        near.append(lookup.candidates(profile, ids, of_any_id=True, with_gone=False) if is_read else None)
    wanted = tuple({one.named.member_id for found in near for one in found or ()})
    members = await directory.page(Filter(ids=wanted), after=None, limit=len(wanted)) if wanted else ()
    by_id = {one.member_id: one for one in members}
    return [
        None if found is None else _first(found, by_id, profile) for profile, found in zip(profiles, near, strict=True)
    ]


def _first(found: Sequence[Candidate], by_id: Mapping[str, Member[Any]], profile: Any) -> Sequence[Alike]:
    alike = [Alike(by_id[one.named.member_id], one.why) for one in found if one.named.member_id in by_id]
    return [one for one in alike if one.member.key != profile.key][:MOST_ALIKE]
