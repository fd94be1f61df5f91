"""Handles ended partnerships: if staff ended one, each side's present contact gets a mail.

Invariant: a repeated event enters no second mail. The mails belong to the proposal that led to the partnership.
"""

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.matching import END_REASONS, PartnershipState
from isopolity.lineage import current_lineage
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.application.proposal_mails import to_sides
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.partnership import EndedPartnership


async def partnership_ended(
    event: Event[PartnershipState], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Store the end and, if staff ended the partnership recently, enter a mail to each side."""
    now, ended = clock(), to_ended(event.data)
    if ended is None or not await uow.partnerships.add(ended) or not ended.is_news(now):
        return
    lineage = current_lineage() or event.envelope.lineage
    mails = [new_mail(ids(), ended.proposal_id, Purpose.ENDING, lineage, now, side=side.side) for side in ended.sides]
    await uow.mails.add(mails)


def to_ended(state: PartnershipState) -> EndedPartnership | None:
    """The projection of an end; None if the partnership goes on, or an early release without these mails ended it.

    Raises PoisonMessage if its sides are not `a` and `b`.
    """
    reason, ended_at = state.ended_reason, state.ended_at
    if ended_at is None or reason is None:
        return None
    return EndedPartnership(
        partnership_id=state.partnership_id,
        proposal_id=state.proposal_id,
        kind=state.kind,
        sides=to_sides(state.sides),
        established_at=state.established_at,
        ended_at=ended_at,
        reason=reason,
        by_staff=reason in END_REASONS,
    )
