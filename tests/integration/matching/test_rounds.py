"""The life of a round on a real database: ordered, computed once, cancelled, interrupted, refused."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.adapters.sql.tables import PROPOSALS
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.application.workflows.issuance import SendingPolicy
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import fingerprint, read
from isopolity.matching.domain.round import INTERRUPTED, Round, RoundPlan, RoundStatus
from isopolity.matching.errors import ContradictoryRules, GraphNotReady, RoundOver, UnknownMember, UnknownRound
from isopolity.persistence.away import DatabaseUnavailable
from isopolity.persistence.database import Database, is_unavailable
from isopolity.persistence.migrations import upgrade
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.odd_solvers import BrokenSolver, CheatingSolver, HangingSolver
from tests.support.matching.service import TestClock, city, need, offer
from tests.support.polling import until


def instance(database: Database, solver: RoundSolver | None = None) -> Instance:
    network = network_of(many_wishes(4, capacity=1))
    return Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock(), solver)


async def proposals(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(PROPOSALS))).scalar_one())


@asynccontextmanager
async def computing(running: Instance, solver: HangingSolver) -> AsyncIterator[tuple[Round, asyncio.Task[None]]]:
    """A round that is being computed inside the block, and the work on it."""
    ordered = await running.rounds.order(RoundPlan())
    work = asyncio.create_task(running.runner.work())
    await until(solver.begun.is_set, what="the solver has begun")
    yield ordered, work
    async with asyncio.timeout(20):
        await work


async def test_a_round_that_is_done_has_a_certificate_that_proves_what_it_says(database: Database) -> None:
    running = instance(database)
    ordered = await running.rounds.order(RoundPlan(seed=3))
    assert ordered.status is RoundStatus.WAITING
    await running.runner.work()
    done = await running.round(ordered.round_id)
    assert (done.status, done.result is not None, running.ended) == (RoundStatus.DONE, True, ["done"])
    assert done.result is not None
    packed = await MatchingQueries(database).certificate(ordered.round_id)
    assert packed is not None
    certificate = read(gzip.decompress(packed))
    verdict = check(certificate)
    assert verdict.is_proved
    assert (verdict.value, verdict.bound) == (done.result.value, done.result.bound)
    assert fingerprint(certificate) == done.result.fingerprint
    assert done.result.gains is not None
    assert done.result.gains.twinnings == done.result.issued == await proposals(database) == 2


async def test_a_round_waits_until_the_network_is_read(database: Database) -> None:
    running = instance(database)
    ordered = await running.rounds.order(RoundPlan())
    running.graph.is_ready = False
    with pytest.raises(GraphNotReady):
        await running.runner.work()
    assert (await running.round(ordered.round_id)).status is RoundStatus.WAITING
    running.graph.is_ready = True
    await running.runner.work()
    assert (await running.round(ordered.round_id)).status is RoundStatus.DONE


async def test_a_round_that_was_cancelled_while_it_waited_is_never_computed(database: Database) -> None:
    running = instance(database)
    ordered = await running.rounds.order(RoundPlan())
    await running.rounds.cancel(ordered.round_id)
    await running.runner.work()
    assert (await running.round(ordered.round_id)).status is RoundStatus.CANCELLED
    assert running.ended == []
    assert await proposals(database) == 0


async def test_a_round_that_is_cancelled_while_it_is_computed_stops_and_nothing_goes_out(database: Database) -> None:
    solver = HangingSolver()
    running = instance(database, solver)
    async with computing(running, solver) as (ordered, _):

        async def told() -> bool:
            return (await running.round(ordered.round_id)).step == "choosing pairs"

        await until(told, what="its progress stands in the database")
        assert (await running.rounds.cancel(ordered.round_id)).status is RoundStatus.CANCELLED
        assert (await running.rounds.cancel(ordered.round_id)).status is RoundStatus.CANCELLED
    assert (await running.round(ordered.round_id)).status is RoundStatus.CANCELLED
    assert running.ended == ["cancelled"]
    assert await proposals(database) == 0


async def test_a_round_that_is_done_cannot_be_cancelled_nor_one_that_never_was(database: Database) -> None:
    running = instance(database)
    ordered = await running.rounds.order(RoundPlan())
    await running.runner.work()
    with pytest.raises(RoundOver, match="is done already"):
        await running.rounds.cancel(ordered.round_id)
    with pytest.raises(UnknownRound):
        await running.rounds.cancel("none")


async def test_a_round_whose_process_died_is_failed_by_the_next_which_goes_on_with_those_that_wait(
    database: Database,
) -> None:
    solver = HangingSolver()
    dying, next_one = instance(database, solver), instance(database)
    left = await dying.rounds.order(RoundPlan())
    work = asyncio.create_task(dying.runner.work())
    await until(solver.begun.is_set)
    waiting = await next_one.rounds.order(RoundPlan())
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert (await next_one.round(left.round_id)).status is RoundStatus.RUNNING
    await next_one.runner.work()
    failed = await next_one.round(left.round_id)
    assert (failed.status, failed.failure) == (RoundStatus.FAILED, INTERRUPTED)
    assert (await next_one.round(waiting.round_id)).status is RoundStatus.DONE
    assert await proposals(database) == 2


class AwayDatabase:
    """Units of work of a database that is away while a test says so."""

    def __init__(self, running: Instance) -> None:
        self._unit_of_work = running.unit_of_work
        self.is_away = False
        self.refused = 0

    def __call__(self) -> SqlMatchingUnitOfWork:
        if self.is_away:
            self.refused += 1
            raise DatabaseUnavailable("away by the test")
        return self._unit_of_work()

    async def is_missed(self) -> bool:
        """Whether somebody has asked in vain."""
        return self.refused > 0


def on_a_database_that_may_be_away(running: Instance) -> AwayDatabase:
    """Let the rounds of this instance run on such a database."""
    away = AwayDatabase(running)
    running.rounds = replace(running.rounds, unit_of_work=away)
    running.runner = replace(running.runner, rounds=running.rounds)
    return away


async def test_a_round_goes_on_while_how_far_it_is_cannot_be_written_down(database: Database) -> None:
    solver = HangingSolver()
    running = instance(database, solver)
    away = on_a_database_that_may_be_away(running)
    async with computing(running, solver) as (ordered, _):
        away.is_away = True
        await until(away.is_missed, what="progress could not be written")
        away.is_away = False
        solver.released.set()
    assert (await running.round(ordered.round_id)).status is RoundStatus.DONE
    assert await proposals(database) == 2


async def test_a_round_that_cannot_be_put_out_while_the_database_is_away_waits_again(database: Database) -> None:
    solver = HangingSolver()
    running = instance(database, solver)
    away = on_a_database_that_may_be_away(running)
    ordered = await running.rounds.order(RoundPlan())
    work = asyncio.create_task(running.runner.work())
    await until(solver.begun.is_set, what="the solver has begun")
    away.is_away = True
    solver.released.set()
    with pytest.raises(DatabaseUnavailable):
        await work
    away.is_away = False
    assert (await running.round(ordered.round_id)).status is RoundStatus.RUNNING
    await running.runner.work()
    done = await running.round(ordered.round_id)
    assert (done.status, done.failure) == (RoundStatus.DONE, None)
    assert await proposals(database) == 2


async def test_a_process_that_was_taken_for_dead_puts_nothing_out_when_it_comes_back(database: Database) -> None:
    solver = HangingSolver()
    hung, successor = instance(database, solver), instance(database)
    async with computing(hung, solver) as (ordered, _):
        await successor.rounds.next()  # as one does that holds the lease, which the hung one has lost unawares
        solver.released.set()
    assert (await successor.round(ordered.round_id)).failure == INTERRUPTED
    assert await proposals(database) == 0


@pytest.mark.postgres
async def test_an_instance_that_loses_its_lease_is_taken_over_from_and_publishes_nothing(postgres: str) -> None:
    ours, theirs = Database.open(postgres), Database.open(postgres)
    await upgrade(ours, "isopolity.matching")
    first, second = HangingSolver(), HangingSolver()
    hung, successor = instance(ours, first), instance(theirs, second)
    lost = await hung.rounds.order(RoundPlan())
    hung_work = asyncio.create_task(hung.runner.work())
    await until(first.begun.is_set)
    taken_over = await successor.rounds.order(RoundPlan())
    await _end_sessions_with_a_lease(theirs)
    work = asyncio.create_task(successor.runner.work())
    await until(second.begun.is_set)
    assert (await successor.round(lost.round_id)).failure == INTERRUPTED
    first.released.set()
    (error,) = await asyncio.gather(hung_work, return_exceptions=True)
    assert isinstance(error, BaseException)
    assert is_unavailable(error)
    assert await proposals(theirs) == 0
    second.released.set()
    await work
    assert (await successor.round(taken_over.round_id)).status is RoundStatus.DONE
    assert await proposals(theirs) == 2
    await ours.close()
    await theirs.close()


async def _end_sessions_with_a_lease(database: Database) -> None:
    """As an operator does, or a network that breaks."""
    holders = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    )
    async with database.reading() as connection:
        await connection.execute(text(holders))


async def test_a_solution_that_fails_its_check_is_a_failed_round_of_which_nothing_is_published(
    database: Database,
) -> None:
    running = instance(database, CheatingSolver())
    ordered = await running.rounds.order(RoundPlan())
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.startswith("The round fails its check and is not published.")
    assert await MatchingQueries(database).certificate(ordered.round_id) is None
    assert await proposals(database) == 0


async def test_a_bug_in_a_solver_is_a_failed_round_and_the_next_one_runs(database: Database) -> None:
    ordered = await instance(database, BrokenSolver()).rounds.order(RoundPlan())
    await instance(database, BrokenSolver()).runner.work()
    sound = instance(database)
    assert (await sound.round(ordered.round_id)).failure == (
        "The round failed for a reason of ours, which the log tells; nothing went out."
    )
    assert (await sound.run_round()).issued == 2


async def test_must_and_never_pairs_hold(database: Database) -> None:
    running = instance(database)
    result = await running.run_round(must=(("city-3", "city-0"),), never=(("city-1", "city-2"),))
    assert result.issued == 1
    async with database.reading() as connection:
        keys = (await connection.execute(select(PROPOSALS.c.pair_key))).scalars().all()
    assert keys == ["city-0:city-3"]


@pytest.mark.parametrize(
    ("must", "never", "error", "says"),
    [
        ([("city-0", "nobody")], [], UnknownMember, "There is no member nobody; correct the id."),
        ([], [("city-0", "city-1/x")], UnknownMember, "There is no programme city-1/x; correct the id."),
        ([("city-0", "city-0")], [], ContradictoryRules, "A rule pairs City-0 with itself; name two members."),
        ([("city-0", "city-1")], [("city-1", "city-0")], ContradictoryRules, "both must and must never be paired"),
    ],
)
async def test_rules_that_cannot_be_are_refused_before_anything_is_ordered(
    database: Database,
    must: list[tuple[str, str]],
    never: list[tuple[str, str]],
    error: type[Exception],
    says: str,
) -> None:
    running = instance(database)
    with pytest.raises(error, match=says):
        await running.rounds.order(RoundPlan(must=tuple(must), never=tuple(never)))
    assert not await running.rounds.is_any_open()


async def test_a_must_pair_that_no_round_would_weigh_is_chosen_all_the_same(database: Database) -> None:
    one_sided = [city("asks", needs=(need("sdg.14"),)), city("gives", offers=(offer("sdg.14", intensity=1),))]
    network = network_of([*many_wishes(2, capacity=1), *one_sided])
    running = Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    assert (await running.run_round()).candidates == 1
    result = await running.run_round(must=(("gives", "asks"),))
    assert (result.candidates, result.issued) == (1, 1)


async def test_a_must_pair_that_is_ruled_out_fails_the_round_in_a_sentence(database: Database) -> None:
    network = network_of([*many_wishes(2, capacity=1), city("quiet")])
    running = Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    ordered = await running.rounds.order(RoundPlan(must=(("city-0", "quiet"),)))
    await running.runner.work()
    assert (await running.round(ordered.round_id)).failure == (
        "City-0 and Quiet must be paired but are blocked: Neither offers what the other is looking for, nor "
        "anything related; drop the rule."
    )


async def test_must_pairs_beyond_a_capacity_fail_the_round_in_a_sentence(database: Database) -> None:
    running = instance(database)
    ordered = await running.rounds.order(RoundPlan(must=(("city-0", "city-1"), ("city-0", "city-2"))))
    await running.runner.work()
    assert (await running.round(ordered.round_id)).failure == (
        "City-0 must be in 2 pairs but can handle 1 more; drop a rule or raise its capacity."
    )
