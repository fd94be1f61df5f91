"""Expectations: the chance that a member says yes to the next proposal, learned from its answers.

Invariant: an expectation is for the weight of a round and for nothing else. It enters no score, reason, event or
log, and has no text, so that it is not printed by accident.

Every proposal that a member got is a trial. Trials are forgotten slowly, at an exponential rate; what is left of them
counts in a beta-binomial model whose prior is the network's own mean of that kind, so that a newcomer is expected to do
as the others do. A member that has left several proposals in a row unanswered is benched softly: its expectation falls,
never to nothing, comes back with time, and at once with any answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers


class Reply(IntEnum):
    """The reply of one side to a proposal."""

    SILENT = -1
    OTHER = 0
    """Any answer but yes: no, later, or an approval that never came."""
    YES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The parameters of learning and forgetting; times in days."""

    half_life: float = 730.0
    """After it a trial counts half."""
    mean: float = 0.5
    """The expectation in a network without history."""
    strength: float = 8.0
    """The trials that `mean` counts as, and the network's mean too while members cannot be told apart."""
    means: tuple[float, float] = (0.1, 0.9)
    """Bounds of the network's mean."""
    strengths: tuple[float, float] = (2.0, 40.0)
    """Bounds of the number of trials that the network's mean counts as for each member."""
    patience: int = 3
    """The proposals in a row that may stay unanswered."""
    bench: float = 0.5
    """The factor of the expectation for each further one."""
    floor: float = 0.2
    """The smallest share that silence leaves of an expectation."""
    bench_half_life: float = 180.0
    """After it silence counts half."""


_LEAST_ROOM: Final = 1e-9
"""The share of all trials below which the denominator counts as zero, which sums of floats rarely reach exactly."""
DEFAULT_LEARNING: Final = Learning()
REMEMBERED: Final = timedelta(days=5 * DEFAULT_LEARNING.half_life)
"""The age from which on trials count less than a thirtieth and are not read any more."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outcomes:
    """The trials, one entry a side of a proposal, in any order."""

    kind: Sequence[str]
    member: Sequence[str]
    """The members' keys."""
    reply: Integers
    """(trials,): the values of Reply."""
    age: Floats
    """Days since the proposal was settled, >= 0."""

    def __bool__(self) -> bool:
        return len(self.age) > 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Expectations:
    """The chance that a member says yes, by kind of proposal; that of an unknown member is the network's mean."""

    known: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By kind and member's key."""
    benched: Mapping[str, float] = field(default_factory=dict)
    """The share that silence leaves of expectations, by member, where it is less than all."""
    usual: Mapping[str, float] = field(default_factory=dict)
    """By kind: the network's mean."""
    otherwise: float = DEFAULT_LEARNING.mean

    def acceptance(self, kind: str, member: str) -> float:
        """The chance that the member says yes, in (0, 1)."""
        rate = self.known.get((kind, member), self.usual.get(kind, self.otherwise))
        return rate * self.benched.get(member, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The expectation of a member of whom nothing is known, and the trials that it counts as."""

    mean: float
    strength: float

    def posterior(self, yes: Floats, trials: Floats) -> Floats:
        """The mean of the beta-binomial posterior."""
        return np.asarray((self.mean * self.strength + yes) / (self.strength + trials), np.float64)


def expectations(outcomes: Outcomes, learning: Learning = DEFAULT_LEARNING) -> Expectations:
    """The expectations that the outcomes give."""
    kinds, kind = np.unique(np.array(outcomes.kind, str), return_inverse=True)
    members, member = np.unique(np.array(outcomes.member, str), return_inverse=True)
    counts = _remembered(outcomes.age, learning.half_life)
    accepted = counts * (outcomes.reply == Reply.YES)
    usual: dict[str, float] = {}
    known: dict[tuple[str, str], float] = {}
    for number, name in enumerate(kinds.tolist()):
        here = kind == number
        trials, yes = (_summed(member[here], values[here], len(members)) for values in (counts, accepted))
        tried = np.flatnonzero(trials)
        prior = prior_of(yes[tried], trials[tried], learning)
        usual[name] = prior.mean
        rates = prior.posterior(yes[tried], trials[tried]).tolist()
        known |= {(name, each): rate for each, rate in zip(members[tried].tolist(), rates, strict=True)}
    left = left_by_silence(member, outcomes, learning)
    benched = {members[i]: float(left[i]) for i in np.flatnonzero(left < 1).tolist()}
    return Expectations(known=known, benched=benched, usual=usual, otherwise=learning.mean)


def prior_of(yes: Floats, trials: Floats, learning: Learning = DEFAULT_LEARNING) -> Prior:
    """The network's own mean, and how alike its members are: the moments of a beta-binomial (Kleinman 1973), bounded.

    With M members, N trials in all and n of each, the spread S = sum n (rate - mean)² is expected to be
    mean (1 - mean) (M - 1 + rho (N - sum n² / N - (M - 1))); the strength is 1 / rho - 1.
    """
    total = trials.sum()
    mean = (learning.mean * learning.strength + yes.sum()) / (learning.strength + total)
    bounded = float(np.clip(mean, *learning.means))
    room = total - (trials**2).sum() / total - (len(trials) - 1) if total > 0 else 0.0
    if room <= _LEAST_ROOM * total:  # one trial a member, or one member: nothing tells how alike members are
        return Prior(mean=bounded, strength=learning.strength)
    spread = (trials * (yes / trials - mean) ** 2).sum() / (mean * (1 - mean))
    rho = max((spread - (len(trials) - 1)) / room, 0.0)
    least, most = learning.strengths
    return Prior(mean=bounded, strength=float(np.clip(1 / rho - 1, least, most)) if rho > 0 else most)


def left_by_silence(member: Integers, outcomes: Outcomes, learning: Learning = DEFAULT_LEARNING) -> Floats:
    """The share of an expectation that silence since the last answer leaves, by member's number, in [floor, 1]."""
    answered = outcomes.reply != Reply.SILENT
    order = np.lexsort((~answered, outcomes.age, member))  # of two that were settled at once, the answer is the newer
    member, answered = member[order], answered[order]
    answers = np.cumsum(answered)
    is_first = np.append(True, member[1:] != member[:-1]) if len(member) else np.empty(0, bool)
    before = np.maximum.accumulate(np.where(is_first, answers - answered, 0))
    in_a_row = answers == before
    silence = _remembered(outcomes.age[order], learning.bench_half_life) * in_a_row
    beyond = np.maximum(_summed(member, silence) - learning.patience, 0)
    return np.maximum(learning.bench**beyond, learning.floor)


def _remembered(age: Floats, half_life: float) -> Floats:
    return np.asarray(0.5 ** (age / half_life), np.float64)


def _summed(member: Integers, values: Floats, members: int = 0) -> Floats:
    return np.asarray(np.bincount(member, values, members), np.float64)
