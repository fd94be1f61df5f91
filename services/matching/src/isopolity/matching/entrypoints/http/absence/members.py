"""`/matching/v1/members/…/why`: the rules that exclude a member's possible partners, and the change that helps most.

Invariant: a member asks about itself only. The answer has no proposal, answer, used capacity or pause of others.
"""

from typing import Annotated

from fastapi import Query

from isopolity.matching.application.workflows.queries.why_none import why_none
from isopolity.matching.entrypoints.http.absence.schemas import AbsenceView
from isopolity.matching.entrypoints.http.context import Matching, MemberOrStaff, is_staff
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

ProgrammeId = Annotated[
    str | None, Query(max_length=128, description="Which of a partner's programmes; all if not given.")
]
WithChange = Annotated[
    bool, Query(alias="change", description="Whether to find the one change, which takes seconds in a large network.")
]
router = ServiceRouter(prefix="/matching/v1")


@router.get("/members/{member_id}/why")
async def why_a_member_finds_nobody(
    matching: Matching,
    principal: MemberOrStaff,
    member_id: str,
    programme_id: ProgrammeId = None,
    with_change: WithChange = True,
) -> AbsenceView:
    """The number of possible partners that each rule excludes, and the one change of the member that would help most.

    The answer uses public facts only. Up to 5,000 members, changes are tried in a round over all public profiles with
    all capacities free; with more members, they are compared by the number of partners that would fit.
    """
    if not is_staff(principal) and principal.member_id != member_id:
        raise Problem(403, "A member asks about itself only.", code="not-your-own")
    found = await why_none(member_id, matching.surroundings, programme_id, with_change=with_change)
    return AbsenceView.of(found, to_it=not is_staff(principal))
