"""The rule book of a round: its rules and its objective; stored with the round, so that both are of one version.

Invariant: a rule contains all that decides it, and nothing of the round to which it is given. The outcome of the rules
holds numbers only: the values reached, the limits, and the cost of each; sentences are made of them when they are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Final, Literal

from isopolity.matching.domain.rules.filters import ALL_PAIRS, TWINNINGS, Grouping, MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.rules.floors import Floors


class Objective(StrEnum):
    """The objective by which the best of the permitted choices is found."""

    MOST_TOTAL_FIT = "most-total-fit"
    """The greatest sum of the pairs' worth."""
    SERVE_EVERYBODY_FIRST = "serve-everybody-first"
    """The greatest number of members with a pair; ties are broken by the sum."""
    AS_EVEN_AS_POSSIBLE_BY_REGION = "as-even-as-possible-by-region"
    """The greatest served share of the least served region, then of the next one, and so on; ties: the greatest sum."""
    FIRST_TIES_FIRST = "first-ties-first"
    """The greatest number of cities without a tie that get a pair; ties are broken by the sum."""


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
    within: Grouping | None = None
    """Only twinnings within the member's own country, or region, count."""
    across: Grouping | None = None
    """Only twinnings out of the member's own country, or region, count."""
    at_least: int | None = None
    at_most: int | None = None
    of_one: Grouping | None = None
    """Apply `at_most` separately to the partners of each country, or of each region."""

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters that this rule uses."""
        return (self.each, *(() if self.partner is None else (self.partner,)))

    @property
    def counted(self) -> PairFilter:
        """The pairs that count if both members fit."""
        return PairFilter(kind=self.kind, within=self.within, across=self.across)

    @property
    def counts_every_pair(self) -> bool:
        """Whether every pair of the kind counts, whoever the partner is."""
        return self.partner is None and self.counted == PairFilter(kind=self.kind)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The rules in the order in which staff gave them, and the objective."""

    rules: tuple[Rule, ...] = ()
    objective: Objective = Objective.MOST_TOTAL_FIT
    tolerance_percent: float = 1.0
    """Of AS_EVEN_AS_POSSIBLE_BY_REGION: the precision of each region's served share, in percentage points."""
    floors: Floors | None = None
    """The soft floors; None: those of the network, which an order for a round fills in."""

    @property
    def is_plain(self) -> bool:
        """Whether it has no rules and the objective of the most total fit; it may have soft floors."""
        return not self.rules and self.objective is Objective.MOST_TOTAL_FIT

    @property
    def named(self) -> Mapping[str, int]:
        """The ids in filters, each with the position of the first rule that names it."""
        found = dict[str, int]()
        for position, rule in enumerate(self.rules):
            for member_id in chain.from_iterable(each.id for each in rule.filters):
                found.setdefault(member_id, position)
        return found

    def name(self, position: int) -> str:
        """The name of a rule for people; without one, its number, counted from 1."""
        name = self.rules[position].name
        return f"rule {position + 1} “{name}”" if name else f"rule {position + 1}"


PLAIN: Final = RuleBook()
"""The rule book without rules, whose objective is the most total fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a limit comes from: a rule of the book, or its objective."""

    position: int | None
    """The position of the rule in the book; None for the objective."""
    group: str = ""
    """The region of the limit, if the rule has one for each region."""
    is_of_members: bool = False
    """Whether the rule has a limit for each member."""
    is_of_budget: bool = False
    """Whether the limit is the budget of a programme, which is not in the book."""

    def of(self, group: str) -> "Source":
        """The source of this rule's limit for the region `group`."""
        return replace(self, group=group)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """The outcome of one limit; a rule for each member has one outcome for all its limits."""

    source: Source
    at_least: int = 0
    at_most: int | None = None
    """None if there is no upper limit."""
    reached: int = 0
    """The number of pairs, or of members with a pair, that the choice has."""
    possible: int | None = None
    """For a level of an objective: the upper bound of the value that any choice within the rules reaches."""
    ruled_out: int = 0
    """The number of candidates that the rule removes."""
    members: int = 0
    """For a rule for each member: the number of members that fit."""
    broken: int = 0
    """The number of those members that have too few or too many pairs."""
    capped: int = 0
    """The number of those members that cannot have as many pairs as the rule asks for, so that fewer are required."""
    unit_price: int = 0
    """The cost of the last pair or member that the limit requires or excludes, in units of WEIGHT_UNIT."""

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        if self.source.is_of_members:
            return not self.broken
        return self.reached >= self.at_least and (self.at_most is None or self.reached <= self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesResult:
    """The outcomes of all rules of a round and of its objective."""

    outcomes: tuple[RuleOutcome, ...]
    value_without: int
    """The worth of the best choice found without rules and objective, in units of WEIGHT_UNIT."""
    bound_without: int
    """An upper bound of the worth of any choice without rules, in units of WEIGHT_UNIT."""
    is_of_all: bool = False
    """Whether both bounds are about all pairs of the market, not only about the candidates of the round."""
