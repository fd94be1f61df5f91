"""The full score of pairs: with the part that history has, and of one pair whether or not it is a candidate.

Invariant: affinity is added last, to pairs that all other parts have put near the top. So history may order them, but
brings up nobody; without a model, or with weight 0, nothing changes and no model is asked.
"""

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.member import City, Programme, owner
from isopolity.matching.domain.scores import sponsorship, twinning
from isopolity.matching.domain.scores.score import Scores
from isopolity.matching.domain.scores.twinning import Pairs
from isopolity.matching.errors import NoPair, UnknownMember


def with_affinity(scores: Scores, pairs: Pairs, market: Market) -> Scores:
    """The scores of pairs of the market's cities, with the part `affinity` where the network lets it count."""
    known = market.pair_affinity
    if known is None:
        return scores
    return twinning.with_further(scores, {"affinity": known.scores(pairs.a, pairs.b)}, market.version)


def scored_pair(market: Market, one: str, other: str, request_id: str | None = None) -> Candidate:
    """The pair of two owners or holders of capacity, scored as candidates are; with `request_id` for this request.

    Raises NoPair, UnknownMember.
    """
    one, other = owner(one), owner(other)
    first, second = _member(market, one), _member(market, other)
    if one == other:
        raise NoPair(f"{first.name} is no partner of itself; name two members.")
    match first, second:
        case City(), City():
            if request_id is not None:
                raise NoPair("Two cities are twinned, and a twinning answers no request; leave the request out.")
            a, b = sorted((first, second), key=lambda city: city.city_id)
            return _twinning(market, a, b)
        case Programme(), City():
            return _sponsorship(market, first, second, request_id)
        case City(), Programme():
            return _sponsorship(market, second, first, request_id)
    raise NoPair(f"“{first.name}” and “{second.name}” are both programmes; name a city on one side.")


def _member(market: Market, named: str) -> City | Programme:
    kind, _, name = named.partition("/")
    if kind == "city" and name in market.profiles.index:
        return market.city(name)
    for programme in market.programmes:
        if programme.holder == named:
            return programme
    raise UnknownMember(f"There is no endorsed city or open programme {name}; correct the id.")


def _twinning(market: Market, a: City, b: City) -> TwinningCandidate:
    profiles, weights = market.profiles, market.weights
    pairs = twinning.pair(profiles, profiles.index[a.city_id], profiles.index[b.city_id], weights)
    scores = with_affinity(twinning.scores(profiles, pairs, weights), pairs, market)
    return TwinningCandidate(city_a=a, city_b=b, score=float(scores.total[0]), scores=scores, position=0)


def _sponsorship(
    market: Market, programme: Programme, city: City, request_id: str | None = None
) -> SponsorshipCandidate:
    """The programme with this request, else with what it would support best: the city's needs, or a request of it."""
    its = market.targets.city == market.profiles.index[city.city_id]
    if request_id is not None:
        for position in np.flatnonzero(its).tolist():
            request = market.targets.targets[position].request
            its[position] = request is not None and request.request_id == request_id
        if not its.any():
            raise UnknownMember(f"{city.name} has no open request {request_id}; correct the id.")
    targets = market.targets.narrowed(its)
    component = market.components.get(programme.partner_id, -1)
    scores = sponsorship.scores(programme, market.profiles, targets, component, market.weights)
    allowed = sponsorship.allowed(programme, market.profiles, targets, scores)
    total = scores.total
    best = int(np.lexsort((-total, ~allowed))[0])
    return SponsorshipCandidate(
        programme=programme, target=targets.targets[best], score=float(total[best]), scores=scores, position=best
    )
