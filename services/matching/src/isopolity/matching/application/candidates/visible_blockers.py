"""What stands against one pair now, as the codes that its members may see, and what that makes of the pair.

Its invariant: where a public rule excludes the pair that is told and nothing else, and where its score is too low no
more than that; whatever else stands against it looks the same, so that nothing can be read from it about an answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate_search import Candidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.scores import blockers, sponsorship, twinning
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.fit import Fit

AVAILABLE: Final = "available"
PROPOSED: Final = "proposed"
NOT_AT_PRESENT: Final = "not proposed at present"
RULED_OUT: Final = "ruled out"
TOO_WEAK: Final = "scores too low"
UNMAILABLE: Final = "cannot be mailed: no contact"
"""Told in place of NOT_AT_PRESENT to staff, and to the member that has no contact itself."""
NO_CONTACT: Final = "no-contact"
"""The code of a pair with a side that cannot be mailed."""


def status(candidate: Candidate, shown: Collection[str], standing: ClosedPairs, minimum: float) -> str:
    """What is told of a pair in a word or two; `shown` are the codes of `visible_blockers`."""
    if candidate.key in standing.proposed:
        return PROPOSED
    if set(shown) - {blockers.NOT_AT_PRESENT}:
        return RULED_OUT
    if candidate.score < minimum:
        return TOO_WEAK
    return NOT_AT_PRESENT if shown else AVAILABLE


def visible_blockers(
    market: Market, candidate: Candidate, free: Collection[str], standing: ClosedPairs
) -> Sequence[str]:
    """The codes of what stands against a pair, none while it is proposed to its members; `free` are holders."""
    if candidate.key in standing.proposed:
        return ()
    applies = {
        Blocker.TIED: market.ties.has_edge(_member_id(candidate.partner), candidate.city.city_id),
        Blocker.PROPOSED: candidate.key in standing.closed,
        Blocker.NO_CAPACITY: candidate.a not in free or candidate.b not in free,
    }
    listed = [blocker for blocker, is_so in applies.items() if is_so]
    bits = _of_cities(market, candidate, listed) if candidate.target is None else _of_support(market, candidate, listed)
    shown = blockers.shown(bits)
    public = [code for code in shown if code != blockers.NOT_AT_PRESENT]
    # a country outside the region need not be told besides
    return [code for code in public if code != Blocker.COUNTRY or Blocker.REGION not in public] or shown


def _of_cities(market: Market, candidate: Candidate, listed: Collection[Blocker]) -> int:
    profiles, weights = market.profiles, market.weights
    assert isinstance(candidate.partner, City)  # noqa: S101 - a twinning joins two cities
    ids = (candidate.partner.city_id, candidate.city.city_id)
    free = np.full(len(profiles), Blocker.NO_CAPACITY not in listed)
    barred: Mapping[Blocker, Iterable[tuple[str, str]]] = {
        blocker: [ids] for blocker in listed if blocker is not Blocker.NO_CAPACITY
    }
    standing = blockers.Availability.of(profiles, free, barred)
    one, other = profiles.index[ids[0]], profiles.index[ids[1]]
    fits = Fit(profiles, weights.neighbours, among=(one, other))
    return int(twinning.blockers(profiles, fits, standing, twinning.pair(profiles, one, other, weights))[0])


def _of_support(market: Market, candidate: Candidate, listed: Collection[Blocker]) -> int:
    programme, target = candidate.partner, candidate.target
    assert isinstance(programme, Programme) and target is not None  # noqa: S101, PT018 - as for twinnings
    targets = market.targets.narrowed(market.targets.city == market.profiles.index[candidate.city.city_id])
    against = blockers.listed(market.profiles, {blocker: [candidate.city.city_id] for blocker in listed})
    neighbours = market.weights.neighbours
    bits = sponsorship.blockers(
        programme, market.profiles, targets, today=market.today, listed=against, neighbours=neighbours
    )
    return int(bits[targets.targets.index(target)])


def _member_id(partner: City | Programme) -> str:
    return partner.city_id if isinstance(partner, City) else partner.partner_id
