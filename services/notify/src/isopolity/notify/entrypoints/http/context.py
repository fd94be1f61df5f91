"""The context of notify's routers, which bootstrap puts on the application, and the rights to call them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from isopolity.clock import Clock, IdFactory
from isopolity.notify.adapters.sql.queries import FeedbackQueries, MailQueries
from isopolity.notify.adapters.sql.unarrived import UnarrivedMails
from isopolity.notify.adapters.sql.unreached import UnreachedContacts
from isopolity.notify.application.letters import LetterWriter
from isopolity.notify.application.ports import AnswerLinks, Applicants, UnitOfWorkFactory
from isopolity.web.security import require
from isopolity.web.tokens import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyContext:
    """The ports and queries behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    """Opens read-only transactions, which never wait for a writer."""
    links: AnswerLinks
    applicants: Applicants
    writer: LetterWriter
    mails: MailQueries
    feedback: FeedbackQueries
    unreached: UnreachedContacts
    unarrived: UnarrivedMails
    clock: Clock
    ids: IdFactory


async def notify_context(request: Request) -> NotifyContext:
    """The context of the application that serves `request`."""
    context: NotifyContext = request.app.state.notify
    return context


Notify = Annotated[NotifyContext, Depends(notify_context)]


STAFF = "staff"
Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff only, to read."""
Looker = Annotated[Principal, Depends(require("staff:read"))]
"""Admits staff to a read-only request that is sent as a POST."""
Publisher = Annotated[Principal, Depends(require("staff:publish"))]
"""Admits staff with the right to publish, which includes sending mails."""
Operator = Annotated[Principal, Depends(require(STAFF, "operator"))]
"""Admits staff and operators, to read."""
Resolver = Annotated[Principal, Depends(require("staff:publish", "operator:redrive"))]
"""Admits staff that may publish, and operators that may redrive."""
