"""Pages for who acts as staff; everybody else is led on: to signing in, or to the own first page.

Invariant: whoever holds any right of staff sees every page of the office; a form counts from who holds its right.
"""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.problem_sentences import sentence_of
from isopolity.portal.adapters.service_apis import NotForThisVisitor
from isopolity.portal.adapters.templates import translations_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import Page, elsewhere
from isopolity.portal.entrypoints.http.rendering import language_of
from isopolity.portal.entrypoints.http.visitors import Handler, session_of

READ: Final = "staff:read"
ENDORSE: Final = "staff:endorse"
PUBLISH: Final = "staff:publish"
MANAGE: Final = "staff:manage"
DESK: Final = "/office"
"""The first page of staff."""


def for_staff(show: Page) -> Handler:
    """The page for accounts of staff."""

    async def shown(request: Request) -> Response:
        session = session_of(request)
        account: Account | None = None if session is None else session.account
        if account is None or not account.may(READ):
            return elsewhere(request)
        return await show(request, account)

    return shown


def for_staff_to(right: str) -> Callable[[Page], Handler]:
    """The page for accounts of staff, whose form needs the right."""

    def admitting(show: Page) -> Handler:
        async def shown(request: Request, account: Account) -> Response:
            if request.method == "POST":
                require_right(request, account, right)
            return await show(request, account)

        return for_staff(shown)

    return admitting


def require_right(request: Request, account: Account, right: str) -> None:
    """Raise NotForThisVisitor unless the account holds the right; it names the right, and who can give it."""
    if not account.may(right):
        problem = {"code": "staff-right-missing", "parameters": {"right": right}}
        raise NotForThisVisitor(sentence_of(problem, translations_of(language_of(request)).gettext))
