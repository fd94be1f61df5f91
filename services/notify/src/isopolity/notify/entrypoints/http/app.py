"""notify's part of the HTTP application: its routers and their context."""

from typing import Final

from fastapi import FastAPI

from isopolity.notify.entrypoints.http import (
    answers,
    introductions,
    mail_server,
    mails,
    nudges,
    own_answers,
    previews,
    unarrived,
    unreached,
)
from isopolity.notify.entrypoints.http.context import NotifyContext
from isopolity.notify.entrypoints.http.problems import install_notify_problems

DESCRIPTION: Final = "Mails proposals with their reasons, takes the answers, and knows what became of each mail."
ROUTERS: Final = (
    answers.router,
    own_answers.router,
    introductions.router,
    mail_server.router,
    mails.router,
    mails.feedback,
    nudges.router,
    previews.router,
    unarrived.router,
    unreached.router,
)


def install(app: FastAPI, context: NotifyContext) -> None:
    """Put the context of notify's routers on `app`."""
    app.state.notify = context
    install_notify_problems(app)
