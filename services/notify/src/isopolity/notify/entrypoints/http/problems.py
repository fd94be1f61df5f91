"""Problem details of notify's refusals: the one place that knows the status of each."""

from functools import partial

from fastapi import FastAPI

from isopolity.notify.domain.errors import (
    AlreadyAnswered,
    AnswerInvalid,
    MailNotAgain,
    MailNotUnknown,
    MailWithoutLink,
    NotifyError,
    ProposalSettled,
    UnknownMail,
    UnknownProposal,
)
from isopolity.web.problems import Problem, install_refusals

_CODES: dict[type[NotifyError], tuple[int, str]] = {
    MailNotUnknown: (409, "mail-not-unknown"),
    MailNotAgain: (409, "mail-not-again"),
    MailWithoutLink: (409, "mail-without-link"),
    UnknownProposal: (404, "unknown-proposal"),
    ProposalSettled: (409, "proposal-settled"),
    AlreadyAnswered: (409, "already-answered"),
    AnswerInvalid: (422, "answer-invalid"),
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
