"""The kinds of rules of a round.

Invariant: what is a rule's to decide stands in the rule; nothing of the round that it is for.
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
    """At least, at most so many pairs are chosen of those that fit; `at_most` 0 rules them out."""

    rule: Literal["count-pairs"] = "count-pairs"
    name: str = ""
    pairs: PairFilter = ALL_PAIRS
    at_least: int | None = None
    at_most: int | None = None

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The filters of members in it."""
        return self.pairs.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPerMember:
    """At least, at most so many pairs for each member that fits; `at_least` asks for no more than a member can have.

    A member can have as many pairs as it has room and candidates for.
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
    """Of `at_most`: it holds for the partners of each country, or of each region, by itself."""

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The filters of members in it."""
        return (self.each, *(() if self.partner is None else (self.partner,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeMembers:
    """At least so many of the members that fit get a pair; in percent: of those that have room."""

    rule: Literal["serve-members"] = "serve-members"
    name: str = ""
    serve: MemberFilter
    kind: PairKind = PairKind.ALL
    at_least: int | None = None
    at_least_percent: float | None = None

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The filters of members in it."""
        return (self.serve,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonLanguage:
    """Of the pairs that fit, only those of two members with a working language in common; both must be known."""

    rule: Literal["common-language"] = "common-language"
    name: str = ""
    pairs: PairFilter = ALL_PAIRS

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The filters of members in it."""
        return self.pairs.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Of the twinnings that fit, only those of two cities that lie so far apart; both places must be known."""

    rule: Literal["distance"] = "distance"
    name: str = ""
    pairs: PairFilter = TWINNINGS
    km_at_least: float | None = None
    km_at_most: float | None = None

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The filters of members in it."""
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
        """The filters of members in it: none, as it is about all."""
        return ()


Rule = CountPairs | CountPerMember | ServeMembers | CommonLanguage | Distance | RegionFloors
