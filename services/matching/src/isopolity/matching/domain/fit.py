"""How far the offers of one city meet the needs of another.

Every need and every offer on the same subject make a match with a strength in [0, 1): the lower of what is
needed and what is offered, times how alike the modes are; 0 where the two cannot meet in the offer's mode.
A direction's value is 1 - prod(1 - strength): one match that is met well is worth a mail, each further one counts
less, and none can be taken away without lowering the value. In logarithms the matches add up, so that blocks of pairs
are sums.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.modes import MODES, is_online, is_possible
from isopolity.matching.domain.profiles import Floats, Integers, Profiles

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


def needs_met(profiles: Profiles, rows: Integers) -> Block:
    """How far all cities' offers meet the needs of the cities in `rows`."""
    return _block(profiles, rows, rows_need=True)


def offers_wanted(profiles: Profiles, rows: Integers) -> Block:
    """How far the offers of the cities in `rows` meet all cities' needs."""
    return _block(profiles, rows, rows_need=False)


def _strength(need: Topic, offer: Topic, needer: City, offerer: City) -> float:
    possible = is_possible(offer.mode, needer=(needer.travels, needer.hosts), offerer=(offerer.travels, offerer.hosts))
    if not possible:
        return 0.0
    alike = 1.0 if need.mode == offer.mode else _OTHER_MODE
    return _CEILING / _LEVELS * min(need.intensity, offer.intensity) * alike


def _block(profiles: Profiles, rows: Integers, *, rows_need: bool) -> Block:
    needs, offers, mobility = profiles.needs, profiles.offers, profiles.mobility
    row_of = np.full(len(profiles), -1)
    row_of[rows] = np.arange(len(rows))
    total = np.zeros((len(rows), len(profiles)))
    online = np.zeros_like(total)
    for _, wanted, offered in _pairs_of_subjects(profiles):
        wanted, offered = (
            (wanted[row_of[needs.city[wanted]] >= 0], offered)
            if rows_need
            else (wanted, offered[row_of[offers.city[offered]] >= 0])
        )
        if not len(wanted) or not len(offered):
            continue
        needer, offerer = needs.city[wanted], offers.city[offered]
        strengths = _TABLE[
            needs.intensity[wanted][:, None] - 1,
            offers.intensity[offered][None, :] - 1,
            needs.mode[wanted][:, None],
            offers.mode[offered][None, :],
            mobility[needer][:, None],
            mobility[offerer][None, :],
        ]
        place = (
            (row_of[needer][:, None], offerer[None, :]) if rows_need else (row_of[offerer][None, :], needer[:, None])
        )
        np.add.at(total, place, strengths)
        np.add.at(online, place, strengths * _ONLINE[offers.mode[offered]][None, :])
    return Block(total, online)


def _pairs_of_subjects(profiles: Profiles) -> Iterator[tuple[str, Integers, Integers]]:
    for subject, wanted in profiles.needs.by_subject.items():
        offered = profiles.offers.by_subject.get(subject)
        if offered is not None:
            yield subject, wanted, offered


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
_ONLINE: Final = np.array([is_online(mode) for mode in MODES], np.float64)
