"""A binding legal act on the network's list: nothing is proposed between its two sides while it is in force, and
everybody reads why.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import explain_pair, suggestions
from isopolity.matching.application.workflows.queries.why_none import why_none
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.legal_acts import LegalAct, LegalActs
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import ContradictoryRules
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import NOW, TestClock, partner, programme, request

NOTHING = ClosedPairs(closed=frozenset(), proposed=frozenset())
ACT = LegalAct(
    title="Act on Exemplary Distance",
    citation="Example Gazette 2026, No. 7",
    issued_by="Assembly of Examples",
    address="https://acts.example/7",
    forbids="It forbids partnerships of public bodies of the two sides.",
    starts=date(2020, 1, 1),
    one_side=frozenset({"AX", "CH"}),
    other_side=frozenset({"BX"}),
)
NAMED = "“Act on Exemplary Distance” (Example Gazette 2026, No. 7)"
FORBIDDEN = f"A binding legal act does not let City-0 and City-1 be partners: {NAMED}."


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def instance(
    members: list[Any],
    clock: TestClock,
    *acts: LegalAct,
    asked: list[Any] | None = None,
    policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY,
) -> Instance:
    return Instance(FakeStore(), network_of(members, asked or []), policy, clock, legal_acts=LegalActs(acts))


async def paired(running: Instance) -> set[str]:
    return {each.pair_key for each in await running.proposals()}


async def test_no_round_pairs_cities_that_an_act_keeps_apart(clock: TestClock) -> None:
    running = instance(many_wishes(3, capacity=2), clock, ACT)
    await running.run_round()
    assert await paired(running) == {"city-0:city-2", "city-1:city-2"}


@pytest.mark.parametrize(
    "act",
    [
        replace(ACT, starts=NOW.date() + timedelta(days=1)),
        replace(ACT, ends=NOW.date() - timedelta(days=1)),
        replace(ACT, kinds=frozenset({"sponsorship"})),
    ],
    ids=["begins tomorrow", "ended yesterday", "is about sponsorships"],
)
async def test_an_act_that_does_not_apply_keeps_nobody_apart(act: LegalAct, clock: TestClock) -> None:
    running = instance(many_wishes(2, capacity=1), clock, act)
    assert (await running.run_round()).issued == 1


async def test_no_round_pairs_a_city_with_a_foundation_of_the_other_side(clock: TestClock) -> None:
    members = [many_wishes(2, capacity=1)[1], partner("halcyon", [programme("reading")])]
    asked = [request("rooms", "city-1", amount_min=40_000, amount_max=60_000)]
    of_cities = replace(ACT, kinds=frozenset({"twinning"}))
    for acts, issued in ((), 1), ((ACT,), 0), ((of_cities,), 1):
        assert (await instance(members, clock, *acts, asked=asked).run_round()).issued == issued


async def test_both_sides_read_which_act_it_is(clock: TestClock) -> None:
    running, taken = instance(many_wishes(3, capacity=2), clock, ACT), taken_by({})
    found = await explain_pair("city/city-0", "city/city-1", NOTHING, taken, running.surroundings, asker="city-0")
    assert (found.status, [(each.code, each.text) for each in found.blockers]) == (
        "ruled out",
        [("legal-act", FORBIDDEN)],
    )
    suggested = await suggestions("city-0", NOTHING, taken, 9, running.surroundings, asker="city-0")
    assert [each.other.member_id for each in suggested] == ["city-2"]
    (mine,) = (await why_none("city-0", running.surroundings)).owners
    assert ("legal-act", 1) in [each for counts in mine.counts for each in counts.ruled_out]


async def test_staff_reads_it_where_it_puts_such_a_pair_into_a_draft(clock: TestClock) -> None:
    running = instance(many_wishes(3, capacity=2), clock, ACT, policy=SendingPolicy.HOLD)
    draft = await running.run_draft()
    with pytest.raises(ContradictoryRules, match="A binding legal act does not let City-0 and City-1 be partners"):
        await running.edit(draft.round_id, Act.PUT_IN, ("city-0", "city-1"))


@pytest.mark.parametrize(
    ("policy", "stage"), [(SendingPolicy.ROUNDS_ONLY, "issued"), (SendingPolicy.HOLD, "superseded")]
)
async def test_when_an_act_begins_what_was_held_ends_and_what_is_out_stays(
    policy: SendingPolicy, stage: str, clock: TestClock
) -> None:
    running = instance(
        many_wishes(2, capacity=1), clock, replace(ACT, starts=NOW.date() + timedelta(days=2)), policy=policy
    )
    await running.issue(running.new_proposals())
    clock.now += timedelta(days=2)
    if policy is SendingPolicy.HOLD:
        assert set((await running.approve()).skipped.values()) == {"legal-act"}
    assert {each.stage for each in await running.proposals()} == {stage}


async def test_a_pair_of_a_draft_falls_out_when_an_act_begins(clock: TestClock) -> None:
    later = replace(ACT, starts=NOW.date() + timedelta(days=2))
    running = instance(many_wishes(2, capacity=1), clock, later, policy=SendingPolicy.HOLD)
    draft = await running.run_draft()
    clock.now += timedelta(days=2)
    (out,) = (await running.plan(draft.round_id)).falls_out
    assert out.reason == FORBIDDEN.rstrip(".")
