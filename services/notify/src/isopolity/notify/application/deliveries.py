"""Publishing what became of a mail: ids and codes, never an address."""

from collections.abc import Iterable

from isopolity.contracts.event import Lineage
from isopolity.contracts.notify import DeliveryState
from isopolity.lineage import lineage_of
from isopolity.notify.domain.mail import Mail, MailState
from isopolity.persistence.outbox import Outbox

PUBLISHED = frozenset(
    {
        MailState.SENT,
        MailState.DEFERRED,
        MailState.FAILED,
        MailState.BOUNCED,
        MailState.SUPPRESSED,
        MailState.UNKNOWN,
    }
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
                outbox.publish(f"isopolity.notify.delivery.{mail.state}.v1", _delivery(mail))
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
