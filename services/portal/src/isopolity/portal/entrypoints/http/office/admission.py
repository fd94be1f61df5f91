"""Pages for who acts as staff; everybody else is led on: to signing in, or to the own first page."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import Page, elsewhere
from isopolity.portal.entrypoints.http.visitors import Handler, session_of

STAFF: Final = "staff"
DESK: Final = "/office"
"""The first page of staff."""


def for_staff(show: Page) -> Handler:
    """The page for accounts of staff."""

    async def shown(request: Request) -> Response:
        session = session_of(request)
        account: Account | None = None if session is None else session.account
        if account is None or STAFF not in account.scopes:
            return elsewhere(request)
        return await show(request, account)

    return shown
