"""Floors: each group of cities gets at least its share of what a round gives, so that no group takes all.

Cities are grouped by region, size, income of their country, and main language. A floor is soft: it is met as far as
that is possible, and no round fails for it. Invariant: a city whose group is not known is in no group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from isopolity.matching.domain.rules.filters import PairKind


class FloorGrouping(StrEnum):
    """The attribute by which cities are grouped for floors."""

    REGION = "region"
    SIZE = "size"
    INCOME = "income"
    LANGUAGE = "language"


EVERY_GROUPING: Final = tuple(FloorGrouping)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """The floors of a round; without groupings it has none."""

    by: tuple[FloorGrouping, ...] = ()
    tolerance_percent: float = 5.0
    """How far a group may stay below its share, in percent of that share."""


NO_FLOORS: Final = Floors()
STANDING_FLOORS: Final = Floors(by=EVERY_GROUPING)
"""The default floors of a network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorOutcome:
    """The outcome of one floor; all numbers are cities."""

    kind: PairKind
    """Twinnings, or sponsorships."""
    by: FloorGrouping
    group: str
    cities: int
    """The cities of the group that could get such a pair: they have room and a candidate."""
    wanted: int
    """The number that should get one: the group's share, less the tolerance."""
    before: int
    """The number that get one in the best choice without floors."""
    reached: int
    """The number that get one in this choice."""

    @property
    def is_raised(self) -> bool:
        """Whether the floor gives the group more than it had without."""
        return self.before < self.wanted and self.reached > self.before

    @property
    def is_met(self) -> bool:
        """Whether the group gets its share."""
        return self.reached >= self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorsResult:
    """The outcomes of all floors of a round."""

    outcomes: tuple[FloorOutcome, ...]
    value_without: int
    """The worth of the best choice found without floors, in units of WEIGHT_UNIT."""

    @property
    def raised(self) -> Sequence[FloorOutcome]:
        """The floors that changed the choice."""
        return [each for each in self.outcomes if each.is_raised]

    @property
    def missed(self) -> Sequence[FloorOutcome]:
        """The floors that could not be met."""
        return [each for each in self.outcomes if not each.is_met]
