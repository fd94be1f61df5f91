"""What `assign` chose, and the proof of how good it is.

Its invariant: every figure comes from the checker, which shares no code with the solver. As checking takes its
time, it is done when the first figure is asked for.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from isopolity.matching.assignment.certificate import Certificate as Claims
from isopolity.matching.assignment.verification import Verdict
from isopolity.matching.entrypoints.library.certificates import Certificate
from isopolity.matching.entrypoints.library.tables import Id

Pairs = TypeVar("Pairs")


class Pair(NamedTuple):
    """A chosen pair, where plain rows came in."""

    a: Id
    b: Id
    score: float


class Choice(Generic[Pairs]):
    """The chosen pairs, and how good the choice is."""

    def __init__(self, pairs: Pairs, unit: float, nothing: str | None, certified: Callable[[], Claims]) -> None:
        self.pairs = pairs
        """The chosen rows, in the order in which they came: of a frame with all its columns, else `Pair`s."""
        self._unit = unit
        self._nothing = nothing
        self._certified = certified

    @property
    def value(self) -> float:
        """The sum of the chosen scores, to six digits of the highest score."""
        return self._claims.value / self._unit

    @property
    def bound(self) -> float:
        """No choice that keeps capacities and rules has a greater sum."""
        return self._claims.upper_bound / self._unit

    @property
    def gap(self) -> float:
        """The share of the bound that may be missing; 0 means that no choice is better."""
        return self._claims.gap

    @property
    def sentence(self) -> str:
        """What is proved; where nothing is chosen, why."""
        if self._nothing is not None:
            return f"No pair is chosen: {self._nothing}."
        claims = self._claims
        pairs = len(claims.solution.chosen)
        return Verdict(faults=(), pairs=pairs, value=claims.value, bound=claims.upper_bound).told(self._unit)

    @cached_property
    def certificate(self) -> Certificate:
        """The proof, to keep and to verify. Raises InvalidCertificate if the checker finds a fault."""
        return Certificate(self._claims)

    @cached_property
    def _claims(self) -> Claims:
        return self._certified()

    def __repr__(self) -> str:
        return f"<Choice: {self.sentence}>"
