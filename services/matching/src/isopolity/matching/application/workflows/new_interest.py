"""New interests: a member asks to be introduced to another, and gets a receipt with a date.

Invariant: the answer and its duration depend on public facts and on what the asker did and knows, so that the asker
can infer nothing from them. All that depends on the pair happens in `placement`.
"""

import asyncio
from dataclasses import dataclass

from isopolity.matching.application.candidates.candidate import SponsorshipCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair, visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.wording.blocker_sentences import pair_blocker
from isopolity.matching.application.workflows.member_names import owner_of
from isopolity.matching.application.workflows.new_proposal import own_day
from isopolity.matching.application.workflows.placement import bound, say_yes
from isopolity.matching.application.workflows.published_states import present_order
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.interest import Interest, own_side, require_leave
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.errors import ContradictoryRules, NoPair, RuledOut
from isopolity.persistence.idempotency_keys import KeyReused
from isopolity.wording import phrases

_NOTHING_CLOSED = ClosedPairs(closed=(), proposed=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An introduction that a member asks for; of a sponsorship with the partner's programme or the city's request."""

    member_id: str
    other_id: str
    programme_id: str | None = None
    request_id: str | None = None
    openly: bool = False
    key: str | None = None
    """The Idempotency-Key of the request."""


async def drawn_interest(wish: Wish, market: Market, surroundings: Surroundings) -> Interest:
    """The interest in a pair that no public rule excludes. Raises UnknownMember, NoPair, RuledOut."""
    return await asyncio.to_thread(_drawn, wish, market, surroundings)


async def asked_before(wish: Wish, uow: UnitOfWork) -> Interest | None:
    """The interest that came with the wish's Idempotency-Key. Raises KeyReused if that was another wish."""
    if wish.key is None or (known := await uow.interests.keyed(wish.member_id, wish.key)) is None:
        return None
    is_same = (known.other_id, known.request_id, known.openly) == (wish.other_id, wish.request_id, wish.openly)
    if not is_same or wish.programme_id not in (None, known.programme_id):
        raise KeyReused
    return known


async def ask(wish: Wish, interest: Interest, market: Market, uow: UnitOfWork, surroundings: Surroundings) -> Interest:
    """Keep the interest drawn of a wish, which holds a slot of the asker from now on; a repeated wish is kept once.

    Where the asker knows of a proposal in the pair that is out, asking counts as its yes. Raises AlreadyAsked,
    OwnNoRests, EndedRests, OwnInterestRests, TooManyInterests, KeyReused.
    """
    member_id, pair_key, interests = interest.member_id, interest.pair_key, uow.interests
    await interests.of_member(member_id)
    if (known := await asked_before(wish, uow)) is not None:
        return known
    known_ones = await uow.proposals.known_to(member_id, pair_key)
    waiting, earlier = await interests.open_of(member_id=member_id), await interests.earlier(member_id, pair_key)
    partnerships = [each for each in await uow.partnerships.all_of(member_id) if each.pair_key == pair_key]
    require_leave(member_id, waiting, earlier, known_ones, partnerships, surroundings.clock(), surroundings.freeze)
    out = await uow.proposals.find([proposal.proposal_id for proposal in known_ones if proposal.is_out])
    out = [proposal for proposal in out if proposal.takes_answers_of(own_side(proposal, member_id).side)]
    await interests.add(interest)
    uow.audit.note("interest", interest.interest_id, after={"pair": pair_key, "openly": interest.openly})
    if out:
        return await say_yes(interest, out[0], uow, surroundings)
    await bound(interest, market, uow)
    return interest


def _drawn(wish: Wish, market: Market, surroundings: Surroundings) -> Interest:
    try:
        one, other = (
            owner_of(each, wish.programme_id, surroundings.network) for each in (wish.member_id, wish.other_id)
        )
    except ContradictoryRules as error:
        raise NoPair(str(error)) from error
    candidate = scored_pair(market, one, other, wish.request_id)
    sides = [
        (holder, each.partner_name if isinstance(each, Programme) else each.name)
        for holder, each in zip((candidate.a, candidate.b), candidate.members, strict=True)
    ]
    own_is_a = candidate.members[0].member_id == wish.member_id
    (own, own_name), (others, others_name) = sides if own_is_a else reversed(sides)
    programme = candidate.members[0] if isinstance(candidate.members[0], Programme) else None
    if programme is None and wish.programme_id is not None:
        raise NoPair("Two cities are twinned without a programme; leave the programme out.")
    asker, partner = candidate.members if own_is_a else candidate.members[::-1]
    if isinstance(asker, City) and partner.home in asker.avoided_countries:
        raise RuledOut(f"You state that you cannot work with {phrases.country(partner.home)}; take that back first.")
    if ruled_out := visible_blockers(market, candidate, market.capacities.keys(), _NOTHING_CLOSED):
        raise RuledOut(" ".join(pair_blocker(code, candidate, market.profiles.legal_acts) for code in ruled_out))
    now = surroundings.clock()
    hears = own_day(wish.member_id, now, surroundings.days_to_hear, surroundings)
    return Interest(
        interest_id=surroundings.ids(),
        member_id=wish.member_id,
        other_id=wish.other_id,
        member_name=own_name,
        other_name=others_name,
        kind=candidate.kind,
        pair_key=candidate.key,
        holder=own,
        other_holder=others,
        programme_id=None if programme is None else programme.programme_id,
        request_id=wish.request_id,
        openly=wish.openly,
        asks_money=isinstance(candidate, SponsorshipCandidate) and candidate.target.asks_money,
        asked_at=now,
        hear_by=hears.ends,
        time_zone=hears.time_zone,
        ordered_by=present_order(),
        key=wish.key,
    )
