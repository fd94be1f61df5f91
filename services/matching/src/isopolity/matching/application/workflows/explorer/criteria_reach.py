"""Exploring: which cities a partner's criteria reach, for its own eyes or staff's.

Invariant: the answer depends on public profiles, public ties and the partner's own ties alone. Nothing is proposed to
anybody.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from isopolity.contracts.registry import PartnerState
from isopolity.matching.application.candidates.absence.public_market import public_market
from isopolity.matching.application.candidates.explorer.criteria import Choice, Criteria
from isopolity.matching.application.candidates.explorer.found_cities import FoundCities, found_cities
from isopolity.matching.application.workflows.fit_queries import current_market
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.errors import UnknownMember

ResultT = TypeVar("ResultT")
EVERYTHING: Final = Choice()


async def explored(
    partner_id: str,
    criteria: Criteria,
    surroundings: Surroundings,
    made: Callable[[FoundCities], ResultT],
    choice: Choice = EVERYTHING,
    *,
    with_blocked: bool = False,
) -> ResultT:
    """What is made of the cities that the criteria reach. Raises UnknownMember, GraphNotReady."""
    market = await current_market(surroundings)
    known = surroundings.network.member(partner_id)
    if known is None or known[0] != "partner":
        raise UnknownMember("There is no partner with this id.")
    programme = criteria.programme(PartnerState.model_validate_json(known[1]))
    minimum = surroundings.engine.search.minimum_score

    def find() -> ResultT:
        public = public_market(market, partner_id)
        return made(found_cities(public, programme, choice, minimum, with_blocked=with_blocked))

    return await asyncio.to_thread(find)
