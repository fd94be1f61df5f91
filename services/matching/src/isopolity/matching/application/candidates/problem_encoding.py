"""The candidates of a round as numbers, in an order that depends on the pairs alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidate, Candidates
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, RoundProblem
from isopolity.matching.domain.acceptance import Expectations


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedProblem:
    """A round's problem; node i is `holders[i]`, edge e is `candidates[order[e]]`."""

    problem: RoundProblem
    holders: Sequence[str]
    candidates: Candidates
    order: Integers

    def chosen(self, edges: Integers) -> Sequence[Candidate]:
        """The candidates that are meant by positions of edges, the best first."""
        return sorted(self.meant(edges), key=lambda candidate: (-candidate.score, candidate.key))

    def only(self, kept: Integers) -> "EncodedProblem":
        """The problem with these edges only, ascending, all that must be chosen among them; without rules on groups."""
        problem = self.problem
        left = replace(
            problem,
            a=problem.a[kept],
            b=problem.b[kept],
            weight=problem.weight[kept],
            must=np.flatnonzero(np.isin(kept, problem.must)),
            never=np.flatnonzero(np.isin(kept, problem.never)),
            rules=(),
        )
        return replace(self, problem=left, order=self.order[kept])

    def meant(self, edges: Integers) -> Sequence[Candidate]:
        """The candidates that are meant by positions of edges."""
        return [self.candidates[position] for position in self.order[edges].tolist()]


def encoded_problem(
    candidates: Candidates,
    capacities: Mapping[str, int],
    seed: int,
    mode: Mode = Mode.QUICK,
    expected: Expectations | None = None,
) -> EncodedProblem:
    """The problem of choosing among `candidates`; all holders have a capacity.

    A pair weighs its score, times the chance that both sides say yes where something is `expected` of them.
    """
    nodes = np.flatnonzero(np.bincount(np.concatenate((candidates.a, candidates.b))))
    order = np.lexsort((candidates.b, candidates.a))
    a, b = (np.searchsorted(nodes, ends[order]) for ends in (candidates.a, candidates.b))
    holders = [candidates.holder(node) for node in nodes.tolist()]
    weights = candidates.score if expected is None else candidates.score * _success(candidates, nodes, expected)
    problem = RoundProblem(
        capacity=np.array([capacities[holder] for holder in holders], np.int64),
        a=a,
        b=b,
        weight=np.clip(np.rint(weights[order] * WEIGHT_UNIT).astype(np.int64), 1, WEIGHT_UNIT),
        seed=seed,
        mode=mode,
    )
    return EncodedProblem(problem=problem, holders=holders, candidates=candidates, order=order)


def pair_weight(candidate: Candidate, expected: Expectations | None = None) -> int:
    """The weight of one pair, as in the problem of a round."""
    weight = candidate.score
    if expected is not None:
        weight *= prod(expected.acceptance(candidate.kind, member.key) for member in candidate.members)
    return min(max(round(weight * WEIGHT_UNIT), 1), WEIGHT_UNIT)


def _success(candidates: Candidates, nodes: Integers, expected: Expectations) -> Floats:
    """The chance that both sides of each candidate say yes."""
    keys = [candidates.member(node).key for node in nodes.tolist()]
    chances = []
    for each in candidates.kinds:
        acceptance = np.array([expected.acceptance(each.kind, key) for key in keys], np.float64)
        chances.append(np.prod([acceptance[np.searchsorted(nodes, ends)] for ends in (each.a, each.b)], axis=0))
    return np.concatenate([np.empty(0), *chances])
