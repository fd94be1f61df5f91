"""Events of registry that ask for a mail with a secret: to confirm an applicant's address, to apply, and to sign in.

Invariant: whom it goes to is not asked here, and never kept.
"""

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.registry import ConfirmationRequested, SignInRequested
from isopolity.lineage import current_lineage
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import Purpose


async def confirmation_requested(
    event: Event[ConfirmationRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Enter the mail that asks for the confirmation, or holds the link of a draft; one that has a mail keeps it."""
    lineage = current_lineage() or event.envelope.lineage
    purpose = Purpose.DRAFT if event.data.about == "draft" else Purpose.CONFIRMATION
    mail = new_mail(ids(), event.data.confirmation_id, purpose, lineage, clock())
    await uow.mails.add([mail])


async def sign_in_requested(event: Event[SignInRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter the mail to sign in with; whether anybody gets it registry says when it is written."""
    lineage = current_lineage() or event.envelope.lineage
    await uow.mails.add([new_mail(ids(), event.data.sign_in_id, Purpose.SIGN_IN, lineage, clock())])
