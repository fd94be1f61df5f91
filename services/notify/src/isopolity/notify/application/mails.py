"""Mails in the ledger: a new one, and what became of it, as the sender learns it and as notify publishes it.

Invariant: a published delivery holds ids and codes, never an address.
"""

from collections.abc import Iterable
from datetime import datetime

from isopolity.contracts.catalogue import DELIVERY
from isopolity.contracts.event import Lineage
from isopolity.contracts.notify import DeliveryState
from isopolity.lineage import lineage_of
from isopolity.notify.domain.errors import DeliveryProblem
from isopolity.notify.domain.mail import PUBLISHED, Mail, Purpose
from isopolity.persistence.outbox import Outbox

Outcomes = dict[str, DeliveryProblem | None]
"""By mail id, the problem that a mail met; None is success."""


def new_mail(
    mail_id: str,
    occasion_id: str,
    purpose: Purpose,
    lineage: Lineage,
    now: datetime,
    *,
    side: str = "",
    contact_id: str = "",
) -> Mail:
    """A mail that is due now, caused by what `lineage` names."""
    return Mail(
        mail_id=mail_id,
        occasion_id=occasion_id,
        side=side,
        purpose=purpose,
        contact_id=contact_id,
        created_at=now,
        due_at=now,
        updated_at=now,
        correlation_id=lineage.correlation_id,
        causation_id=lineage.causation_id,
        traceparent=lineage.traceparent,
    )


def publish_outcomes(mails: Iterable[Mail], outbox: Outbox) -> int:
    """Publish the outcome of each mail about a proposal that has one, under the lineage of what caused the mail.

    Returns how many were published.
    """
    published = 0
    for mail in mails:
        if mail.state in PUBLISHED and mail.proposal_id is not None:
            published += 1
            with lineage_of(Lineage(mail.correlation_id, mail.causation_id, mail.traceparent)):
                outbox.publish(DELIVERY.type_named(mail.state), _delivery(mail))
    return published


def _delivery(mail: Mail) -> DeliveryState:
    return DeliveryState(
        message_id=mail.mail_id,
        version=mail.version,
        purpose=mail.purpose,
        proposal_id=mail.occasion_id,
        side=mail.side,
        contact_id=mail.contact_id or None,
        outcome=mail.state,
        attempts=mail.attempts,
        reason=mail.reason,
        at=mail.updated_at,
    )
