"""Portfolios: whom a programme's money would support best, for the eyes of its partner or of staff.

Invariant: what a partner is told depends on public facts, the clock, its own acts and its own partnerships; not on
what others propose, answer or have in use. Nothing is proposed to anybody.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from isopolity.matching.application.candidates.free_capacity import Taken, free_among
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.programme_portfolio import (
    Limits,
    Portfolio,
    cities_of,
    fitting,
    planned_portfolio,
)
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.fit_queries import current_market
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.member import Programme, programme_holder
from isopolity.matching.domain.money.budgets import Commitment, budget_of
from isopolity.matching.domain.money.grants import SetAmounts, gives_money
from isopolity.matching.errors import InvalidWhatIf, UnknownMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """What a programme might have in place of what it states; None supposes nothing."""

    budget: int | None = None
    """The whole."""
    grant_min: int | None = None
    grant_max: int | None = None
    cities: int | None = None
    """How many cities it can take at a time."""

    def programme(self, known: Programme) -> Programme:
        """The programme as supposed. Raises InvalidWhatIf."""
        names = ("budget", "grant_min", "grant_max", "cities")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        supposed = replace(known, **given)
        if not gives_money(supposed):
            raise InvalidWhatIf(f"“{known.name}” names no amount of a grant; suppose a grant_max.")
        if supposed.grant_min > supposed.grant_max:
            raise InvalidWhatIf(
                f"The least grant, {supposed.grant_min:,}, is more than the most, {supposed.grant_max:,}; correct one."
            )
        return supposed

    @property
    def is_empty(self) -> bool:
        """Whether nothing is supposed."""
        return self == Supposition()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyKnown:
    """What the asker knows of the programme's money, and of the pairs that it is in."""

    commitments: Sequence[Commitment]
    amounts: SetAmounts
    closed: ClosedPairs
    taken: Taken


async def portfolio(
    partner_id: str,
    programme_id: str,
    supposition: Supposition,
    known: MoneyKnown,
    surroundings: Surroundings,
    *,
    asker: str | None = None,
) -> Portfolio:
    """The portfolio of a programme as supposed; for the eyes of its partner, the `asker`, or of staff.

    Raises UnknownMember, InvalidWhatIf, GraphNotReady.
    """
    market = await current_market(surroundings)
    programme = supposition.programme(open_programme(partner_id, programme_id, market))
    found = await asyncio.to_thread(fitting, market, programme, surroundings.engine.search.minimum_score)
    used = await known.taken([programme.holder])
    limits = Limits(
        budget=budget_of(programme, known.commitments, known.amounts),
        is_supposed=not supposition.is_empty,
        number=max(programme.cities - used.get(programme.holder, 0), 0),
        amounts=known.amounts,
        free=await _free(market, known.taken, cities_of(market, found), asker),
        closed=known.closed,
    )
    return await asyncio.to_thread(planned_portfolio, market, programme, found, limits)


def open_programme(partner_id: str, programme_id: str, market: Market) -> Programme:
    """An open programme of an endorsed partner. Raises UnknownMember."""
    number = market.programme_arrays.number.get(programme_holder(partner_id, programme_id))
    if number is None:
        raise UnknownMember("There is no open programme with this id of an endorsed partner.")
    return market.programmes[number]


async def _free(market: Market, taken: Taken, positions: Integers, asker: str | None) -> Collection[int]:
    """The positions of those of the cities that have room; in a partner's eyes, as they state publicly."""
    cities = market.profiles.cities
    if asker is not None:
        paused = market.paused
        able = (each for each in positions.tolist() if cities[each].can_be_sponsored)
        return [each for each in able if cities[each].city_id not in paused]
    holders = {cities[each].sponsorship_holder: each for each in positions.tolist()}
    return [holders[each] for each in await free_among(market, taken, holders)]
