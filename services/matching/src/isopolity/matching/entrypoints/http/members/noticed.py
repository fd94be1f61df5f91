"""`/matching/v1/members`: members that need attention from staff, found by matching's own facts.

Invariant: only staff reads this; no other caller learns whether a member answers.
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
    """A member that needs attention, with the number that says how much."""

    member_kind: str
    member_id: str
    name: str
    number: int
    """The number of mailed proposals without an answer, or of slots in use in its exhausted capacities."""
    of: int | None = None
    """The number of slots of these capacities."""


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
    """Endorsed members that need attention, in the order of their ids."""
    queries, network = AttentionQueries(matching.queries.database), matching.surroundings.network
    found = await (queries.silent(matching.surroundings.clock()) if attention == "silent" else queries.at_capacity())
    listed = [each for each in found if cursor is None or each.member_id > cursor][:limit]
    views = [
        NoticedView(
            member_kind=each.member_kind,
            member_id=each.member_id,
            name=member_name(each.member_id, network),
            number=each.number,
            of=each.of,
        )
        for each in listed
    ]
    return Page[NoticedView].of(views, [view.member_id for view in views], limit)
