"""Handles ended interests: one mail tells the asker's present contact that nothing was agreed.

Invariant: a repeated event enters no second mail.
"""

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.matching import InterestEnded
from isopolity.lineage import current_lineage
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.interest import EndedInterest
from isopolity.notify.domain.mail import Purpose


async def interest_ended(event: Event[InterestEnded], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Store the ended interest and, if its end is recent, enter the mail to its asker."""
    now, ended = clock(), to_ended_interest(event.data)
    if not await uow.interests.add(ended) or not ended.is_news(now):
        return
    lineage = current_lineage() or event.envelope.lineage
    await uow.mails.add([new_mail(ids(), ended.interest_id, Purpose.NOT_INTRODUCED, lineage, now)])


def to_ended_interest(state: InterestEnded) -> EndedInterest:
    """The projection of an ended interest."""
    return EndedInterest(**state.model_dump())
