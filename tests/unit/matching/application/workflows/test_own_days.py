"""The day that was named: a side answers until the day ends where it is, and the later day closes the proposal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from isopolity.machine.clock import day_in
from isopolity.matching.adapters.nearest_zones import NearestZones
from isopolity.matching.application.workflows.new_proposal import own_day, own_zone
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of, surroundings_of
from tests.support.matching.service import NOW, TestClock, city, partner

DAYS = 21
SECOND = timedelta(seconds=1)
SEATTLE, PAGO_PAGO, KIRITIMATI = "America/Los_Angeles", "Pacific/Pago_Pago", "Pacific/Kiritimati"


def two_in(a: str | None, b: str | None, clock: TestClock) -> Instance:
    one, other = many_wishes(2, capacity=1)
    network = network_of([one.model_copy(update={"time_zone": a}), other.model_copy(update={"time_zone": b})])
    return Instance(FakeStore(), network, SendingPolicy.ROUNDS_ONLY, clock)


async def issued(instance: Instance) -> Proposal:
    await instance.run_round(1)
    (proposal,) = await instance.proposals()
    return proposal


async def test_a_side_may_answer_until_the_end_of_the_day_that_it_was_told() -> None:
    instance = two_in(SEATTLE, None, TestClock())
    proposal = await issued(instance)
    late = datetime(*day_in(NOW, SEATTLE).timetuple()[:3], 23, 59, 58, tzinfo=ZoneInfo(SEATTLE)) + timedelta(days=DAYS)
    assert proposal.a.time_zone == SEATTLE
    assert proposal.a.answer_by == late + SECOND
    assert proposal.b.answer_by == (NOW + timedelta(days=DAYS)).replace(hour=23, minute=59, second=59, microsecond=0)
    await instance.answer(proposal.proposal_id, "a", "later", late)
    (answered,) = await instance.proposals()
    assert answered.a.answer is Answer.LATER


@pytest.mark.parametrize(("a", "b"), [(KIRITIMATI, PAGO_PAGO), (PAGO_PAGO, KIRITIMATI), (SEATTLE, SEATTLE)])
async def test_a_proposal_closes_when_the_later_day_ends_whatever_was_answered(a: str, b: str) -> None:
    for answers in ({}, {"a": "no"}, {"b": "no"}, {"a": "yes"}, {"b": "later", "a": "no"}):
        clock = TestClock()
        instance = two_in(a, b, clock)
        proposal = await issued(instance)
        own = [side.answer_by for side in proposal.sides]
        assert None not in own
        assert proposal.answer_by == max(filter(None, own))
        for side, answer in answers.items():
            await instance.answer(proposal.proposal_id, side, answer)
        clock.now = proposal.answer_by - SECOND
        assert await instance.settle() == []
        clock.now = proposal.answer_by
        (closed,) = await instance.settle()
        assert closed.settled_at == proposal.answer_by


async def test_who_answers_after_its_own_day_is_refused_while_the_other_may_still_answer() -> None:
    instance = two_in(KIRITIMATI, PAGO_PAGO, TestClock())
    proposal = await issued(instance)
    first, last = proposal.answers_until("a"), proposal.answers_until("b")
    assert first is not None
    assert last is not None
    assert first < last
    for late in (first, first + SECOND, last - SECOND):
        assert proposal.answered("a", Answer.YES, late) is None
        assert proposal.answered("b", Answer.YES, late) is not None
    assert proposal.answered("b", Answer.YES, last) is None
    agreed = proposal.answered("a", Answer.YES, first - SECOND)
    assert agreed is not None
    agreed = agreed.answered("b", Answer.YES, last - SECOND)
    assert agreed is not None
    assert agreed.stage is Stage.AGREED


async def test_an_approval_is_expected_on_the_last_day_of_its_own_side_at_the_latest() -> None:
    proposal = await issued(two_in(KIRITIMATI, PAGO_PAGO, TestClock()))
    for side in ("a", "b"):
        until = proposal.answers_until(side)
        assert until is not None
        answered = proposal.answered(side, Answer.PENDING, NOW)
        assert answered is not None
        own = answered.a if side == "a" else answered.b
        assert own.pending_until == day_in(until, own.time_zone)


async def test_a_proposal_from_before_there_were_own_days_goes_on_as_it_was_told() -> None:
    proposal = (await issued(two_in(None, None, TestClock()))).issue(NOW, NOW + timedelta(days=DAYS))
    old = replace(proposal, a=replace(proposal.a, answer_by=None), b=replace(proposal.b, answer_by=None))
    assert old.answered("a", Answer.PENDING, NOW + timedelta(days=DAYS) - SECOND) is not None
    assert old.answered("a", Answer.YES, NOW + timedelta(days=DAYS)) is None


def zone_of(network: Network, member_id: str) -> str | None:
    return own_zone(member_id, replace(surroundings_of(network), nearest_zone=NearestZones()))


def test_a_city_without_a_zone_has_that_of_the_nearest_place_in_its_country_or_else_none() -> None:
    where: dict[str, dict[str, Any]] = {
        "seattle": {"country": "US", "latitude": 47.6, "longitude": -122.3},
        "boise": {"country": "US", "latitude": 43.6, "longitude": -116.2},
        "palmas": {"country": "ES", "latitude": 28.1, "longitude": -15.4},
        "turku": {"country": "FI", "latitude": 60.5, "longitude": 22.3},
        "told": {"country": "US", "latitude": 47.6, "longitude": -122.3, "time_zone": "America/New_York"},
        "mistold": {"country": "US", "latitude": 47.6, "longitude": -122.3, "time_zone": "Mars/Olympus"},
        "nowhere": {"country": "US", "latitude": None, "longitude": None},
        "antarctic": {"country": "AQ", "latitude": -77.8, "longitude": 166.7},
    }
    network = network_of([city(name, **place) for name, place in where.items()])
    assert {name: zone_of(network, name) for name in where} == {
        "seattle": SEATTLE,
        "boise": "America/Boise",
        "palmas": "Atlantic/Canary",
        "turku": "Europe/Helsinki",
        "told": "America/New_York",
        "mistold": SEATTLE,
        "nowhere": None,
        "antarctic": None,
    }
    assert zone_of(network, "unknown") is None


def test_a_partner_has_the_zone_that_it_gave() -> None:
    network = Network()
    for state in (partner("told", [], time_zone=SEATTLE), partner("untold", []), partner("wrong", [], time_zone="x/y")):
        network.put_member("partner", state.partner_id, 1, state.status, state.model_dump_json().encode())
    assert [zone_of(network, name) for name in ("told", "untold", "wrong")] == [SEATTLE, None, None]
    day = own_day("untold", datetime(2026, 12, 1, 9, tzinfo=UTC), DAYS, surroundings_of(network))
    assert day.ends == datetime(2026, 12, 22, 23, 59, 59, tzinfo=UTC)
