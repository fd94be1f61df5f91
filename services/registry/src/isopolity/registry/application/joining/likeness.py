"""Finds members with names similar to those of applicants: spelt differently, or with an added place.

Invariant: similarity only informs staff.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from isopolity.registry.application.directory import Filter, KnownNames, MemberDirectory
from isopolity.registry.application.imports.name_index import likeness_key, likest
from isopolity.registry.domain.member import Member

MOST_READ: Final = 20_000
"""The most members whose names are read for one list; for a single application all are read."""
MOST_COMPARED: Final = 200_000
"""The most pairs of names compared for one list; other applications are compared when they are read alone."""


async def members_alike(
    directory: MemberDirectory[Any], profiles: Sequence[Any]
) -> Mapping[str, Sequence[Member[Any]]]:
    """At most three members of the same country with similar names for each profile, by the profile's key.

    A member with the same key is left out, since callers report it separately. A single profile is always compared; of
    several, those beyond `MOST_READ` names or `MOST_COMPARED` pairs are left out.
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
    """By profile key, the ids of members of a known country with similar names, the most similar first."""
    keys = {country: [likeness_key(each) for each in one.names] for country, one in known.items()}
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
