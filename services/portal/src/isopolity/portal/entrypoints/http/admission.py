"""Admission to pages: of members, partners, staff and operators; other visitors go to their own first page or sign in.

Invariant: an account with any right of staff sees every page of the office; a form counts from an account that holds
its right.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final
from urllib.parse import urlencode

from isopolity.portal.adapters.service_apis import NotForThisVisitor
from isopolity.portal.adapters.wording import sentence_of
from isopolity.portal.entrypoints.http.pages import (
    OWN_PAGE,
    Account,
    Request,
    Response,
    gettext_of,
    see_other,
    session_of,
)
from isopolity.portal.entrypoints.http.visitors import Handler

Page = Callable[[Request, Account], Awaitable[Response]]
"""A page, for the account as which its visitor acts."""
READ: Final = "staff:read"
ENDORSE: Final = "staff:endorse"
PUBLISH: Final = "staff:publish"
ANSWER: Final = "staff:answer"
MANAGE: Final = "staff:manage"
WATCH: Final = "operator:read"
DESK: Final = "/office"
"""The first page of staff."""
FLOW: Final = "/operations"
"""The first page of an operator."""


def elsewhere(request: Request) -> Response:
    """Redirect a visitor whom a page is not for: to the own first page, or to signing in, which leads back to it."""
    if session_of(request):
        return see_other("/me")
    wanted = f"{request.url.path}?{request.url.query}".removesuffix("?")
    leads_back = request.method == "GET" and OWN_PAGE.fullmatch(wanted) is not None
    return see_other(f"/sign-in?{urlencode({'back': wanted})}" if leads_back else "/sign-in")


def may_edit(account: Account) -> bool:
    """Whether the account changes what its member states; an approver reads and approves only."""
    return account.role != "approver"


def is_operator(account: Account) -> bool:
    """Whether the account may look at the machines: it has all rights of an operator, or one of them."""
    return account.may(WATCH)


def for_accounts(show: Page, *, may: Callable[[Account], bool]) -> Handler:
    """The page for accounts that may see it."""

    async def admitted(request: Request) -> Response:
        session = session_of(request)
        if session is None or session.account is None or not may(session.account):
            return elsewhere(request)
        return await show(request, session.account)

    return admitted


def for_members(show: Page, *, may: Callable[[Account], bool] = lambda _: True) -> Handler:
    """The page for accounts of members that may see it."""
    return for_accounts(show, may=lambda account: account.member_id is not None and may(account))


for_editors: Final = partial(for_members, may=may_edit)
"""The page for accounts of members that may change what the member states."""
for_partners: Final = partial(for_members, may=lambda account: account.member_kind == "partner")
"""The page for accounts of partners."""
for_partner_editors: Final = partial(
    for_members, may=lambda account: account.member_kind == "partner" and may_edit(account)
)
"""The page for accounts of partners that may change what the partner states."""
for_staff: Final = partial(for_accounts, may=lambda account: account.may(READ))
"""The page for accounts of staff."""
for_operators: Final = partial(
    for_accounts, may=lambda account: account.member_id is None and (is_operator(account) or not account.may(READ))
)
"""The page for operators, and for people of the office who are not staff and so have no other first page."""


def for_staff_to(right: str) -> Callable[[Page], Handler]:
    """The page for accounts of staff, whose form needs the right."""

    def admitting(show: Page) -> Handler:
        async def admitted(request: Request, account: Account) -> Response:
            if request.method == "POST":
                require_right(request, account, right)
            return await show(request, account)

        return for_staff(admitted)

    return admitting


def require_right(request: Request, account: Account, right: str) -> None:
    """Raise NotForThisVisitor unless the account holds the right; it names the right, and who can give it."""
    if not account.may(right):
        problem = {"code": "staff-right-missing", "parameters": {"right": right}}
        raise NotForThisVisitor(sentence_of(problem, gettext_of(request)))
