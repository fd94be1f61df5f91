"""Pages for who has signed in for a partner; everybody else is led on."""

from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import APPROVER, Page, for_members
from isopolity.portal.entrypoints.http.visitors import Handler


def for_partners(show: Page) -> Handler:
    """The page for accounts of partners."""
    return for_members(show, may=lambda account: account.member_kind == "partner")


def for_partner_editors(show: Page) -> Handler:
    """The page for accounts of partners that may change what the partner states."""
    return for_members(show, may=lambda account: account.member_kind == "partner" and may_edit(account))


def may_edit(account: Account) -> bool:
    """Whether the account changes what its member states; an approver reads."""
    return account.role != APPROVER
