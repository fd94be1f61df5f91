"""Expectations: the chance that a member says yes to the next proposal, learned from its answers.

Invariant: an expectation is for the weight of a round and for nothing else. It enters no score, reason, event or
log, and has no text, so that it is not printed by accident.

Every proposal that a member got is a trial. Trials are forgotten slowly, at an exponential rate; what is left of them
counts in a beta-binomial model whose prior is the network's own mean of that kind, so that a newcomer is expected to do
as the others do. A member that has left several proposals in a row unanswered is benched softly: its expectation falls,
never to nothing, comes back with time, and at once with any answer.

Trials are not read one by one: they are kept as counts by kind and member, under forward decay (Cormode, Shkapenyuk,
Srivastava and Xu 2009): a trial of time t weighs 2^((t - landmark) / half-life) for good, and at a moment `now` what is
left of any sum of weights is that sum times 2^(-(now - landmark) / half-life). So no count changes as time passes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from itertools import chain
from math import log
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.pair_model.pair_model import (
    DEFAULT_PAIR_LEARNING,
    CellCounts,
    PairLearning,
    PairModel,
    with_effects,
)


class Reply(IntEnum):
    """The reply of one side to a proposal. Databases hold these numbers; SILENCE must be the smallest."""

    SILENT = -1
    OTHER = 0
    """Any answer but yes: no, later, or an approval that never came."""
    YES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The parameters of learning and forgetting; times in days."""

    half_life: float = 730.0
    """The age at which a trial counts half."""
    mean: float = 0.5
    """The expectation in a network without history."""
    strength: float = 8.0
    """How many trials `mean` counts as; also the network's own mean while the data cannot tell members apart."""
    means: tuple[float, float] = (0.1, 0.9)
    """Bounds of the network's mean."""
    strengths: tuple[float, float] = (2.0, 40.0)
    """Bounds of the number of trials that the network's mean counts as for each member."""
    patience: int = 3
    """The number of proposals that a member may leave unanswered in a row before its expectation falls."""
    bench: float = 0.5
    """The factor by which each further unanswered proposal lowers the expectation."""
    floor: float = 0.2
    """The lower bound of the factor by which silence lowers an expectation."""
    bench_half_life: float = 180.0
    """The time after which an unanswered proposal counts half against the member."""


_LEAST_ROOM: Final = 1e-9
"""The share of all trials below which the denominator counts as zero, which sums of floats rarely reach exactly."""
DEFAULT_LEARNING: Final = Learning()
LANDMARK: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""The origin of forward decay. It never changes: with a half-life of 180 days no weight overflows for 500 years."""
_DAY: Final = timedelta(days=1)


def weight_at(moment: datetime, half_life: float) -> float:
    """The weight of a trial of that moment; `half_life` in days."""
    return float(2.0 ** ((moment - LANDMARK) / _DAY / half_life))


def left_at(now: datetime, half_life: float) -> float:
    """The factor that turns a sum of weights into the sum as it counts at `now`; `half_life` in days."""
    return float(2.0 ** (-((now - LANDMARK) / _DAY) / half_life))


class Count(NamedTuple):
    """The trials of one member in one kind: their plain `number`, and the decayed sums of all trials and of yes."""

    number: int
    trials: float
    yes: float

    def __add__(self, other: "Count") -> "Count":  # type: ignore[override] # counts are added, not joined as tuples
        return Count(self.number + other.number, self.trials + other.trials, self.yes + other.yes)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Moments:
    """Sums over all members that have trials of one kind, from which the network's own mean is learned."""

    members: int
    trials: float
    yes: float
    squared_trials: float
    """The sum of each member's trials, squared."""
    yes_by_rate: float
    """The sum of each member's yes times its rate, which is its yes squared by its trials."""

    @classmethod
    def of(cls, yes: Floats, trials: Floats) -> "Moments":
        """The sums over members, of whom each has one entry in `yes` and one in `trials`."""
        return cls(
            members=len(trials),
            trials=float(trials.sum()),
            yes=float(yes.sum()),
            squared_trials=float((trials**2).sum()),
            yes_by_rate=float((yes**2 / trials).sum()),
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Counts:
    """The decayed trials by kind and member's key; a member without trials of a kind has no entry."""

    by_member: Mapping[tuple[str, str], Count] = field(default_factory=dict)
    network: Mapping[str, Moments] | None = None
    """By kind: the moments of all members if `by_member` holds only some of them; None if it holds all."""
    silences: Mapping[str, float] = field(default_factory=dict)
    """By member's key: its silences since its last answer of any kind, as they count now; only those that are more than
    the patience of the default learning."""
    cells: Mapping[tuple[str, str], CellCounts] = field(default_factory=dict)
    """By kind and role: the answers of all members to settled proposals, by cell."""

    def __bool__(self) -> bool:
        return bool(self.by_member or self.network)

    @property
    def answers(self) -> int:
        """The number of trials of all members; a proposal left unanswered is one too."""
        return sum(count.number for count in self.by_member.values())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Expectations:
    """The chance that a member says yes, by kind of proposal; that of an unknown member is the network's mean."""

    known: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """The chance of a yes by kind and member's key."""
    benched: Mapping[str, float] = field(default_factory=dict)
    """By member's key: the factor for silence; members without an entry have the factor 1."""
    usual: Mapping[str, float] = field(default_factory=dict)
    """By kind: the network's mean, for members without trials."""
    otherwise: float = DEFAULT_LEARNING.mean
    models: Mapping[tuple[str, str], PairModel] = field(default_factory=dict)
    """The pair models by kind and role; none where answers are too few."""

    def acceptance(self, kind: str, member: str) -> float:
        """The chance that the member says yes, in (0, 1), whatever the pair."""
        rate = self.known.get((kind, member), self.usual.get(kind, self.otherwise))
        return rate * self.benched.get(member, 1.0)

    def knows_pairs_of(self, kind: str) -> bool:
        """Whether there is a pair model of this kind of match."""
        return any(known == kind for known, _ in self.models)

    def is_new(self, kind: str, member: str) -> bool:
        """Whether the member has not answered or left unanswered any proposal of this kind."""
        return (kind, member) not in self.known

    def chances(self, kind: str, role: str, usual: Floats, is_new: Booleans, cells: Integers) -> Floats:
        """The chances of a yes of sides in this role, by what is `usual` for each of them and by the cells of pairs.

        A new member gets the greatest effect of all in each pair, so that what is learned of others passes nobody over.
        """
        model = self.models.get((kind, role))
        if model is None:
            return usual
        return with_effects(usual, np.where(is_new, log(model.learning.bound), model.effects(cells)))

    @property
    def of_members(self) -> "Expectations":
        """What is expected of members alone, without the pair models."""
        return replace(self, models={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The expectation of an unknown member, and how many trials it counts as."""

    mean: float
    strength: float

    def posterior(self, yes: Floats, trials: Floats) -> Floats:
        """The posterior mean of each member, of the same shape as `yes` and `trials`."""
        return np.asarray((self.mean * self.strength + yes) / (self.strength + trials), np.float64)


def expectations(
    counts: Counts, learning: Learning = DEFAULT_LEARNING, of_pairs: PairLearning = DEFAULT_PAIR_LEARNING
) -> Expectations:
    """Learn expectations from counts; kinds without trials get the default mean."""
    usual: dict[str, float] = {}
    known: dict[tuple[str, str], float] = {}
    by_kind = _by_kind(counts)
    network = counts.network or {kind: Moments.of(rows[:, 2], rows[:, 1]) for kind, (_, rows) in by_kind.items()}
    for kind, moments in network.items():
        prior = prior_of(moments, learning)
        usual[kind] = prior.mean
        if kind in by_kind:
            keys, rows = by_kind[kind]
            known |= zip(keys, prior.posterior(rows[:, 2], rows[:, 1]).tolist(), strict=True)
    left = {member: left_by_silence(silence, learning) for member, silence in counts.silences.items()}
    benched = {member: share for member, share in left.items() if share < 1}
    models = {(kind, role): PairModel.of(kind, cells, of_pairs) for (kind, role), cells in counts.cells.items()}
    return Expectations(
        known=known,
        benched=benched,
        usual=usual,
        otherwise=learning.mean,
        models={key: model for key, model in models.items() if model is not None},
    )


def _by_kind(counts: Counts) -> Mapping[str, tuple[list[tuple[str, str]], Floats]]:
    """By kind: the (kind, member) keys of its counts, and the counts as rows of an array in that order."""
    keys: dict[str, list[tuple[str, str]]] = {}
    for key in counts.by_member:
        keys.setdefault(key[0], []).append(key)
    rows = {kind: chain.from_iterable(counts.by_member[key] for key in found) for kind, found in keys.items()}
    return {
        kind: (found, np.fromiter(rows[kind], np.float64, 3 * len(found)).reshape(-1, 3))
        for kind, found in keys.items()
    }


def prior_of(moments: Moments, learning: Learning = DEFAULT_LEARNING) -> Prior:
    """The network's own mean, and how alike its members are: the moments of a beta-binomial (Kleinman 1973), bounded.

    With M members, N trials in all and n of each, the spread S = sum n (rate - mean)² is expected to be
    mean (1 - mean) (M - 1 + rho (N - sum n² / N - (M - 1))); the strength is 1 / rho - 1.
    """
    total, free = moments.trials, moments.members - 1
    mean = (learning.mean * learning.strength + moments.yes) / (learning.strength + total)
    bounded = float(np.clip(mean, *learning.means))
    room = total - moments.squared_trials / total - free if total > 0 else 0.0
    if room <= _LEAST_ROOM * total:  # one trial a member, or one member: no way to learn how alike members are
        return Prior(mean=bounded, strength=learning.strength)
    squares = moments.yes_by_rate - 2 * mean * moments.yes + mean**2 * total
    rho = max((squares / (mean * (1 - mean)) - free) / room, 0.0)
    least, most = learning.strengths
    return Prior(mean=bounded, strength=float(np.clip(1 / rho - 1, least, most)) if rho > 0 else most)


def left_by_silence(silence: float, learning: Learning = DEFAULT_LEARNING) -> float:
    """The share of an expectation that silence since the last answer leaves, in [floor, 1]."""
    return max(float(learning.bench ** max(silence - learning.patience, 0.0)), learning.floor)
