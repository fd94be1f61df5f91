"""The outcome of the rules of a round: the values reached, the limits, and the cost of each.

Invariant: it holds numbers only; sentences are made of them when they are read.
"""

from dataclasses import dataclass, replace


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
