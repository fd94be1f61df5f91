"""One pair weighed as a candidate is, whether or not it is one."""

import numpy as np

from isopolity.matching.application.candidates.affinity_part import with_affinity
from isopolity.matching.application.candidates.candidate_search import SPONSORSHIP, TWINNING, Candidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.member import City, Programme, sponsorship_pair, twinning_pair
from isopolity.matching.domain.scores import sponsorship, twinning
from isopolity.matching.errors import NoPair, UnknownMember


def scored_pair(market: Market, one: str, other: str) -> Candidate:
    """The pair of two holders of capacity. Raises NoPair, UnknownMember."""
    first, second = _found(market, one), _found(market, other)
    if one == other:
        raise NoPair(f"{first.name} is no partner of itself; name two members.")
    if isinstance(first, City) and isinstance(second, City):
        return _twinning(market, *sorted((first, second), key=lambda city: city.city_id))
    if isinstance(first, Programme) and isinstance(second, City):
        return _sponsorship(market, first, second)
    if isinstance(first, City) and isinstance(second, Programme):
        return _sponsorship(market, second, first)
    raise NoPair(f"“{first.name}” and “{second.name}” are both programmes; name a city on one side.")


def _found(market: Market, holder: str) -> City | Programme:
    kind, _, name = holder.partition("/")
    if kind == "city" and name in market.profiles.index:
        return market.city(name)
    for programme in market.programmes:
        if programme.holder == holder:
            return programme
    raise UnknownMember(f"There is no endorsed city or open programme {name}; correct the id.")


def _twinning(market: Market, a: City, b: City) -> Candidate:
    profiles, weights = market.profiles, market.weights
    pairs = twinning.pair(profiles, profiles.index[a.city_id], profiles.index[b.city_id], weights)
    scores = with_affinity(twinning.scores(profiles, pairs, weights), pairs, market)
    return Candidate(
        kind=TWINNING,
        key=twinning_pair(a.city_id, b.city_id),
        a=a.holder,
        b=b.holder,
        score=float(scores.total[0]),
        scores=scores,
        position=0,
        partner=a,
        city=b,
    )


def _sponsorship(market: Market, programme: Programme, city: City) -> Candidate:
    """With what the programme would support best: the city for its needs, or one of its requests."""
    targets = market.targets.narrowed(market.targets.city == market.profiles.index[city.city_id])
    component = market.components.get(programme.partner_id, -1)
    scores = sponsorship.scores(programme, market.profiles, targets, component, market.weights)
    allowed = sponsorship.allowed(programme, market.profiles, targets, scores)
    best = int(np.lexsort((-scores.total, ~allowed))[0])
    return Candidate(
        kind=SPONSORSHIP,
        key=sponsorship_pair(programme.holder, city.city_id),
        a=programme.holder,
        b=city.holder,
        score=float(scores.total[best]),
        scores=scores,
        position=best,
        partner=programme,
        city=city,
        target=targets.targets[best],
    )
