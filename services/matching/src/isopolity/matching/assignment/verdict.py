"""The verdict of the checker, and the sentence that says what is proved.

Invariant: a sentence says of which pairs it speaks wherever pairs of the market are left out of a problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal

from isopolity.matching.assignment.problem import WEIGHT_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of a check; with a fault, nothing is proved."""

    faults: Sequence[str]
    """One sentence for each of the first twenty faults."""
    pairs: int = 0
    value: int = 0
    """The sum of the chosen weights."""
    bound: int = 0
    """An upper bound of the sum of any choice that keeps capacities and rules; rounded down, as sums are whole."""
    bound_of_all: int | None = None
    """An upper bound with the pairs that the problem omits; None if it omits none, or nothing is known of them."""
    omits_pairs: bool = False
    """Whether the problem omits pairs of which nothing is known."""

    @property
    def is_proved(self) -> bool:
        """Whether the solution keeps capacities and rules, and the bound holds."""
        return not self.faults

    @property
    def gap(self) -> float:
        """The relative gap between value and bound; 0 means that no choice is better."""
        return (self.most - self.value) / self.most if self.most else 0.0

    @property
    def most(self) -> int:
        """The widest bound that is known: with omitted pairs, where something is known of them."""
        return self.bound if self.bound_of_all is None else self.bound_of_all

    @property
    def sentence(self) -> str:
        """The result in a sentence for people; percentages are rounded up."""
        return self.sentence_in(WEIGHT_UNIT)

    def sentence_in(self, unit: float) -> str:
        """The result in a sentence; `unit` is the weight of a pair of worth 1."""
        if self.faults:
            return f"Nothing is proved. {self.faults[0]}"
        reached, bound = f"{self.value / unit:.2f}", self.most
        among = " among the same candidates" if self.omits_pairs else ""
        if not self.pairs:
            most = f"a choice{among} could reach {bound / unit:.2f} at most" if bound else "none can be"
            return f"No pair is chosen; {most}."
        start = (
            f"These {self.pairs} pairs respect all capacities and rules; their value {reached}"
            if self.pairs > 1
            else f"This one pair respects all capacities and rules; its value {reached}"
        )
        if self.value == bound:
            return f"{start} is the most that any choice{among} could reach."
        missing = Context(prec=2, rounding=ROUND_CEILING).divide(Decimal(100 * (bound - self.value)), bound)
        return f"{start} is within {missing.normalize():f} % of what any choice{among} could reach."
