"""All pages as one application, for this machine only."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from isopolity.command.pages import home, mailbox
from isopolity.command.pages.guards import LoopbackOnly, MailBoxKey
from isopolity.command.pages.home import FiguresSource
from isopolity.command.pages.mailbox import FactsSource
from isopolity.command.pages.maildir import MailBox
from isopolity.command.pages.templating import FOLDER, page
from isopolity.web.protection import SecurityHeaders


def pages(mail_box: MailBox, facts: FactsSource, figures: FiguresSource, *, mail_box_key: str, demo: bool) -> ASGIApp:
    """The application; `mail_box_key` opens the mail box, and `demo` says that the data is the demo network."""

    async def on_problem(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        sentence = error.detail if isinstance(error, HTTPException) and status != 404 else "There is no such page."
        return page("problem.html", status, here="", demo=demo, sentence=sentence)

    application = Starlette(
        routes=[
            *home.routes(figures, demo=demo),
            *mailbox.routes(mail_box, facts, demo=demo),
            Mount("/assets", StaticFiles(directory=FOLDER / "assets")),
        ],
        middleware=[Middleware(LoopbackOnly), Middleware(MailBoxKey, key=mail_box_key, demo=demo)],
        exception_handlers={HTTPException: on_problem},
    )
    return SecurityHeaders(application)
