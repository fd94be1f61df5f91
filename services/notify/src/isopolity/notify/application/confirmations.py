"""Events of registry that ask for a mail: to confirm an applicant's address, to apply, to sign in, or of its office.

Invariant: whom it goes to is not asked here, and never kept.
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
"""Purposes by what the event says that it is about; registry refuses a confirmation of what is something else."""


async def confirmation_requested(
    event: Event[ConfirmationRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Enter the mail that asks for the confirmation, or what else it is about; one that has a mail keeps it."""
    lineage = current_lineage() or event.envelope.lineage
    purpose = _ABOUT.get(event.data.about or "", Purpose.CONFIRMATION)
    mail = new_mail(ids(), event.data.confirmation_id, purpose, lineage, clock())
    await uow.mails.add([mail])


async def sign_in_requested(event: Event[SignInRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter the mail to sign in with; whether anybody gets it registry says when it is written."""
    lineage = current_lineage() or event.envelope.lineage
    await uow.mails.add([new_mail(ids(), event.data.sign_in_id, Purpose.SIGN_IN, lineage, clock())])
