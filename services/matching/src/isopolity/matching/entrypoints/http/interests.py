"""`/matching/v1/members/…/interests`: a member asks to be introduced to another, and lists its interests.

Invariant: the answers depend on public facts, the clock, the member's own acts and agreements; an interest looks the
same whether the other side was asked, was full, or could not be asked.

A member also reads the counts of its own answers, as rounds learn from them. Invariant: only the member itself reads
these. They follow from the member's own acts and from its deadlines in the past.

Staff lists members that need attention, found by matching's own facts. Invariant: only staff reads this; no other
caller learns whether a member answers.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from fastapi import Depends, Query
from pydantic import ConfigDict, Field

from isopolity.machine.clock import day_in
from isopolity.matching.adapters.sql.answers.reader import read_own_counts
from isopolity.matching.adapters.sql.attention import AttentionQueries
from isopolity.matching.application.workflows.member_names import member_name
from isopolity.matching.application.workflows.new_interest import Wish, ask, asked_before, drawn_interest
from isopolity.matching.application.workflows.new_proposal import own_zone
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.domain.interest import Interest, InterestState
from isopolity.matching.entrypoints.http.context import (
    MEMBER,
    Cursor,
    Limit,
    Matching,
    MemberOrStaff,
    Page,
    Staff,
    require_own,
)
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.idempotent_posts import IdempotencyKey
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/matching/v1")

Member = Annotated[Principal, Depends(require(MEMBER))]
_ID: Final = 128


class InterestOrder(View):
    """The other member, and the programme or request that the introduction is about."""

    model_config = ConfigDict(extra="forbid")

    other_id: str = Field(min_length=1, max_length=_ID, description="A city, or a partner")
    programme_id: str | None = Field(
        default=None, max_length=_ID, description="The partner's programme, where a partner is one of the two."
    )
    request_id: str | None = Field(default=None, max_length=_ID, description="The city's request that it is about.")
    openly: bool = Field(default=False, description="Whether the other side is told who asked.")


class InterestView(View):
    """An interest as its asker sees it."""

    interest_id: str
    member_id: str
    other_id: str
    other_name: str
    kind: str
    programme_id: str | None
    request_id: str | None
    openly: bool
    asked_at: datetime
    hear_by: date = Field(description="The day by which the asker hears, where it is, whatever becomes of it.")
    hears_at: datetime = Field(description="The last second of that day.")
    time_zone: str | None = Field(description="Of the asker when it asked, by its IANA name; null counts as UTC.")
    state: InterestState = Field(
        description="`waiting` until the end of the day `hear_by`, `agreed` from agreement on, else `over`."
    )

    @classmethod
    def of(cls, interest: Interest, now: datetime) -> Self:
        """Make the asker's view at `now`."""
        day = day_in(interest.hear_by, interest.time_zone)
        return cls.copied(interest, hear_by=day, hears_at=interest.hear_by, state=interest.seen(now))


class InterestPage(Page[InterestView]):
    """A page of interests, and the number of days until the asker of a new one hears."""

    days_to_hear: int = Field(description="Days from expressing an interest to its `hear_by`.")
    time_zone: str | None = Field(description="Of the member now, by its IANA name; null counts as UTC.")


@router.post("/members/{member_id}/interests", status_code=202)
async def express_interest(
    matching: Matching, member: Member, member_id: str, order: InterestOrder, idempotency_key: IdempotencyKey = None
) -> InterestView:
    """Ask to be introduced to another member. This counts as a yes and takes one place of capacity until `hear_by`.

    Until then the outcome is not revealed, unless both sides agree.
    """
    if member.member_id != member_id:
        raise Problem(403, "A member asks in its own name only.", code="not-your-own")
    surroundings = matching.surroundings
    wish = Wish(member_id=member_id, key=idempotency_key, **order.model_dump())
    async with matching.unit_of_work() as uow:
        asked = await asked_before(wish, uow)
    if asked is None:
        market = await current_market(surroundings)
        drawn = await drawn_interest(wish, market, surroundings)
        async with matching.unit_of_work() as uow:
            asked = await ask(wish, drawn, market, uow, surroundings)
            await uow.commit()
    return InterestView.of(asked, surroundings.clock())


@router.get("/members/{member_id}/interests", operation_id="interests.list")
async def list_interests(
    matching: Matching, principal: MemberOrStaff, member_id: str, cursor: Cursor = None, limit: Limit = 50
) -> InterestPage:
    """A member's interests, the newest first; for the member itself and for staff."""
    require_own(principal, member_id, "A member sees its own interests only.")
    surroundings = matching.surroundings
    found, now = await matching.queries.interests_of(member_id, cursor, limit), surroundings.clock()
    ids = [interest.interest_id for interest in found]
    page = Page[InterestView].of([InterestView.of(interest, now) for interest in found], ids, limit)
    days, zone = surroundings.days_to_hear, own_zone(member_id, surroundings)
    return InterestPage(items=page.items, next=page.next, days_to_hear=days, time_zone=zone)


class AnswerCount(View):
    """The member's proposals of one kind, counted by its answer."""

    kind: str
    yes: int
    other: int = Field(description="Any answer but yes.")
    silent: int = Field(description="Proposals that the member was mailed and let pass.")


class OwnAnswers(View):
    """The numbers of the member's answers, by kind of proposal."""

    items: list[AnswerCount]


@router.get("/members/{member_id}/answers")
async def own_answers(matching: Matching, member: Member, member_id: str) -> OwnAnswers:
    """The number of proposals that the member has answered, by kind; only for the member itself."""
    if member.member_id != member_id:
        raise Problem(403, "A member sees its own answers only.", code="not-your-own")
    async with matching.queries.database.reading() as connection:
        found = await read_own_counts(connection, member_id)
    return OwnAnswers(items=[AnswerCount.model_validate(each) for each in found])


class NoticedView(View):
    """A member that needs attention, with the number that says how much."""

    member_kind: str
    member_id: str
    name: str
    number: int
    """The number of mailed proposals without an answer, or of slots in use in its exhausted capacities."""
    of: int | None = None
    """The number of slots of these capacities."""


@router.get("/members")
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
    views = [NoticedView.copied(each, name=member_name(each.member_id, network)) for each in listed]
    return Page[NoticedView].of(views, [view.member_id for view in views], limit)
