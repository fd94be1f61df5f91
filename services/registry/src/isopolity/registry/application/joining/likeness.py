"""Members whose names are much like those of applicants, spelt otherwise or with a place that only one of them has.

Invariant: likeness is told to staff and decides nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rapidfuzz.distance import Indel
from rapidfuzz.process import extract

from isopolity.folded_text import name_key
from isopolity.registry.application.directory import Filter, KnownNames, MemberDirectory
from isopolity.registry.application.imports.lookup import LIKE
from isopolity.registry.domain.member import Member

_MOST: Final = 3
"""Members that are told of one applicant."""


async def members_alike(
    directory: MemberDirectory[Any], profiles: Sequence[Any]
) -> Mapping[str, Sequence[Member[Any]]]:
    """The members of the same country with names much like a profile's, by the profile's key, at most three each.

    One of the same key is none of them: it is told apart from these.
    """
    if not profiles:
        return {}
    known = await directory.names({profile.country for profile in profiles})
    near = await asyncio.to_thread(_near, known, profiles)
    ids = tuple({member_id for found in near.values() for member_id in found})
    members = await directory.page(Filter(ids=ids), after=None, limit=len(ids)) if ids else ()
    by_id = {one.member_id: one for one in members}
    return {
        key: [by_id[member_id] for member_id in found if member_id in by_id and by_id[member_id].key != key]
        for key, found in near.items()
    }


def _near(known: Sequence[KnownNames], profiles: Sequence[Any]) -> dict[str, list[str]]:
    """The ids of the members that are called much like each profile, the likest first."""
    called: dict[str, dict[str, str]] = {}
    for member in known:
        for name in reversed(member.names):
            called.setdefault(member.country, {})[_key(name)] = member.member_id
    return {profile.key: _of_country(called.get(profile.country, {}), profile.name) for profile in profiles}


def _of_country(called: Mapping[str, str], name: str) -> list[str]:
    found = extract(name_key(name), called.keys(), scorer=Indel.normalized_similarity, score_cutoff=LIKE, limit=_MOST)
    return list(dict.fromkeys(called[each] for each, *_ in found))


def _key(folded: str) -> str:
    """The `name_key` of a name that is folded already: of most, the name without its spaces."""
    squeezed = folded.replace(" ", "")
    return squeezed if squeezed.isalnum() else name_key(folded)
