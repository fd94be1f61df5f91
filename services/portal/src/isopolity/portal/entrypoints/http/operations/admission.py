"""Pages for who looks after the machines; everybody else is led on: to signing in, or to the own first page."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import READ as READ_AS_STAFF
from isopolity.portal.entrypoints.http.own.admission import Page, elsewhere
from isopolity.portal.entrypoints.http.visitors import Handler, session_of

FLOW: Final = "/operations"
"""The first page of an operator."""
READ: Final = "operator:read"


def is_operator(account: Account) -> bool:
    """Whether the account may look at the machines: it has all rights of an operator, or one of them."""
    return account.may(READ)


def for_operators(show: Page) -> Handler:
    """The page for operators, and for whoever of the office is no staff, who has no other first page."""

    async def admitted(request: Request) -> Response:
        session = session_of(request)
        account: Account | None = None if session is None else session.account
        if account is None or account.member_id is not None:
            return elsewhere(request)
        if account.may(READ_AS_STAFF) and not is_operator(account):
            return elsewhere(request)
        return await show(request, account)

    return admitted
