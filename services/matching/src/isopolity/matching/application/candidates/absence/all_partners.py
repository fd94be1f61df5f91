"""One member with all possible partners of a kind: the blockers of each pair by what both state, or its score.

Invariant: each pair has the score and the blockers that `scored_pair` and `visible_blockers` give it alone, but for
affinity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import SPONSORSHIP, TWINNING
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.scores import sponsorship, twinning
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.fit import Fit

_TIED = Blocker.TIED.bit


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPartners:
    """The pairs of one holder of capacity with all possible partners, one entry each."""

    kind: str
    are_programmes: bool
    """Whether the partners are programmes; else they are cities."""
    partner: Integers
    """Positions among the market's cities or programmes, ascending."""
    blockers: Unsigned16
    """As bits."""
    score: Floats
    """0 where there is a blocker."""

    @property
    def allowed(self) -> Booleans:
        """Which of the pairs have no blocker."""
        return np.asarray(self.blockers == 0, bool)


def twinnings_of(market: Market, city: int) -> AllPartners:
    """A city with all other cities."""
    profiles = market.profiles
    others = np.delete(np.arange(len(profiles)), city)
    fits = Fit(profiles, market.weights.neighbours)
    pairs = twinning.pairs_of(fits, np.minimum(city, others), np.maximum(city, others))
    bits = np.asarray(twinning.blockers(profiles, fits, pairs), np.uint16)
    tied = [profiles.index[each] for each in market.tied_to(profiles.cities[city].city_id) if each in profiles.index]
    bits[np.isin(others, tied)] |= _TIED
    allowed, score = np.flatnonzero(bits == 0), np.zeros(len(others))
    score[allowed] = twinning.scores(profiles, pairs.taken(allowed), market.weights).total
    return AllPartners(kind=TWINNING, are_programmes=False, partner=others, blockers=bits, score=score)


def programmes_for(market: Market, city: int) -> AllPartners:
    """A city with all open programmes, each with the target of the city that suits it best."""
    profiles, targets, programmes = market.profiles, market.targets, market.programme_arrays
    bits, score = np.zeros((2, 0, len(programmes)))
    for target in np.flatnonzero(targets.city == city).tolist():
        scores = programmes.scores(profiles, targets, target, market.programme_components, market.weights)
        bits = np.vstack((bits, programmes.blockers(profiles, targets, target, scores)))
        score = np.vstack((score, scores.total))
    best = np.where(bits == 0, score, score - 2).argmax(axis=0)  # what is allowed comes before what is not
    every = np.arange(len(programmes))
    tied = market.tied_to(profiles.cities[city].city_id)
    barred = np.array([each.partner_id in tied for each in market.programmes], bool)
    return _sponsorships(every, bits[best, every], score[best, every], barred, are_programmes=True)


def cities_for(market: Market, programme: int) -> AllPartners:
    """A programme with all cities, each with the target that suits it best."""
    its, profiles, targets, weights = market.programmes[programme], market.profiles, market.targets, market.weights
    scores = sponsorship.scores(its, profiles, targets, market.components.get(its.partner_id, -1), weights).total
    bits = sponsorship.blockers(its, profiles, targets, market.today, weights.neighbours)
    order = np.lexsort((-scores, bits != 0, targets.city))
    first = order[np.diff(targets.city[order], prepend=-1) != 0]
    tied = market.tied_to(its.partner_id)
    barred = np.isin(np.arange(len(profiles)), [profiles.index[each] for each in tied if each in profiles.index])
    return _sponsorships(np.arange(len(profiles)), bits[first], scores[first], barred, are_programmes=False)


def _sponsorships(
    partner: Integers, bits: Floats | Unsigned16, score: Floats, barred: Booleans, *, are_programmes: bool
) -> AllPartners:
    blockers = bits.astype(np.uint16) | _TIED * barred
    return AllPartners(
        kind=SPONSORSHIP,
        are_programmes=are_programmes,
        partner=partner,
        blockers=blockers,
        score=np.where(blockers == 0, score, 0.0),
    )


TOO_WEAK: Final = "score"
"""The code of partners that nothing rules out and that score too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerCounts:
    """The possible partners of one holder of capacity, counted."""

    kind: str
    are_programmes: bool
    """Whether the partners are programmes; else they are cities."""
    partners: int
    fitting: int
    ruled_out: Sequence[tuple[str, int]]
    """How many partners each code rules out, the most frequent first."""


def counted(partners: AllPartners, minimum: float) -> BlockerCounts:
    """The counts, where `minimum` is the score that proposals need."""
    bits = partners.blockers.astype(np.int64)
    first = bits & -bits
    found = {blocker.value: int((first == int(blocker.bit)).sum()) for blocker in Blocker}
    fitting = int((partners.allowed & (partners.score >= minimum)).sum())
    found[TOO_WEAK] = int(partners.allowed.sum()) - fitting
    told = sorted(((code, count) for code, count in found.items() if count), key=lambda each: -each[1])
    return BlockerCounts(
        kind=partners.kind,
        are_programmes=partners.are_programmes,
        partners=len(partners.partner),
        fitting=fitting,
        ruled_out=told,
    )
