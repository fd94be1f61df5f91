"""Who would fit a member: its best partners of each kind, and how many would fit in all; as it is, or as supposed.

Invariant: what a member reads of a supposed profile it reads again once it states that, since one function tells both.
The numbers follow from what is public; see `why_none`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from isopolity.matching.application.candidates.candidate_search import Taken
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_update import with_fields
from isopolity.matching.application.candidates.what_if import WhatIf, market_stating
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import (
    AS_IT_IS,
    Suggestion,
    best_partners,
    current_market,
    own_holders,
    with_cities,
)
from isopolity.matching.application.workflows.queries.why_none import Absence, counted_absence
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING, City, is_paused
from isopolity.matching.errors import UnknownMember


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoFits:
    """The best partners of a member, and how many there are in all."""

    cities: Sequence[Suggestion]
    """The best first, as `sponsors` are."""
    sponsors: Sequence[Suggestion]
    """The programmes that fit a city; a partner has none."""
    offering: Sequence[Suggestion]
    """The cities that offer what a city looks for, and look for too little that it offers to be among `cities`."""
    absence: Absence
    """Of each kind, how many would fit and how many each rule keeps out."""


async def who_fits(
    member_id: str,
    closed_pairs: ClosedPairs,
    taken: Taken,
    limit: int,
    surroundings: Surroundings,
    what_if: WhatIf = AS_IT_IS,
    *,
    stated: City | None = None,
    asker: str | None = None,
) -> WhoFits:
    """Who would fit, `limit` partners of each kind at most; of a city that states what `stated` does, if it is given.

    For the eyes of `asker`, or of staff. Raises UnknownMember, InvalidWhatIf, GraphNotReady.
    """
    now, engine = await current_market(surroundings), surroundings.engine
    own = own_holders(member_id, now)
    market = now if stated is None else await asyncio.to_thread(_stating, now, member_id, stated)
    supposed = await asyncio.to_thread(what_if.market, market, member_id)
    kinds, holders = [(TWINNING,), (SPONSORSHIP,)], what_if.holders(supposed, member_id)
    best = await best_partners(supposed, own, holders, closed_pairs, taken, limit, engine.search, kinds, asker)
    twinnings, sponsorships = best
    is_city = member_id in supposed.profiles.index
    absence = await asyncio.to_thread(counted_absence, supposed, member_id, engine, regions=what_if.regions)
    offering = [city for each in absence.owners for city in each.offering][:limit]
    return WhoFits(
        cities=twinnings if is_city else sponsorships,
        sponsors=sponsorships if is_city else (),
        offering=await with_cities(supposed, member_id, offering, closed_pairs, taken, asker) if offering else (),
        absence=absence,
    )


def _stating(market: Market, member_id: str, stated: City) -> Market:
    """The market with what the city would state today. Raises UnknownMember for a partner."""
    if member_id not in market.profiles.index:
        raise UnknownMember("There is no endorsed city with this id.")
    known = market.city(member_id)
    supposed = replace(
        stated,
        city_id=member_id,
        version=known.version,
        status=known.status,
        avoided_countries=known.avoided_countries,
        told_on=market.today,
    )
    paused = market.paused - {member_id}
    if is_paused(stated.paused_until, market.today):
        paused |= {member_id}
    return with_fields(market_stating(market, known, supposed), paused=paused)
