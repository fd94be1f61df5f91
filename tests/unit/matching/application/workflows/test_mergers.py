"""A duplicate is merged: what it has goes on at the entry that stays, whatever order and however often events come."""

from dataclasses import replace
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import (
    CITY_REVISED,
    CITY_WITHDRAWN,
    PARTNER_WITHDRAWN,
    PARTNERSHIP_ESTABLISHED,
    PROPOSAL_SUPERSEDED,
    REQUEST_CLOSED,
)
from isopolity.contracts.registry import MovedId
from isopolity.matching.application.workflows.departures import member_of
from isopolity.matching.domain.member import (
    programme_holder,
    sponsorship_holder,
    sponsorship_pair,
    twinning_holder,
    twinning_pair,
)
from isopolity.matching.domain.proposal import Stage
from isopolity.messaging.errors import Awaiting
from tests.support.matching.fakes import FakeStore
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
from tests.support.matching.service import NOW, city, partner, programme, request


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


async def test_a_partnership_an_answer_and_a_refused_pair_go_on_at_the_entry_that_stays(store: FakeStore) -> None:
    running = await network(store)
    await agree(running, await out(running, side("a", DUPLICATE), side("b", OTHER)))
    open_one = await out(running, side("a", THIRD), side("b", DUPLICATE))
    await running.answer(open_one.proposal_id, "b", "yes")
    refused = await out(
        running, side("a", DUPLICATE), side("b", "fourth"), stage=Stage.DECLINED, settled_at=NOW, version=9
    )
    for _ in range(2):  # the event comes again
        await running.take_in(CITY_WITHDRAWN, merged())
    (partnership,) = store.kept.partnerships.values()
    assert (partnership.stage, partnership.a.member_id, partnership.a.formerly) == ("exploratory", KEPT, DUPLICATE)
    assert held_by(store, partnership.proposal_id) == sorted([twinning_holder(KEPT), twinning_holder(OTHER)])
    assert store.published[-3][0] == PARTNERSHIP_ESTABLISHED
    async with running.unit_of_work() as uow:
        counted = (await uow.answers.counts(running.clock())).by_member
    assert ("twinning", f"city/{KEPT}") in counted
    assert ("twinning", f"city/{DUPLICATE}") not in counted
    await running.answer(open_one.proposal_id, "a", "yes")  # the yes of before counts
    assert [each.a.member_id for each in store.kept.partnerships.values()] == [KEPT, THIRD]
    assert store.kept.proposals[refused.proposal_id].pair_key == twinning_pair(KEPT, "fourth")
    assert not [holder for holder, _ in store.kept.slots if holder == twinning_holder(DUPLICATE)]


@pytest.mark.parametrize(
    ("a", "b", "stage", "cause", "lapsed_by"),
    [
        (KEPT, DUPLICATE, "superseded", "member-merged", None),  # nobody else is told by that
        (DUPLICATE, OTHER, "issued", "member-merged", "a"),  # the other side is told at the deadline
    ],
)
async def test_what_cannot_go_on_ends_and_another_side_sees_no_difference(
    store: FakeStore, a: str, b: str, stage: str, cause: str, lapsed_by: str | None
) -> None:
    running = await network(store)
    own = await out(running, side("a", KEPT), side("b", OTHER))
    lost = await out(running, side("a", a), side("b", b))
    await running.take_in(CITY_WITHDRAWN, merged())
    found = store.kept.proposals[lost.proposal_id]
    assert (found.stage, found.cause, found.lapsed_by) == (stage, cause, lapsed_by)
    assert store.kept.proposals[own.proposal_id] == own
    assert (PROPOSAL_SUPERSEDED in [name for name, _ in store.published]) == (stage == "superseded")


async def test_places_hold_for_proposals_and_a_partnership_goes_on_without_one(store: FakeStore) -> None:
    running = await network(store, places=1)
    await agree(running, await out(running, side("a", KEPT), side("b", OTHER)))
    await agree(running, await out(running, side("a", DUPLICATE), side("b", THIRD)))
    late = await out(running, side("a", DUPLICATE), side("b", "fourth"))
    await running.take_in(CITY_WITHDRAWN, merged())
    assert {each.stage for each in store.kept.partnerships.values()} == {"exploratory"}
    assert [holder for holder, _ in store.kept.slots].count(twinning_holder(KEPT)) == 2
    lapsed = store.kept.proposals[late.proposal_id]
    assert (lapsed.lapsed_by, lapsed.cause, lapsed.a.member_id) == ("a", "member-merged", KEPT), "to the other as any"


async def test_of_proposals_the_one_that_the_duplicate_said_yes_to_takes_the_last_place(store: FakeStore) -> None:
    running = await network(store, places=1)
    first = await out(running, side("a", DUPLICATE), side("b", OTHER), answer_by=NOW + timedelta(days=2))
    second = await out(running, side("a", DUPLICATE), side("b", THIRD))
    await running.answer(second.proposal_id, "a", "yes")
    await running.answer(first.proposal_id, "b", "yes")  # what others say decides nothing
    await running.take_in(CITY_WITHDRAWN, merged())
    found = [store.kept.proposals[each.proposal_id] for each in (first, second)]
    assert [each.lapsed_by for each in found] == ["a", None]
    assert {each.a.member_id for each in found} == {KEPT}


async def test_the_merger_waits_for_the_entry_that_stays_whatever_comes_first(store: FakeStore) -> None:
    running = await network(store)
    known = await out(running, side("a", DUPLICATE), side("b", OTHER))
    with pytest.raises(Awaiting) as waiting:
        await running.take_in(CITY_WITHDRAWN, merged(version=2))
    assert waiting.value.awaited == member_of(KEPT)
    assert store.kept.proposals[known.proposal_id] == known
    await running.take_in(CITY_REVISED, city(KEPT, version=2))
    await running.take_in(CITY_WITHDRAWN, merged(version=2))
    assert store.kept.proposals[known.proposal_id].a.member_id == KEPT


async def test_what_an_entry_has_taken_goes_on_with_it_when_it_is_merged_itself(store: FakeStore) -> None:
    running = await network(store)
    known = await out(running, side("a", DUPLICATE), side("b", OTHER))
    gone = city(KEPT, version=2, status="withdrawn", merged_into=THIRD, merged_version=1)
    await running.take_in(CITY_WITHDRAWN, gone)  # it overtakes the first merger
    await running.take_in(CITY_WITHDRAWN, merged())
    assert store.kept.proposals[known.proposal_id] == known
    again = merged().model_copy(update={"version": 3, "merged_into": THIRD})
    await running.take_in(CITY_WITHDRAWN, again)
    assert store.kept.proposals[known.proposal_id].a.member_id == THIRD


async def test_drafts_of_the_duplicate_end_and_one_of_the_entry_that_stays_gives_way(store: FakeStore) -> None:
    running = await network(store)
    draft = await out(running, side("a", DUPLICATE), side("b", THIRD), stage=Stage.HELD, issued_at=None, answer_by=None)
    own = await out(running, side("a", KEPT), side("b", OTHER), stage=Stage.HELD, issued_at=None, answer_by=None)
    known = await out(running, side("a", DUPLICATE), side("b", OTHER))
    await running.take_in(CITY_WITHDRAWN, merged())
    ends = [store.kept.proposals[each.proposal_id].stage for each in (draft, own)]
    assert ends == [Stage.SUPERSEDED, Stage.SUPERSEDED]
    assert store.kept.proposals[known.proposal_id].pair_key == twinning_pair(KEPT, OTHER)


async def test_programmes_go_on_under_their_new_ids_with_their_places(store: FakeStore) -> None:
    running = await network(store)
    sides = [side("a", "fund", holder=programme_holder("fund", each), programme_id=each) for each in ("old", "same")]
    b = replace(side("b", OTHER), holder=sponsorship_holder(OTHER))
    first, second = [await out(running, each, b, proposal_id=str(each.programme_id)) for each in sides]
    for number in range(2):  # the programme of the same name is full
        full = side("a", "halcyon", holder=programme_holder("halcyon", "named"), programme_id="named")
        await out(running, full, side("b", f"{number}"))
    moved = (MovedId(former="old", now="new"), MovedId(former="same", now="named"))
    gone = partner("fund", [programme("old"), programme("same")], version=2, status="withdrawn", moved_ids=moved)
    await running.take_in(PARTNER_WITHDRAWN, gone.model_copy(update={"merged_into": "halcyon", "merged_version": 1}))
    carried, lost = (store.kept.proposals[each.proposal_id] for each in (first, second))
    assert carried.a.holder == programme_holder("halcyon", "new")
    assert carried.pair_key == sponsorship_pair(carried.a.holder, OTHER)
    assert (lost.a.holder, lost.lapsed_by) == (programme_holder("halcyon", "named"), "a")


async def test_a_proposal_for_a_request_goes_on_with_the_request(store: FakeStore) -> None:
    running = await network(store)
    a = side("a", "fund", holder=programme_holder("fund", "old"), programme_id="old")
    known = await out(running, a, replace(side("b", DUPLICATE), request_id="before"))
    closed = request("before", DUPLICATE, version=2, status="closed", moved_to="after")
    await running.take_in(REQUEST_CLOSED, closed)
    assert store.kept.proposals[known.proposal_id] == known
    await running.take_in(CITY_WITHDRAWN, merged(moved_ids=(MovedId(former="before", now="after"),)))
    assert store.kept.proposals[known.proposal_id].b.request_id == "after"


async def test_interests_go_on_and_an_asker_still_hears_on_its_day(store: FakeStore) -> None:
    running = await network(store, places=1)

    wishes = [
        wish("1", DUPLICATE, OTHER),
        wish("2", DUPLICATE, THIRD),  # for which the entry that stays has no place
        wish("3", THIRD, DUPLICATE),
        wish("4", OTHER, DUPLICATE),  # which has asked for the entry that stays, too
        wish("5", OTHER, KEPT),
        wish("6", KEPT, DUPLICATE),
    ]
    async with running.unit_of_work() as uow:
        for each in wishes:
            await uow.interests.add(each)
            if each.member_id == DUPLICATE:
                await uow.reservations.reserve([(each.interest_id, [each.holder])], {each.holder: 9})
        await uow.commit()
    await running.take_in(CITY_WITHDRAWN, merged())
    found = store.kept.interests
    assert [(found[each].member_id, found[each].pair_key) for each in ("1", "2", "3")] == [
        (KEPT, twinning_pair(KEPT, OTHER)),
        (KEPT, twinning_pair(KEPT, THIRD)),
        (THIRD, twinning_pair(KEPT, THIRD)),
    ]
    assert (held_by(store, "1"), held_by(store, "2")) == ([twinning_holder(KEPT)], [])
    assert found["4"] == wishes[3]
    assert (found["6"].stage, found["5"]) == ("over", wishes[4])
