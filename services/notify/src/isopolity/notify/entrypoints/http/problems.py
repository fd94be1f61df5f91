"""Problem details of notify's refusals: the one place that knows the status of each."""

from functools import partial

from fastapi import FastAPI

from isopolity.notify.domain.errors import MailNotUnknown, MailWithoutLink, NotifyError, UnknownMail
from isopolity.web.problems import Problem, install_refusals

_CODES: dict[type[NotifyError], str] = {MailNotUnknown: "mail-not-unknown", MailWithoutLink: "mail-without-link"}


def no_mail() -> Problem:
    """The problem details of a mail that does not stand in the ledger."""
    detail = "No mail with this id stands in the ledger; list them under /notify/v1/mails."
    return Problem(404, detail, code="no-mail")


def install_notify_problems(app: FastAPI) -> None:
    """Make `app` answer notify's refusals with problem details."""
    install_refusals(app, UnknownMail, lambda _error: no_mail())
    for refusal, code in _CODES.items():
        install_refusals(app, refusal, partial(_conflict, code))


def _conflict(code: str, error: NotifyError) -> Problem:
    return Problem(409, str(error), code=code)
