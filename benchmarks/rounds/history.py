"""Ten years of history in PostgreSQL: how long a round, an edit and the status take to read their part of it.

Invariant: the proposals are made by the server, with documents as large as real ones; nothing is counted by the
benchmark itself, but by the task that counts after an upgrade.
"""

import asyncio
import json
import resource
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, thread_time
from typing import Final

from sqlalchemy import text

from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.fill import AnswerFilling
from isopolity.matching.adapters.sql.proposals import DOCUMENT
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.domain.acceptance import expectations
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.periodic_tasks import AnswerCounter
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock

_PACKAGE: Final = "isopolity.matching"
_UNCOUNTED: Final = "INSERT INTO uncounted (name) VALUES ('answers')"
"""Nothing of the history is counted yet."""
_NOW: Final = datetime(2035, 1, 1, tzinfo=UTC)
_FREEZE: Final = timedelta(days=365)
_MEMBERS: Final = """
INSERT INTO members (member_id, kind, version, status, capacities)
SELECT 'city-' || n, 'city', 1, 'endorsed', '{}' FROM generate_series(0, :members - 1) n
"""
_PROPOSALS: Final = """
INSERT INTO proposals (proposal_id, version, stage, pair_key, a_member_id, b_member_id, round_id, score, answer_by,
                       settled_at, document)
SELECT id, 3, stage, 'city/' || a || '~city/' || b || '~' || n, a, b, 'round-' || n / 5000, .5,
       at, CASE WHEN stage IN ('issued', 'answered') THEN NULL ELSE at END,
       CAST(:document AS jsonb) || jsonb_build_object('proposal_id', id, 'stage', stage, 'settled_at', at)
       || jsonb_build_object('a', CAST(:a AS jsonb) || jsonb_build_object('member_id', a, 'answer', a_says))
       || jsonb_build_object('b', CAST(:b AS jsonb) || jsonb_build_object('member_id', b, 'answer', b_says))
FROM (
  SELECT n, 'proposal-' || lpad(CAST(n AS text), 9, '0') AS id, 'city-' || n % :members AS a,
         'city-' || (n % :members + 1 + n / :members) % :members AS b,
         CASE WHEN n >= :settled THEN (ARRAY['issued', 'answered'])[1 + n % 2]
              ELSE (ARRAY['agreed', 'declined', 'declined', 'expired', 'expired', 'expired', 'superseded'])[1 + n % 7]
         END AS stage,
         CASE WHEN n % 7 IN (0, 1, 4) OR n >= :settled AND n % 2 = 1 THEN 'yes' END AS a_says,
         CASE WHEN n % 7 = 0 THEN 'yes' WHEN n % 7 IN (1, 2) AND n < :settled THEN 'no' END AS b_says,
         CAST(:now AS timestamptz) - make_interval(secs => 315360000.0 * (:settled - n) / :settled) AS at
  FROM generate_series(CAST(:first AS integer), :last) n
) each_one
"""
_DELIVERIES: Final = """
INSERT INTO deliveries (message_id, version, proposal_id, side, mailed_at)
SELECT proposal_id || side, 1, proposal_id, side, answer_by - interval '21 days'
FROM proposals, (VALUES ('a'), ('b')) sides (side)
"""
_SIZES: Final = "SELECT relname, pg_table_size(oid) / 1e6 FROM pg_class WHERE relkind = 'r' AND relname = ANY(:names)"


@dataclass(slots=True)
class Ticks:
    """The longest time for which the event loop was at work at a stretch while something was measured.

    It is the processor time of its thread, so that other work of the machine is not counted.
    """

    longest: float = 0.0
    _end: bool = False

    async def run(self) -> None:
        """Look every millisecond."""
        while not self._end:
            before = thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, thread_time() - before)

    def stop(self) -> None:
        self._end = True


async def measure(here: Surroundings) -> Sequence[Row]:
    """All on one database, filled once."""
    members, settled, opened = here.size(50_000), here.size(2_000_000), here.size(20_000)
    async with here.database() as url:
        database = Database.open(url)
        try:
            await upgrade(database, _PACKAGE)
            await fill(database, members, settled, opened)
            return await _measured(here, database, f"{members:,} members, {settled:,} settled proposals")
        finally:
            await database.close()


async def fill(database: Database, members: int, settled: int, opened: int) -> None:
    """Make ten years of proposals, as the release before counts has left them."""
    document = _document()
    parameters = {"members": members, "settled": settled, "now": _NOW, "document": json.dumps(document)}
    parameters |= {side: json.dumps(document[side]) for side in ("a", "b")}
    async with database.writing_without_limits() as connection:
        await connection.execute(text(_MEMBERS), {"members": members})
        await connection.execute(text(_PROPOSALS), parameters | {"first": 0, "last": settled + opened - 1})
        await connection.execute(text(_DELIVERIES))
        await connection.execute(text(_UNCOUNTED))
        await connection.commit()
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))


def _document() -> dict[str, dict[str, object]]:
    proposals = Instance(
        FakeStore(), network_of(many_wishes(4, capacity=3)), SendingPolicy.HOLD, TestClock()
    ).new_proposals()
    proposal: Proposal = proposals[0]
    return dict(DOCUMENT.dump_python(proposal, mode="json"))


async def _measured(here: Surroundings, database: Database, size: str) -> Sequence[Row]:
    events = EventFactory("urn:isopolity:bench", lambda: _NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    queries = MatchingQueries(database)

    async def history() -> object:
        async with SqlMatchingUnitOfWork(storage, for_reading=True) as uow:
            counts = await uow.answers.counts(_NOW)
        return await asyncio.to_thread(expectations, counts)

    async def closed_pairs() -> object:
        async with SqlMatchingUnitOfWork(storage, for_reading=True) as uow:
            return await uow.proposals.closed_pairs(_NOW - _FREEZE)

    async def edit() -> object:
        async with SqlMatchingUnitOfWork(storage, for_reading=True) as uow:
            await uow.proposals.closed_pairs(_NOW - _FREEZE, ["city-1", "city-2"])
            return expectations(await uow.answers.counts(_NOW, ["city/city-1", "city/city-2"]))

    counter = AnswerCounter(filling=AnswerFilling(database=database, clock=lambda: _NOW))
    counting, held_up = await _timed(counter.work, 1)
    rows = [_row("answers of ten years counted once, after the upgrade", size, "s", counting, held_up)]
    before = _memory()
    for what, bound, act in (
        ("history that a round reads", 0.5, history),
        ("history that an edit reads", 0.05, edit),
        ("closed pairs that a round reads", 2.0, closed_pairs),
        ("counts of the status", 0.05, queries.counts),
    ):
        seconds, held_up = await _timed(act, here.rounds())
        rows.append(_row(what, size, "s", seconds, held_up, Target(of="figure", sense="≤", value=bound)))
    rows.append(Row(what="memory that these add at their peak", size=size, unit="MB", ours=_memory() - before))
    return rows


def _row(what: str, size: str, unit: str, seconds: list[float], held_up: float, target: Target | None = None) -> Row:
    note = f"the event loop is held up for {held_up * 1000:.0f} ms at most"
    return Row(what=what, size=size, unit=unit, ours=median(seconds), target=target, note=note, samples={what: seconds})


async def _timed(act: Callable[[], Awaitable[object]], rounds: int) -> tuple[list[float], float]:
    """The seconds of each round, and the longest time for which the event loop was held up."""
    ticks, seconds = Ticks(), list[float]()
    ticking = asyncio.create_task(ticks.run())
    for _ in range(rounds):
        started = perf_counter()
        await act()
        seconds.append(perf_counter() - started)
    ticks.stop()
    await ticking
    return seconds, ticks.longest


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
