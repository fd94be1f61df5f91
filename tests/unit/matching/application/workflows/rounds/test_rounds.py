"""The life of a round: ordered, computed once, cancelled, interrupted, refused."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.rounds.execution import RoundProgress
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import fingerprint, read
from isopolity.matching.domain.acceptance import Counts
from isopolity.matching.domain.round import INTERRUPTED, Round, RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import (
    ContradictoryRules,
    GraphNotReady,
    RoundCancelled,
    RoundOver,
    UnknownMember,
    UnknownRound,
)
from isopolity.persistence.database import DatabaseUnavailable
from isopolity.persistence.health import QueryTooSlow
from tests.support.matching.fake_repositories.proposals import FakeAnswers
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.odd_solvers import BrokenSolver, CheatingSolver, HangingSolver
from tests.support.matching.service import TestClock, city, need, offer
from tests.support.polling import until


def instance(store: FakeStore, solver: ServingSolver | None = None) -> Instance:
    network = network_of(many_wishes(4, capacity=1))
    return Instance(store, network, SendingPolicy.ROUNDS_ONLY, TestClock(), solver)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@asynccontextmanager
async def computing(running: Instance, solver: HangingSolver) -> AsyncIterator[tuple[Round, asyncio.Task[None]]]:
    """A round that is being computed inside the block, and the work on it."""
    ordered = await running.order(RoundPlan())
    work = asyncio.create_task(running.runner.work())
    await until(solver.begun.is_set, what="the solver has begun")
    yield ordered, work
    async with asyncio.timeout(60):
        await work


async def test_a_round_that_is_done_has_a_certificate_that_proves_what_it_says(store: FakeStore) -> None:
    running = instance(store)
    ordered = await running.order(RoundPlan(seed=3))
    assert ordered.status is RoundStatus.WAITING
    await running.runner.work()
    done = await running.round(ordered.round_id)
    assert (done.status, done.result is not None, running.ended) == (RoundStatus.DONE, True, ["done"])
    assert done.result is not None
    packed = store.certificate(ordered.round_id)
    assert packed is not None
    certificate = read(gzip.decompress(packed))
    verdict = check(certificate)
    assert verdict.is_proved
    assert (verdict.value, verdict.bound) == (done.result.value, done.result.bound)
    assert fingerprint(certificate) == done.result.fingerprint
    assert done.result.gains is not None
    assert done.result.gains.twinnings == done.result.issued == len(store.proposals()) == 2


def test_progress_is_told_until_the_round_is_stopped() -> None:
    progress = RoundProgress()
    assert progress.seen == ("", 0.0)
    progress("solving", 0.5)
    assert progress.seen == ("solving", 0.5)
    progress.stop()
    with pytest.raises(RoundCancelled):
        progress("solving", 0.6)


async def test_a_round_waits_until_the_network_is_read(store: FakeStore) -> None:
    running = instance(store)
    ordered = await running.order(RoundPlan())
    running.graph.is_ready = False
    with pytest.raises(GraphNotReady):
        await running.runner.work()
    assert (await running.round(ordered.round_id)).status is RoundStatus.WAITING
    running.graph.is_ready = True
    await running.runner.work()
    assert (await running.round(ordered.round_id)).status is RoundStatus.DONE


async def test_a_round_whose_history_is_too_slow_to_read_waits_and_fails_once_that_is_given_up(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, stopped = instance(store), False

    async def too_slow(_self: FakeAnswers, _now: datetime) -> Counts:
        raise QueryTooSlow("A query on answers takes too long.", is_stopped=stopped)

    monkeypatch.setattr(FakeAnswers, "counts", too_slow)
    ordered = await running.order(RoundPlan())
    with pytest.raises(QueryTooSlow):
        await running.runner.work()
    assert running.ended == []
    stopped = True
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert "takes too long" in (failed.failure or "")
    await running.runner.work()
    assert running.ended == ["failed"]


async def test_a_round_that_was_cancelled_while_it_waited_is_never_computed(store: FakeStore) -> None:
    running = instance(store)
    ordered = await running.order(RoundPlan())
    await running.cancel(ordered.round_id)
    await running.runner.work()
    assert (await running.round(ordered.round_id)).status is RoundStatus.CANCELLED
    assert running.ended == []
    assert len(store.proposals()) == 0


async def test_a_round_that_is_cancelled_while_it_is_computed_stops_and_nothing_goes_out(store: FakeStore) -> None:
    solver = HangingSolver()
    running = instance(store, solver)
    async with computing(running, solver) as (ordered, _):

        async def told() -> bool:
            return (await running.round(ordered.round_id)).step == "choosing pairs"

        await until(told, what="its progress stands in the database")
        assert (await running.cancel(ordered.round_id)).status is RoundStatus.CANCELLED
        assert (await running.cancel(ordered.round_id)).status is RoundStatus.CANCELLED
    assert (await running.round(ordered.round_id)).status is RoundStatus.CANCELLED
    assert running.ended == ["cancelled"]
    assert len(store.proposals()) == 0


async def test_a_round_that_is_done_cannot_be_cancelled_nor_one_that_never_was(store: FakeStore) -> None:
    running = instance(store)
    ordered = await running.order(RoundPlan())
    await running.runner.work()
    with pytest.raises(RoundOver, match="is done already"):
        await running.cancel(ordered.round_id)
    with pytest.raises(UnknownRound):
        await running.cancel("none")


async def test_a_round_whose_process_died_is_failed_by_the_next_which_goes_on_with_those_that_wait(
    store: FakeStore,
) -> None:
    solver = HangingSolver()
    dying, next_one = instance(store, solver), instance(store)
    left = await dying.order(RoundPlan())
    work = asyncio.create_task(dying.runner.work())
    await until(solver.begun.is_set)
    waiting = await next_one.order(RoundPlan())
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert (await next_one.round(left.round_id)).status is RoundStatus.RUNNING
    await next_one.runner.work()
    failed = await next_one.round(left.round_id)
    assert (failed.status, failed.failure) == (RoundStatus.FAILED, INTERRUPTED)
    assert (await next_one.round(waiting.round_id)).status is RoundStatus.DONE
    assert len(store.proposals()) == 2


class AwayStore:
    """Units of work of a database that is away while a test says so."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work
        self.is_away = False
        self.refused = 0

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.is_away:
            self.refused += 1
            raise DatabaseUnavailable("away by the test")
        return self._unit_of_work()

    async def is_missed(self) -> bool:
        """Whether somebody has asked in vain."""
        return self.refused > 0


def on_a_database_that_may_be_away(running: Instance) -> AwayStore:
    """Let the rounds of this instance run on such a database."""
    away = AwayStore(running.unit_of_work)
    running.runner = replace(running.runner, unit_of_work=away)
    return away


async def test_a_round_goes_on_while_how_far_it_is_cannot_be_written_down(store: FakeStore) -> None:
    solver = HangingSolver()
    running = instance(store, solver)
    away = on_a_database_that_may_be_away(running)
    async with computing(running, solver) as (ordered, _):
        away.is_away = True
        await until(away.is_missed, what="progress could not be written")
        away.is_away = False
        solver.released.set()
    assert (await running.round(ordered.round_id)).status is RoundStatus.DONE
    assert len(store.proposals()) == 2


async def test_a_round_that_cannot_be_put_out_while_the_database_is_away_waits_again(store: FakeStore) -> None:
    solver = HangingSolver()
    running = instance(store, solver)
    away = on_a_database_that_may_be_away(running)
    ordered = await running.order(RoundPlan())
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
    assert len(store.proposals()) == 2


async def test_a_process_that_was_taken_for_dead_puts_nothing_out_when_it_comes_back(store: FakeStore) -> None:
    solver = HangingSolver()
    hung, successor = instance(store, solver), instance(store)
    async with computing(hung, solver) as (ordered, _):
        await successor.runner.next()  # as one does that holds the lease, which the hung one has lost unawares
        solver.released.set()
    assert (await successor.round(ordered.round_id)).failure == INTERRUPTED
    assert len(store.proposals()) == 0


async def test_a_solution_that_fails_its_check_is_a_failed_round_of_which_nothing_is_published(
    store: FakeStore,
) -> None:
    running = instance(store, CheatingSolver())
    ordered = await running.order(RoundPlan())
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.status is RoundStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.startswith("The round fails its check and is not published.")
    assert store.certificate(ordered.round_id) is None
    assert len(store.proposals()) == 0


async def test_a_bug_in_a_solver_is_a_failed_round_and_the_next_one_runs(store: FakeStore) -> None:
    ordered = await instance(store, BrokenSolver()).order(RoundPlan())
    await instance(store, BrokenSolver()).runner.work()
    sound = instance(store)
    assert (await sound.round(ordered.round_id)).failure == (
        "The round failed for a reason of ours, which the log tells; nothing went out."
    )
    assert (await sound.run_round()).issued == 2


async def test_must_and_never_pairs_hold(store: FakeStore) -> None:
    running = instance(store)
    result = await running.run_round(must=(("city-3", "city-0"),), never=(("city-1", "city-2"),))
    assert result.issued == 1
    assert [proposal.pair_key for proposal in store.proposals()] == ["city-0:city-3"]


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
    store: FakeStore,
    must: list[tuple[str, str]],
    never: list[tuple[str, str]],
    error: type[Exception],
    says: str,
) -> None:
    running = instance(store)
    with pytest.raises(error, match=says):
        await running.order(RoundPlan(must=tuple(must), never=tuple(never)))
    assert not store.kept.rounds


async def test_a_must_pair_that_no_round_would_weigh_is_chosen_all_the_same(store: FakeStore) -> None:
    one_sided = [city("asks", needs=(need("sdg.14"),)), city("gives", offers=(offer("sdg.14", intensity=1),))]
    network = network_of([*many_wishes(2, capacity=1), *one_sided])
    running = Instance(store, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    assert (await running.run_round()).candidates == 1
    result = await running.run_round(must=(("gives", "asks"),))
    assert (result.candidates, result.issued) == (1, 1)


async def test_a_must_pair_that_is_ruled_out_fails_the_round_in_a_sentence(store: FakeStore) -> None:
    network = network_of([*many_wishes(2, capacity=1), city("quiet")])
    running = Instance(store, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    ordered = await running.order(RoundPlan(must=(("city-0", "quiet"),)))
    await running.runner.work()
    assert (await running.round(ordered.round_id)).failure == (
        "City-0 and Quiet must be paired but are blocked: Neither offers anything close to what the other is "
        "looking for; drop the rule."
    )


async def test_must_pairs_beyond_a_capacity_fail_the_round_in_a_sentence(store: FakeStore) -> None:
    running = instance(store)
    ordered = await running.order(RoundPlan(must=(("city-0", "city-1"), ("city-0", "city-2"))))
    await running.runner.work()
    assert (await running.round(ordered.round_id)).failure == (
        "City-0 must be in 2 twinnings but can handle 1 more; drop a rule or raise its capacity for twinnings."
    )
