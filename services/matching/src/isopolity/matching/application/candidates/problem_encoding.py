"""The candidates of a round as numbers, in an order that depends on the pairs alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidate, Candidates
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_cells import cells_of_candidate, cells_of_ends
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, RoundProblem
from isopolity.matching.domain.acceptance import Expectations
from isopolity.matching.domain.member import kind_of, owner
from isopolity.matching.domain.pair_model.characteristics import role_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedProblem:
    """A round's problem; node i is `holders[i]`, edge e is `candidates[order[e]]`."""

    problem: RoundProblem
    holders: Sequence[str]
    candidates: Candidates
    order: Integers
    without_pairs: Integers | None = None
    """(edges,): the weights without the pair models; None where these say nothing."""

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
        without_pairs = None if self.without_pairs is None else self.without_pairs[kept]
        return replace(self, problem=left, order=self.order[kept], without_pairs=without_pairs)

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

    A pair weighs its score, times the chance that both sides say yes where something is `expected` of them; whatever
    was learned, it weighs no more than its score.
    """
    nodes = np.flatnonzero(np.bincount(np.concatenate((candidates.a, candidates.b))))
    order = np.lexsort((candidates.b, candidates.a))
    a, b = (np.searchsorted(nodes, ends[order]) for ends in (candidates.a, candidates.b))
    holders = [candidates.holder(node) for node in nodes.tolist()]

    def weights(known: Expectations | None) -> Integers:
        worth = candidates.score if known is None else candidates.score * _success(candidates, nodes, known)
        return np.clip(np.rint(worth[order] * WEIGHT_UNIT).astype(np.int64), 1, WEIGHT_UNIT)

    problem = RoundProblem(
        capacity=np.array([capacities[holder] for holder in holders], np.int64),
        a=a,
        b=b,
        weight=weights(expected),
        seed=seed,
        mode=mode,
    )
    knows_pairs = expected is not None and any(expected.knows_pairs_of(each.kind) for each in candidates.kinds)
    without_pairs = weights(expected.of_members) if expected is not None and knows_pairs else None
    return EncodedProblem(
        problem=problem, holders=holders, candidates=candidates, order=order, without_pairs=without_pairs
    )


def candidate_weights(candidates: Candidates, expected: Expectations | None = None) -> Integers:
    """The weight of each candidate, as in the problem of a round."""
    nodes = np.flatnonzero(np.bincount(np.concatenate((candidates.a, candidates.b))))
    worth = candidates.score if expected is None else candidates.score * _success(candidates, nodes, expected)
    return np.clip(np.rint(worth * WEIGHT_UNIT).astype(np.int64), 1, WEIGHT_UNIT)


def new_nodes(holders: Sequence[str], expected: Expectations) -> Booleans:
    """(nodes,): which are of cities that have not had a proposal of the node's kind yet."""
    return np.array([expected.is_new(kind_of(holder), owner(holder)) for holder in holders], bool)


def pair_weight(candidate: Candidate, market: Market | None = None, expected: Expectations | None = None) -> int:
    """The weight of one pair, as in the problem of a round; `market` is needed where something is `expected`."""
    weight = candidate.score
    if expected is not None:
        for member in candidate.members:
            weight *= expected.acceptance(candidate.kind, member.key)
        if market is not None and expected.knows_pairs_of(candidate.kind):
            weight = candidate.score * _chance_of_pair(candidate, market, expected)
    return min(max(round(weight * WEIGHT_UNIT), 1), WEIGHT_UNIT)


def _chance_of_pair(candidate: Candidate, market: Market, expected: Expectations) -> float:
    cells = cells_of_candidate(candidate, market)
    kind, found = candidate.kind, 1.0
    is_new = np.array([any(expected.is_new(kind, member.key) for member in candidate.members)])
    for member, cell in zip(candidate.members, cells, strict=True):
        usual = np.array([expected.acceptance(kind, member.key)])
        found *= float(expected.chances(kind, role_of(member.key), usual, is_new, cell)[0])
    return found


def _success(candidates: Candidates, nodes: Integers, expected: Expectations) -> Floats:
    """The chance that both sides of each candidate say yes."""
    keys = [candidates.member(node).key for node in nodes.tolist()]
    found = []
    for each in candidates.kinds:
        acceptance = np.array([expected.acceptance(each.kind, key) for key in keys], np.float64)
        chances = [acceptance[np.searchsorted(nodes, ends)] for ends in (each.a, each.b)]
        if expected.knows_pairs_of(each.kind):
            of_node = np.array([expected.is_new(each.kind, key) for key in keys], bool)
            is_new = np.any([of_node[np.searchsorted(nodes, ends)] for ends in (each.a, each.b)], axis=0)
            chances = [
                expected.chances(each.kind, role, usual, is_new, cells)
                for usual, (role, cells) in zip(chances, cells_of_ends(each, candidates.market), strict=True)
            ]
        found.append(np.prod(chances, axis=0))
    return np.concatenate([np.empty(0), *found])
