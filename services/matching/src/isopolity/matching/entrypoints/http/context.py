"""The ports behind matching's routers, which bootstrap keeps on the application; the rights to call; cursors of lists.

Staff reads everything and changes what its rights allow; a member reads its own data; partnerships that both sides
chose to show are public.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Self, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.web.idempotent_posts import IdempotencyKey, IdempotentPost, keyed_request
from isopolity.web.paging import cursor_after_full_page
from isopolity.web.problems import Problem
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingContext:
    """The ports behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    """Opens read-only transactions, which do not wait for writers."""
    surroundings: Surroundings
    queries: MatchingQueries
    wake_rounds: Callable[[], None]
    """Wakes the round runner of this process, as a round is waiting."""


async def matching_context(request: Request) -> MatchingContext:
    """The context of the application that serves `request`."""
    context: MatchingContext = request.app.state.matching
    return context


Matching = Annotated[MatchingContext, Depends(matching_context)]
STAFF = "staff"
MEMBER = "member"

Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff that may read."""

Looker = Annotated[Principal, Depends(require("staff:read"))]
"""Admits staff to a question that is sent as a POST and changes nothing."""

Publisher = Annotated[Principal, Depends(require("staff:publish"))]
"""Admits staff that may publish: to rounds, drafts, proposals, amounts and ends of partnerships."""

Manager = Annotated[Principal, Depends(require("staff:manage"))]
"""Admits staff that may manage: to settings."""

MemberOrStaff = Annotated[Principal, Depends(require(MEMBER, STAFF))]
"""Admits members and staff; the route itself checks whether the data are the member's."""

MemberOrLooker = Annotated[Principal, Depends(require(MEMBER, "staff:read"))]
"""Admits members, and staff, to a question that is sent as a POST and changes nothing."""


def is_staff(principal: Principal) -> bool:
    """Whether the caller acts as the network's staff, with the right that this route requires."""
    return STAFF in principal.scopes


def require_own(principal: Principal, member_id: str, sentence: str) -> None:
    """Refuse, with this sentence, a member that asks for what is another member's; staff may ask for all."""
    if not is_staff(principal) and principal.member_id != member_id:
        raise Problem(403, sentence, code="not-your-own")


ItemT = TypeVar("ItemT")
Cursor = Annotated[str | None, Query(max_length=128, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class Page(BaseModel, Generic[ItemT]):
    """A page of items, with the cursor of the next page."""

    items: list[ItemT]
    next: str | None = Field(default=None, description="Send it as `cursor` to go on; absent on the last page.")

    @classmethod
    def of(cls, items: Sequence[ItemT], ids: Sequence[str], limit: int) -> Self:
        """Make a page; `ids` are those of the items, and the last one is the next cursor if the page is full."""
        return cls(items=list(items), next=cursor_after_full_page(ids, limit))


Post = IdempotentPost[UnitOfWork]


async def _post(
    request: Request, matching: Matching, principal: Caller, idempotency_key: IdempotencyKey = None
) -> Post:
    return Post(matching.unit_of_work, await keyed_request(request, principal, idempotency_key))


Posting = Annotated[Post, Depends(_post)]
