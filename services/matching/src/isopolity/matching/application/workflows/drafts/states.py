"""Drafts as rows: discarded, superseded, expired; and the release of their scheduled proposals, whose deadlines start
when the time to undo them is over.

Invariant: what goes out says what the profiles of its members say at that moment; a pair that a rule excludes by then
does not go out, and frees its capacity.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.issuance import issue_scheduled
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.draft import Draft, DraftStatus
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.errors import DraftIsClosed, NoPair, UnknownMember

_FACTS: Final = ("status", "pairs", "published")


async def save_draft(known: Draft, changed: Draft, uow: UnitOfWork) -> Draft:
    """Keep a changed draft, note the change for the audit, and return the draft."""
    await uow.drafts.save(changed)
    before, after = ({name: getattr(draft, name) for name in _FACTS} for draft in (known, changed))
    uow.audit.note("draft", known.round_id, before=before, after=after)
    return changed


async def discard_draft(round_id: str, uow: UnitOfWork) -> Draft:
    """Close a draft for good; what it has published stays. Raises UnknownDraft, DraftIsClosed."""
    known = await uow.drafts.get(round_id)
    known.require_open()
    return await save_draft(known, known.close(DraftStatus.DISCARDED), uow)


async def close_expired(uow: UnitOfWork, now: datetime) -> int:
    """Close the drafts whose time is over; returns how many."""
    expired = [draft for draft in await uow.drafts.open() if draft.expires_at <= now]
    for draft in expired:
        await save_draft(draft, draft.close(DraftStatus.EXPIRED), uow)
    return len(expired)


async def unchanged_draft(seen: Draft, uow: UnitOfWork) -> Draft:
    """The draft, locked, if nobody has touched it since it was `seen`. Raises UnknownDraft, DraftIsClosed.

    Counts alone would not tell: after undoing, as many pairs may have been published, but others.
    """
    known = await uow.drafts.get(seen.round_id)
    known.require_open()
    if known != seen:
        raise DraftIsClosed(f"Draft {seen.round_id} was changed by somebody else meanwhile; look again, then repeat.")
    return known


_BATCH: Final = 200
"""How many proposals one transaction issues at most."""


async def release_due(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Issue what is due, in transactions of a fixed size; returns how many went out. Raises GraphNotReady."""
    released = 0
    while True:
        async with unit_of_work() as uow:
            if not await uow.proposals.due_out(surroundings.clock(), 1):
                return released
        await surroundings.graph.caught_up()
        market = await surroundings.markets.current(surroundings.clock().date())
        async with unit_of_work() as uow:
            await uow.gate.issue()
            due = await uow.proposals.due_out(surroundings.clock(), _BATCH)
            issuance = await issue_scheduled(due, partial(_rewritten, market), uow, surroundings)
            await uow.commit()
        released += len(issuance.issued)


async def close_expired_drafts(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Close the drafts whose time is over; returns how many."""
    async with unit_of_work() as uow:
        closed = await close_expired(uow, surroundings.clock())
        await uow.commit()
    return closed


def _rewritten(market: Market, proposal: Proposal) -> Proposal | None:
    """The proposal as it would be drawn up now; None if the pair cannot be proposed any more."""
    try:
        candidate = scored_pair(market, proposal.a.holder, proposal.b.holder)
    except (UnknownMember, NoPair):
        return None
    if exclusion(candidate, market, closed=()):
        return None
    fresh = new_proposal(candidate, market, proposal.proposal_id, proposal.round_id, proposal.created_at)
    return replace(
        fresh, version=proposal.version, stage=proposal.stage, out_at=proposal.out_at, ordered_by=proposal.ordered_by
    )
