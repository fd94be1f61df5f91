"""The round solver of this release: the best pair first, then one pass of swaps.

Invariant: the result depends on the problem and its seed alone, not on the order in which pairs are given. The next
issue brings the exact solver behind the same port.
"""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b

from isopolity.matching.domain.assignment import CandidatePair, RoundProblem


class GreedyRoundSolver:
    """A RoundSolver; at least half of the best possible weight, by the greedy bound for b-matchings."""

    def solve(self, problem: RoundProblem) -> Sequence[str]:
        ordered = sorted(problem.pairs, key=lambda pair: (-pair.weight, _lot(pair.key, problem.seed), pair.key))
        chosen = _greedy(ordered, problem)
        return [pair.key for pair in _swapped(ordered, chosen, problem)]


def _greedy(ordered: Sequence[CandidatePair], problem: RoundProblem) -> dict[str, CandidatePair]:
    left = dict(problem.capacities)
    chosen: dict[str, CandidatePair] = {}
    for pair in ordered:
        if pair.key not in chosen and left.get(pair.a, 0) > 0 and left.get(pair.b, 0) > 0:
            chosen[pair.key] = pair
            left[pair.a] -= 1
            left[pair.b] -= 1
    return chosen


def _swapped(
    ordered: Sequence[CandidatePair], chosen: dict[str, CandidatePair], problem: RoundProblem
) -> list[CandidatePair]:
    """Give up one chosen pair where two others that it kept out are worth more together."""
    state = _State(ordered, chosen, problem)
    for pair in list(chosen.values()):
        state.improve(pair)
    return list(state.chosen.values())


class _State:
    def __init__(
        self, ordered: Sequence[CandidatePair], chosen: dict[str, CandidatePair], problem: RoundProblem
    ) -> None:
        self.chosen = dict(chosen)
        self._left = dict(problem.capacities)
        self._pairs_of: defaultdict[str, list[CandidatePair]] = defaultdict(list)
        for pair in ordered:
            self._pairs_of[pair.a].append(pair)
            self._pairs_of[pair.b].append(pair)
        for pair in chosen.values():
            self._take(pair)

    def improve(self, pair: CandidatePair) -> None:
        """Swap `pair` for the best other pair of each of its ends, if that gains."""
        self._give_back(pair)
        first = self._best(pair.a, without=pair)
        if first is not None:
            self._take(first)
        second = self._best(pair.b, without=pair)
        gained = sum(found.weight for found in (first, second) if found is not None)
        if gained > pair.weight:
            if second is not None:
                self._take(second)
            return
        if first is not None:
            self._give_back(first)
        self._take(pair)

    def _best(self, holder: str, without: CandidatePair) -> CandidatePair | None:
        if self._left.get(holder, 0) <= 0:
            return None
        return next(
            (
                pair
                for pair in self._pairs_of[holder]
                if pair.key != without.key
                and pair.key not in self.chosen
                and self._left.get(pair.a, 0) > 0
                and self._left.get(pair.b, 0) > 0
            ),
            None,
        )

    def _take(self, pair: CandidatePair) -> None:
        self.chosen[pair.key] = pair
        self._left[pair.a] -= 1
        self._left[pair.b] -= 1

    def _give_back(self, pair: CandidatePair) -> None:
        del self.chosen[pair.key]
        self._left[pair.a] += 1
        self._left[pair.b] += 1


def _lot(key: str, seed: int) -> bytes:
    return blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
