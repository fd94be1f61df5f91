"""Confirming an applicant's address: the mail that asks for it, and the page behind its link.

Invariant: notify keeps neither the applicant nor the secret. Registry makes the secret when the letter is about to be
written, outside every transaction, and an earlier one ends with it.
"""

import asyncio
from collections.abc import Sequence

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.registry import ConfirmationRequested
from isopolity.lineage import current_lineage
from isopolity.notify.application.outcomes import Outcomes
from isopolity.notify.application.ports import Applicants, ConfirmationRequest, NotifyUnitOfWork
from isopolity.notify.domain.errors import DeliveryProblem, NoLongerWanted, RegistryAway, TryLater
from isopolity.notify.domain.mail import Mail, Purpose


class ConfirmationHandlers:
    """Handlers of the confirmation topic."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock = clock
        self._ids = ids

    async def requested(self, event: Event[ConfirmationRequested], unit_of_work: NotifyUnitOfWork) -> None:
        """Enter the mail; a confirmation that has one stays with it."""
        now = self._clock()
        lineage = current_lineage() or event.envelope.lineage
        mail = Mail(
            mail_id=self._ids(),
            occasion_id=event.data.confirmation_id,
            purpose=Purpose.CONFIRMATION,
            created_at=now,
            due_at=now,
            updated_at=now,
            correlation_id=lineage.correlation_id,
            causation_id=lineage.causation_id,
            traceparent=lineage.traceparent,
        )
        await unit_of_work.mails.add([mail])


async def asked(mails: Sequence[Mail], applicants: Applicants) -> tuple[list[ConfirmationRequest], Outcomes]:
    """The requests that can be written, each with its applicant, and by mail id the problems of the others."""
    found = await asyncio.gather(*(_ask(mail, applicants) for mail in mails))
    requests = [answer for answer in found if isinstance(answer, ConfirmationRequest)]
    problems = zip(mails, found, strict=True)
    return requests, {mail.mail_id: answer for mail, answer in problems if isinstance(answer, DeliveryProblem)}


async def _ask(mail: Mail, applicants: Applicants) -> ConfirmationRequest | DeliveryProblem:
    try:
        applicant = await applicants.issue(mail.occasion_id)
    except RegistryAway:
        return TryLater("registry-away")
    if applicant is None:
        return NoLongerWanted("confirmation-ended")
    return ConfirmationRequest(mail=mail, applicant=applicant)
