"""The requests that a programme could fund, and the cities that could make such a request.

Invariant: all of it follows from the given market; in a public market two networks that differ in proposals, answers or
pauses alone give the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Unsigned16
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.money.grants import gives_money
from isopolity.matching.domain.scores import sponsorship
from isopolity.matching.domain.scores.blockers import Blocker

ABOUT: Final = 0.5
"""The nearness from which a need counts as being about what a programme supports: its subject where no topics are
named, or nearly the same topics."""
OF_CITIES: Final = (Blocker.REGION, Blocker.COUNTRY, Blocker.POPULATION)
"""The rules of a programme that exclude a city whatever it asks for."""
_LIFTED: Final = (Blocker.AMOUNT, *OF_CITIES)
"""Rules that a partner can widen to admit a request that scores enough already; widening them lowers no score."""
_OF_THE_CITY: Final = np.bitwise_or.reduce([each.bit for each in (*OF_CITIES, Blocker.LEGAL_ACT)])


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRequests:
    """What a programme finds among the open requests of money, and how many cities could add one."""

    open: int
    """The open requests that ask for money, of cities that are not tied to its partner."""
    fitting: int
    looking: int
    """The cities with a need whose nearness to it is ABOUT or more, wherever they are."""
    could_ask: int
    """The cities among `looking` that no rule of the programme excludes, that are not tied to its partner, and that
    have no fitting request."""
    kept_out: Sequence[tuple[str, int]]
    """The number of requests that only a rule on places, sizes or amounts keeps out, by its code; the largest first."""
    elsewhere: int
    """The requests that are about other subjects and that no other rule excludes."""


def missing_requests(market: Market, programme: Programme, minimum: float) -> MissingRequests | None:
    """The requests of a programme, where `minimum` is the score that proposals need; None if it gives no money."""
    if not gives_money(programme):
        return None
    found = _Found.of(market, programme, minimum)
    kept_out = ((rule.value, int((found.enough & (found.bits == rule.bit)).sum())) for rule in _LIFTED)
    return MissingRequests(
        open=int(found.asking.sum()),
        fitting=int(found.fits.sum()),
        looking=int(found.looks.sum()),
        could_ask=int(found.could_ask(market).sum()),
        kept_out=sorted(((code, count) for code, count in kept_out if count), key=lambda each: -each[1]),
        elsewhere=int((found.asking & (found.bits == Blocker.SUBJECTS.bit)).sum()),
    )


def cities_to_ask(market: Market, programme: Programme, minimum: float) -> Sequence[tuple[City, float]]:
    """The cities that could make a fitting request, each with the nearness of its needs in (0, 1], the best first."""
    found = _Found.of(market, programme, minimum)
    those = np.flatnonzero(found.could_ask(market))
    best = those[np.lexsort((those, -found.nearness[those]))]
    return [(market.profiles.cities[each], float(found.nearness[each])) for each in best.tolist()]


@dataclass(frozen=True, slots=True)
class _Found:
    """The targets of a market as a programme meets them; the cities, with their needs, are the first ones."""

    bits: Unsigned16
    """The blockers of each target."""
    asking: Booleans
    """Whether each target is a request of money of a city that is not tied to the programme's partner."""
    enough: Booleans
    """Whether each target is such a request with the score that proposals need."""
    nearness: Floats
    """The nearness of each city's nearest need to the programme, in [0, 1], whatever support the programme gives; it
    depends on no rating."""
    tied: Booleans
    """Whether each city is tied to the programme's partner."""

    @classmethod
    def of(cls, market: Market, programme: Programme, minimum: float) -> "_Found":
        cities, targets = len(market.profiles), market.targets
        bits, scored = market.all_sponsorships(programme)
        tied = np.isin(np.arange(cities), market.tied_cities(programme.partner_id))
        asking = targets.ask_money & ~tied[targets.city]
        nearness = sponsorship.nearest_wants(programme, targets, market.weights.neighbours)[:cities]
        return cls(bits, asking, asking & (scored.total >= minimum), nearness, tied)

    @property
    def fits(self) -> Booleans:
        """Whether each target is a fitting request."""
        return np.asarray(self.enough & (self.bits == 0), bool)

    @property
    def looks(self) -> Booleans:
        """Whether each city looks for what the programme is about."""
        return np.asarray(self.nearness >= ABOUT, bool)

    def could_ask(self, market: Market) -> Booleans:
        """Whether each city could make a request that fits, and has none."""
        cities = len(market.profiles)
        has_fitting = np.zeros(cities, bool)
        has_fitting[market.targets.city[self.fits]] = True
        is_served = (self.bits[:cities] & _OF_THE_CITY) == 0
        return np.asarray(self.looks & is_served & ~self.tied & ~has_fitting, bool)
