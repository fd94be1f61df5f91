"""Visible blockers: the codes of what stands against one pair now, as its members may see it, and the pair's status.

Invariant: where a public rule excludes the pair, the rule is told and nothing else; where its score is too low, no more
than that. All else that stands against a pair looks the same, so that nothing can be read from it about an answer.
"""

from collections.abc import Collection, Sequence
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
UNCONFIRMED: Final = "cannot be mailed: no contact has confirmed its address"
"""Replaces UNMAILABLE where the member has contacts, none of whom has confirmed the address."""
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
    shown = blockers.visible_codes(bits | sum(int(blocker.bit) for blocker, is_so in applies.items() if is_so))
    public = [code for code in shown if code != blockers.NOT_AT_PRESENT]
    # a country outside the region need not be told besides
    return [code for code in public if code != Blocker.COUNTRY or Blocker.REGION not in public] or shown


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
