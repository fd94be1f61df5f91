"""Drafts as rows: discarded, superseded, expired; each use case is one transaction's work."""

from datetime import datetime
from typing import Final

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.domain.drafts.draft import Draft, DraftStatus
from isopolity.matching.errors import DraftIsClosed

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
