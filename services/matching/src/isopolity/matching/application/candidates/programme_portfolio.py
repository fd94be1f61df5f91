"""The portfolio of one programme: its possible grants in a market, the best of them, and what they reach.

Invariant: the choice depends on the arguments alone; the caller gives the cities and pairs that may be proposed. Only
requests of money are in it: who asks for none gets no grant.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Programme, Request, sponsorship_pair
from isopolity.matching.domain.money.grant_prices import Offers
from isopolity.matching.domain.money.grants import Budget, NoGrant, SetAmounts, Span, grant_span
from isopolity.matching.domain.money.portfolios import Change, granted, portfolio_choice
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.target_arrays import Target

VALUE_UNIT: Final = 10_000
"""The value of a grant is its score in these units, as exact as the scores on pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The requests that fit a programme whatever their amounts: their positions in the market, and scores."""

    position: Integers
    score: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGrant:
    """A grant of the portfolio, or one that comes in or goes out; the amount is None where it is not granted."""

    city: City
    request: Request
    score: float
    span: Span
    amount: int | None
    is_first_tie: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Cities and people that the grants of a portfolio reach."""

    cities: int
    inhabitants: int
    unknown: int
    """Cities whose number of inhabitants is not known."""
    beneficiaries: int
    """The people who benefit, as the requests name them."""
    countries: int
    regions: Mapping[str, int]
    """The number of cities by region."""
    first_ties: int
    """Cities that have no public tie yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """Differences of the portfolio with another budget, or with another number of cities."""

    budget: int
    number: int
    value: int
    spent: int
    added: Sequence[PlannedGrant]
    removed: Sequence[PlannedGrant]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The best grants of a programme within its budget, and what would change them."""

    programme: Programme
    budget: Budget
    is_supposed: bool
    number: int
    """The number of cities that it may take on."""
    candidates: int
    """Cities that fit and that the money could reach one by one."""
    grants: Sequence[PlannedGrant]
    """The chosen grants, the best first."""
    value: int
    bound: int
    """By multipliers; no permitted choice is worth more."""
    is_searched: bool
    """Whether all choices were searched, so that none is better whatever the bound."""
    reach: Reach
    waiting: Sequence[tuple[Request, City]]
    """Requests in other currencies, for which staff has to set an amount."""
    more_money: PlannedChange | None
    one_city_more: PlannedChange | None
    last_out: PlannedChange | None
    tenth_more: PlannedChange
    tenth_less: PlannedChange

    @property
    def spent(self) -> int:
        """The sum of the grants."""
        return sum(each.amount or 0 for each in self.grants)

    @property
    def gap(self) -> float:
        """The share of the bound that the choice does not reach."""
        return (self.bound - self.value) / self.bound if self.bound else 0.0


def fitting(market: Market, programme: Programme, minimum_score: float) -> Fitting:
    """The requests of money that the programme's rules admit; those on amounts are left to their spans."""
    bits, scores = market.all_sponsorships(programme)
    total, ask = scores.total, market.targets.ask_money
    position = np.flatnonzero(ask & ((bits & ~Blocker.AMOUNT.bit) == 0) & (total >= minimum_score))
    return Fitting(position=position, score=total[position])


def cities_of(market: Market, found: Fitting) -> Integers:
    """The positions of the cities whose targets fit, ascending."""
    return np.flatnonzero(np.bincount(market.targets.city[found.position]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds within which a portfolio is chosen."""

    budget: Budget
    is_supposed: bool
    number: int
    amounts: SetAmounts
    free: Collection[int]
    """The positions of cities that may be proposed."""
    closed: ClosedPairs

    def open_cities(self, market: Market, programme: Programme) -> Booleans:
        """(cities,): those that may be proposed to it: free, not tied to its partner, and the pair not closed."""
        found = np.zeros(len(market.profiles), bool)
        if programme.partner_id in self.closed.asked:
            return found
        found[list(self.free)] = True
        keys = (key.removeprefix(sponsorship_pair(programme.holder, "")) for key in self.closed.closed)
        barred = {*keys, *self.closed.asked, *market.tied_to(programme.partner_id)}
        found[[market.profiles.index[each] for each in barred if each in market.profiles.index]] = False
        return found


def planned_portfolio(market: Market, programme: Programme, found: Fitting, limits: Limits) -> Portfolio:
    """The portfolio among the targets that were found."""
    fits, spans, waiting = _spans(market, programme, found, limits)
    positions, scores = fits.position, fits.score
    numbered = dict(enumerate(spans))
    offers = Offers(
        value=np.rint(scores * VALUE_UNIT).astype(np.int64),
        cost=np.array([span.least for span in spans], np.int64),
        city=market.targets.city[positions],
    )
    chosen = portfolio_choice(offers, limits.budget, limits.number)
    amounts = granted(numbered, chosen.choice, offers.value, limits.budget.left)

    def grant(each: int, amount: int | None) -> PlannedGrant:
        target = market.targets.targets[int(positions[each])]
        return _grant(market, target, round(float(scores[each]), 4), numbered[each], amount)

    def change(other: Change) -> PlannedChange:
        added, removed = ([grant(each, None) for each in some.tolist()] for some in (other.added, other.removed))
        return PlannedChange(
            budget=other.budget,
            number=other.number,
            value=other.choice.value,
            spent=other.choice.cost,
            added=sorted(added, key=_best_first),
            removed=sorted(removed, key=_best_first),
        )

    grants = sorted((grant(each, amount) for each, amount in amounts.items()), key=_best_first)
    affordable = np.unique(offers.city[offers.cost <= limits.budget.left])
    return Portfolio(
        programme=programme,
        budget=limits.budget,
        is_supposed=limits.is_supposed,
        number=limits.number,
        candidates=len(affordable),
        grants=grants,
        value=chosen.choice.value,
        bound=chosen.choice.bound,
        is_searched=chosen.choice.is_searched,
        reach=_reach(grants),
        waiting=waiting,
        more_money=None if chosen.more_money is None else change(chosen.more_money),
        one_city_more=None if chosen.one_city_more is None else change(chosen.one_city_more),
        last_out=None if chosen.last_out is None else change(chosen.last_out),
        tenth_more=change(chosen.tenth_more),
        tenth_less=change(chosen.tenth_less),
    )


def _spans(
    market: Market, programme: Programme, found: Fitting, limits: Limits
) -> tuple[Fitting, Sequence[Span], Sequence[tuple[Request, City]]]:
    """The targets that may be proposed and the span of each; and the requests that wait for an amount."""
    is_open = limits.open_cities(market, programme)[market.targets.city[found.position]]
    position, score = found.position[is_open], found.score[is_open]
    spans, waiting = list[Span | NoGrant](), list[tuple[Request, City]]()
    for each in position.tolist():
        target = market.targets.targets[each]
        request = target.request
        assert request is not None  # noqa: S101 - positions of requests only
        span = grant_span(programme, request.request_id, request, limits.amounts)
        spans.append(span)
        if span is NoGrant.WAITS:
            waiting.append((request, target.city))
    kept = np.array([isinstance(span, Span) for span in spans], bool)
    granted_by_it = [span for span in spans if isinstance(span, Span)]
    fits = Fitting(position=position[kept], score=score[kept])
    return fits, granted_by_it, sorted(waiting, key=lambda each: each[0].request_id)


def _grant(market: Market, target: Target, score: float, span: Span, amount: int | None) -> PlannedGrant:
    has_tie = bool(market.profiles.has_tie[market.profiles.index[target.city.city_id]])
    assert target.request is not None  # noqa: S101 - see `fitting`
    return PlannedGrant(
        city=target.city, request=target.request, score=score, span=span, amount=amount, is_first_tie=not has_tie
    )


def _best_first(grant: PlannedGrant) -> tuple[float, str]:
    return -grant.score, grant.city.city_id


def _reach(grants: Sequence[PlannedGrant]) -> Reach:
    cities = [grant.city for grant in grants]
    return Reach(
        cities=len(cities),
        inhabitants=sum(city.population or 0 for city in cities),
        unknown=sum(city.population is None for city in cities),
        beneficiaries=sum(grant.request.beneficiaries or 0 for grant in grants),
        countries=len({city.country for city in cities}),
        regions=dict(sorted(Counter(city.region for city in cities).items())),
        first_ties=sum(grant.is_first_tie for grant in grants),
    )
