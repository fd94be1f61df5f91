"""`/matching/v1/members/…/answers`: the counts of a member's own answers, as rounds learn from them.

Invariant: only the member itself reads this. It follows from the member's own acts and from its deadlines in the past.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from isopolity.matching.adapters.sql.answers.reader import OwnCount, read_own_counts
from isopolity.matching.entrypoints.http.context import Matching
from isopolity.matching.entrypoints.http.members.interests import Member
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1")


class AnswerCount(BaseModel):
    """The member's proposals of one kind, counted by its answer."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={"examples": [{"kind": "twinning", "yes": 3, "other": 1, "silent": 0}]}
    )

    kind: str
    yes: int
    other: int = Field(description="Any answer but yes.")
    silent: int = Field(description="Proposals that the member was mailed and let pass.")

    @classmethod
    def of(cls, found: OwnCount) -> Self:
        """Make the view of a count."""
        return cls.model_validate(found)


class OwnAnswers(BaseModel):
    """The numbers of the member's answers, by kind of proposal."""

    items: list[AnswerCount]


@router.get("/members/{member_id}/answers")
async def own_answers(matching: Matching, member: Member, member_id: str) -> OwnAnswers:
    """The number of proposals that the member has answered, by kind; only for the member itself."""
    if member.member_id != member_id:
        raise Problem(403, "A member sees its own answers only.", code="not-your-own")
    async with matching.queries.database.reading() as connection:
        found = await read_own_counts(connection, member_id)
    return OwnAnswers(items=[AnswerCount.of(each) for each in found])
