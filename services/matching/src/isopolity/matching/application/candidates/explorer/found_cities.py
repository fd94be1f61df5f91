"""Each city that is looked at with its fit, and what blocks it: by its request or its needs, whichever suits best.

Invariant: a blocker is told beside the fit and never changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.application.candidates.explorer.criteria import Choice
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.scores import sponsorship
from isopolity.matching.domain.scores.blockers import Blocker, codes
from isopolity.matching.domain.scores.target_arrays import Target

_TIED = Blocker.TIED.bit


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCities:
    """Cities, the best first: those that fit before those that do not; one entry each."""

    market: Market
    city: Integers
    """Positions among the market's cities."""
    target: Integers
    """Positions of the targets that suit best."""
    score: Floats
    blockers: Unsigned16
    fits: Booleans
    """Whether nothing blocks it and it scores enough."""
    requests: int
    """Requests among all targets that fit."""

    def taken(self, some: slice) -> Sequence["FoundCity"]:
        """Some of them, one by one."""
        return [self._one(position) for position in range(len(self.city))[some]]

    def _one(self, position: int) -> "FoundCity":
        target = self.market.targets.targets[int(self.target[position])]
        told = codes(self.blockers[position])
        named = [each for each in told if each is not Blocker.COUNTRY or Blocker.REGION not in told]
        return FoundCity(
            target=target,
            score=float(self.score[position]),
            fits=bool(self.fits[position]),
            blockers=named,
            is_first_tie=not self.market.profiles.has_tie[self.city[position]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCity:
    """A city as a programme sees it."""

    target: Target
    score: float
    fits: bool
    blockers: Sequence[Blocker]
    is_first_tie: bool

    @property
    def city(self) -> City:
        """The city."""
        return self.target.city


def found_cities(
    market: Market, programme: Programme, choice: Choice, minimum: float, *, with_blocked: bool
) -> FoundCities:
    """The cities that fit the programme, among those that are looked at; `with_blocked` also those that do not."""
    profiles, targets, weights = market.profiles, market.targets, market.weights
    bits = np.asarray(sponsorship.blockers(programme, profiles, targets, market.today, weights.neighbours), np.uint16)
    tied = [profiles.index[each] for each in market.tied_to(programme.partner_id) if each in profiles.index]
    bits[np.isin(targets.city, tied)] |= _TIED
    component = market.components.get(programme.partner_id, -1)
    score = sponsorship.scores(programme, profiles, targets, component, weights).total
    looked_at = choice.looked_at(market, programme)
    fits = looked_at & (bits == 0) & (score >= minimum)
    some = np.flatnonzero(looked_at if with_blocked else fits)
    some = some[np.lexsort((some, -score[some], ~fits[some]))]
    _, first = np.unique(targets.city[some], return_index=True)
    best = some[np.sort(first)]
    return FoundCities(
        market=market,
        city=targets.city[best],
        target=best,
        score=score[best],
        blockers=bits[best],
        fits=fits[best],
        requests=int((fits & (targets.currency_of >= 0)).sum()),
    )
