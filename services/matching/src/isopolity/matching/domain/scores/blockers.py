"""Blockers: hard rules that exclude a pair whatever its score, held as bits so that many pairs are decided at once.

Invariant: a blocker never changes a score and a score never lifts a blocker. Blockers that could reveal an answer, a
capacity or a rule of staff appear to members as one code, “not proposed at present”.
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
    """A reason for which a pair is not proposed; explanations follow this order, which is that of the bits."""

    SAME_CITY = "same-city"
    TIED = "tied-already"
    OWN_COUNTRY = "own-country"
    """Both cities are in one country, and not both of them accept that."""
    LEGAL_ACT = "legal-act"
    """A binding legal act on the network's public list keeps the countries of the two sides apart."""
    SUBJECTS = "subjects"
    """No need of either side is on the subject of an offer of the other, or on a neighbouring subject."""
    OUT_OF_REACH = "out-of-reach"
    """Needs and offers match in subject, but the sides cannot meet: one would have to travel or host."""
    REGION = "region"
    COUNTRY = "country"
    POPULATION = "population"
    PERIOD = "period"
    AMOUNT = "amount"
    """The amounts asked for and granted do not overlap, no money is granted, or the budget is too small."""
    NO_MONEY_ASKED = "no-money-asked"
    """The programme could help with money alone, and the city asks for none."""
    NEVER = "never-rule"
    PROPOSED = "proposed-before"
    """The pair is proposed now, or was settled so recently that it is frozen."""
    NO_CAPACITY = "no-capacity"

    @property
    def bit(self) -> np.uint16:
        """The one bit that stands for this blocker in the bits of a pair."""
        return _BITS[self]


NOT_AT_PRESENT: Final = "not-at-present"
PRIVATE: Final = frozenset({Blocker.NEVER, Blocker.PROPOSED, Blocker.NO_CAPACITY})
_BITS: Final[Mapping[Blocker, np.uint16]] = {blocker: np.uint16(1 << place) for place, blocker in enumerate(Blocker)}
_SAME_CITY, _OWN_COUNTRY, _LEGAL_ACT = Blocker.SAME_CITY.bit, Blocker.OWN_COUNTRY.bit, Blocker.LEGAL_ACT.bit


def codes(bits: int | np.uint16) -> Sequence[Blocker]:
    """The blockers in the bits of one pair, in the order of `Blocker`."""
    return [blocker for blocker in Blocker if int(bits) & int(blocker.bit)]


def visible_codes(bits: int | np.uint16) -> Sequence[str]:
    """The codes that the members of a pair may see; all blockers in PRIVATE become one NOT_AT_PRESENT at the end."""
    found = codes(bits)
    public = [blocker.value for blocker in found if blocker not in PRIVATE]
    return public if len(public) == len(found) else [*public, NOT_AT_PRESENT]


def flagged(blocker: Blocker, where: Booleans) -> Unsigned16:
    """The blocker's bit for each pair where it applies, else 0."""
    return blocker.bit * where


class RuleColumns(NamedTuple):
    """The columns of Profiles that `city_rules` reads, one entry a city."""

    country: Integers
    wants_own_country: Booleans
    acts_one_side: Integers
    acts_other_side: Integers

    @classmethod
    def of(cls, profiles: Profiles) -> "RuleColumns":
        """Take the columns from `profiles`, without copying them."""
        return cls(*(getattr(profiles, name) for name in cls._fields))


def city_rules(columns: RuleColumns, a: Any, b: Any) -> Any:
    """The blockers of the pairs (a, b) that follow from the two profiles, as bits; `a` and `b` are indices of cities.

    Needs and offers are left to `gains_nothing`.
    """
    both_want = columns.wants_own_country[a] & columns.wants_own_country[b]
    in_own_country = (columns.country[a] == columns.country[b]) & ~both_want
    one_way = columns.acts_one_side[a] & columns.acts_other_side[b]
    other_way = columns.acts_other_side[a] & columns.acts_one_side[b]
    is_apart = (one_way | other_way) != 0
    return _SAME_CITY * (a == b) | _OWN_COUNTRY * in_own_country | _LEGAL_ACT * is_apart


def gains_nothing(one: Any, other: Any) -> Any:
    """Whether no city of a pair gets anything; `one` and `other` are the met shares of their needs."""
    return one + other == 0
