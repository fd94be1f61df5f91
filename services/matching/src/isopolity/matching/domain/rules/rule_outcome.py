"""What became of the rules of a round: how much was reached of what, and what they cost.

Invariant: numbers only; sentences are made of them when somebody reads.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a limit comes from: a rule of the book, or its objective."""

    position: int | None
    """Of the rule in the book; None: the objective."""
    group: str = ""
    """The region that it is about, where a rule has a limit for each."""
    is_of_members: bool = False
    """Whether the rule has a limit for each member."""
    is_of_budget: bool = False
    """Whether it is the budget of a programme, which is no rule of the book."""

    def of(self, group: str) -> "Source":
        """The same rule's limit for a region."""
        return replace(self, group=group)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What became of one limit; of a rule for each member, of all of its limits together."""

    source: Source
    at_least: int = 0
    at_most: int | None = None
    """None: no limit."""
    reached: int = 0
    """Pairs, or members that have one."""
    possible: int | None = None
    """Of an objective's level: no choice that keeps the rules reaches more."""
    ruled_out: int = 0
    """Candidates that the rule takes out."""
    members: int = 0
    """Of a rule for each member: how many it is for."""
    broken: int = 0
    """Of these, how many have too few or too many."""
    capped: int = 0
    """Of these, how many cannot have as many as the rule asks for, so that less is asked of them."""
    unit_price: int = 0
    """What the last pair or member that the limit asks for, or keeps out, costs, in units of WEIGHT_UNIT."""

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        if self.source.is_of_members:
            return not self.broken
        return self.reached >= self.at_least and (self.at_most is None or self.reached <= self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesResult:
    """What became of all rules of a round and of its objective."""

    outcomes: tuple[RuleOutcome, ...]
    value_without: int
    """The worth of the best choice that was found without rules and objective, in units of WEIGHT_UNIT."""
    bound_without: int
    """No choice without rules is worth more."""
