"""Edits of a draft are tried before they are made: what each would cost, and who would lose a pair."""

import pytest

from isopolity.matching.application.workflows.drafts.edits import EditOrder
from isopolity.matching.application.workflows.drafts.improvement import Trial, tried_edits
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import DraftIsClosed
from tests.support.matching.drafts import named
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock


@pytest.fixture
def running() -> Instance:
    return Instance(FakeStore(), network_of(many_wishes(6, capacity=1)), SendingPolicy.HOLD, TestClock())


async def tried(running: Instance, round_id: str, *orders: EditOrder) -> list[Trial]:
    async with running.unit_of_work() as uow:
        draft, numbers = await uow.drafts.get(round_id), await uow.drafts.numbers(round_id)
    return list(await tried_edits(draft, numbers, orders, "staff", running.unit_of_work, running.surroundings))


async def test_a_swap_tells_before_it_is_made_what_the_whole_draft_loses_and_who_loses_a_pair(
    running: Instance,
) -> None:
    draft = await running.run_draft()
    first, second, _ = sorted(await running.draft_pairs(draft.round_id))
    mixed = named((first[0], second[1]))
    (trial,) = await tried(running, draft.round_id, EditOrder(act=Act.REPLACE, pair=named(first), by_pair=mixed))
    assert (await running.draft(draft.round_id)) == draft, "nothing is changed"
    made = await running.edit(draft.round_id, Act.REPLACE, named(first), mixed)
    assert trial.edit == made
    assert set(made.removed) == {first, second}


async def test_each_edit_is_tried_alone_and_a_refusal_of_one_leaves_the_others(running: Instance) -> None:
    draft = await running.run_draft()
    first, second, _ = sorted(map(named, await running.draft_pairs(draft.round_id)))
    mixed = first[0], second[1]
    orders = [
        EditOrder(act=Act.LEAVE_OUT, pair=first),
        EditOrder(act=Act.LEAVE_OUT, pair=mixed),
        EditOrder(act=Act.LEAVE_OUT, pair=second),
    ]
    one, refused, other = await tried(running, draft.round_id, *orders)
    assert one.edit is not None
    assert other.edit is not None
    assert (one.edit.number, other.edit.number) == (1, 1)
    assert "not in this draft" in refused.refused


async def test_a_draft_that_is_over_is_not_tried(running: Instance) -> None:
    first, _ = await running.run_draft(1), await running.run_draft(2)
    with pytest.raises(DraftIsClosed):
        await tried(running, first.round_id, EditOrder(act=Act.LEAVE_OUT, pair=("a", "b")))
