"""Edits of a draft: their cost, improving around them, and undoing them."""

import pytest

from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.errors import ContradictoryRules, DraftIsClosed, EditedMeanwhile, UnknownMember
from tests.support.matching.drafts import named, put
from tests.support.matching.instance import Instance
from tests.support.matching.service import city, need, offer


def others(chosen: set[Pair]) -> Pair:
    """A pair of members that are in different pairs."""
    first, second, *_ = sorted(chosen)
    return named((first[0], second[1]))


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


async def test_a_pair_is_replaced_by_any_pair_that_no_rule_excludes(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    one, other = named(first)
    put(running, city("stranger", country="SX", needs=(need("sdg.14"),)))
    put(running, city("newcomer", country="NX", needs=(need("cluster.literacy"),), offers=(offer("cluster.literacy"),)))
    with pytest.raises(
        ContradictoryRules, match=r"cannot be paired: Neither offers anything close to what the other is looking for"
    ):
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
