"""Counts of answers equal those of all answers after any history; answers from before there were counts count once."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.fill import AnswerFilling
from isopolity.matching.adapters.sql.answers.reader import read_own_counts
from isopolity.matching.adapters.sql.retention import forgetting
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.domain.acceptance import Counts, expectations
from isopolity.matching.domain.proposal import OPEN, Proposal, Stage
from isopolity.matching.domain.side import Answer
from isopolity.matching.entrypoints.periodic_tasks import AnswerCounter
from isopolity.matching.errors import AnswersNotCounted
from isopolity.persistence.database import Database
from tests.support.examples import examples
from tests.support.matching.answer_history import DAY, MEMBERS, Act, History, drawn_up, storage_of
from tests.support.matching.answers import assert_equal
from tests.support.matching.fakes import FakeStore
from tests.support.matching.service import NOW
from tests.support.shared.migrated import open_migrated

KEPT: Final = next(name for name in forgetting(None) if "settled" in name)  # type: ignore[arg-type] # nothing is read

acts = st.tuples(
    st.sampled_from(
        ["send", "answer", "answer", "settle", "settle", "mail", "supersede", "lapse", "undo", "erase", "merge"]
    ),
    st.integers(0, 5),
    st.sampled_from(["a", "b"]),
    st.sampled_from(list(Answer)),
    st.integers(1, 40),
)


@examples(40, deadline=None)
@given(st.lists(acts, min_size=1, max_size=40))
def test_counts_equal_what_all_answers_give_after_any_history(course: list[Act]) -> None:
    asyncio.run(_compared(course))


async def _compared(course: list[Act]) -> None:
    store, pairs = FakeStore(), drawn_up()
    with TemporaryDirectory() as folder:
        database = await open_migrated(f"sqlite+aiosqlite:///{Path(folder) / 'matching.db'}", "isopolity.matching")
        try:
            storage = storage_of(database)
            kept, plain = History(lambda: SqlMatchingUnitOfWork(storage), pairs), History(store.unit_of_work, pairs)
            for act in course:
                await plain.do(act)
                await kept.do(act)
                if act[0] == "erase":
                    before = kept.now - act[4] * DAY
                    await forgetting(storage)[KEPT](before, 99)
                    _erase(store, before)
            expected = await plain.counts()
            assert_equal(await kept.counts(), expected)
            await _assert_pairs_weigh_the_same(kept, expected)
            assert await _settled_by_day(database) == _days(store.kept.proposals.values())
        finally:
            await database.close()


async def _assert_pairs_weigh_the_same(history: History, counts: Counts) -> None:
    """The counts that a single pair reads give the chances that all counts give."""
    of_all = expectations(counts)
    for proposal in history.pairs:
        keys = [f"{side.member_kind}/{side.member_id}" for side in proposal.sides]
        async with history.unit_of_work() as uow:
            found = expectations(await uow.answers.counts(history.now, keys))
        for key in keys:
            assert found.acceptance("twinning", key) == pytest.approx(of_all.acceptance("twinning", key), rel=1e-6)


def _erase(store: FakeStore, before: datetime) -> None:
    gone = [
        name
        for name, one in store.kept.proposals.items()
        if one.stage not in OPEN and one.settled_at is not None and one.settled_at < before
    ]
    for name in gone:
        del store.kept.proposals[name]


async def _settled_by_day(database: Database) -> Counter[tuple[Any, str]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(tables.settled_counts))
        return Counter({(row.day, row.stage): row.number for row in rows})


def _days(proposals: Collection[Proposal]) -> Counter[tuple[Any, str]]:
    return Counter((one.settled_at.date(), str(one.stage)) for one in proposals if one.settled_at is not None)


class _Held:
    async def check(self) -> None:
        return


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}"
    return str(request.getfixturevalue("unmade_postgres"))


async def _with_history(database: Database) -> History:
    """A database with answers of ten years, all of them counted."""
    storage = storage_of(database)
    history = History(lambda: SqlMatchingUnitOfWork(storage), drawn_up())
    for number in range(30):
        answer = list(Answer)[number % 4]
        for what, days in (("send", 100), ("answer", 5), ("mail", 2), ("settle", 16)):
            await history.do((what, number, "ab"[number % 2], answer, days))
    assert history.now - NOW > 3650 * DAY
    await history.do(("send", 0, "a", Answer.YES, 1))
    await history.do(("answer", 0, "b", Answer.YES, 1))
    return history


async def _forget_counts(database: Database) -> None:
    """Leave the database as the migration leaves that of a release without counts."""
    async with database.writing() as connection:
        for table in (tables.answers, tables.answer_counts, tables.silence_counts, tables.settled_counts):
            await connection.execute(delete(table))
        await connection.execute(insert(tables.uncounted).values(name="answers"))
        await connection.commit()


async def test_answers_of_before_are_counted_once_and_rounds_wait_for_it(address: str) -> None:
    database = await open_migrated(address, "isopolity.matching")
    history = await _with_history(database)
    expected, days = await history.counts(), await _settled_by_day(database)
    assert expected.answers > 30
    await _forget_counts(database)
    with pytest.raises(AnswersNotCounted):
        await history.counts()
    filling = AnswerFilling(database=database, clock=lambda: history.now, proposals=4)
    await filling.enter_settled()  # the process died after its first step
    await history.do(("settle", 0, "a", Answer.YES, 25))  # and another one settled what was open
    await AnswerCounter(filling=filling).work()
    async with database.reading() as connection:
        before = (await connection.execute(select(func.count()).select_from(tables.answers))).scalar_one()
    counts = await history.counts()
    assert counts.answers == before >= expected.answers
    assert (await _settled_by_day(database)).total() == days.total() + 1
    assert await filling.fill(_Held()) == 0
    await database.close()


async def test_what_a_process_of_the_release_before_settles_is_counted_soon(address: str) -> None:
    database = await open_migrated(address, "isopolity.matching")
    history = await _with_history(database)
    await history.do(("settle", 0, "a", Answer.YES, 25))
    expected, days = await history.counts(), await _settled_by_day(database)
    async with database.writing() as connection:  # as if that process had settled it
        last = select(func.max(tables.answers.c.settled_at)).scalar_subquery()
        columns = tables.answers.c
        found = await connection.execute(select(columns.proposal_id, columns.member).where(columns.settled_at == last))
        for proposal_id, member in found.all():
            await connection.execute(delete(tables.answers).where(columns.proposal_id == proposal_id))
            await connection.execute(delete(tables.answer_counts).where(tables.answer_counts.c.member == member))
        day = tables.settled_counts.c.day
        newest = select(func.max(day)).scalar_subquery()
        await connection.execute(delete(tables.settled_counts).where(day == newest))
        await connection.commit()
    assert (await history.counts()).answers < expected.answers
    assert await AnswerFilling(database=database, clock=lambda: history.now).catch_up() == 1
    assert_equal(await history.counts(), expected)
    assert await _settled_by_day(database) == days
    await database.close()


@pytest.mark.postgres
async def test_two_transactions_that_settle_proposals_of_one_member_are_both_counted(postgres: str) -> None:
    database = await open_migrated(postgres, "isopolity.matching")
    storage, pairs = storage_of(database), drawn_up()
    shared = [each for each in pairs if "city-0" in (each.a.member_id, each.b.member_id)][:2]
    refused = [
        answered.settle(NOW + 21 * DAY)
        for each in shared
        if (answered := each.issue(NOW, NOW + 21 * DAY).answered("a", Answer.NO, NOW + DAY)) is not None
    ]
    async with SqlMatchingUnitOfWork(storage) as one, SqlMatchingUnitOfWork(storage) as other:
        await one.proposals.add([each for each in refused[:1] if each is not None])
        await other.proposals.add([each for each in refused[1:] if each is not None])
        await asyncio.gather(one.commit(), other.commit())
    async with SqlMatchingUnitOfWork(storage) as uow:
        counts = await uow.answers.counts(NOW + 30 * DAY)
    assert counts.answers == 2
    assert (await _settled_by_day(database)).total() == 2
    await database.close()


async def test_a_member_reads_the_counts_of_its_own_answers(address: str) -> None:
    database = await open_migrated(address, "isopolity.matching")
    history = await _with_history(database)
    await history.do(("settle", 0, "a", Answer.YES, 25))
    counts = await history.counts()
    async with database.reading() as connection:
        found = {f"city-{number}": await read_own_counts(connection, f"city-{number}") for number in range(MEMBERS)}
        assert await read_own_counts(connection, "city-unknown") == []
    for member_id, (own,) in found.items():
        of_member = counts.by_member["twinning", f"city/{member_id}"]
        assert (own.kind, own.yes + own.other + own.silent) == ("twinning", of_member.number)
    assert sum(own.silent for (own,) in found.values()) > 0
    await database.close()


async def test_a_stage_of_a_proposal_is_no_answer(address: str) -> None:
    database = await open_migrated(address, "isopolity.matching")
    storage, (held, sent, *_) = storage_of(database), drawn_up()
    overtaken = sent.issue(NOW, NOW + 21 * DAY).supersede(NOW + DAY, "already-tied")
    async with SqlMatchingUnitOfWork(storage) as uow:
        await uow.proposals.add([held.discard(NOW), overtaken])
        await uow.commit()
    async with SqlMatchingUnitOfWork(storage) as uow:
        assert not await uow.answers.counts(NOW + DAY)
    assert await AnswerFilling(database=database, clock=lambda: NOW + 2 * DAY).catch_up() == 0, "none was missed"
    days = {(NOW.date(), Stage.DISCARDED): 1, ((NOW + DAY).date(), Stage.SUPERSEDED): 1}
    assert await _settled_by_day(database) == days
    await database.close()
