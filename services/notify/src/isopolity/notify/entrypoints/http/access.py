"""Rights to call notify's interface: staff, and operators of the network."""

from typing import Annotated

from fastapi import Depends

from isopolity.web.security import require
from isopolity.web.tokens import Principal

STAFF = "staff"
Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff only."""
Operator = Annotated[Principal, Depends(require(STAFF, "operator"))]
"""Admits staff and operators."""
