"""The identity of programmes: a programme keeps its id as long as its partner keeps its name, or names its id.

Invariant: two programmes of a partner never share an id.
"""

from dataclasses import replace
from typing import Any

from isopolity.clock import IdFactory
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.partner import PartnerProfile, Programme
from isopolity.registry.domain.text import fold


def identified(profile: Any, stored: Any, ids: IdFactory) -> Any:
    """`profile` with an id for each programme: the one it names, that of the stored one of its name, or a new one."""
    if not isinstance(profile, PartnerProfile) or not profile.programmes:
        return profile
    known = stored.programmes if isinstance(stored, PartnerProfile) else ()
    _refuse_unknown(profile, {programme.programme_id for programme in known})
    by_name = {fold(programme.name): programme.programme_id for programme in known}
    taken = {programme.programme_id for programme in profile.programmes}

    def with_id(programme: Programme) -> Programme:
        if programme.programme_id:
            return programme
        old = by_name.get(fold(programme.name))
        return replace(programme, programme_id=old if old and old not in taken else ids())

    return replace(profile, programmes=tuple(with_id(programme) for programme in profile.programmes))


def _refuse_unknown(profile: PartnerProfile, known: set[str]) -> None:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, programme in enumerate(profile.programmes):
        identifier = programme.programme_id
        if identifier and (identifier not in known or identifier in seen):
            path = ("programmes", position, "programme_id")
            errors.append(FieldError(path, "Leave programme_id out for a new programme."))
        seen.add(identifier)
    if errors:
        raise InvalidProfile(errors)
