"""Events by which registry orders a mail: a confirmation, a draft's link, a sign-in, or a letter of the office.

Invariant: the recipient is neither looked up here nor ever stored.
"""

from typing import Final

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.registry import ConfirmationRequested, SignInRequested
from isopolity.lineage import current_lineage
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import FROM_OFFICE, Purpose

_ABOUT: Final = {purpose.value: purpose for purpose in (Purpose.DRAFT, *FROM_OFFICE)}
"""Purposes by the event's `about`; for any other value registry refuses to issue a confirmation."""


async def confirmation_requested(
    event: Event[ConfirmationRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Enter the mail that the event asks for; a repeated event enters no second mail."""
    lineage = current_lineage() or event.envelope.lineage
    purpose = _ABOUT.get(event.data.about or "", Purpose.CONFIRMATION)
    mail = new_mail(ids(), event.data.confirmation_id, purpose, lineage, clock())
    await uow.mails.add([mail])


async def sign_in_requested(event: Event[SignInRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter a sign-in mail; registry names its recipient, or says that there is no account, when it is written."""
    lineage = current_lineage() or event.envelope.lineage
    await uow.mails.add([new_mail(ids(), event.data.sign_in_id, Purpose.SIGN_IN, lineage, clock())])
