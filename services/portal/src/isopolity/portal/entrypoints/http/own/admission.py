"""Pages for who has signed in for a member; everybody else is led on: to signing in, or to the own first page."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.visitors import Handler, session_of

Page = Callable[[Request, Account], Awaitable[Response]]
"""A page of the member as which the visitor acts."""
APPROVER: Final = "approver"
"""The role that reads and approves, and changes nothing else."""


def for_members(show: Page, *, may: Callable[[Account], bool] = lambda _: True) -> Handler:
    """The page for accounts of members that may see it."""

    async def shown(request: Request) -> Response:
        session = session_of(request)
        account = None if session is None else session.account
        if account is None or account.member_id is None or not may(account):
            return elsewhere(request)
        return await show(request, account)

    return shown


def for_editors(show: Page) -> Handler:
    """The page for accounts of members that may change what the member states."""
    return for_members(show, may=lambda account: account.role != APPROVER)


def elsewhere(request: Request) -> Response:
    """Where somebody goes whom a page is not for."""
    return RedirectResponse("/me" if session_of(request) else "/sign-in", HTTPStatus.SEE_OTHER)
