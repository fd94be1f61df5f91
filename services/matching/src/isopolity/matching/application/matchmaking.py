"""Who could be proposed to whom, and a proposal drawn up for a pair, with its reasons for both sides.

Its invariant: a pair that a rule excludes is never a candidate, and the order of the members changes nothing.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from isopolity.matching.application.market import Market
from isopolity.matching.application.sponsorship_reasons import (
    SponsorshipFacts,
    reasons_for_city,
    reasons_for_partner,
)
from isopolity.matching.application.twinning_reasons import TwinningFacts, twinning_reasons
from isopolity.matching.domain import fit, sponsorship, twinning
from isopolity.matching.domain.member import City, Programme, sponsorship_pair, twinning_pair
from isopolity.matching.domain.proposal import Proposal, Side, Stage
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
        )
        scores = twinning.scores(market.profiles, pairs)
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
        scores = sponsorship.scores(programme, market.profiles, targets, component)
        total = np.where(sponsorship.allowed(programme, market.profiles, targets), scores.total, 0.0)
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


def draft(candidate: Candidate, market: Market, proposal_id: str, round_id: str | None, now: datetime) -> Proposal:
    """The proposal for a candidate, held, with a snapshot of both sides and the reasons for each."""
    a, b = _twinning_sides(candidate, market) if candidate.target is None else _sponsorship_sides(candidate, market)
    return Proposal(
        proposal_id=proposal_id,
        version=1,
        kind=candidate.kind,
        stage=Stage.HELD,
        pair_key=candidate.key,
        a=a,
        b=b,
        score=round(candidate.score, 4),
        parts=tuple(candidate.scores.parts_of(candidate.position)),
        round_id=round_id,
        created_at=now,
        rests_on=_versions(candidate),
    )


def _versions(candidate: Candidate) -> dict[str, int]:
    partner, city, target = candidate.partner, candidate.city, candidate.target
    versions = {city.city_id: city.version}
    if isinstance(partner, City):
        versions[partner.city_id] = partner.version
    else:
        versions[partner.partner_id] = partner.partner_version
    if target is not None and target.request is not None:
        versions[target.request.request_id] = target.request.version
    return versions


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


def _twinning_sides(candidate: Candidate, market: Market) -> tuple[Side, Side]:
    a, b = candidate.partner, candidate.city
    assert isinstance(a, City)  # noqa: S101 - a twinning joins two cities
    return _city_side("a", a, b, market), _city_side("b", b, a, market)


def _city_side(side: str, me: City, other: City, market: Market) -> Side:
    profiles = market.profiles
    mine, theirs = profiles.index[me.city_id], profiles.index[other.city_id]
    km = float(twinning.distance_km(profiles, np.array([mine]), np.array([theirs]))[0])
    facts = TwinningFacts(
        me=me,
        other=other,
        met=fit.matches(me, other, market.today),
        wanted=fit.matches(other, me, market.today),
        km=None if np.isnan(km) else km,
        my_first_tie=not profiles.has_tie[mine],
        their_first_tie=not profiles.has_tie[theirs],
        joins=bool(profiles.component[mine] != profiles.component[theirs]),
    )
    return Side(
        side=side,
        holder=me.holder,
        member_kind="city",
        member_id=me.city_id,
        name=me.name,
        country=me.country,
        region=me.region,
        population=me.population,
        illustrative=me.illustrative,
        reasons=twinning_reasons(facts),
    )


def _sponsorship_sides(candidate: Candidate, market: Market) -> tuple[Side, Side]:
    programme, city, target = candidate.partner, candidate.city, candidate.target
    assert isinstance(programme, Programme) and target is not None  # noqa: S101, PT018 - as for twinnings
    first_tie = not market.profiles.has_tie[market.profiles.index[city.city_id]]
    facts = SponsorshipFacts(programme=programme, target=target, today=market.today, first_tie=first_tie)
    partner_side = Side(
        side="a",
        holder=programme.holder,
        member_kind="partner",
        member_id=programme.partner_id,
        name=programme.partner_name,
        country=programme.home_country,
        programme_id=programme.programme_id,
        programme_name=programme.name,
        illustrative=programme.illustrative,
        reasons=reasons_for_partner(facts),
    )
    request = target.request
    city_side = Side(
        side="b",
        holder=city.holder,
        member_kind="city",
        member_id=city.city_id,
        name=city.name,
        country=city.country,
        region=city.region,
        population=city.population,
        request_id=request.request_id if request else None,
        request_title=request.title if request else None,
        illustrative=city.illustrative,
        reasons=reasons_for_city(facts),
    )
    return partner_side, city_side
