"""Who could be proposed to whom.

Its invariant: a pair that a rule excludes is never a candidate, and the order of the members changes nothing.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.market import Market
from isopolity.matching.domain import sponsorship, twinning
from isopolity.matching.domain.member import City, Programme, sponsorship_pair, twinning_pair
from isopolity.matching.domain.score import Scores
from isopolity.matching.domain.sponsorship import Target, Targets

TWINNING: Final = "twinning"
SPONSORSHIP: Final = "sponsorship"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A pair that may be proposed; `a` and `b` are the holders of capacity."""

    kind: str
    key: str
    a: str
    b: str
    score: float
    scores: Scores
    position: int
    """Where the pair stands in `scores`."""
    city: City
    """Side b."""
    partner: City | Programme
    """Side a: a city in a twinning, a programme in a sponsorship."""
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matchmaking:
    """Finds candidates; below `minimum_score` a pair is not worth anybody's time."""

    minimum_score: float = 0.35
    per_city: int = 20
    per_programme: int = 40

    def candidates(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], *, only: Collection[str] | None = None
    ) -> Sequence[Candidate]:
        """All candidates among the holders in `free`, without the pairs in `closed`; `only` those of some holders."""
        return [
            *self.twinnings(market, free, closed, only=only),
            *self.sponsorships(market, free, closed, only=only),
        ]

    def twinnings(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], *, only: Collection[str] | None = None
    ) -> Sequence[Candidate]:
        """Pairs of cities."""
        cities = market.profiles.cities
        columns = np.array([city.holder in free for city in cities], bool)
        rows = [i for i, city in enumerate(cities) if columns[i] and (only is None or city.holder in only)]
        if not rows:
            return ()
        pairs = twinning.candidates(
            market.profiles,
            rows=np.array(rows, np.int64),
            columns=columns,
            barred=[*market.tied, *_city_pairs(closed)],
            per_city=self.per_city,
            weights=market.weights,
        )
        scores = twinning.scores(market.profiles, pairs, market.weights)
        total = scores.total
        return [
            _twinning(cities[pairs.a[i]], cities[pairs.b[i]], float(total[i]), scores, i)
            for i in np.flatnonzero(total >= self.minimum_score).tolist()
        ]

    def sponsorships(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], *, only: Collection[str] | None = None
    ) -> Sequence[Candidate]:
        """Pairs of a programme and a city."""
        everybody = self._targets_of(market, free)
        narrow = everybody if only is None else self._targets_of(market, free & frozenset(only))
        tied_to = market.partners_of
        barred = set(closed) | {
            sponsorship_pair(programme.holder, city_id)
            for programme in market.programmes
            for city_id in tied_to.get(programme.partner_id, ())
        }
        found: list[Candidate] = []
        for programme in market.programmes:
            if programme.holder in free:
                whole = only is None or programme.holder in only
                found += self._of_programme(market, programme, everybody if whole else narrow, barred)
        return found

    @staticmethod
    def _targets_of(market: Market, holders: Collection[str]) -> Targets:
        kept = np.array([city.holder in holders for city in market.profiles.cities], bool)
        return market.targets.narrowed(kept[market.targets.city])

    def _of_programme(
        self, market: Market, programme: Programme, targets: Targets, barred: Collection[str]
    ) -> list[Candidate]:
        component = market.components.get(programme.partner_id, -1)
        scores = sponsorship.scores(programme, market.profiles, targets, component, market.weights)
        total = np.where(
            sponsorship.allowed(programme, market.profiles, targets, market.weights.neighbours), scores.total, 0.0
        )
        promising = np.flatnonzero(total >= self.minimum_score)
        found: dict[str, Candidate] = {}
        for i in promising[np.argsort(-total[promising], kind="stable")].tolist():
            if len(found) == self.per_programme:
                break
            target = targets.targets[i]
            key = sponsorship_pair(programme.holder, target.city.city_id)
            if key not in found and key not in barred:
                found[key] = _sponsorship(programme, target, key, float(total[i]), scores, i)
        return list(found.values())


def _twinning(a: City, b: City, score: float, scores: Scores, position: int) -> Candidate:
    return Candidate(
        kind=TWINNING,
        key=twinning_pair(a.city_id, b.city_id),
        a=a.holder,
        b=b.holder,
        score=score,
        scores=scores,
        position=position,
        partner=a,
        city=b,
    )


def _sponsorship(
    programme: Programme, target: Target, key: str, score: float, scores: Scores, position: int
) -> Candidate:
    return Candidate(
        kind=SPONSORSHIP,
        key=key,
        a=programme.holder,
        b=target.city.holder,
        score=score,
        scores=scores,
        position=position,
        partner=programme,
        city=target.city,
        target=target,
    )


def _city_pairs(closed: Collection[str]) -> list[tuple[str, str]]:
    """The pairs of cities among pair keys; a sponsorship's key starts with a holder, which has a slash."""
    parts = (key.split(":") for key in closed if "/" not in key)
    return [(pair[0], pair[1]) for pair in parts if len(pair) == 2]
