"""A merger is undone: what it carried goes back, what it ended stays so, and staff reads before why it cannot be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.event_types import (
    CITY_ENDORSED,
    CITY_WITHDRAWN,
    PARTNER_ENDORSED,
    PARTNER_REVISED,
    PARTNER_WITHDRAWN,
)
from isopolity.contracts.registry import CityState, MovedId
from isopolity.matching.application.workflows.undone_mergers import preview_return
from isopolity.matching.domain.member import programme_holder, sponsorship_holder, sponsorship_pair, twinning_holder
from isopolity.matching.domain.proposal import Stage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance
from tests.support.matching.mergers import (
    DUPLICATE,
    KEPT,
    OTHER,
    THIRD,
    agree,
    held_by,
    merged,
    network,
    out,
    side,
    wish,
)
from tests.support.matching.service import NOW, city, partner, programme


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def back(version: int = 3, **changes: Any) -> CityState:
    """The state of the duplicate once its merger was undone."""
    return city(DUPLICATE, version=version, parted_from=KEPT, capacity=9, **changes)


async def seen(running: Instance) -> tuple[int, int, int, int, str | None]:
    """What staff reads of undoing the merger: what comes back, what ended, and what stands in the way."""
    async with running.unit_of_work() as uow:
        found = await preview_return(KEPT, DUPLICATE, NOW, uow)
    its = found.its
    return len(its.open_proposals), len(its.partnerships), len(its.interests), len(its.ended), found.obstacle


async def test_what_the_merger_carried_is_the_duplicates_again_however_often_the_event_comes(store: FakeStore) -> None:
    running = await network(store, places=9)
    await agree(running, await out(running, side("a", DUPLICATE), side("b", OTHER)))
    open_one = await out(running, side("a", THIRD), side("b", DUPLICATE))
    refused = await out(
        running, side("a", DUPLICATE), side("b", "fourth"), stage=Stage.DECLINED, settled_at=NOW, version=9
    )
    own = await out(running, side("a", KEPT), side("b", "fifth"))
    async with running.unit_of_work() as uow:
        for each in (wish("1", DUPLICATE, "sixth"), wish("2", "sixth", DUPLICATE), wish("3", KEPT, "seventh")):
            await uow.interests.add(each)
        await uow.reservations.reserve([("1", [twinning_holder(DUPLICATE)])], {twinning_holder(DUPLICATE): 9})
        await uow.commit()
    before = (dict(store.kept.proposals), dict(store.kept.partnerships), dict(store.kept.interests))
    slots = sorted((holder, its) for (holder, _), its in store.kept.slots.items())
    await running.take_in(CITY_WITHDRAWN, merged())
    assert await seen(running) == (1, 1, 2, 0, None)
    for _ in range(2):
        await running.take_in(CITY_ENDORSED, back())
    await running.take_in(CITY_ENDORSED, back(version=4))
    for proposal_id in (open_one.proposal_id, refused.proposal_id):
        now = store.kept.proposals[proposal_id]
        assert now == replace(before[0][proposal_id], version=now.version)
    assert store.kept.proposals[own.proposal_id] == own
    for identifier, partnership in store.kept.partnerships.items():
        assert partnership == replace(before[1][identifier], version=partnership.version)
    assert store.kept.interests == before[2]
    assert sorted((holder, its) for (holder, _), its in store.kept.slots.items()) == slots
    async with running.unit_of_work() as uow:
        counted = (await uow.answers.counts(running.clock())).by_member
    assert ("twinning", f"city/{DUPLICATE}") in counted
    assert ("twinning", f"city/{KEPT}") not in counted


async def test_what_the_merger_ended_stays_ended_and_is_counted_before(store: FakeStore) -> None:
    running = await network(store)
    await out(running, side("a", KEPT), side("b", OTHER))
    within = await out(running, side("a", KEPT), side("b", DUPLICATE))
    same = await out(running, side("a", DUPLICATE), side("b", OTHER))
    await running.take_in(CITY_WITHDRAWN, merged())
    assert await seen(running) == (0, 0, 0, 2, None)
    await running.take_in(CITY_ENDORSED, back())
    found = [store.kept.proposals[each.proposal_id] for each in (within, same)]
    assert [(each.stage, each.cause) for each in found] == [
        (Stage.SUPERSEDED, "member-merged"),
        (Stage.ISSUED, "member-merged"),
    ]
    assert found[1].lapsed_by == "a"


async def test_programmes_come_back_under_their_former_ids(store: FakeStore) -> None:
    running = await network(store)
    a = side("a", "fund", holder=programme_holder("fund", "old"), programme_id="old")
    known = await out(running, a, replace(side("b", OTHER), holder=sponsorship_holder(OTHER)))
    moved = (MovedId(former="old", now="new"),)
    gone = partner("fund", [programme("old"), programme("same")], version=2, status="withdrawn", moved_ids=moved)
    await running.take_in(PARTNER_WITHDRAWN, gone.model_copy(update={"merged_into": "halcyon", "merged_version": 1}))
    again = partner("fund", [programme("old"), programme("same")], version=3, moved_ids=moved)
    await running.take_in(PARTNER_ENDORSED, again.model_copy(update={"parted_from": "halcyon"}))
    found = store.kept.proposals[known.proposal_id]
    assert (found.a, found.pair_key) == (known.a, sponsorship_pair(known.a.holder, OTHER))
    assert held_by(store, known.proposal_id) == sorted([known.a.holder, sponsorship_holder(OTHER)])


async def test_a_proposal_comes_back_though_the_partner_that_stayed_drops_its_programme_first(store: FakeStore) -> None:
    running = await network(store)
    a = side("a", "fund", holder=programme_holder("fund", "old"), programme_id="old")
    known = await out(running, a, replace(side("b", OTHER), holder=sponsorship_holder(OTHER)))
    moved = (MovedId(former="old", now="new"),)
    gone = partner("fund", [programme("old")], version=2, status="withdrawn", moved_ids=moved)
    await running.take_in(PARTNER_WITHDRAWN, gone.model_copy(update={"merged_into": "halcyon", "merged_version": 1}))
    stays = partner("halcyon", [programme("named")], version=2, gave_back_to="fund")
    await running.take_in(PARTNER_REVISED, stays)
    again = partner("fund", [programme("old")], version=3, moved_ids=moved, parted_from="halcyon")
    await running.take_in(PARTNER_ENDORSED, again)
    found = store.kept.proposals[known.proposal_id]
    assert (found.stage, found.a, found.lapsed_by) == (Stage.ISSUED, known.a, known.lapsed_by)


@pytest.mark.parametrize(
    ("before", "since", "obstacle"),
    [
        ((), ("b",), None),  # the other side's answer alone rests on nothing, and shows nothing
        ((), ("a",), "answered"),
        (("b",), ("a",), "agreed"),
        (("a",), ("b",), "agreed"),
    ],
)
async def test_an_answer_of_the_member_or_an_agreement_since_stands_in_the_way(
    store: FakeStore, before: tuple[str, ...], since: tuple[str, ...], obstacle: str | None
) -> None:
    running = await network(store)
    known = await out(running, side("a", DUPLICATE), side("b", OTHER), issued_at=NOW - timedelta(days=1))
    for name in before:
        await running.answer(known.proposal_id, name, "yes")
    await running.take_in(CITY_WITHDRAWN, merged())
    running.clock.move(timedelta(hours=1))
    for name in since:
        await running.answer(known.proposal_id, name, "yes")
    assert (await seen(running))[-1] == obstacle


async def test_a_proposal_that_has_gone_out_since_stands_in_the_way(store: FakeStore) -> None:
    running = await network(store)
    await running.take_in(CITY_WITHDRAWN, merged())
    await out(running, side("a", KEPT), side("b", THIRD), issued_at=NOW + timedelta(hours=1))
    assert (await seen(running))[-1] == "proposed"
