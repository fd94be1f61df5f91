"""Visible blockers: the codes of what stands against one pair now, as its members may see it, and the pair's status.

Invariant: where a public rule excludes the pair, the rule is told and nothing else; where its score is too low, no more
than that. All else that stands against a pair looks the same, so that nothing can be read from it about an answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.repositories import ClosedPairs
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


def status(candidate: Candidate, shown: Collection[str], pairs: ClosedPairs, minimum: float) -> str:
    """The status of a pair; `shown` are the codes of `visible_blockers`, `minimum` the score that proposals need."""
    if candidate.key in pairs.proposed:
        return PROPOSED
    if set(shown) - {blockers.NOT_AT_PRESENT}:
        return RULED_OUT
    if candidate.score < minimum:
        return TOO_WEAK
    return NOT_AT_PRESENT if shown else AVAILABLE


def visible_blockers(market: Market, candidate: Candidate, free: Collection[str], pairs: ClosedPairs) -> Sequence[str]:
    """The codes of what stands against a pair; none while it is proposed to its members.

    `free` are the holders with capacity left.
    """
    if candidate.key in pairs.proposed:
        return ()
    a, b = candidate.members
    applies = {
        Blocker.TIED: market.ties.has_edge(a.member_id, b.member_id),
        Blocker.PROPOSED: candidate.key in pairs.closed,
        Blocker.NO_CAPACITY: candidate.a not in free or candidate.b not in free,
    }
    listed = [blocker for blocker, is_so in applies.items() if is_so]
    if isinstance(candidate, TwinningCandidate):
        bits = _of_twinning(market, candidate, listed)
    else:
        bits = _of_sponsorship(market, candidate, listed)
    shown = blockers.shown(bits)
    public = [code for code in shown if code != blockers.NOT_AT_PRESENT]
    # a country outside the region need not be told besides
    return [code for code in public if code != Blocker.COUNTRY or Blocker.REGION not in public] or shown


def _of_twinning(market: Market, candidate: TwinningCandidate, listed: Collection[Blocker]) -> int:
    profiles, weights = market.profiles, market.weights
    ids = (candidate.city_a.city_id, candidate.city_b.city_id)
    free = np.full(len(profiles), Blocker.NO_CAPACITY not in listed)
    barred: Mapping[Blocker, Iterable[tuple[str, str]]] = {
        blocker: [ids] for blocker in listed if blocker is not Blocker.NO_CAPACITY
    }
    availability = blockers.Availability.of(profiles, free, barred)
    one, other = profiles.index[ids[0]], profiles.index[ids[1]]
    fits = Fit(profiles, weights.neighbours, among=(one, other))
    return int(twinning.blockers(profiles, fits, availability, twinning.pair(profiles, one, other, weights))[0])


def _of_sponsorship(market: Market, candidate: SponsorshipCandidate, listed: Collection[Blocker]) -> int:
    city_id = candidate.city.city_id
    targets = market.targets.narrowed(market.targets.city == market.profiles.index[city_id])
    against = blockers.listed(market.profiles, {blocker: [city_id] for blocker in listed})
    bits = sponsorship.blockers(
        candidate.programme,
        market.profiles,
        targets,
        today=market.today,
        listed=against,
        neighbours=market.weights.neighbours,
    )
    return int(bits[targets.targets.index(candidate.target)])
