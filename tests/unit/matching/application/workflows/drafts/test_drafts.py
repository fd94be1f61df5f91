"""Rounds end in drafts, which are tried as often as staff likes."""

from datetime import timedelta

import pytest

from isopolity.matching.application.workflows.drafts.states import close_expired_drafts, discard_draft
from isopolity.matching.domain.draft import Act, DraftStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import DraftIsClosed, UnknownDraft
from tests.support.matching.drafts import named
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, need, offer

DAY = timedelta(days=1)


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


async def test_a_round_ends_in_a_draft_under_any_policy_if_it_is_asked_to(store: FakeStore, clock: TestClock) -> None:
    network = network_of(many_wishes(6, capacity=1))
    running = Instance(store, network, SendingPolicy.AUTOMATIC, clock, undo_window=DAY)
    draft = await running.run_draft(as_draft=True)
    assert draft.pairs
    assert not await running.proposals()
    assert (await running.publish(draft.round_id)).published == draft.pairs


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
