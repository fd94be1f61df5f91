"""Access: staff may do everything; a member reads its own; partnerships are public."""

from typing import Annotated

from fastapi import Depends

from isopolity.web.security import require
from isopolity.web.tokens import Principal

STAFF = "staff"
MEMBER = "member"

Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff only."""

MemberOrStaff = Annotated[Principal, Depends(require(MEMBER, STAFF))]
"""Admits members and staff; the route then asks whose it is."""


def is_staff(principal: Principal) -> bool:
    """Whether the caller belongs to the network's staff."""
    return STAFF in principal.scopes
