"""Blockers: hard rules that keep a pair apart whatever its score, held as bits so that many pairs are decided at once.

Invariant: a blocker never changes a score and a score never lifts a blocker. What could tell something about an
answer, about capacity or about staff's rules is shown to members as one code, “not proposed at present”.
A rule between two cities has one definition: `city_rules` and `gains_nothing` serve arrays of pairs here, and are
compiled for one pair of indices in the first stage. They are written in what numpy and numba both know.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Integers, Unsigned16
from isopolity.matching.domain.scores.city_arrays import Profiles


class Blocker(StrEnum):
    """A reason why a pair is not proposed; they are told in this order, which is that of the bits."""

    SAME_CITY = "same-city"
    TIED = "tied-already"
    OWN_COUNTRY = "own-country"
    """Two cities of one country that do not both want that."""
    SUBJECTS = "subjects"
    """Nothing that one looks for is what the other gives, nor a neighbour of it."""
    OUT_OF_REACH = "out-of-reach"
    """There is something to give, but no way to meet for it: somebody would have to travel or host."""
    REGION = "region"
    COUNTRY = "country"
    POPULATION = "population"
    PERIOD = "period"
    AMOUNT = "amount"
    """The amounts asked for and granted do not overlap, or the budget does not reach."""
    NEVER = "never-rule"
    PROPOSED = "proposed-before"
    """Proposed now, or settled so recently that the pair is frozen."""
    NO_CAPACITY = "no-capacity"

    @property
    def bit(self) -> np.uint16:
        """The bit of the blocker."""
        return _BITS[self]


NOT_AT_PRESENT: Final = "not-at-present"
PRIVATE: Final = frozenset({Blocker.NEVER, Blocker.PROPOSED, Blocker.NO_CAPACITY})
_BITS: Final[Mapping[Blocker, np.uint16]] = {blocker: np.uint16(1 << place) for place, blocker in enumerate(Blocker)}
_SAME_CITY, _OWN_COUNTRY = Blocker.SAME_CITY.bit, Blocker.OWN_COUNTRY.bit


def codes(bits: int | np.uint16) -> Sequence[Blocker]:
    """The blockers of one pair."""
    return [blocker for blocker in Blocker if int(bits) & int(blocker.bit)]


def shown(bits: int | np.uint16) -> Sequence[str]:
    """The codes of one pair as its members may see them."""
    found = codes(bits)
    public = [blocker.value for blocker in found if blocker not in PRIVATE]
    return public if len(public) == len(found) else [*public, NOT_AT_PRESENT]


def flagged(blocker: Blocker, where: Booleans) -> Unsigned16:
    """The blocker's bit where it applies."""
    return blocker.bit * where


class RuleColumns(NamedTuple):
    """The columns of Profiles that `city_rules` looks at, one entry a city."""

    country: Integers
    wants_own_country: Booleans

    @classmethod
    def of(cls, profiles: Profiles) -> "RuleColumns":
        """The columns of these profiles."""
        return cls(*(getattr(profiles, name) for name in cls._fields))


def city_rules(columns: RuleColumns, a: Any, b: Any) -> Any:
    """The blockers of the pairs (a, b) by the two profiles alone, as bits; `a` and `b` are indices of cities.

    Needs and offers are left to `gains_nothing`.
    """
    both_want = columns.wants_own_country[a] & columns.wants_own_country[b]
    in_own_country = (columns.country[a] == columns.country[b]) & ~both_want
    return _SAME_CITY * (a == b) | _OWN_COUNTRY * in_own_country


def gains_nothing(one: Any, other: Any) -> Any:
    """Whether neither city of a pair gets anything; `one` and `other` are the met shares of their needs."""
    return one + other == 0
