"""Confirmations of an applicant's address: the mail that asks for one, and whom it goes to.

Invariant: notify keeps neither the applicant nor the secret. Registry makes the secret when the letter is about to be
written, outside every transaction, and an earlier one ends with it.
"""

import asyncio
from collections.abc import Sequence

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.registry import ConfirmationRequested
from isopolity.lineage import current_lineage
from isopolity.notify.application.letters import ConfirmationRequest
from isopolity.notify.application.mails import Outcomes, new_mail
from isopolity.notify.application.ports import Applicants, NotifyUnitOfWork
from isopolity.notify.domain.errors import DeliveryProblem, NoLongerWanted, RegistryAway, TryLater
from isopolity.notify.domain.mail import Mail, Purpose


async def confirmation_requested(
    event: Event[ConfirmationRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Enter the mail that asks for the confirmation; a confirmation that has a mail keeps it."""
    lineage = current_lineage() or event.envelope.lineage
    mail = new_mail(ids(), event.data.confirmation_id, Purpose.CONFIRMATION, lineage, clock())
    await uow.mails.add([mail])


async def issue_confirmations(
    mails: Sequence[Mail], applicants: Applicants
) -> tuple[list[ConfirmationRequest], Outcomes]:
    """Ask registry whom these mails go to; returns those that can be written, and the problems of the others."""
    found = await asyncio.gather(*(_issue(mail, applicants) for mail in mails))
    requests = [answer for answer in found if isinstance(answer, ConfirmationRequest)]
    problems = zip(mails, found, strict=True)
    return requests, {mail.mail_id: answer for mail, answer in problems if isinstance(answer, DeliveryProblem)}


async def _issue(mail: Mail, applicants: Applicants) -> ConfirmationRequest | DeliveryProblem:
    try:
        applicant = await applicants.issue(mail.occasion_id)
    except RegistryAway:
        return TryLater("registry-away")
    if applicant is None:
        return NoLongerWanted("confirmation-ended")
    return ConfirmationRequest(mail=mail, applicant=applicant)
