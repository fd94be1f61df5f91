"""Rounds of twinnings one after the other: pairs are chosen, both sides answer by a hidden taste, counts are kept.

Invariant: answers are drawn by seed, round and pair, so that a pair that two policies propose in the same round is
answered alike.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from benchmarks.learning.tastes import Taste
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate import CandidateArrays, Candidates
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_cells import cells_of_ends
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING, Count, Counts
from isopolity.matching.domain.member import TWINNING
from isopolity.matching.domain.pair_model.characteristics import CELLS, CITY, record_level
from isopolity.matching.domain.pair_model.pair_model import CellCount

_EACH: Final = 20
"""The best partners of each city that a round considers, as by default."""
_FREEZE: Final = 365
"""Days for which a pair is not proposed again, as by default."""
_DAYS: Final = 120
"""Days from one round to the next."""
_SILENT: Final = 0.5
"""The share of silence in what is no yes."""


@dataclass(slots=True)
class History:
    """All answers so far: by member, by cell, and one by one for the regression."""

    members: dict[tuple[str, str], Count] = field(default_factory=dict)
    cells: dict[str, CellCount] = field(default_factory=dict)
    silences: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    records: dict[str, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))
    """By member: how many proposals it got so far, and to how many it said yes."""
    rows: list[tuple[Integers, Integers, Floats, Floats]] = field(default_factory=list)
    """Of each round and side: the cities that answered, those they were proposed, the scores, and 1 for each yes."""

    @property
    def counts(self) -> Counts:
        """The counts as a round reads them."""
        felt = {key: value for key, value in self.silences.items() if value > DEFAULT_LEARNING.patience}
        return Counts(by_member=dict(self.members), silences=felt, cells={(TWINNING, CITY): dict(self.cells)})

    def age(self) -> None:
        """Let the time to the next round pass."""
        left, felt = (2 ** (-_DAYS / each) for each in (DEFAULT_LEARNING.half_life, DEFAULT_LEARNING.bench_half_life))
        self.members = {key: Count(n, trials * left, yes * left) for key, (n, trials, yes) in self.members.items()}
        self.cells = {key: CellCount(n, trials * left, yes * left) for key, (n, trials, yes) in self.cells.items()}
        for key in self.silences:
            self.silences[key] *= felt

    def add(self, key: str, cell: str, *, yes: bool, silent: bool) -> None:
        """Count one answer of the member with this key."""
        known = self.members.get((TWINNING, key), Count(0, 0.0, 0.0))
        before, said = self.records[key]
        cell += str(record_level(before, said))
        self.records[key] = before + 1, said + yes
        self.members[TWINNING, key] = known + Count(1, 1.0, float(yes))
        n, trials, sums = self.cells.get(cell, CellCount(0, 0.0, 0.0))
        self.cells[cell] = CellCount(n + 1, trials + 1, sums + yes)
        self.silences[key] = self.silences[key] + 1 if silent else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of all rounds."""

    agreements: Integers
    """(rounds,)."""
    proposed: Booleans
    """(rounds, cities): which cities got a proposal."""
    could: Booleans
    """(rounds, cities): which cities had a candidate."""
    influences: Sequence[float]
    """The part of what was learned about pairs that counted, of each round that had learned about them."""
    history: History


class Choice(NamedTuple):
    """The positions of the candidates that a policy chooses."""

    chosen: Integers
    influence: float | None = None
    """The part of what was learned about pairs that counted; None if nothing was learned."""


Choose = Callable[[Candidates, History, Market, int], Choice]
"""A policy; the last argument is a seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All pairs of a market that may be proposed, so that rounds need not search again."""

    market: Market
    pairs: CandidateArrays

    @classmethod
    def of(cls, market: Market, most: int) -> "Pool":
        """The pool with up to `most` partners of each city."""
        search = CandidateSearch(stage=CompiledFirstStage(), per_city=most)
        free = {each for each in market.able if market.twinning_city(each) is not None}
        return cls(market=market, pairs=search.candidates(market, free, set(), kinds=(TWINNING,)).kinds[0])

    def candidates(self, is_open: Booleans) -> tuple[Candidates, Integers]:
        """The candidates of a round among the open pairs, the best of each city as the search has them; and where
        each stands in the pool.
        """
        left = np.flatnonzero(is_open)
        row, at = np.concatenate((self.pairs.a[left], self.pairs.b[left])), np.tile(left, 2)
        order = np.lexsort((-self.pairs.score[at], row))
        first = np.searchsorted(row[order], row[order])
        kept = np.unique(at[order[np.arange(len(order)) - first < _EACH]])
        return Candidates(self.market, [self.pairs.taken(kept)]), kept


def simulated(pool: Pool, taste: Taste, choose: Choose, rounds: int, seed: int) -> Outcome:
    """The outcome of these rounds under a policy; a pair rests for a year, and for good once it agrees."""
    history, market, pairs = History(), pool.market, pool.pairs
    proposed, could = np.zeros((2, rounds, len(market.profiles)), bool)
    rests_until, agreements, influences = np.zeros(len(pairs.score)), np.zeros(rounds, np.int64), list[float]()
    for number in range(rounds):
        candidates, place = pool.candidates(rests_until <= number * _DAYS)
        could[number, np.union1d(candidates.a, candidates.b)] = True
        choice = choose(candidates, history, market, seed)
        chosen = place[choice.chosen]
        out = pairs.taken(chosen)
        proposed[number, np.union1d(out.a, out.b)] = True
        history.age()
        agreed = _answered(out, market, taste, history, seed * 1000 + number)
        rests_until[chosen] = np.where(agreed, np.inf, number * _DAYS + _FREEZE)
        agreements[number] = agreed.sum()
        influences += [] if choice.influence is None else [choice.influence]
    return Outcome(agreements=agreements, proposed=proposed, could=could, influences=influences, history=history)


def _answered(pairs: CandidateArrays, market: Market, taste: Taste, history: History, seed: int) -> Booleans:
    """Let both sides of the pairs answer; return which pairs agree."""
    said = list[Booleans]()
    sides = zip((pairs.a, pairs.b), (pairs.b, pairs.a), cells_of_ends(pairs, market), strict=True)
    for side, (ends, others, (_, cells)) in enumerate(sides):
        keys = zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)
        drawn = np.array([np.random.default_rng((seed, side, *key)).random(2) for key in keys]).reshape(-1, 2)
        yes = drawn[:, 0] < taste(ends, others)
        silent = ~yes & (drawn[:, 1] < _SILENT)
        for city, cell, one, other in zip(ends.tolist(), cells.tolist(), yes.tolist(), silent.tolist(), strict=True):
            history.add(market.profiles.cities[city].key, CELLS[TWINNING].text(cell), yes=one, silent=other)
        history.rows.append((ends, others, pairs.score, yes.astype(np.float64)))
        said.append(yes)
    return np.asarray(said[0] & said[1], bool)
