"""The context of notify's routers, the rights to call them, and the problem details of their refusals."""

from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Request

from isopolity.machine.clock import Clock, IdFactory
from isopolity.notify.adapters.sql.member_lists import MemberLists
from isopolity.notify.adapters.sql.queries import FeedbackQueries, MailQueries
from isopolity.notify.adapters.sql.unarrived import UnarrivedMails, UnreachedContacts
from isopolity.notify.application.letters import LetterWriter
from isopolity.notify.application.ports import AnswerLinks, Applicants, UnitOfWorkFactory
from isopolity.notify.domain.errors import (
    AlreadyAnswered,
    AnswerInvalid,
    EnteredMeanwhile,
    MailNotAgain,
    MailNotUnknown,
    MailWithoutLink,
    NotifyError,
    ProposalSettled,
    TooManyEntries,
    UnknownMail,
    UnknownProposal,
)
from isopolity.web.problems import Problem, install_refusals
from isopolity.web.rate_limits import Rate, TokenBuckets
from isopolity.web.security import require
from isopolity.web.tokens import Principal

ENTRIES: Final = Rate(30, 1 / 60)
"""Answers by telephone that one person enters: more than a day's calls at once, then one a minute."""


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
    members: MemberLists
    clock: Clock
    ids: IdFactory
    entries: TokenBuckets = field(default_factory=lambda: TokenBuckets(ENTRIES, monotonic))
    """Limits how fast one person enters answers by telephone."""


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
Caller = Annotated[Principal, Depends(require("staff:answer"))]
"""Admits staff with the right to enter answers that members give by telephone."""
Operator = Annotated[Principal, Depends(require(STAFF, "operator"))]
"""Admits staff and operators, to read."""
Resolver = Annotated[Principal, Depends(require("staff:publish", "operator:redrive"))]
"""Admits staff that may publish, and operators that may redrive."""


_CODES: dict[type[NotifyError], tuple[int, str]] = {
    MailNotUnknown: (409, "mail-not-unknown"),
    MailNotAgain: (409, "mail-not-again"),
    MailWithoutLink: (409, "mail-without-link"),
    UnknownProposal: (404, "unknown-proposal"),
    ProposalSettled: (409, "proposal-settled"),
    AlreadyAnswered: (409, "already-answered"),
    AnswerInvalid: (422, "answer-invalid"),
    EnteredMeanwhile: (412, "entered-meanwhile"),
    TooManyEntries: (429, "too-many-entries"),
}


def no_mail() -> Problem:
    """The problem details of a mail that is not in the ledger."""
    detail = "No mail with this id stands in the ledger; list them under /notify/v1/mails."
    return Problem(404, detail, code="no-mail")


def install_notify_problems(app: FastAPI) -> None:
    """Make `app` answer notify's refusals with problem details."""
    install_refusals(app, UnknownMail, lambda _error: no_mail())
    for refusal, (status, code) in _CODES.items():
        install_refusals(app, refusal, partial(_refused, status, code))


def _refused(status: int, code: str, error: NotifyError) -> Problem:
    return Problem(status, str(error), code=code)
