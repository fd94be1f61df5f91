"""`assign`, which chooses pairs of the greatest total score within capacities and rules; its `Choice` and the proof.

Invariant: the same pairs, capacities, rules, mode and seed give the same choice, whatever the order of the rows. Every
figure of a choice comes from the checker, which shares no code with the solver; it runs when the first figure is asked
for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from secrets import token_bytes
from typing import Any, Final, Generic, NamedTuple, TypeVar, overload

import numpy as np
from narwhals.typing import IntoDataFrame, IntoSeries

from isopolity.clock import system_clock
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment import certificate_document
from isopolity.matching.assignment.certificate import Certificate as EngineCertificate
from isopolity.matching.assignment.certificate import Making, certify, check
from isopolity.matching.assignment.problem import Dual, RoundProblem, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import Verdict
from isopolity.matching.entrypoints.library.cells import Id
from isopolity.matching.entrypoints.library.scored_pairs import ScoredPairs, scored_pairs
from isopolity.matching.errors import InvalidCertificate

Pairs = TypeVar("Pairs")
FrameT = TypeVar("FrameT", bound=IntoDataFrame)
COLUMNS: Final = ("a", "b", "score")
Rule = tuple[Id, Id]
Capacity = int | Mapping[Any, int] | IntoSeries | IntoDataFrame
Capacities = Capacity | tuple[Capacity, Capacity]


class Pair(NamedTuple):
    """A chosen pair, where the pairs came as plain rows."""

    a: Id
    b: Id
    score: float


class Certificate:
    """A choice in whole numbers with dual values that prove its bound: from `assign`, `Members.round`, `from_json`."""

    def __init__(self, certificate: EngineCertificate) -> None:
        self._certificate = certificate

    @classmethod
    def from_json(cls, document: str | bytes) -> "Certificate":
        """The certificate in a document, not verified yet. Raises InvalidCertificate if the document is none."""
        if not isinstance(document, str | bytes):
            raise InvalidCertificate("A certificate is read from text or bytes; give the content of the file.")
        return cls(certificate_document.read(document))

    def to_json(self) -> str:
        """The certificate as a document of one line, which `isopolity round verify` reads too."""
        return certificate_document.written(self._certificate)

    def verify(self) -> Verdict:
        """Add up again, without a solver, all that the certificate states; the verdict counts in whole weights."""
        return check(self._certificate)

    @property
    def fingerprint(self) -> str:
        """The hash of the document without its time. Once it is published, a changed choice shows."""
        return certificate_document.fingerprint(self._certificate)

    def __repr__(self) -> str:
        return f"<Certificate {self.fingerprint[:15]} of {len(self._certificate.solution.chosen)} pairs>"


class Choice(Generic[Pairs]):
    """The chosen pairs, and how good the choice is."""

    def __init__(
        self, pairs: Pairs, unit: float, nothing: str | None, certified: Callable[[], EngineCertificate]
    ) -> None:
        self.pairs = pairs
        """The chosen rows, in the order in which they came: of a frame with all its columns, else `Pair`s."""
        self._unit = unit
        self._nothing = nothing
        self._certified = certified

    @property
    def value(self) -> float:
        """The sum of the chosen scores, to six digits of the highest score."""
        return self._checked.value / self._unit

    @property
    def bound(self) -> float:
        """No choice that keeps capacities and rules has a greater sum."""
        return self._checked.upper_bound / self._unit

    @property
    def gap(self) -> float:
        """The share of the bound that may be missing; 0 means that no choice is better."""
        return self._checked.gap

    @property
    def sentence(self) -> str:
        """A sentence on what is proved, or on why no pair is chosen."""
        if self._nothing is not None:
            return f"No pair is chosen: {self._nothing}."
        checked = self._checked
        pairs = len(checked.solution.chosen)
        return Verdict(faults=(), pairs=pairs, value=checked.value, bound=checked.upper_bound).told(self._unit)

    @cached_property
    def certificate(self) -> Certificate:
        """The proof, to keep and to verify. Raises InvalidCertificate if the checker finds a fault."""
        return Certificate(self._checked)

    @cached_property
    def _checked(self) -> EngineCertificate:
        return self._certified()

    def __repr__(self) -> str:
        return f"<Choice: {self.sentence}>"


@overload
def assign(
    pairs: FrameT,
    capacities: Capacities = 1,
    *,
    columns: Sequence[str] = COLUMNS,
    must: Iterable[Rule] | IntoDataFrame = (),
    never: Iterable[Rule] | IntoDataFrame = (),
    mode: str = "quick",
    seed: int = 0,
) -> Choice[FrameT]: ...


@overload
def assign(
    pairs: Iterable[tuple[Id, Id, float] | Sequence[Any] | Mapping[str, Any]],
    capacities: Capacities = 1,
    *,
    columns: Sequence[str] = COLUMNS,
    must: Iterable[Rule] | IntoDataFrame = (),
    never: Iterable[Rule] | IntoDataFrame = (),
    mode: str = "quick",
    seed: int = 0,
) -> Choice[list[Pair]]: ...


def assign(
    pairs: Any,
    capacities: Any = 1,
    *,
    columns: Any = COLUMNS,
    must: Any = (),
    never: Any = (),
    mode: str = "quick",
    seed: int = 0,
) -> Choice[Any]:
    """Choose among scored pairs those of the greatest sum of scores; nobody exceeds its capacity.

    `columns` names the columns of both sides and of the score. `capacities` is a number for all, a mapping, a Series
    or a frame (id, capacity); a tuple of two makes the two columns sides with ids of their own. Pairs in `must` are
    chosen whatever it costs, those in `never` are not. `quick` is near the best, `exact` takes longer and mostly proves
    it; where only pairs across two sides exist, both are exact. `seed` decides between equals. Raises InvalidInput,
    UnknownMember, ContradictoryRules, all ValueErrors.
    """
    scored = scored_pairs(pairs, capacities, must, never, columns=columns, mode=mode, seed=seed)
    started = system_clock()
    solution = _solved(scored.problem)
    chosen = np.sort(scored.row[solution.chosen])
    return Choice(
        _as_given(scored, chosen),
        scored.unit,
        None if len(chosen) else _nothing(scored),
        partial(_certified, scored.problem, solution, started, (system_clock() - started).total_seconds()),
    )


def _solved(problem: RoundProblem) -> Solution:
    if not len(problem.a):
        nobody = np.zeros(len(problem.capacity), np.int64)
        return Solution(chosen=np.empty(0, np.int64), dual=Dual(scale=1, node=nobody))
    return AssignmentSolver().solve(problem)


def _as_given(scored: ScoredPairs, chosen: Integers) -> Any:
    table = scored.table
    if table.frame is not None:
        return table.frame[chosen].to_native()
    score = table.numbers(scored.names[2])
    a, b = table.ids(scored.names[0]), table.ids(scored.names[1])
    return [Pair(a[row], b[row], float(score[row])) for row in chosen.tolist()]


def _nothing(scored: ScoredPairs) -> str:
    """The reason why no pair was chosen, in a few words."""
    problem = scored.problem
    if not scored.table.length:
        return "there are no pairs"
    if not len(problem.a):
        return "all scores are 0"
    free = (problem.capacity[problem.a] > 0) & (problem.capacity[problem.b] > 0)
    if not free.any():
        return "of every pair, one has a capacity of 0"
    return "every pair that there is room for must never be"


def _certified(problem: RoundProblem, solution: Solution, started: datetime, seconds: float) -> EngineCertificate:
    making = Making(solver=AssignmentSolver.name, versions=solver_versions(), computed_at=started, seconds=seconds)
    return certify(problem, solution, making, token_bytes(32))
