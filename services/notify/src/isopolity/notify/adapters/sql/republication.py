"""Sources of notify's topics: the tables that hold their state, for publishing it again."""

from typing import Final

from isopolity.contracts.catalogue import DELIVERY, RESPONSE
from isopolity.notify.adapters.sql.mails import to_mail
from isopolity.notify.adapters.sql.proposals import to_answer
from isopolity.notify.adapters.sql.tables import ANSWERS, MAILS
from isopolity.notify.application.answers import publish_answer
from isopolity.notify.application.mails import publish_outcomes
from isopolity.notify.domain.mail import Mail
from isopolity.notify.domain.proposal import Answer
from isopolity.persistence.outbox import Outbox
from isopolity.persistence.republication import Source


def _mail(outbox: Outbox, mail: Mail) -> bool:
    return publish_outcomes([mail], outbox) == 1


def _answer(outbox: Outbox, answer: Answer) -> bool:
    publish_answer(answer, outbox)
    return True


SOURCES: Final = (
    Source(
        topic=DELIVERY.name,
        table=MAILS,
        key=MAILS.c.mail_id,
        read=to_mail,
        publish=_mail,
        lifted=lambda mail: {"version": mail.version},
    ),
    Source(topic=RESPONSE.name, table=ANSWERS, key=ANSWERS.c.response_id, read=to_answer, publish=_answer),
)
