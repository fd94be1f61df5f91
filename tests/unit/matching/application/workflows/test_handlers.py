"""Handlers of events on a store in memory: each has its effects once, whatever comes again or late."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import (
    CANARY_RELAYED,
    CANARY_RETURNED,
    CANARY_SOUNDED,
    CITY_ENDORSED,
    CITY_WITHDRAWN,
    DELIVERY_SENT,
    PARTNER_REVISED,
    PARTNERSHIP_ENDED,
    PARTNERSHIP_ESTABLISHED,
    PROPOSAL_AGREED,
    PROPOSAL_ANSWERED,
    PROPOSAL_ISSUED,
    TWINNING_DECLARED,
    TWINNING_RETRACTED,
)
from isopolity.contracts.notify import DeliveryState
from isopolity.contracts.registry import CanarySounded, CityState, PartnerState
from isopolity.machine.clock import uuid7
from isopolity.matching.application.workflows.issuance import member_row
from isopolity.matching.application.workflows.settlement import settle_due
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.schemas import OwnProposalView
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.networks import network_of
from tests.support.matching.service import TestClock, complementary, partner, programme, twinning

WHOLE = partner("halcyon", [programme("reading"), programme("other", subjects=("sdg.14",))])
LESS = WHOLE.model_copy(update={"version": 2, "programmes": WHOLE.programmes[1:]})


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def instance(
    store: FakeStore, members: Sequence[CityState | PartnerState], policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY
) -> Instance:
    return Instance(store, network_of(members), policy, TestClock())


async def with_one_out(store: FakeStore, members: Sequence[CityState | PartnerState]) -> tuple[Instance, Proposal]:
    """An instance after a round that issued one proposal."""
    running = instance(store, members)
    assert (await running.run_round()).issued == 1
    (proposal,) = store.proposals()
    return running, proposal


def published(store: FakeStore) -> list[str]:
    return [event_type for event_type, _ in store.published]


async def test_an_answer_that_comes_twice_is_told_once(store: FakeStore) -> None:
    running, proposal = await with_one_out(store, complementary(2))
    later = running.clock() + timedelta(seconds=1)
    for _ in range(2):
        await running.answer(proposal.proposal_id, "a", "pending")
        await running.answer(proposal.proposal_id, "a", "later", later)
    assert published(store) == [PROPOSAL_ISSUED, PROPOSAL_ANSWERED, PROPOSAL_ANSWERED]


@pytest.mark.parametrize(("side", "answer"), [("c", "yes"), ("a", "perhaps")])
async def test_an_answer_that_this_release_does_not_know_is_left_aside(
    store: FakeStore, side: str, answer: str
) -> None:
    running, proposal = await with_one_out(store, complementary(2))
    await running.answer(proposal.proposal_id, side, answer)
    await running.answer("none", "a", "yes")
    assert published(store) == [PROPOSAL_ISSUED]


async def test_two_yes_establish_a_partnership_that_holds_the_slots_until_a_member_leaves(store: FakeStore) -> None:
    cities = complementary(2)
    running, proposal = await with_one_out(store, cities)
    for side in ("a", "b"):
        await running.answer(proposal.proposal_id, side, "yes")
    assert published(store)[-2:] == [PROPOSAL_AGREED, PARTNERSHIP_ESTABLISHED]
    assert len(store.kept.slots) == 2
    gone = cities[0].model_copy(update={"version": 2, "status": "withdrawn"})
    await running.take_in(CITY_WITHDRAWN, gone)
    await running.take_in(CITY_WITHDRAWN, gone)
    assert published(store)[-2:] == [PARTNERSHIP_ESTABLISHED, PARTNERSHIP_ENDED]
    assert store.kept.slots == {}


def told(proposal: Proposal, member_id: str) -> str:
    """The proposal as one of its members sees it."""
    view = OwnProposalView.of(proposal, member_id)
    assert view is not None
    return view.model_dump_json()


async def test_a_side_cannot_tell_that_the_other_has_left(store: FakeStore) -> None:
    cities = complementary(2)
    running, proposal = await with_one_out(store, cities)
    before = told(proposal, "city-0001")
    await running.take_in(CITY_WITHDRAWN, cities[0].model_copy(update={"version": 2, "status": "withdrawn"}))
    (lapsed,) = store.proposals()
    assert (lapsed.stage, lapsed.cause, lapsed.lapsed_by) == ("issued", "member-withdrew", "a")
    assert told(lapsed, "city-0001") == before
    assert published(store) == [PROPOSAL_ISSUED, PROPOSAL_ISSUED]
    assert len(store.kept.slots) == 2


async def test_a_yes_to_a_side_that_said_yes_and_left_agrees_to_nothing(store: FakeStore) -> None:
    cities = complementary(2)
    running, proposal = await with_one_out(store, cities)
    await running.answer(proposal.proposal_id, "a", "yes")
    await running.take_in(CITY_WITHDRAWN, cities[0].model_copy(update={"version": 2, "status": "withdrawn"}))
    await running.answer(proposal.proposal_id, "b", "yes")
    assert published(store) == [PROPOSAL_ISSUED, PROPOSAL_ANSWERED, PROPOSAL_ANSWERED, PROPOSAL_ANSWERED]
    (lapsed,) = store.proposals()
    assert lapsed.answer_by is not None
    (settled,) = await settle_due(running.unit_of_work, lapsed.answer_by)
    assert (settled.stage, settled.cause) == ("expired", "member-withdrew")
    assert store.kept.slots == {}


async def test_a_tie_declared_after_a_proposal_went_out_leaves_it_as_it_is(store: FakeStore) -> None:
    running, proposal = await with_one_out(store, complementary(2))
    await running.take_in(TWINNING_DECLARED, twinning("city-0000", "city-0001"))
    assert published(store) == [PROPOSAL_ISSUED]
    assert store.proposals() == [proposal]
    for side in ("a", "b"):
        await running.answer(proposal.proposal_id, side, "yes")
    assert published(store)[-1] == PARTNERSHIP_ESTABLISHED
    assert (await running.run_round()).proposed == 0


async def test_a_tie_declared_before_a_proposal_goes_out_ends_it(store: FakeStore) -> None:
    running = instance(store, complementary(2), SendingPolicy.HOLD)
    await running.issue(running.new_proposals())
    assert [each.stage for each in store.proposals()] == ["held"]
    await running.take_in(TWINNING_DECLARED, twinning("city-0000", "city-0001"))
    assert [(each.stage, each.cause) for each in store.proposals()] == [("superseded", "already-tied")]
    assert published(store) == []


async def test_a_tie_that_is_retracted_by_now_ends_no_proposal(store: FakeStore) -> None:
    running = instance(store, complementary(2), SendingPolicy.HOLD)
    await running.issue(running.new_proposals())
    pair = "city-0000", "city-0001"
    await running.take_in(TWINNING_RETRACTED, twinning(*pair, version=2, status="retracted"))
    await running.take_in(TWINNING_DECLARED, twinning(*pair))
    assert [each.stage for each in store.proposals()] == ["held"]


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_city_cannot_tell_that_the_programme_was_dropped_and_its_partner_sees_it_at_once(
    store: FakeStore, is_known: bool
) -> None:
    """Also where a transaction that issues has written the newer state before the event came."""
    running, proposal = await with_one_out(store, [complementary(1)[0], WHOLE])
    before = told(proposal, "city-0000")
    if is_known:
        async with running.unit_of_work() as uow:
            await uow.members.lock([member_row(LESS)])
            await uow.commit()
    await running.take_in(PARTNER_REVISED, LESS)
    (lapsed,) = store.proposals()
    assert (lapsed.stage, lapsed.cause, lapsed.lapsed_by) == ("issued", "programme-closed", "a")
    assert told(lapsed, "city-0000") == before
    assert '"stage":"closed"' in told(lapsed, "halcyon")
    await running.answer(proposal.proposal_id, "a", "yes")
    assert published(store) == [PROPOSAL_ISSUED, PROPOSAL_ISSUED]


async def test_an_older_state_that_comes_late_ends_nothing(store: FakeStore) -> None:
    newer = WHOLE.model_copy(update={"version": 3})
    running, _ = await with_one_out(store, [complementary(1)[0], newer])
    await running.take_in(PARTNER_REVISED, newer)
    await running.take_in(PARTNER_REVISED, LESS)
    assert published(store) == [PROPOSAL_ISSUED]
    assert store.kept.members["halcyon"].version == 3


async def test_a_member_that_joined_gets_suggestions_once(store: FakeStore) -> None:
    wishes = many_wishes(3, capacity=1)
    running = instance(store, wishes, SendingPolicy.AUTOMATIC)
    for _ in range(2):
        await running.take_in(CITY_ENDORSED, wishes[0])
    (suggested,) = store.proposals("issued")
    assert suggested.round_id is None
    await running.take_in(CITY_ENDORSED, wishes[1].model_copy(update={"bulk": True}))
    assert len(store.proposals()) == 1


async def test_a_canary_is_passed_on_once(store: FakeStore) -> None:
    running = instance(store, [])
    sounded = CanarySounded(canary_id="c", sounded_at=running.clock())
    for event_type in (CANARY_SOUNDED, CANARY_SOUNDED, CANARY_RETURNED):
        await running.take_in(event_type, sounded)
    assert published(store) == [CANARY_RELAYED]
    assert store.kept.sightings == {"canary": running.clock(), "returned canary": running.clock()}


@pytest.mark.parametrize(("purpose", "kept"), [("proposal", True), ("reminder", False)])
async def test_only_the_mail_that_puts_a_proposal_to_a_side_counts(store: FakeStore, purpose: str, kept: bool) -> None:
    running = instance(store, [])
    sent = DeliveryState(
        message_id=uuid7(),
        version=1,
        proposal_id="p",
        side="a",
        purpose=purpose,
        outcome="sent",
        attempts=1,
        at=running.clock(),
    )
    await running.take_in(DELIVERY_SENT, sent)
    assert list(store.kept.deliveries.values()) == ([(1, "p", "a", running.clock())] if kept else [])
