"""`/<service>/v1/journal`: the events that a service has published, by the ids that they refer to or by their lineage.

Invariant: an answer holds ids, types, moments and places; it hides how a proposal closed without agreement.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from isopolity.contracts.seen_events import CLOSED_TYPE, seen_type
from isopolity.persistence.journal.table import Wanted, counts_of, lines_of
from isopolity.web.operations.vitals import AskedVitals
from isopolity.web.paging import Page, one_page, pair_cursor, pair_in
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

Id = Annotated[str, Field(min_length=1, max_length=300, pattern="^[^\x00-\x20]+$")]


def _ids(what: str) -> object:
    return Query(max_length=200, description=f"Ids of {what}; may be repeated")


class JournalLine(BaseModel):
    """A published event: the ids that it refers to, its cause, and its place on the log."""

    model_config = ConfigDict(from_attributes=True)

    event_id: str
    type: str = Field(description=f"Its type; `{CLOSED_TYPE}` where a proposal ended without agreement")
    at: AwareDatetime
    subject: str | None = Field(description="The key, on topics that keep only the latest event of each key")
    member_id: str | None
    other_member_id: str | None
    proposal_id: str | None
    partnership_id: str | None
    mail_id: str | None
    correlation_id: str = Field(description="The first cause of its chain: an event, or a request's X-Correlation-ID")
    causation_id: str | None = Field(
        description="The event that caused it; null for an effect of a request or of the clock"
    )
    topic: str
    partition: int | None
    offset: int | None = Field(description="Null if the broker did not return it")

    @field_validator("type")
    @classmethod
    def _masked(cls, event_type: str) -> str:
        return seen_type(event_type)


class JournalPage(Page[JournalLine]):
    """A page of lines, the oldest first; `next` is the cursor of the next page."""


class JournalCount(BaseModel):
    """The number of events of one type, and the moments of the first and the last."""

    type: str
    number: int
    first_at: AwareDatetime
    last_at: AwareDatetime


class JournalCounts(BaseModel):
    """The number of events, by type."""

    items: list[JournalCount]
    number: int


def wanted_lines(
    member: Annotated[list[Id] | None, _ids("members")] = None,
    proposal: Annotated[list[Id] | None, _ids("proposals")] = None,
    partnership: Annotated[list[Id] | None, _ids("partnerships")] = None,
    mail: Annotated[list[Id] | None, _ids("mails")] = None,
    correlation: Annotated[list[Id] | None, _ids("chains: the X-Correlation-ID of a request")] = None,
    event: Annotated[list[Id] | None, _ids("events")] = None,
) -> Wanted:
    """The lines that a request asks for. Raises Problem 422 for a request without any id."""
    wanted = Wanted(
        members=member or (),
        proposals=proposal or (),
        partnerships=partnership or (),
        mails=mail or (),
        correlations=correlation or (),
        events=event or (),
    )
    if not wanted:
        detail = "Name a member, proposal, partnership, mail, correlation or event."
        raise Problem(422, detail, code="nothing-chosen")
    return wanted


def journal_router(service: str) -> ServiceRouter:
    """The routes, for operators with the right to read."""
    router = ServiceRouter(prefix=f"/{service}/v1/journal", dependencies=[Depends(require("operator:read"))])

    @router.get("")
    async def list_journal(
        vitals: AskedVitals,
        wanted: Annotated[Wanted, Depends(wanted_lines)],
        cursor: Annotated[str | None, Query(max_length=600, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=501)] = 100,
    ) -> JournalPage:
        """Events that refer to any of the given ids, the oldest first."""
        async with vitals.database.reading() as connection:
            found = await lines_of(connection, vitals.tables.journal, wanted, after=_after(cursor), limit=limit + 1)
        rows, following = one_page(found, limit, lambda row: pair_cursor(row.at.isoformat(), row.event_id))
        return JournalPage(items=[JournalLine.model_validate(row) for row in rows], next=following)

    @router.get("/counts")
    async def count_journal(vitals: AskedVitals, wanted: Annotated[Wanted, Depends(wanted_lines)]) -> JournalCounts:
        """The number of events that refer to any of the given ids, by type."""
        async with vitals.database.reading() as connection:
            rows = await counts_of(connection, vitals.tables.journal, wanted)
        items = list(_merged(JournalCount.model_validate(row, from_attributes=True) for row in rows))
        return JournalCounts(items=items, number=sum(each.number for each in items))

    return router


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    """The moment and the event after which a page begins. Raises Problem 422."""
    pair = pair_in(cursor)
    if pair is None:
        return None
    try:
        at = datetime.fromisoformat(pair[0])
        if at.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return at.astimezone(UTC), pair[1]
    except (ValueError, OverflowError):
        raise Problem(422, "Send as cursor the `next` of a page, unchanged.", code="invalid-request") from None


def _merged(counts: Iterable[JournalCount]) -> Iterable[JournalCount]:
    """The counts by masked type; counts that have one masked type are added up."""
    found: dict[str, JournalCount] = {}
    for each in counts:
        name = seen_type(each.type)
        known = found.get(name, each)
        number = each.number + (0 if known is each else known.number)
        found[name] = JournalCount(
            type=name,
            number=number,
            first_at=min(each.first_at, known.first_at),
            last_at=max(each.last_at, known.last_at),
        )
    return found.values()
