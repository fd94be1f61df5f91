"""Members whose names are much like those of applicants, spelt otherwise or with a place that only one of them has.

Invariant: likeness is told to staff and decides nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from isopolity.folded_text import name_key
from isopolity.registry.application.directory import Filter, KnownNames, MemberDirectory
from isopolity.registry.application.imports.lookup import LIKE
from isopolity.registry.domain.member import Member

_MOST: Final = 3
"""Members that are told of one applicant."""
MOST_COMPARED: Final = 50_000
"""Pairs of names that are compared for one list; beyond them its applications are compared when they are read alone."""


async def members_alike(
    directory: MemberDirectory[Any], profiles: Sequence[Any]
) -> Mapping[str, Sequence[Member[Any]]]:
    """The members of the same country with names much like a profile's, by the profile's key, at most three each.

    One of the same key is none of them: it is told apart from these. The first profile is always compared; those that
    would go beyond the most pairs of names are missing.
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
            called.setdefault(member.country, {})[name_key(name)] = member.member_id
    near: dict[str, list[str]] = {}
    compared = 0
    for profile in profiles:
        of_country = called.get(profile.country, {})
        compared += len(of_country)
        if not near or compared <= MOST_COMPARED:
            near[profile.key] = called_alike(of_country, profile.name)
    return near


def called_alike(called: Mapping[str, str], name: str) -> list[str]:
    """The ids of those whose keys of names are much like `name`, the likest first; `called` has ids by key."""
    key = name_key(name)
    letters = frozenset(key)
    likely = [each for each in called if _reachable(key, letters, each) >= LIKE]
    found = get_close_matches(key, likely, n=_MOST, cutoff=LIKE)
    return list(dict.fromkeys(called[each] for each in found))


def _reachable(key: str, letters: frozenset[str], other: str) -> float:
    """A ratio of equal characters that `key` and `other` do not exceed: letters that only `key` has are not equal."""
    return 2 * min(len(other), len(key) - len(letters.difference(other))) / (len(key) + len(other))
