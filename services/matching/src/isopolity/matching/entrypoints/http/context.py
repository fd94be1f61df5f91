"""The ports behind matching's routers, put together by bootstrap and kept on the application; who may call.

Staff may do everything; a member reads its own; partnerships are public.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.web.security import require
from isopolity.web.tokens import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingContext:
    """The ports behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    queries: MatchingQueries
    wake_rounds: Callable[[], None]
    """Tells this instance that a round waits."""


async def matching_context(request: Request) -> MatchingContext:
    """The context of the application that serves `request`."""
    context: MatchingContext = request.app.state.matching
    return context


Matching = Annotated[MatchingContext, Depends(matching_context)]


STAFF = "staff"
MEMBER = "member"

Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff only."""

MemberOrStaff = Annotated[Principal, Depends(require(MEMBER, STAFF))]
"""Admits members and staff; the route then asks whose it is."""


def is_staff(principal: Principal) -> bool:
    """Whether the caller belongs to the network's staff."""
    return STAFF in principal.scopes
