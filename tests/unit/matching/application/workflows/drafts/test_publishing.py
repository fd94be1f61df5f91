"""Drafts are published whole or in part, and undone; nobody hears of anything but what goes out."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import TWINNING_DECLARED
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import DraftIsClosed, UnknownProposal
from tests.support.matching.drafts import named, put
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, twinning

DAY = timedelta(days=1)


async def test_what_is_published_waits_binds_capacity_and_goes_out_when_undoing_ends(
    running: Instance, store: FakeStore, clock: TestClock
) -> None:
    draft = await running.run_draft()
    chosen = await running.draft_pairs(draft.round_id)
    published = await running.publish(draft.round_id)
    assert (published.published, list(published.falls_out)) == (3, [])
    assert [proposal.stage for proposal in store.proposals()] == ["scheduled"] * 3
    assert (len(store.kept.slots), store.published) == (6, [])
    assert await running.release() == 0
    clock.move(DAY)
    assert await running.release() == 3
    issued = store.proposals("issued")
    assert {tuple(sorted(side.holder for side in one.sides)) for one in issued} == chosen
    assert {one.answer_by for one in issued} == {clock().replace(hour=23, minute=59, second=59) + 21 * DAY}
    assert len(store.published) == 3
    with pytest.raises(DraftIsClosed, match="nothing to undo"):
        await running.undo(draft.round_id)
    certificate = await running.certificate(draft.round_id)
    assert certificate is not None
    verdict = check(read(gzip.decompress(certificate)))
    assert (verdict.is_proved, verdict.pairs) == (True, 3)


async def test_what_went_out_wrongly_is_taken_back_and_both_sides_are_told(
    running: Instance, store: FakeStore, clock: TestClock
) -> None:
    draft = await running.run_draft()
    await running.publish(draft.round_id)
    clock.move(DAY)
    await running.release()
    first = store.proposals("issued")[0].proposal_id
    assert await running.take_back([first]) == 1
    assert (len(store.proposals("issued")), len(store.kept.slots)) == (2, 4)
    assert [state.stage for _, state in store.published][-1] == "superseded"
    assert await running.take_back([first]) == 0
    assert await running.take_back(None, draft.round_id) == 2
    with pytest.raises(UnknownProposal):
        await running.take_back(["none"])
    again = await running.run_draft(1)
    assert again.pairs == 3


async def test_undoing_leaves_nothing_and_the_draft_can_be_edited_and_published_again(
    running: Instance, store: FakeStore
) -> None:
    draft = await running.run_draft()
    pair = named(sorted(await running.draft_pairs(draft.round_id))[0])
    await running.publish(draft.round_id)
    with pytest.raises(DraftIsClosed, match="undo that first"):
        await running.edit(draft.round_id, Act.LEAVE_OUT, pair)
    assert await running.undo(draft.round_id) == 3
    assert (store.proposals(), store.kept.slots, store.kept.alternates, store.published) == ([], {}, {}, [])
    assert await running.certificate(draft.round_id) is None
    known = await running.draft(draft.round_id)
    assert (known.status, known.published, known.pairs) == ("open", 0, 3)
    await running.edit(draft.round_id, Act.LEAVE_OUT, pair)
    assert (await running.publish(draft.round_id)).published == 2


async def test_some_pairs_are_published_and_the_rest_later(running: Instance, store: FakeStore) -> None:
    draft = await running.run_draft()
    first, second, third = sorted(await running.draft_pairs(draft.round_id))
    assert (await running.publish(draft.round_id, [named(first)])).published == 1
    plan = await running.plan(draft.round_id)
    assert len(plan.ready) == 2
    again = await running.run_draft(7)
    assert first not in await running.draft_pairs(again.round_id)
    assert len(store.proposals("scheduled")) == 1
    assert {second, third} == await running.draft_pairs(again.round_id)


async def test_what_falls_out_is_told_before(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    before = await running.plan(draft.round_id)
    put(running, city(named(first)[0], version=2, status="withdrawn"))
    after = await running.plan(draft.round_id)
    assert (len(before.ready), len(after.ready)) == (3, 2)
    ((pair, reason),) = [(each.pair, each.reason) for each in after.falls_out]
    assert pair == first
    assert "There is no endorsed city" in reason


async def test_what_fell_out_since_the_plan_stays_behind(running: Instance, store: FakeStore) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    plan = await running.plan(draft.round_id)
    put(running, city(named(first)[0], version=2, status="withdrawn"))
    done = await running.publish(draft.round_id, token=plan.token)
    assert (done.published, [each.pair for each in done.falls_out]) == (2, [first])
    assert len(store.proposals("scheduled")) == 2


async def test_what_was_not_in_the_plan_is_not_published(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    name = named(first)[0]
    put(running, city(name, version=2, status="withdrawn"))
    plan = await running.plan(draft.round_id)
    (as_before,) = (each for each in many_wishes(6, capacity=1) if each.city_id == name)
    put(running, as_before.model_copy(update={"version": 3}))
    assert len((await running.plan(draft.round_id)).ready) == 3
    done = await running.publish(draft.round_id, token=plan.token)
    ((pair, reason),) = [(each.pair, each.reason) for each in done.falls_out]
    assert (done.published, pair, reason) == (2, first, "it fell out of the plan that was confirmed")


async def test_a_plan_of_other_pairs_or_of_a_draft_before_an_edit_is_refused(
    running: Instance, store: FakeStore
) -> None:
    draft = await running.run_draft()
    first, second, _ = sorted(await running.draft_pairs(draft.round_id))
    of_one = await running.plan(draft.round_id, [named(first)])
    for token in (of_one.token, "", "-"):
        with pytest.raises(DraftIsClosed, match="The draft has changed since you looked"):
            await running.publish(draft.round_id, [named(second)], token)
    of_all = await running.plan(draft.round_id)
    await running.edit(draft.round_id, Act.PIN, named(first))
    with pytest.raises(DraftIsClosed, match="The draft has changed since you looked"):
        await running.publish(draft.round_id, token=of_all.token)
    assert store.proposals() == []


async def test_a_pair_that_was_left_out_of_what_was_published_is_not_frozen(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    await running.edit(draft.round_id, Act.LEAVE_OUT, named(first))
    await running.publish(draft.round_id)
    again = await running.run_draft(1)
    assert await running.draft_pairs(again.round_id) == {first}


class InterruptedSolver(AssignmentSolver):
    """A solver during whose next solution something else happens, once."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            asyncio.run_coroutine_threadsafe(_awaited(meanwhile), self.loop).result()
        return super().solve(problem, report)


async def _awaited(happens: Callable[[], Awaitable[object]]) -> None:
    await happens()


async def test_what_was_undone_and_published_otherwise_meanwhile_is_not_published_over(
    store: FakeStore, clock: TestClock
) -> None:
    solver = InterruptedSolver()
    network = network_of(many_wishes(6, capacity=1))
    running = Instance(store, network, SendingPolicy.HOLD, clock, solver, undo_window=DAY)
    draft = await running.run_draft()
    first, second, third = map(named, sorted(await running.draft_pairs(draft.round_id)))
    await running.publish(draft.round_id, [first])

    async def publish_otherwise() -> None:
        clock.move(timedelta(seconds=1))
        await running.undo(draft.round_id)
        await running.publish(draft.round_id, [third])

    solver.meanwhile = publish_otherwise
    with pytest.raises(DraftIsClosed, match="changed by somebody else"):
        await running.publish(draft.round_id, [second])
    assert len(store.proposals("scheduled")) == 1
    assert await running.undo(draft.round_id) == 1
    assert (await running.draft(draft.round_id)).published == 0


async def test_what_is_proved_is_what_is_published_whatever_overtook_it(store: FakeStore, clock: TestClock) -> None:
    solver = InterruptedSolver()
    network = network_of(many_wishes(6, capacity=1))
    running = Instance(store, network, SendingPolicy.HOLD, clock, solver, undo_window=DAY)
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    (overtaking,) = (
        each for each in running.new_proposals() if tuple(sorted(side.holder for side in each.sides)) == first
    )

    async def overtake() -> None:
        await running.issue([overtaking])

    solver.meanwhile = overtake
    done = await running.publish(draft.round_id)
    assert [(each.pair, each.reason) for each in done.falls_out] == [(first, "something changed at this moment")]
    certificate = await running.certificate(draft.round_id)
    assert certificate is not None
    assert check(read(gzip.decompress(certificate))).pairs == done.published == 2


async def test_undoing_takes_back_what_ended_before_it_went_out(running: Instance, store: FakeStore) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    await running.publish(draft.round_id)
    await running.take_in(TWINNING_DECLARED, twinning(*named(first)))
    assert len(store.proposals("scheduled")) == 2
    assert await running.undo(draft.round_id) == 3
    known = await running.draft(draft.round_id)
    assert (known.status, known.published) == ("open", 0)
    assert (store.proposals(), store.kept.slots) == ([], {})
    assert await running.certificate(draft.round_id) is None


async def test_a_round_whose_publication_was_undone_names_no_certificate(running: Instance) -> None:
    draft = await running.run_draft()
    await running.publish(draft.round_id)
    published = (await running.round(draft.round_id)).result
    await running.undo(draft.round_id)
    undone = (await running.round(draft.round_id)).result
    assert published is not None
    assert undone is not None
    assert (bool(published.fingerprint), undone.fingerprint) == (True, "")
