"""Members whose names are much like those of applicants, spelt otherwise or with a place that only one of them has.

Invariant: likeness is told to staff and decides nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from isopolity.folded_text import name_key
from isopolity.registry.application.directory import Filter, KnownNames, MemberDirectory
from isopolity.registry.application.imports.lookup import likeness_key, likest
from isopolity.registry.domain.member import Member

MOST_READ: Final = 20_000
"""Members whose names are read for one list; those of one application are all read."""
MOST_COMPARED: Final = 200_000
"""Pairs of names that are compared for one list; beyond them its applications are compared when they are read alone."""


async def members_alike(
    directory: MemberDirectory[Any], profiles: Sequence[Any]
) -> Mapping[str, Sequence[Member[Any]]]:
    """The members of the same country with names much like a profile's, by the profile's key, at most three each.

    One of the same key is none of them: it is told apart from these. A profile that stands alone is always compared; of
    several those are missing that would go beyond the most names read, or pairs of names compared.
    """
    if not profiles:
        return {}
    most = MOST_READ if len(profiles) > 1 else None
    known = await directory.names({profile.country for profile in profiles}, most=most)
    near = await asyncio.to_thread(_near, known, profiles)
    ids = tuple({member_id for found in near.values() for member_id in found})
    members = await directory.page(Filter(ids=ids), after=None, limit=len(ids)) if ids else ()
    by_id = {one.member_id: one for one in members}
    return {
        key: [by_id[member_id] for member_id in found if member_id in by_id and by_id[member_id].key != key]
        for key, found in near.items()
    }


def _near(known: Mapping[str, KnownNames], profiles: Sequence[Any]) -> dict[str, list[str]]:
    """The ids of the members that are called much like each profile of a known country, the likest first."""
    keys = {country: [name_key(each) for each in one.names] for country, one in known.items()}
    near: dict[str, list[str]] = {}
    compared = 0
    for profile in profiles:
        country = profile.country
        if country not in keys or (near and compared + len(keys[country]) > MOST_COMPARED):
            continue
        compared += len(keys[country])
        ids = known[country].member_ids
        near[profile.key] = [ids[place] for place in likest(likeness_key(profile.name), keys[country])]
    return near
