"""Previews of what the sides of a draft's pairs would be told; nothing is kept."""

import asyncio
from collections.abc import Mapping, Sequence

from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.pair_score import scored_pair, scored_pairs
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.application.workflows.member_names import name_of_owner, pair_named
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.own_days import as_issued
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.proposal import Proposal, Reason
from isopolity.matching.domain.round_rules import Pair

Told = Mapping[str, Sequence[Reason]]
"""The reasons of a pair for each of its sides, by the side's name."""


async def preview_pair(
    round_id: str, names: Pair, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> Proposal:
    """The proposal that would be made of a pair now, allowed or not, as if it went out when undoing ends.

    Nothing is kept.

    Raises UnknownDraft, UnknownMember, NoPair, ContradictoryRules.
    """
    async with unit_of_work() as uow:
        await uow.drafts.get(round_id)
    now = surroundings.clock()
    market = await surroundings.markets.current(now.date())
    candidate = scored_pair(market, *pair_named(names, surroundings.network))
    out_at = now + surroundings.undo_window
    return as_issued(new_proposal(candidate, market, surroundings.ids(), round_id, now), out_at, surroundings)


async def told_pairs(pairs: Sequence[Pair], surroundings: Surroundings) -> Sequence[Told]:
    """The reasons for each side of each pair of holders, by the side's name; none where two are no pair any more."""
    market = await surroundings.markets.current(surroundings.clock().date())

    def told(candidate: Candidate | None) -> Told:
        sides = () if candidate is None else sides_of(candidate, market)
        return {name_of_owner(side.holder): side.reasons for side in sides}

    return await asyncio.to_thread(lambda: [told(each) for each in scored_pairs(market, pairs)])
