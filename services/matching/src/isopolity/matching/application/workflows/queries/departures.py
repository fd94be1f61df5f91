"""Departures: the consequences that a member's leaving would have now: ends, their days, and mails.

Invariant: the figures for the member itself depend on the proposals that it knows and on its own acts, never on acts of
others, so that neither asking nor leaving lets it infer an answer of another side. Nothing here changes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.identity.folded_text import fold
from isopolity.matching.application.candidates.market import capacities_of
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.merger import OpenItems, open_items, places
from isopolity.matching.domain.interest import InterestStage
from isopolity.matching.domain.merger import Merger
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.errors import NoPair, UnknownMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """The consequences of a member's leaving; fields that may be None are for staff alone."""

    ends: Sequence[datetime]
    """The moments at which its proposals that are out close; to the other side each stands until then."""
    partnerships: int
    """Its partnerships, which end at once."""
    interests: int
    """The introductions that it asked for, which end at once."""
    drafts: int | None = None
    """Its proposals that are not out, which end at once."""
    closing_mails: int | None = None
    """Mails to the other sides of its proposals, once each closes, that nothing was agreed."""
    hears: Sequence[datetime] | None = None
    """The moments from which on members that asked to be introduced to it are mailed that nothing was agreed."""


async def departure(member_id: str, uow: UnitOfWork, now: datetime, *, for_staff: bool) -> Departure:
    """The consequences of a member's leaving; without `for_staff` as far as the member itself may know them."""
    proposals = await uow.proposals.open_of(member_id=member_id)
    concerning = await uow.interests.concerning(member_id)
    waiting = [each for each in concerning if each.stage is InterestStage.OPEN]
    own = [each for each in waiting if each.member_id == member_id]
    partnerships = len(await uow.partnerships.active_of(member_id))
    out = [each for each in proposals if each.is_out]
    if not for_staff:
        known = [each for each in out if each.is_told_to(member_id) and _takes_answers(each, member_id)]
        seen = [each for each in own if each.hear_by > now]
        return Departure(ends=_ends(known), partnerships=partnerships, interests=len(seen))
    return Departure(
        ends=_ends(out),
        partnerships=partnerships,
        interests=len(own),
        drafts=len(proposals) - len(out),
        closing_mails=await _closing_mails(out, member_id, uow),
        hears=sorted(each.hear_by for each in waiting if each.member_id != member_id),
    )


def _takes_answers(proposal: Proposal, member_id: str) -> bool:
    own = proposal.side_of(member_id)
    return own is not None and proposal.takes_answers_of(own.side)


def _ends(proposals: Sequence[Proposal]) -> Sequence[datetime]:
    return sorted(each.answer_by for each in proposals if each.answer_by is not None)


async def _closing_mails(out: Sequence[Proposal], member_id: str, uow: UnitOfWork) -> int:
    """The number of other sides that know their proposal: a mail has reached them, or they have answered."""
    reached = await uow.deliveries.reached([each.proposal_id for each in out])
    return sum(
        (proposal.proposal_id, side.side) in reached or side.answer is not None
        for proposal in out
        for side in proposal.sides
        if side.member_id != member_id and side.side != proposal.asked_by
    )


_NEW: Final = "new:"
"""Before the id of a programme that the entry that stays does not have yet."""


async def preview(into: str, duplicate_id: str, network: Network, uow: UnitOfWork) -> OpenItems:
    """All that the duplicate has open, and its fate in a merger. Raises UnknownMember, NoPair."""
    kept, duplicate = _state(into, network), _state(duplicate_id, network)
    if into == duplicate_id or type(kept) is not type(duplicate):
        raise NoPair("These are not two entries of one kind; name another duplicate.")
    moved = {}
    if isinstance(kept, PartnerState) and isinstance(duplicate, PartnerState):
        named = {fold(each.name): each.programme_id for each in kept.programmes}
        moved = {
            each.programme_id: named.get(fold(each.name), f"{_NEW}{each.programme_id}") for each in duplicate.programmes
        }
    merger = Merger(duplicate_id=duplicate_id, into=into, moved_ids=moved)
    return await open_items(merger, places(merger, capacities_of(kept), capacities_of(duplicate)), uow)


def _state(member_id: str, network: Network) -> CityState | PartnerState:
    found = network.member(member_id)
    if found is None:
        raise UnknownMember(f"There is no member {member_id}; correct the id.")
    kind, state = found
    return CityState.model_validate_json(state) if kind == "city" else PartnerState.model_validate_json(state)
