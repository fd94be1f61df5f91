"""`/<service>/v1/groups/{group}/reset`: lets a paused group read on from another place, previewed first; past acts.

Records that a reset skips become dead letters, so that nothing is lost: they are written before the group is moved.
Invariant: the audit has its entry before anything is written, and a group that is not paused is not moved. Past acts on
a group (paused, resumed, reset) name who did them by the subject of the token, as in the audit, and give nothing else
of the entry.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from fastapi import Depends
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import GroupInUse
from isopolity.persistence.audit import AuditFilter, audit_entries, keep_act
from isopolity.web.operations.groups.pauses import MAY_PAUSE, known_group, switches
from isopolity.web.operations.groups.places import Destination, Move, between, moves_to
from isopolity.web.operations.vitals import AskedVitals, ConsumerGroup, Vitals, publishing
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

SKIPPED: Final = "skipped"
"""The reason of dead letters of skipped records."""
_MOST_SKIPPED: Final = 2_000
_PAGE: Final = 100


class Reset(Destination):
    """A reset, with the group's name as confirmation and a reason; with `dry_run`, a preview, neither is needed."""

    dry_run: bool = False
    typed_name: str = Field(default="", max_length=200, description="The name of the group, typed once more")
    reason: str = Field(default="", max_length=500, description="Why; the audit keeps it")


class Moved(BaseModel):
    """The move of a reset on one partition."""

    partition: int
    before: int = Field(description="The offset that the group reads next")
    after: int = Field(description="The offset that it reads next after the reset")
    records: int = Field(description="Records that are read once more, or passed over")
    more: bool = Field(description="More may lie between than `records`, which were read")
    types: dict[str, int] = Field(description="These records by the type of their event")


class ResetReport(BaseModel):
    """The moves that a reset did, or with `dry_run` would do."""

    group: str
    topic: str
    dry_run: bool
    again: int = Field(description="Records that are read once more; nothing is done twice")
    skipped: int = Field(description="Records that are passed over, and become dead letters")
    moves: list[Moved]


def resets_router(service: str) -> ServiceRouter:
    """The route that resets a paused group of the service."""
    router = ServiceRouter(prefix=f"/{service}/v1/groups", dependencies=[Depends(MAY_PAUSE)])

    @router.post("/{group_id}/reset")
    async def reset(vitals: AskedVitals, group_id: str, wanted: Reset) -> ResetReport:
        """Let a paused group read a topic on from another place; records that it skips become dead letters."""
        group = known_group(vitals, group_id)
        if not wanted.dry_run:
            await _check(vitals, group, wanted)
        moves = await moves_to(vitals, group, wanted)
        report = _report(group, wanted, moves)
        if not wanted.dry_run:
            await _do(vitals, group, wanted, moves, report)
        return report

    return router


async def _check(vitals: Vitals, group: ConsumerGroup, wanted: Reset) -> None:
    if wanted.typed_name != group.name:
        raise Problem(422, f"Type the name of the group, {group.name}, to reset it.")
    if len(wanted.reason.strip()) < 3:
        raise Problem(422, "Give a reason for the audit, of 3 characters or more.")
    async with vitals.database.reading() as connection:
        row = (await switches(connection, vitals.tables.group_switches)).get(group.name)
    if row is None or not row.is_paused:
        raise Problem(
            409, f"Pause {group.name} first: a group that reads goes on from where it is.", code="not-possible"
        )
    if await vitals.broker.members(group.name):
        raise _in_use(group)


def _in_use(group: ConsumerGroup) -> Problem:
    return Problem(
        409, f"The processes of {group.name} have not all stopped yet; try again in ten seconds.", code="not-possible"
    )


def _report(group: ConsumerGroup, wanted: Reset, moves: Sequence[Move]) -> ResetReport:
    return ResetReport(
        group=group.name,
        topic=wanted.topic,
        dry_run=wanted.dry_run,
        again=sum(move.types.total() for move in moves if move.after < move.before),
        skipped=sum(move.types.total() for move in moves if move.after > move.before),
        moves=[
            Moved(
                partition=move.place.partition,
                before=move.before,
                after=move.after,
                records=move.types.total(),
                more=move.is_cut,
                types=dict(move.types.most_common()),
            )
            for move in moves
        ],
    )


async def _do(vitals: Vitals, group: ConsumerGroup, wanted: Reset, moves: Sequence[Move], report: ResetReport) -> None:
    forward = [move for move in moves if move.after > move.before]
    if report.skipped > _MOST_SKIPPED or any(move.is_cut for move in forward):
        raise Problem(422, f"At most {_MOST_SKIPPED:,} records are passed over at once; choose an earlier place.")
    offsets = {move.place.partition: [move.before, move.after] for move in moves}
    facts = {"topic": wanted.topic, "partitions": offsets, "skipped": report.skipped, "reason": wanted.reason}
    await keep_act(vitals.database, vitals.tables.audit, vitals.clock, facts)
    letters = await _letters(vitals, group, forward)
    async with publishing(vitals) as producer:
        for start in range(0, len(letters), _PAGE):
            page = [letter.to_message(vitals.dead_letter_topic) for letter in letters[start : start + _PAGE]]
            await producer.publish(page)
    try:
        await vitals.broker.move_group(group.name, {move.place: move.after for move in moves})
    except GroupInUse:
        raise _in_use(group) from None


async def _letters(vitals: Vitals, group: ConsumerGroup, moves: Sequence[Move]) -> Sequence[DeadLetter]:
    """A dead letter for each skipped record except tombstones, which groups ignore."""
    bounds = await vitals.broker.bounds(sorted({move.place.topic for move in moves})) if moves else {}
    now = vitals.clock()
    return [
        DeadLetter.of(record, group=group.name, reason=SKIPPED, detail="passed over by a reset", at=now)
        async for record in between(vitals.broker, bounds, moves)
        if record.value is not None
    ]


PAUSED: Final = "groups.pause"
_LAST_ACTS: Final = 5
"""How many of the newest acts are listed."""


class GroupAct(BaseModel):
    """One act."""

    at: AwareDatetime
    actor: str
    """The subject of the token: for people who signed in, their id in registry's list of people."""
    action: str
    """`groups.pause`, `groups.resume` or `groups.reset`."""
    reason: str
    """Empty if it equals the reason before, since the audit then has no change of it."""


async def group_acts(connection: AsyncConnection, audit: Table, group: str) -> Sequence[GroupAct]:
    """The newest acts on a group, the newest first; the last pause is always among them."""
    newest = await audit_entries(connection, audit, AuditFilter(subject=group), before=None, limit=_LAST_ACTS)
    rows = {row.id: row for row in newest}
    for row in await audit_entries(connection, audit, AuditFilter(subject=group, action=PAUSED), before=None, limit=1):
        rows.setdefault(row.id, row)
    return [GroupAct(at=row.at, actor=row.actor, action=row.action, reason=_reason(row)) for row in rows.values()]


def _reason(row: Any) -> str:
    """The reason: of a reset in the entry's details, of a pause or resumption among its changed fields."""
    facts = json.loads(row.details or row.after or "{}")
    return str(facts.get("reason", ""))
