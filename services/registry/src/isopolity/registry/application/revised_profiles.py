"""Sets the fields of a revised profile that only registry holds (`INTERNAL_FIELDS`), and the ids of programmes: which
programmes wait for staff or are refused, which words of a city are hidden, and which countries it avoids.

Invariants: two programmes of a partner never share an id, and a programme keeps its id as long as its name. A partner's
change of a programme is compared with its admitted state; changes by staff are admitted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isopolity.identity.folded_text import fold
from isopolity.machine.clock import IdFactory
from isopolity.registry.domain.city import CityProfile, refuse_contradiction
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.partner import PartnerProfile, Programme, Refusal
from isopolity.registry.domain.review import PROGRAMME, asks_the_same, held_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Which programmes of a revised profile wait for staff, besides those that waited before."""

    new: bool = False
    """Whether new programmes wait."""
    changed: bool = False
    """Whether changes of the meaning of admitted programmes wait."""


NO_WAIT = Wait()


def with_internal_fields(profile: Any, stored: Any, ids: IdFactory, *, wait: Wait = NO_WAIT) -> Any:
    """`profile`, revised from `stored` (None: new), with the fields that only registry holds.

    A programme gets its own id, that of the stored programme of its name, or a new one; changing the refused part of
    a programme submits it again. Hidden words of a city stay hidden for as long as it says them; the countries that it
    avoids stay as they are. Raises InvalidProfile for ids of programmes that the partner does not have, and for ways of
    meeting that newly contradict each other.
    """
    if isinstance(profile, CityProfile):
        return _with_private_fields(profile, stored if isinstance(stored, CityProfile) else None)
    if not isinstance(profile, PartnerProfile):
        return profile
    if not profile.programmes:
        return replace(profile, waiting=(), handed_in=(), refused=(), admitted=())
    known = stored if isinstance(stored, PartnerProfile) else replace(profile, programmes=(), waiting=(), admitted=())
    _refuse_unknown(profile, {programme.programme_id for programme in known.programmes})
    programmes = tuple(_with_ids(profile, known, ids))
    revised = _Revised(known=known, wait=wait, programmes={each.programme_id: each for each in programmes})
    waiting = tuple(each.programme_id for each in programmes if revised.waits(each))
    return replace(
        profile,
        programmes=programmes,
        waiting=waiting,
        handed_in=tuple(each for each in known.handed_in if each.programme_id in waiting),
        refused=tuple(each for each in known.refused if revised.stays_refused(each)),
        admitted=tuple(filter(None, map(revised.admitted, programmes))),
    )


def _with_private_fields(profile: CityProfile, stored: CityProfile | None) -> CityProfile:
    if stored is not None:  # a new profile was checked as it came in; one of an earlier release may contradict itself
        refuse_contradiction(profile, stored)
    avoided = () if stored is None else stored.avoided_countries
    if profile.avoided_countries != avoided:
        profile = profile.avoiding(avoided)
    known_words = () if stored is None else stored.hidden
    return profile.hiding(known_words) if known_words or profile.hidden else profile


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revised:
    """The wanted programmes by their ids, with the stored ones."""

    known: PartnerProfile
    wait: Wait
    programmes: Mapping[str, Programme]

    def admitted(self, programme: Programme) -> Programme | None:
        """The admitted state to store, if the revised programme differs from it; else None."""
        before, was = self.known.before(programme.programme_id), self._was(programme.programme_id)
        is_pending = programme.programme_id in self.known.waiting
        if before is None:
            before = was if self.wait.changed and not is_pending else None
        elif is_pending:
            before = before if self.wait.new or held_back(PROGRAMME, before, programme) else None
        elif programme != was and not self.wait.changed:
            before = None  # staff made the change, or staff does not review changes
        return None if before == programme else before

    def waits(self, programme: Programme) -> bool:
        """Whether it waits for staff, whole or in part."""
        before, was = self.admitted(programme), self._was(programme.programme_id)
        if before is not None:
            return bool(held_back(PROGRAMME, before, programme))
        is_admitted = was is not None and (
            programme.programme_id not in self.known.waiting or self.known.before(programme.programme_id) is not None
        )
        return not is_admitted and (was is not None or self.wait.new)

    def stays_refused(self, refusal: Refusal) -> bool:
        """Whether the programme still asks for what staff has refused."""
        programme, was = self.programmes.get(refusal.programme_id), self._was(refusal.programme_id)
        if programme is None or was is None or not self.waits(programme):
            return False
        before = self.admitted(programme)
        return programme == was if before is None else asks_the_same(PROGRAMME, before, was, programme)

    def _was(self, programme_id: str) -> Programme | None:
        return next((each for each in self.known.programmes if each.programme_id == programme_id), None)


def _with_ids(profile: PartnerProfile, known: PartnerProfile, ids: IdFactory) -> Iterator[Programme]:
    by_name = {fold(each.name): each.programme_id for each in (*known.admitted, *known.programmes)}
    taken = {programme.programme_id for programme in profile.programmes}
    for programme in profile.programmes:
        if programme.programme_id:
            yield programme
        else:
            old = by_name.get(fold(programme.name))
            given = old if old and old not in taken else ids()
            taken.add(given)  # a programme may be known by two names
            yield replace(programme, programme_id=given)


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
