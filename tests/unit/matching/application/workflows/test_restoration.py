"""Restoration on a store in memory: newer state of the topics is adopted, and its slots with it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.event import Data, Event
from isopolity.contracts.event_types import PARTNERSHIP_ESTABLISHED, PROPOSAL_AGREED
from isopolity.contracts.notify import ResponseReceived
from isopolity.machine.clock import uuid7
from isopolity.matching.application.workflows.published_states import partnership_state, proposal_state
from isopolity.matching.application.workflows.restoration import Known, take_in
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.merger import Merger
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.persistence.republication import Finding
from isopolity.persistence.unit_of_work import EventFactory
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.networks import network_of as network_with
from tests.support.matching.service import NOW, TestClock, city, need, partner, programme

YEAR = timedelta(days=365)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def new_proposals_of(store: FakeStore) -> list[Proposal]:
    network = network_of(many_wishes(3, capacity=1))
    return Instance(store, network, SendingPolicy.HOLD, TestClock()).new_proposals()


def event(event_type: str, state: Data) -> Event[Any]:
    return EventFactory("urn:isopolity:matching", lambda: NOW, uuid7).event(event_type, state)


def known(
    proposals: Sequence[Proposal] = (),
    partnerships: Sequence[Partnership] = (),
    answers: Sequence[ResponseReceived] = (),
) -> Known:
    return Known(
        proposals={each.proposal_id: event(PROPOSAL_AGREED, proposal_state(each)) for each in proposals},
        partnerships={
            each.partnership_id: event(PARTNERSHIP_ESTABLISHED, partnership_state(each)) for each in partnerships
        },
        deliveries={},
        answers=answers,
    )


async def restored(store: FakeStore, topics: Known) -> list[tuple[str, str, str]]:
    async with store.unit_of_work() as uow:
        found: Sequence[Finding] = await take_in(topics, uow, lambda: NOW, uuid7)
        await uow.commit()
    return [(each.topic.rpartition(".")[2], each.outcome, each.detail) for each in found]


def agreed(proposal: Proposal) -> Proposal:
    out = proposal.issue(NOW, NOW + YEAR)
    for side in ("a", "b"):
        out = out.answered(side, Answer.YES, NOW) or out
    return out


async def test_an_agreement_that_the_database_lost_is_adopted_and_holds_its_slots(store: FakeStore) -> None:
    proposal = agreed(new_proposals_of(store)[0])
    partnership = Partnership.established("partnership", proposal, NOW)
    assert await restored(store, known([proposal], [partnership])) == [
        ("proposal", "adopted", "agreed"),
        ("partnership", "adopted", "exploratory"),
    ]
    assert store.proposals()[0].version == proposal.version
    assert len(store.kept.slots) == 2
    assert await restored(store, known([proposal], [partnership])) == []
    assert store.published == []


async def test_an_end_that_the_database_lost_keeps_the_time_at_which_staff_ended_it(store: FakeStore) -> None:
    proposal, ended_at = agreed(new_proposals_of(store)[0]), NOW - timedelta(days=40)
    ended = Partnership.established("partnership", proposal, NOW - YEAR).end("completed", ended_at)
    assert ended is not None
    assert ("partnership", "adopted", "ended") in await restored(store, known([proposal], [ended]))
    async with store.unit_of_work() as uow:
        (adopted,) = await uow.partnerships.find(["partnership"])
    assert (adopted.ended_reason, adopted.ended_at) == ("completed", ended_at)


async def test_an_adopted_sponsorship_holds_the_slots_of_its_kind(store: FakeStore) -> None:
    network = network_with([city("lagos", needs=(need("cluster.literacy"),)), partner("fund", [programme("grants")])])
    (proposal,) = Instance(store, network, SendingPolicy.HOLD, TestClock()).new_proposals()
    partnership = Partnership.established("partnership", agreed(proposal), NOW)
    await restored(store, known([agreed(proposal)], [partnership]))
    assert {holder for holder, _ in store.kept.slots} == {"city/lagos/sponsorships", "programme/fund/grants"}
    assert store.proposals()[0].b.holder == "city/lagos/sponsorships"


async def test_a_newer_state_of_a_proposal_that_the_database_has_takes_its_place(store: FakeStore) -> None:
    proposal = new_proposals_of(store)[0]
    async with store.unit_of_work() as uow:
        await uow.proposals.add([proposal.issue(NOW, NOW + YEAR)])
        await uow.commit()
    newer = agreed(proposal)
    assert await restored(store, known([newer])) == [("proposal", "adopted", "agreed")]
    assert [(one.version, one.stage) for one in store.proposals()] == [(newer.version, "agreed")]


async def test_a_proposal_that_went_on_at_another_entry_since_the_backup_is_adopted_there(store: FakeStore) -> None:
    proposal = new_proposals_of(store)[0].issue(NOW, NOW + YEAR)
    async with store.unit_of_work() as uow:
        await uow.proposals.add([proposal])
        await uow.commit()
    carried = Merger(duplicate_id=proposal.a.member_id, into="kept").proposal(proposal)
    await restored(store, known([carried]))
    (adopted,) = store.proposals()
    assert (adopted.pair_key, adopted.a.holder) == (carried.pair_key, "city/kept")
    assert {holder for holder, _ in store.kept.slots} == {"city/kept", proposal.b.holder}


async def test_a_held_proposal_of_the_same_pair_gives_way_to_one_that_is_out(store: FakeStore) -> None:
    held, again = new_proposals_of(store)[0], new_proposals_of(store)[0]
    async with store.unit_of_work() as uow:
        await uow.proposals.add([held])
        await uow.commit()
    assert await restored(store, known([again.issue(NOW, NOW + YEAR)])) == [("proposal", "adopted", "issued")]
    assert {each.proposal_id: each.stage for each in store.proposals()} == {
        held.proposal_id: "discarded",
        again.proposal_id: "issued",
    }


async def test_answers_that_the_database_lacks_are_taken_in_in_the_order_in_which_they_were_given(
    store: FakeStore,
) -> None:
    out = new_proposals_of(store)[0].issue(NOW, NOW + YEAR)
    async with store.unit_of_work() as uow:
        await uow.proposals.add([out])
        await uow.commit()
    answers = [
        ResponseReceived(
            response_id=answer,
            proposal_id=out.proposal_id,
            side="a",
            answer=answer,
            answered_at=NOW + timedelta(hours=hours),
        )
        for answer, hours in (("later", 2), ("pending", 1))
    ]
    assert await restored(store, known(answers=answers)) == [("response", "adopted", "answered")]
    (proposal,) = store.proposals()
    assert (proposal.a.answer, proposal.version) == (Answer.LATER, out.version + 2)


def asked_for(store: FakeStore) -> Proposal:
    """A proposal that its side a has asked for, and that is out."""
    return new_proposals_of(store)[0].asked("a", NOW, openly=True).issue(NOW, NOW + YEAR)


def interest_in(proposal: Proposal) -> Interest:
    """The interest that such a proposal came of, as the backup has it."""
    return Interest(
        interest_id="interest",
        member_id=proposal.a.member_id,
        other_id=proposal.b.member_id,
        other_name=proposal.b.name,
        kind=proposal.kind,
        pair_key=proposal.pair_key,
        holder=proposal.a.holder,
        other_holder=proposal.b.holder,
        asked_at=NOW,
        hear_by=NOW + YEAR,
    )


async def test_a_proposal_that_somebody_asked_for_stays_hidden_from_the_asker(store: FakeStore) -> None:
    proposal = asked_for(store)
    await restored(store, known([proposal]))
    (adopted,) = store.proposals()
    assert (adopted.asked_by, adopted.asked_openly) == ("a", True)
    assert not adopted.is_known_to(adopted.a.member_id)
    assert len(store.kept.slots) == 2


@pytest.mark.parametrize("is_agreed", [False, True], ids=["out", "agreed"])
async def test_an_interest_of_the_backup_holds_the_askers_slot_once(store: FakeStore, is_agreed: bool) -> None:
    proposal = asked_for(store)
    interest = interest_in(proposal)
    async with store.unit_of_work() as uow:
        await uow.interests.add(interest)
        await uow.reservations.reserve([("interest", [interest.holder])], {interest.holder: 1})
        await uow.commit()
    answered = proposal.answered("b", Answer.YES, NOW) if is_agreed else proposal
    assert answered is not None
    await restored(store, known([answered]))
    assert sorted(holder for holder, _ in store.kept.slots) == sorted(side.holder for side in proposal.sides)
    (kept,) = store.kept.interests.values()
    assert kept.proposal_id == proposal.proposal_id
    assert kept.stage == ("agreed" if is_agreed else "open")
