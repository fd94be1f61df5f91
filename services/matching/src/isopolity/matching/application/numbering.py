"""The candidates of a round as numbers, in an order that depends on the pairs alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.application.matchmaking import Candidate
from isopolity.matching.domain.answering import Expectations
from isopolity.matching.domain.assignment import WEIGHT_UNIT, Mode, RoundProblem
from isopolity.matching.domain.profiles import Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRound:
    """A round's problem; node i is `holders[i]`, edge e is `candidates[e]`."""

    problem: RoundProblem
    holders: Sequence[str]
    candidates: Sequence[Candidate]

    def chosen(self, edges: Integers) -> Sequence[Candidate]:
        """The candidates that are meant by positions of edges, the best first."""
        found = [self.candidates[edge] for edge in edges.tolist()]
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.key))


def numbered(
    candidates: Collection[Candidate],
    capacities: Mapping[str, int],
    seed: int,
    mode: Mode = Mode.QUICK,
    expected: Expectations | None = None,
) -> NumberedRound:
    """The problem of choosing among `candidates`; all holders have a capacity.

    A pair weighs its score, times the chance that both sides say yes where something is `expected` of them.
    """
    holders = sorted({holder for candidate in candidates for holder in (candidate.a, candidate.b)})
    number = {holder: position for position, holder in enumerate(holders)}

    def ends(candidate: Candidate) -> tuple[int, int]:
        one, other = number[candidate.a], number[candidate.b]
        return min(one, other), max(one, other)

    ordered = sorted(candidates, key=ends)
    pairs = np.array([ends(candidate) for candidate in ordered], np.int64).reshape(-1, 2)
    weights = np.array([_weight(candidate, expected) for candidate in ordered], np.float64)
    problem = RoundProblem(
        capacity=np.array([capacities[holder] for holder in holders], np.int64),
        a=pairs[:, 0],
        b=pairs[:, 1],
        weight=np.clip(np.rint(weights * WEIGHT_UNIT).astype(np.int64), 1, WEIGHT_UNIT),
        seed=seed,
        mode=mode,
    )
    return NumberedRound(problem=problem, holders=holders, candidates=ordered)


def _weight(candidate: Candidate, expected: Expectations | None) -> float:
    if expected is None:
        return candidate.score
    return candidate.score * expected.success(candidate.kind, candidate.partner.key, candidate.city.key)
