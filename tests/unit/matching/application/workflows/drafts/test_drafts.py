"""Drafts: tried as often as staff likes, edited, published, undone; nobody hears of anything but what goes out."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import TWINNING_DECLARED
from isopolity.contracts.registry import CityState
from isopolity.matching.application.workflows.drafts.states import close_expired_drafts, discard_draft
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.draft import Act, DraftStatus
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import (
    ContradictoryRules,
    DraftIsClosed,
    EditedMeanwhile,
    UnknownDraft,
    UnknownMember,
    UnknownProposal,
)
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, need, offer, twinning

DAY = timedelta(days=1)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def running(store: FakeStore, clock: TestClock) -> Instance:
    network = network_of(many_wishes(6, capacity=1))
    return Instance(store, network, SendingPolicy.HOLD, clock, undo_window=DAY)


def named(pair: Pair) -> Pair:
    one, other = (holder.removeprefix("city/") for holder in pair)
    return one, other


def others(chosen: set[Pair]) -> Pair:
    """A pair of members that are in different pairs."""
    first, second, *_ = sorted(chosen)
    return named((first[0], second[1]))


async def test_a_round_tried_three_times_reaches_the_same_each_time(running: Instance, store: FakeStore) -> None:
    drafts = [await running.run_draft(seed) for seed in range(3)]
    assert len({draft.value for draft in drafts}) == 1
    assert [(await running.draft(draft.round_id)).status for draft in drafts] == ["superseded", "superseded", "open"]
    kept = await running.run_draft(3, keep_drafts=True)
    assert (await running.draft(drafts[2].round_id)).status == kept.status == DraftStatus.OPEN
    assert (store.proposals(), store.published, store.kept.slots) == ([], [], {})


async def test_a_round_that_is_tried_again_keeps_the_pairs_of_the_last_draft(running: Instance) -> None:
    first = await running.run_draft(1)
    again = [await running.run_draft(seed) for seed in range(2, 6)]
    pairs = await running.draft_pairs(first.round_id)
    assert [await running.draft_pairs(draft.round_id) for draft in again] == [pairs] * 4


async def test_a_pair_of_the_last_draft_gives_way_to_a_better_one(store: FakeStore, clock: TestClock) -> None:
    accra = city("accra", needs=(need("sdg.4", intensity=5),), offers=(offer("sdg.13", intensity=5),))
    dakar = city("dakar", needs=(need("sdg.13", intensity=2),), offers=(offer("sdg.4", intensity=2),))
    lyon = city("lyon", needs=(need("sdg.13", intensity=5),), offers=(offer("sdg.4", intensity=5),))
    running = Instance(store, network_of([accra, dakar]), SendingPolicy.HOLD, clock)
    first = await running.run_draft()
    assert await running.draft_pairs(first.round_id) == {("city/accra", "city/dakar")}
    running.network.put_member("city", "lyon", 1, lyon.status, lyon.model_dump_json().encode())
    second = await running.run_draft()
    assert await running.draft_pairs(second.round_id) == {("city/accra", "city/lyon")}


async def test_each_edit_tells_what_it_costs_and_who_loses(running: Instance) -> None:
    draft = await running.run_draft()
    chosen = await running.draft_pairs(draft.round_id)
    first, second, _ = sorted(chosen)
    left = await running.edit(draft.round_id, Act.LEAVE_OUT, named(first))
    assert (left.removed, left.added, left.left_alone) == ((first,), (), first)
    assert left.value < 0
    mixed = others(chosen)
    put = await running.edit(draft.round_id, Act.PUT_IN, mixed)
    assert put.removed == (second,)
    assert put.left_alone == (second[0],)
    pinned = await running.edit(draft.round_id, Act.PIN, mixed)
    assert (pinned.value, pinned.added, pinned.number) == (0, (), 3)
    banned = await running.edit(draft.round_id, Act.FORBID, named(first))
    assert (banned.added, banned.removed) == ((), ())
    better = await running.improve(draft.round_id)
    improved = await running.draft_pairs(draft.round_id)
    assert len(improved) == 3
    assert tuple(sorted(f"city/{name}" for name in mixed)) in improved
    assert first not in improved
    assert better.value > 0
    known = await running.draft(draft.round_id)
    assert (known.edits, known.pairs) == (5, 3)


async def test_an_edit_of_a_pair_that_somebody_has_changed_since_is_refused_and_of_others_made(
    running: Instance,
) -> None:
    draft = await running.run_draft()
    chosen = await running.draft_pairs(draft.round_id)
    first, second, third = map(named, sorted(chosen))
    await running.edit(draft.round_id, Act.PIN, third, seen=0)
    await running.edit(draft.round_id, Act.FORBID, first, seen=0)
    with pytest.raises(EditedMeanwhile, match=r"Edit 2 has changed .* since you looked"):
        await running.edit(draft.round_id, Act.PIN, first[::-1], seen=1)
    mixed = others(chosen)
    await running.edit(
        draft.round_id, Act.PUT_IN, mixed, seen=0
    )  # of the pairs that nobody has touched it takes one out
    with pytest.raises(EditedMeanwhile, match="Edit 3"):
        await running.edit(draft.round_id, Act.PIN, second, seen=2)
    with pytest.raises(EditedMeanwhile):
        await running.edit(draft.round_id, Act.REPLACE, third, mixed, seen=2)
    assert (await running.draft(draft.round_id)).edits == 3
    for seen in (2, 10**6, None):
        await running.edit(draft.round_id, Act.PIN, first, seen=seen)


async def test_what_people_left_out_or_swapped_survives_improving(running: Instance) -> None:
    draft = await running.run_draft()
    first, second, third = sorted(await running.draft_pairs(draft.round_id))
    mixed = named((first[0], second[1]))
    await running.edit(draft.round_id, Act.REPLACE, named(first), mixed)
    await running.edit(draft.round_id, Act.LEAVE_OUT, named(third))
    for _ in range(2):
        await running.improve(draft.round_id)
        pairs = set(await running.draft_pairs(draft.round_id))
        assert tuple(sorted(f"city/{name}" for name in mixed)) in pairs
        assert not {first, third} & pairs


@pytest.mark.parametrize("act", [Act.FREE, Act.UNDO])
async def test_what_is_freed_or_undone_improving_decides_again(running: Instance, act: Act) -> None:
    draft = await running.run_draft()
    chosen = await running.draft_pairs(draft.round_id)
    pair = named(sorted(chosen)[0])
    await running.edit(draft.round_id, Act.LEAVE_OUT, pair)
    await (running.undo_edit(draft.round_id) if act is Act.UNDO else running.edit(draft.round_id, act, pair))
    await running.improve(draft.round_id)
    assert await running.draft_pairs(draft.round_id) == chosen


async def test_edits_are_undone_one_after_the_other_until_the_draft_is_as_it_was(running: Instance) -> None:
    draft = await running.run_draft()

    async def state() -> tuple[object, ...]:
        async with running.unit_of_work() as uow:
            choice = (await uow.drafts.numbers(draft.round_id)).choice
        known = await running.draft(draft.round_id)
        parts = (choice.chosen, choice.problem.must, choice.problem.never)
        return known.pairs, known.value, known.last_edit, *(part.tolist() for part in parts)

    chosen = await running.draft_pairs(draft.round_id)
    first, second, third = sorted(map(named, chosen))
    acts: list[tuple[Act, Pair, Pair | None]] = [
        (Act.PIN, first, None),
        (Act.LEAVE_OUT, first, None),
        (Act.FORBID, second, None),
        (Act.PUT_IN, second, None),
        (Act.PIN, third, None),
        (Act.FREE, third, None),
        (Act.REPLACE, second, others(chosen)),
        (Act.FORBID, third, None),
        (Act.PIN, third, None),
    ]
    states = [await state()]
    for act, pair, by_pair in acts:
        await running.edit(draft.round_id, act, pair, by_pair)
        states.append(await state())
    await running.improve(draft.round_id)
    for expected in reversed(states):
        edit = await running.undo_edit(draft.round_id)
        assert edit.act is Act.UNDO
        assert await state() == expected
    with pytest.raises(DraftIsClosed, match="no edit"):
        await running.undo_edit(draft.round_id)
    assert (await running.draft(draft.round_id)).edits == 2 * (len(acts) + 1)


async def test_a_draft_tells_for_how_many_cities_it_waits(running: Instance) -> None:
    draft = await running.run_draft()
    pairs = sorted(map(named, await running.draft_pairs(draft.round_id)))
    cities = len({city for pair in pairs for city in pair})

    async def waiting() -> int:
        return (await running.draft(draft.round_id)).waiting

    assert await waiting() == cities == 2 * len(pairs)
    await running.edit(draft.round_id, Act.LEAVE_OUT, pairs[0])
    assert await waiting() == cities - 2
    await running.publish(draft.round_id, [pairs[1]])
    assert await waiting() == cities - 4
    await running.undo(draft.round_id)
    assert await waiting() == cities - 2
    await running.publish(draft.round_id)
    assert await waiting() == 0


async def test_an_edit_is_not_undone_while_what_it_put_in_is_published(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(map(named, await running.draft_pairs(draft.round_id)))
    await running.edit(draft.round_id, Act.LEAVE_OUT, first)
    await running.edit(draft.round_id, Act.PUT_IN, first)
    await running.publish(draft.round_id, [first])
    with pytest.raises(DraftIsClosed, match="undo that first"):
        await running.undo_edit(draft.round_id)
    await running.undo(draft.round_id)
    with pytest.raises(DraftIsClosed, match="Edit 1 is not the last one any more; that is edit 2"):
        await running.undo_edit(draft.round_id, seen=1)
    assert (await running.undo_edit(draft.round_id)).undoes == 2


async def test_a_round_ends_in_a_draft_under_any_policy_if_it_is_asked_to(store: FakeStore, clock: TestClock) -> None:
    network = network_of(many_wishes(6, capacity=1))
    running = Instance(store, network, SendingPolicy.AUTOMATIC, clock, undo_window=DAY)
    draft = await running.run_draft(as_draft=True)
    assert draft.pairs
    assert not await running.proposals()
    assert (await running.publish(draft.round_id)).published == draft.pairs


async def test_a_pair_is_replaced_by_any_pair_that_no_rule_excludes(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    one, other = named(first)
    put(running, city("stranger", country="SX", needs=(need("sdg.14"),)))
    put(running, city("newcomer", country="NX", needs=(need("cluster.literacy"),), offers=(offer("cluster.literacy"),)))
    with pytest.raises(ContradictoryRules, match=r"cannot be paired: Neither offers what the other is looking for"):
        await running.edit(draft.round_id, Act.REPLACE, named(first), (one, "stranger"))
    with pytest.raises(UnknownMember):
        await running.edit(draft.round_id, Act.PIN, ("nobody", one))
    with pytest.raises(ContradictoryRules, match="not in this draft"):
        await running.edit(draft.round_id, Act.LEAVE_OUT, (one, "newcomer"))
    assert (await running.draft(draft.round_id)).edits == 0
    edit = await running.edit(draft.round_id, Act.REPLACE, named(first), (one, "newcomer"))
    assert (edit.added, edit.removed) == (((f"city/{one}", "city/newcomer"),), (first,))
    assert edit.left_alone == (f"city/{other}",)
    assert (await running.publish(draft.round_id)).published == 3


async def test_no_draft_is_worth_more_than_its_bound_whatever_is_put_in(running: Instance) -> None:
    draft = await running.run_draft()
    for name in ("anew", "another"):
        put(running, city(name, country="NX", needs=(need("cluster.literacy"),), offers=(offer("cluster.literacy"),)))
    put(running, city("another", version=2, country="AX", offers=(offer("cluster.literacy"),)))
    await running.edit(draft.round_id, Act.PUT_IN, ("anew", "another"))
    known = await running.draft(draft.round_id)
    assert known.pairs == 4
    assert draft.value < known.value <= known.bound


def put(running: Instance, state: CityState) -> None:
    content = state.model_dump_json().encode()
    running.network.put_member("city", state.city_id, state.version, state.status, content)


async def test_a_full_member_whose_pairs_are_pinned_takes_no_other(running: Instance) -> None:
    draft = await running.run_draft()
    chosen = await running.draft_pairs(draft.round_id)
    first, second, _ = sorted(chosen)
    for pair in (first, second):
        await running.edit(draft.round_id, Act.PIN, named(pair))
    with pytest.raises(ContradictoryRules, match="has no room for another twinning"):
        await running.edit(draft.round_id, Act.PUT_IN, others(chosen))
    await running.edit(draft.round_id, Act.FREE, named(first))
    with pytest.raises(ContradictoryRules, match="has no room"):
        await running.edit(draft.round_id, Act.PUT_IN, others(chosen))
    await running.edit(draft.round_id, Act.FREE, named(second))
    assert (await running.edit(draft.round_id, Act.PUT_IN, others(chosen))).removed == (first, second)


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


async def test_a_draft_that_is_closed_is_neither_edited_nor_published(
    running: Instance, store: FakeStore, clock: TestClock
) -> None:
    draft = await running.run_draft()
    pair = named(sorted(await running.draft_pairs(draft.round_id))[0])
    async with running.unit_of_work() as uow:
        assert (await discard_draft(draft.round_id, uow)).status is DraftStatus.DISCARDED
        await uow.commit()
    with pytest.raises(DraftIsClosed, match="discarded"):
        await running.edit(draft.round_id, Act.PIN, pair)
    with pytest.raises(DraftIsClosed, match="discarded"):
        await running.publish(draft.round_id)
    with pytest.raises(UnknownDraft):
        await running.plan("none")
    late = await running.run_draft()
    clock.move(60 * DAY)
    assert await close_expired_drafts(running.unit_of_work, running.surroundings) == 1
    assert (await running.draft(late.round_id)).status is DraftStatus.EXPIRED
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
