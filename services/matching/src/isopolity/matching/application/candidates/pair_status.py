"""One pair, whether or not it is a candidate: its full score, what stands against it as its members may see it, and its
status.

Invariant: affinity is added last, to pairs that all other parts have chosen. So history may order them, but adds no
pair; without a model, or with weight 0, nothing changes and no model is asked. Where a public rule excludes a
pair, its code is given and no other; where the score is too low, only that. Everything else that stands against a pair
looks the same, so that nothing about an answer can be read from it.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.domain.member import City, Programme, owner
from isopolity.matching.domain.scores import blockers, sponsorship, twinning
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.fit import Fit
from isopolity.matching.domain.scores.twinning import Pairs
from isopolity.matching.domain.scores.weights import Scores
from isopolity.matching.errors import NoPair, UnknownMember

_holder: Final = attrgetter("holder")
"""By which a market's programmes are ordered."""


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
    first, second = _members(market, one, other)
    if isinstance(first, Programme):
        return _sponsorship(market, first, second, request_id)
    if request_id is not None:
        raise NoPair("Two cities are twinned, and a twinning answers no request; leave the request out.")
    return _twinnings(market, [(first, second)])[0]


def scored_pairs(market: Market, pairs: Sequence[tuple[str, str]]) -> Sequence[Candidate | None]:
    """Each pair as `scored_pair` gives it, None where two are no pair any more; all twinnings are scored at once."""
    found: dict[int, Candidate] = {}
    twins: dict[int, tuple[City, City]] = {}
    for place, (one, other) in enumerate(pairs):
        try:
            first, second = _members(market, one, other)
        except (UnknownMember, NoPair):
            continue
        if isinstance(first, Programme):
            found[place] = _sponsorship(market, first, second)
        else:
            twins[place] = first, second
    if twins:
        found |= zip(twins, _twinnings(market, list(twins.values())), strict=True)
    return [found.get(place) for place in range(len(pairs))]


def _members(market: Market, one: str, other: str) -> tuple[City, City] | tuple[Programme, City]:
    """The members of a pair, a programme before the city and of two cities the one with the lower id first.

    Raises NoPair, UnknownMember.
    """
    one, other = owner(one), owner(other)
    first, second = _member(market, one), _member(market, other)
    if one == other:
        raise NoPair(f"{first.name} is no partner of itself; name two members.")
    match first, second:
        case City(), City():
            return (first, second) if first.city_id < second.city_id else (second, first)
        case Programme(), City():
            return first, second
        case City(), Programme():
            return second, first
    raise NoPair(f"“{first.name}” and “{second.name}” are both programmes; name a city on one side.")


def _member(market: Market, named: str) -> City | Programme:
    kind, _, name = named.partition("/")
    if kind == "city" and name in market.profiles.index:
        return market.city(name)
    at = bisect_left(market.programmes, named, key=_holder)
    if at < len(market.programmes) and market.programmes[at].holder == named:
        return market.programmes[at]
    raise UnknownMember(f"There is no endorsed city or open programme {name}; correct the id.")


def _twinnings(market: Market, cities: Sequence[tuple[City, City]]) -> Sequence[TwinningCandidate]:
    """The candidates of pairs of cities, of each the one with the lower id first."""
    profiles, weights = market.profiles, market.weights
    a, b = (np.array([profiles.index[city.city_id] for city in side]) for side in zip(*cities, strict=True))
    pairs = twinning.few_pairs(profiles, a, b, weights)
    scores = with_affinity(twinning.scores(profiles, pairs, weights), pairs, market)
    rows = enumerate(zip(cities, scores.total.tolist(), strict=True))
    return [
        TwinningCandidate(city_a=one, city_b=other, score=score, scores=scores, position=position)
        for position, ((one, other), score) in rows
    ]


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


AVAILABLE: Final = "available"
PROPOSED: Final = "proposed"
NOT_AT_PRESENT: Final = "not proposed at present"
RULED_OUT: Final = "ruled out"
TOO_WEAK: Final = "scores too low"
UNMAILABLE: Final = "cannot be mailed: no contact"
"""Told in place of NOT_AT_PRESENT to staff, and to the member that has no contact itself."""
UNCONFIRMED: Final = "cannot be mailed: no contact has confirmed its address"
"""Replaces UNMAILABLE where the member has contacts, none of whom has confirmed the address."""
NO_CONTACT: Final = "no-contact"
"""The code of a pair with a side that cannot be mailed."""


def status(candidate: Candidate, visible: Collection[str], pairs: ClosedPairs, minimum: float) -> str:
    """The status of a pair; `visible` are the codes of `visible_blockers`, `minimum` the score that proposals need."""
    if candidate.key in pairs.proposed:
        return PROPOSED
    if set(visible) - {blockers.NOT_AT_PRESENT}:
        return RULED_OUT
    if candidate.score < minimum:
        return TOO_WEAK
    return NOT_AT_PRESENT if visible else AVAILABLE


def visible_blockers(market: Market, candidate: Candidate, free: Collection[str], pairs: ClosedPairs) -> Sequence[str]:
    """Codes of the blockers of a pair; none while it is proposed. `free` are the holders with capacity left."""
    if candidate.key in pairs.proposed:
        return ()
    a, b = candidate.members
    applies = {
        Blocker.TIED: b.member_id in market.tied_to(a.member_id),
        Blocker.PROPOSED: pairs.has(candidate.key, (a.member_id, b.member_id)),
        Blocker.NO_CAPACITY: candidate.a not in free or candidate.b not in free,
    }
    if isinstance(candidate, TwinningCandidate):
        bits = _of_twinning(market, candidate)
    else:
        bits = _of_sponsorship(market, candidate)
    visible = blockers.visible_codes(bits | sum(int(blocker.bit) for blocker, is_so in applies.items() if is_so))
    public = [code for code in visible if code != blockers.NOT_AT_PRESENT]
    # a country outside the region needs no code of its own
    return [code for code in public if code != Blocker.COUNTRY or Blocker.REGION not in public] or visible


def _of_twinning(market: Market, candidate: TwinningCandidate) -> int:
    profiles, neighbours = market.profiles, market.weights.neighbours
    a, b = (profiles.index[city.city_id] for city in (candidate.city_a, candidate.city_b))
    fits = Fit(profiles, neighbours, among=(a, b))
    pairs = twinning.pairs_of(fits, np.array([a]), np.array([b]))
    return int(twinning.blockers(profiles, fits, pairs)[0])


def _of_sponsorship(market: Market, candidate: SponsorshipCandidate) -> int:
    targets = market.targets.narrowed(market.targets.city == market.profiles.index[candidate.city.city_id])
    programme, neighbours = candidate.programme, market.weights.neighbours
    bits = sponsorship.blockers(programme, market.profiles, targets, market.today, neighbours)
    return int(bits[targets.targets.index(candidate.target)])
