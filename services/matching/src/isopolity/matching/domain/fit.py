"""How far the offers of one city meet the needs of another.

Every need and every offer on the same subject make a match with a strength in [0, 1): the lower of what is
needed and what is offered, times how alike the modes are; 0 where the two cannot meet in the offer's mode.
A direction's value is 1 - prod(1 - strength): one match that is met well is worth a mail, each further one counts
less, and none can be taken away without lowering the value. In logarithms the matches add up, so that blocks of pairs
are sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from scipy import sparse

from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.modes import MODES, is_possible, needs_travel
from isopolity.matching.domain.profiles import Floats, Integers, Profiles, Topics

_CEILING: Final = 0.9
"""The strength of a perfect match; below 1, so that a second match still counts."""
_OTHER_MODE: Final = 0.6
_LEVELS: Final = 5
_MOBILITIES: Final = tuple((bool(code & 2), bool(code & 1)) for code in range(4))


@dataclass(frozen=True, slots=True)
class Match:
    """A need that an offer meets, and how well."""

    need: Topic
    offer: Topic
    strength: float

    @property
    def same_mode(self) -> bool:
        """Whether the offer comes in the very mode that was asked for."""
        return self.need.mode == self.offer.mode


@dataclass(frozen=True, slots=True)
class Block:
    """For some cities by all cities: what is met, and how much of that needs no travel, as -log(1 - value)."""

    total: Floats
    online: Floats

    @property
    def value(self) -> Floats:
        """How far the needs are met, in [0, 1)."""
        return -np.expm1(-self.total)


def matches(needer: City, offerer: City, today: date) -> Sequence[Match]:
    """The matches between the needs of one and the offers of the other, the strongest first."""
    found = [
        Match(need, offer, strength)
        for need in needer.needs
        for offer in offerer.offers
        if need.subject == offer.subject
        and need.stands(today)
        and offer.stands(today)
        and (strength := _strength(need, offer, needer, offerer)) > 0
    ]
    return sorted(found, key=lambda match: (-match.strength, match.need.subject, match.need.mode, match.offer.mode))


class Fit:
    """The fit of every pair of cities, by rows: needs and offers of a kind are weighed once, then added up by pair."""

    def __init__(self, profiles: Profiles) -> None:
        needs, offers = _kinds(profiles.needs, profiles), _kinds(profiles.offers, profiles)
        strengths, online = _weighed(needs.kinds, offers.kinds)
        self._needs, self._offers = needs.by_city, offers.by_city
        self._wants = (needs.by_city @ strengths, needs.by_city @ online)
        self._gives = (offers.by_city @ strengths.T, offers.by_city @ online.T)

    def needs_met(self, rows: Integers) -> Block:
        """How far all cities' offers meet the needs of the cities in `rows`."""
        total, online = ((wants[rows] @ self._offers.T).toarray() for wants in self._wants)
        return Block(total, online)

    def offers_wanted(self, rows: Integers) -> Block:
        """How far the offers of the cities in `rows` meet all cities' needs."""
        total, online = ((gives[rows] @ self._needs.T).toarray() for gives in self._gives)
        return Block(total, online)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """The kinds of needs or offers that occur: (subject, intensity, mode, mobility) rows, and which city has which."""

    kinds: Integers
    by_city: sparse.csr_array


def _kinds(topics: Topics, profiles: Profiles) -> _Kinds:
    rows = np.column_stack((topics.subject, topics.intensity, topics.mode, profiles.mobility[topics.city]))
    kinds, kind = np.unique(rows, axis=0, return_inverse=True)
    ones = np.ones(len(rows))
    shape = (len(profiles), len(kinds))
    return _Kinds(kinds, sparse.csr_array((ones, (topics.city, kind.reshape(-1))), shape=shape))


def _weighed(needs: Integers, offers: Integers) -> tuple[sparse.csr_array, sparse.csr_array]:
    """-log(1 - strength) of every kind of need with every kind of offer on its subject; and the part without travel."""
    found = [
        (np.repeat(wanted, len(offered)), np.tile(offered, len(wanted)))
        for subject in np.unique(needs[:, 0])
        if len(offered := np.flatnonzero(offers[:, 0] == subject))
        and len(wanted := np.flatnonzero(needs[:, 0] == subject))
    ]
    shape = (len(needs), len(offers))
    if not found:
        return sparse.csr_array(shape), sparse.csr_array(shape)
    need, offer = (np.concatenate(entries) for entries in zip(*found, strict=True))
    (_, needed, need_mode, needer), (_, offered, offer_mode, offerer) = needs[need].T, offers[offer].T
    strengths = _TABLE[needed - 1, offered - 1, need_mode, offer_mode, needer, offerer]
    online = strengths * _APART[offer_mode]
    return sparse.csr_array((strengths, (need, offer)), shape), sparse.csr_array((online, (need, offer)), shape)


def _strength(need: Topic, offer: Topic, needer: City, offerer: City) -> float:
    possible = is_possible(offer.mode, needer=(needer.travels, needer.hosts), offerer=(offerer.travels, offerer.hosts))
    if not possible:
        return 0.0
    alike = 1.0 if need.mode == offer.mode else _OTHER_MODE
    return _CEILING / _LEVELS * min(need.intensity, offer.intensity) * alike


def _strength_table() -> Floats:
    """-log(1 - strength) by intensity of need and offer, mode of need and offer, mobility of needer and offerer."""
    levels = np.arange(1, _LEVELS + 1)
    reach = _CEILING / _LEVELS * np.minimum(levels[:, None], levels[None, :])
    alike = np.where(np.eye(len(MODES), dtype=bool), 1.0, _OTHER_MODE)
    possible = np.array(
        [[[is_possible(mode, needer=n, offerer=o) for o in _MOBILITIES] for n in _MOBILITIES] for mode in MODES]
    )
    strength = (
        reach[:, :, None, None, None, None] * alike[None, None, :, :, None, None] * possible[None, None, None, :, :, :]
    )
    return np.asarray(-np.log1p(-strength), np.float64)


_TABLE: Final = _strength_table()
_APART: Final = np.array([not needs_travel(mode) for mode in MODES], np.float64)
