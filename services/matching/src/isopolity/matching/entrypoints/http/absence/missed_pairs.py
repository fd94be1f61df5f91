"""`/matching/v1/rounds/…/why`: why a member, or a pair, is not in a round; for staff only.

Invariant: no member can read this, as it reveals others' pairs, used capacity and expected answers.
"""

from typing import Annotated

from fastapi import Query

from isopolity.matching.application.workflows.rounds import missed_pairs
from isopolity.matching.entrypoints.http.absence.missed_pair_schemas import StandingView
from isopolity.matching.entrypoints.http.context import Matching, Staff
from isopolity.web.routing import ServiceRouter

Member = Annotated[str, Query(min_length=1, max_length=260, description="Named as in edits.")]
Other = Annotated[
    str | None, Query(min_length=1, max_length=260, description="The other one of a pair; without it, all candidates.")
]
Number = Annotated[int, Query(ge=1, le=50, description="How many of the candidates that are missed by least.")]
router = ServiceRouter(prefix="/matching/v1/rounds")


@router.get("/{round_id}/why")
async def why_not_in_a_round(
    matching: Matching, _: Staff, round_id: str, member: Member, other: Other = None, limit: Number = 5
) -> StandingView:
    """Why a member or a pair is not in a round: the pairs in its place, and the least rise of its score that it needs.

    Dual values prove that rise. For a round under hold, its draft as of now is used, with pins and bans; for a round
    that went out at once, the members as of now, without the later events of that round.
    """
    surroundings, unit_of_work = matching.surroundings, matching.unit_of_work
    await surroundings.graph.caught_up()
    if other is None:
        found = await missed_pairs.standing_of_member(round_id, member, limit, unit_of_work, surroundings)
    else:
        found = await missed_pairs.standing_of_pair(round_id, (member, other), unit_of_work, surroundings)
    return StandingView.of(found, [member] if other is None else [member, other], surroundings.network)
