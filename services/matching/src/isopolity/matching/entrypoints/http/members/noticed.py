"""`/matching/v1/members`: members that staff looks after, by what matching knows of them.

Invariant: for staff alone; whether a member answers is told to nobody else.
"""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from isopolity.matching.adapters.sql.attention import AttentionQueries
from isopolity.matching.application.workflows.member_names import member_name
from isopolity.matching.entrypoints.http.context import Cursor, Limit, Matching, Page, Staff
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/members")


class NoticedView(BaseModel):
    """A member, and by how much it was noticed."""

    member_kind: str
    member_id: str
    name: str
    number: int
    """Proposals that it was mailed and did not answer; or the slots in use of its capacities that are used up."""
    of: int | None = None
    """How many slots these capacities have."""


@router.get("")
async def list_noticed(
    matching: Matching,
    _: Staff,
    attention: Annotated[
        Literal["silent", "at-capacity"],
        Query(description="Those that let two proposals or more pass and answered none; or have a capacity used up."),
    ],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NoticedView]:
    """Endorsed members, in the order of their ids."""
    queries, network = AttentionQueries(matching.queries.database), matching.surroundings.network
    found = await (queries.silent(matching.surroundings.clock()) if attention == "silent" else queries.at_capacity())
    shown = [each for each in found if cursor is None or each.member_id > cursor][:limit]
    views = [
        NoticedView(
            member_kind=each.member_kind,
            member_id=each.member_id,
            name=member_name(each.member_id, network),
            number=each.number,
            of=each.of,
        )
        for each in shown
    ]
    return Page[NoticedView].of(views, [view.member_id for view in views], limit)
