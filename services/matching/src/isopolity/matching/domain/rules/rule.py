"""The kinds of rules of a round.

Invariant: a rule contains all that decides it, and nothing of the round to which it is given.
"""

from dataclasses import dataclass
from typing import Literal

from isopolity.matching.domain.rules.filters import (
    ALL_PAIRS,
    TWINNINGS,
    Grouping,
    MemberFilter,
    PairFilter,
    PairKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPairs:
    """At least `at_least` and at most `at_most` of the fitting pairs are chosen; `at_most` 0 rules them out."""

    rule: Literal["count-pairs"] = "count-pairs"
    name: str = ""
    pairs: PairFilter = ALL_PAIRS
    at_least: int | None = None
    at_most: int | None = None

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters that this rule uses."""
        return self.pairs.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPerMember:
    """Each fitting member gets at least `at_least` and at most `at_most` pairs.

    A member with less room, or fewer candidates, than `at_least` has to get only as many pairs as it can have.
    """

    rule: Literal["count-per-member"] = "count-per-member"
    name: str = ""
    each: MemberFilter
    kind: PairKind = PairKind.ALL
    partner: MemberFilter | None = None
    """Only pairs with these partners count."""
    at_least: int | None = None
    at_most: int | None = None
    of_one: Grouping | None = None
    """Apply `at_most` separately to the partners of each country, or of each region."""

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters that this rule uses."""
        return (self.each, *(() if self.partner is None else (self.partner,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeMembers:
    """At least this number of the fitting members get a pair, or this percentage of those that have room."""

    rule: Literal["serve-members"] = "serve-members"
    name: str = ""
    serve: MemberFilter
    kind: PairKind = PairKind.ALL
    at_least: int | None = None
    at_least_percent: float | None = None

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters that this rule uses."""
        return (self.serve,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonLanguage:
    """Only those fitting pairs whose members share a working language; members without known languages share none."""

    rule: Literal["common-language"] = "common-language"
    name: str = ""
    pairs: PairFilter = ALL_PAIRS

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters that this rule uses."""
        return self.pairs.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Only those fitting twinnings whose cities lie within these limits of distance; both places must be known."""

    rule: Literal["distance"] = "distance"
    name: str = ""
    pairs: PairFilter = TWINNINGS
    km_at_least: float | None = None
    km_at_most: float | None = None

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters that this rule uses."""
        return self.pairs.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionFloors:
    """Each region gets at least its share of the plain round's pairs, less a tolerance.

    A region's share is that of its cities among those with room; the floor is no more than the region can reach alone.
    A pair counts for each region that it is in.
    """

    rule: Literal["region-floors"] = "region-floors"
    name: str = ""
    kind: PairKind = PairKind.ALL
    tolerance_percent: float = 5.0

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters of this rule: none, as it is about all members."""
        return ()


Rule = CountPairs | CountPerMember | ServeMembers | CommonLanguage | Distance | RegionFloors
