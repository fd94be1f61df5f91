"""The strength of one need with one offer, the modes in which the two sides meet, and what each mode asks of both.

Invariant: it is defined only here. It is in [0, 1): the nearness of what both are about, which decides, times what the
lower of the needed and offered intensities leaves of it, times the likeness of the modes. One function computes it for
one match, a table holds it for all kinds, up to the nearness; the two agree.

In each mode, the needing side is the one that learns; a study visit brings it to the offering side, an expert mission
the reverse.
"""

from collections.abc import Mapping
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Topic

_CEILING: Final = 0.75
"""The strength of a perfect match; below 1, so that a second match still counts."""
_OTHER_MODE: Final = 0.85
"""The likeness of two different modes: what two cities do together is settled in their first conversation."""
LEVELS: Final = 5
"""The highest intensity."""
_ANY_INTENSITY: Final = 0.5
"""The part of a match that does not depend on how much it matters; the rest rises evenly with the intensity."""
MOBILITIES: Final = tuple((bool(code & 2), bool(code & 1)) for code in range(4))
"""By mobility (see Profiles): whether the city travels, and whether it hosts."""


def needs_travel(mode: str) -> bool:
    """Whether distance matters to `mode`."""
    return MEETINGS[mode] is not Meeting.APART


def is_live(mode: str) -> bool:
    """Whether the two talk at the same moment in `mode`, each at home, so that common working hours matter."""
    return bool(LIVE[WAYS[mode]] > 0)


def asks_much(mode: str) -> bool:
    """Whether `mode` takes so much of both sides' people and rooms that their sizes matter."""
    return bool(CARRIED[WAYS[mode]] > 0)


class Meeting(Enum):
    """The way in which the two sides meet, by the side that travels, if any."""

    APART = "apart"
    """Online, or each at home."""
    AT_OFFERER = "at-offerer"
    AT_NEEDER = "at-needer"
    EITHER = "either"
    BOTH = "both"


MEETINGS: Final[Mapping[str, Meeting]] = MappingProxyType(
    {
        "study-visit": Meeting.AT_OFFERER,
        "staff-exchange": Meeting.BOTH,
        "training": Meeting.EITHER,
        "webinar": Meeting.APART,
        "peer-review": Meeting.APART,
        "expert-mission": Meeting.AT_NEEDER,
        "good-practice": Meeting.APART,
        "action-plan": Meeting.APART,
        "pilot": Meeting.APART,
    }
)
MODES: Final = tuple(MEETINGS)


class Way(IntEnum):
    """The way in which two cities work together; each mode has one."""

    VISITS = 0
    """People of one city go to the other."""
    CALLS = 1
    """They talk live, each at home."""
    JOINT_WORK = 2
    """They work on one thing for months, each at home, and talk live about it."""
    DOCUMENTS = 3
    """One side writes and the other reads."""


WAYS: Final[Mapping[str, Way]] = MappingProxyType(
    {
        "study-visit": Way.VISITS,
        "staff-exchange": Way.VISITS,
        "training": Way.VISITS,
        "webinar": Way.CALLS,
        "peer-review": Way.CALLS,
        "expert-mission": Way.VISITS,
        "good-practice": Way.DOCUMENTS,
        "action-plan": Way.JOINT_WORK,
        "pilot": Way.JOINT_WORK,
    }
)
"""The way of each mode."""
WAY_NUMBERS: Final[Integers] = np.array([WAYS[mode] for mode in MODES], np.int64)
"""By mode: the number of its way."""
TRAVELLED: Final[Floats] = np.array([1.0, 0.0, 0.0, 0.0])
"""By way: how much the distance matters, from 0 to 1."""
LIVE: Final[Floats] = np.array([0.0, 1.0, 1.0, 0.0])
"""By way: how much common working hours matter, from 0 to 1."""
SPOKEN: Final[Floats] = np.array([1.0, 1.0, 1.0, 0.5])
"""By way: how much a common language matters, from 0 to 1; documents can be translated."""
CARRIED: Final[Floats] = np.array([1.0, 0.0, 1.0, 0.0])
"""By way: how much it takes of both sides' people and rooms, from 0 to 1."""


def asked_by(ways: Floats, much: Floats) -> Floats:
    """(n,): how much each row of `ways`, the shares (n, ways) of all ways, asks for something; `much` is by way.

    A row has the same value to the last bit alone and among others, which the product of matrices does not promise.
    """
    return np.asarray((ways * much).sum(axis=1), np.float64)


def is_possible(mode: str, *, needer: tuple[bool, bool], offerer: tuple[bool, bool]) -> bool:
    """Whether the two can meet in `mode`; each side says whether it travels and whether it hosts."""
    to_offerer = needer[0] and offerer[1]
    to_needer = offerer[0] and needer[1]
    match MEETINGS[mode]:
        case Meeting.APART:
            return True
        case Meeting.AT_OFFERER:
            return to_offerer
        case Meeting.AT_NEEDER:
            return to_needer
        case Meeting.EITHER:
            return to_offerer or to_needer
        case Meeting.BOTH:
            return to_offerer and to_needer


POSSIBLE: Final[Booleans] = np.array(
    [[[is_possible(mode, needer=n, offerer=o) for o in MOBILITIES] for n in MOBILITIES] for mode in MODES], bool
)
"""Whether two cities can meet, by mode of the offer, mobility of the needer, mobility of the offerer (see Profiles)."""


def can_meet(mode: str, needer: City, offerer: City) -> bool:
    """Whether two cities can meet in the mode of an offer."""
    return is_possible(mode, needer=(needer.travels, needer.hosts), offerer=(offerer.travels, offerer.hosts))


def strength(need: Topic, offer: Topic, share: float) -> float:
    """The strength of a match for which the two cities can meet; `share` is the nearness of what both are about."""
    alike = 1.0 if need.mode == offer.mode else _OTHER_MODE
    return float(_matters(np.int64(min(need.intensity, offer.intensity)))) * alike * share


def reaches(needs: Integers, offers: Integers) -> Floats:
    """(needs, offers): the strength of each kind of need with each kind of offer where both are about the same.

    A kind is (intensity, mode) in numbers.
    """
    reach = _matters(np.minimum(needs[:, None, 0], offers[None, :, 0]))
    return np.asarray(reach * np.where(needs[:, None, 1] == offers[None, :, 1], 1.0, _OTHER_MODE), np.float64)


def _matters(intensity: Any) -> Any:
    """The strength of a match of one mode and about the same, by intensity from 0 to LEVELS; 0 for intensity 0."""
    return np.where(intensity > 0, _CEILING * (_ANY_INTENSITY + (1 - _ANY_INTENSITY) * intensity / LEVELS), 0.0)


KINDS: Final[Integers] = np.array(
    [(intensity, mode) for intensity in range(LEVELS + 1) for mode in range(len(MODES))], np.int64
)
"""All kinds of needs and offers: (intensity, mode); a kind stands at intensity times all modes, plus mode."""
REACHES: Final[Floats] = reaches(KINDS, KINDS)
"""`reaches` of all kinds."""
