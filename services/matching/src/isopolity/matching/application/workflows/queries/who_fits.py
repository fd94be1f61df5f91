"""Who would fit a member: its best partners of each kind, and how many would fit in all; as it is, or as supposed.

Invariant: what a member reads of a supposed profile it reads again once it states that, since one function tells both.
The numbers follow from what is public; see `why_none`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from isopolity.matching.application.candidates.candidate import SPONSORSHIP, TWINNING, Candidate
from isopolity.matching.application.candidates.candidate_search import Taken
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_update import with_fields
from isopolity.matching.application.candidates.what_if import WhatIf, market_stating
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import (
    AS_IT_IS,
    Suggestion,
    current_market,
    free_of,
    holders_of,
    left_out,
    suggested,
)
from isopolity.matching.application.workflows.queries.why_none import Absence, counted_absence
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import City, is_paused
from isopolity.matching.errors import UnknownMember


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoFits:
    """The best partners of a member by kind, and how many there are in all."""

    best: Mapping[str, Sequence[Suggestion]]
    """By kind of pair, `twinning` and `sponsorship`, the best first."""
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
    now = await current_market(surroundings)
    own = holders_of(member_id, now)
    if not own:
        raise UnknownMember("There is no endorsed member with this id, or no open programme of it.")
    market = now if stated is None else await asyncio.to_thread(_stating, now, member_id, stated)
    supposed = await asyncio.to_thread(what_if.market, market, member_id)
    holders = what_if.holders(supposed, member_id) - left_out(supposed, own, closed_pairs)
    search = surroundings.engine.search

    def best_of(kind: str) -> Sequence[Candidate]:
        return search.candidates(supposed, holders, (), only=own, kinds=(kind,)).best(limit)

    kinds = (TWINNING, SPONSORSHIP) if member_id in supposed.profiles.index else (SPONSORSHIP,)
    best = {kind: await asyncio.to_thread(best_of, kind) for kind in kinds}
    free = await free_of(
        supposed, taken, {end for found in best.values() for each in found for end in (each.a, each.b)}, asker
    )
    engine, regions = surroundings.engine, what_if.regions
    return WhoFits(
        best={
            kind: await asyncio.to_thread(suggested, found, supposed, own, free, closed_pairs)
            for kind, found in best.items()
        },
        absence=await asyncio.to_thread(counted_absence, supposed, member_id, engine, None, regions),
    )


def _stating(market: Market, member_id: str, stated: City) -> Market:
    """The market with what the city would state today. Raises UnknownMember for a partner."""
    if member_id not in market.profiles.index:
        raise UnknownMember("There is no endorsed city with this id.")
    known = market.city(member_id)
    supposed = replace(stated, city_id=member_id, version=known.version, status=known.status, told_on=market.today)
    paused = market.paused - {member_id}
    if is_paused(stated.paused_until, market.today):
        paused |= {member_id}
    return with_fields(market_stating(market, known, supposed), paused=paused)
