"""Problem details of notify's refusals: the one place that knows the status of each."""

from fastapi import FastAPI, Request, Response

from isopolity.notify.domain.errors import MailNotUnknown, MailWithoutLink, NotifyError, UnknownMail
from isopolity.web.problems import Problem

_CODES: dict[type[NotifyError], str] = {MailNotUnknown: "mail-not-unknown", MailWithoutLink: "mail-without-link"}


def no_mail() -> Problem:
    """The problem details of a mail that does not stand in the ledger."""
    detail = "No mail with this id stands in the ledger; list them under /notify/v1/mails."
    return Problem(404, detail, code="no-mail")


def install_notify_problems(app: FastAPI) -> None:
    """Make `app` answer notify's refusals with problem details."""

    async def on_unknown_mail(_request: Request, _error: Exception) -> Response:
        return no_mail().response()

    async def on_refusal(_request: Request, error: Exception) -> Response:
        assert isinstance(error, NotifyError)  # noqa: S101 - registered for such classes only
        return Problem(409, str(error), code=_CODES[type(error)]).response()

    app.add_exception_handler(UnknownMail, on_unknown_mail)
    for refusal in _CODES:
        app.add_exception_handler(refusal, on_refusal)
