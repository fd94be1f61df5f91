"""Why a round is empty: what keeps its members from it, and when that frees; for staff.

Invariant: each member is counted once for each kind of pairs, at the first of its reasons in the order of `Block`.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from isopolity.matching.application.candidates.market_update import with_fields
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.wording.round_sentences import Block, Blocked, blocked_sentence, resting_pairs
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING, City, Programme, kind_of
from isopolity.matching.domain.round import RoundPlan

_WHATEVER_KIND: Final = frozenset({Block.UNMAILABLE, Block.UNCONFIRMED, Block.PAUSED})
"""Reasons that keep a city out of pairs of both kinds; they count once for a city."""


async def why_empty(
    plan: RoundPlan, situation: Situation, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> tuple[str, ...]:
    """Sentences on what kept the members from a round without a chosen pair, the most frequent reason first."""
    async with unit_of_work() as uow:
        bound_until = await uow.reservations.bound_until()
    return await asyncio.to_thread(_sentences, plan, situation, bound_until, surroundings)


def _sentences(
    plan: RoundPlan, situation: Situation, bound_until: Mapping[str, datetime | None], surroundings: Surroundings
) -> tuple[str, ...]:
    market, blocked = situation.market, list[Blocked]()
    cities, programmes = market.profiles.cities, market.programmes
    if TWINNING in plan.kinds:
        blocked += _of_members("city", TWINNING, cities, situation, bound_until)
    if SPONSORSHIP in plan.kinds and programmes:
        known = {each.block for each in blocked} & _WHATEVER_KIND
        asking = _of_members("city", SPONSORSHIP, cities, situation, bound_until)
        blocked += [each for each in asking if each.block not in known]
        blocked += _of_members("programme", SPONSORSHIP, programmes, situation, bound_until)
    sentences = [blocked_sentence(each) for each in sorted(blocked, key=lambda each: -each.count)]
    if situation.free:
        search, free = surroundings.engine.search, situation.free.keys()
        without_affinity = with_fields(market, affinity=None).without("network_affinity")  # it adds no pair
        resting = len(search.candidates(without_affinity, free, (), kinds=plan.kinds))
        if resting:
            sentences.append(resting_pairs(resting, surroundings.freeze.days))
    return tuple(sentences) or ("There is no endorsed city.",)


def _of_members(
    noun: str,
    kind: str,
    members: Sequence[City] | Sequence[Programme],
    situation: Situation,
    bound_until: Mapping[str, datetime | None],
) -> Iterable[Blocked]:
    counts, frees = Counter[Block](), dict[Block, set[date]]()
    for member in members:
        capacities = member.capacities if isinstance(member, City) else {member.holder: member.cities}
        able = [holder for holder, capacity in capacities.items() if capacity > 0 and kind_of(holder) == kind]
        block, day = _block(member, able, situation, bound_until)
        counts[block] += 1
        if day is not None:
            frees.setdefault(block, set()).add(day)
    return [
        Blocked(
            noun=noun, kind=kind, block=block, count=count, members=len(members), frees=sorted(frees.get(block, ()))
        )
        for block, count in counts.items()
    ]


def _block(
    member: City | Programme, able: Sequence[str], situation: Situation, bound_until: Mapping[str, datetime | None]
) -> tuple[Block, date | None]:
    """The reason that keeps a member out of the round, and the day on which it may end."""
    if member.member_id in situation.market.unmailable:
        has_contact = member.member_id in situation.market.unconfirmed
        return Block.UNCONFIRMED if has_contact else Block.UNMAILABLE, None
    if member.member_id in situation.market.paused:
        return Block.PAUSED, member.paused_until
    if not able:
        return Block.NO_CAPACITY, None
    if any(holder in situation.free for holder in able):
        return Block.NOBODY_FITS, None
    bound = [holder for holder in able if holder in bound_until]
    if not bound:
        return Block.PARTNERSHIPS, None
    return Block.PROPOSALS, min((until.date() for holder in bound if (until := bound_until[holder])), default=None)
