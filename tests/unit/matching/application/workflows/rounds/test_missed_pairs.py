"""Why a member, or a pair, is not in a round: who took the place, and what its score lacks at least."""

from datetime import date

import pytest

from isopolity.matching.application.workflows.rounds.missed_pairs import standing_of_member, standing_of_pair
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.filters import MemberFilter, PairFilter
from isopolity.matching.domain.rules.rule_book import CountPairs, RuleBook
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.rounds.missed_pairs import StandingView
from isopolity.matching.errors import UnknownMember, UnknownRound
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, need, offer

HEALTH, LITERACY = "cluster.health", "cluster.literacy"


def instance() -> Instance:
    """Lyon fits Accra well, Dakar fits Accra less well; all have room for one."""
    members = [
        city("accra", country="GH", needs=(need(LITERACY, intensity=5),), offers=(offer(HEALTH, intensity=5),)),
        city("lyon", country="FR", needs=(need(HEALTH, intensity=5),), offers=(offer(LITERACY, intensity=5),)),
        city("dakar", country="SN", needs=(need(HEALTH, intensity=4),), offers=(offer(LITERACY, intensity=4),)),
        city("oslo", country="NO", needs=(need("sdg.14"),), offers=(offer("sdg.14"),), paused_until=date(2027, 3, 1)),
        city("rome", country="IT", needs=(need("sdg.14"),), offers=(offer("sdg.15"),)),
        city("bern", country="CH", needs=(need(HEALTH),), offers=(offer(LITERACY),), capacity=0),
    ]
    network = network_of(members)
    return Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock())


async def test_a_member_without_a_pair_reads_who_took_the_place_and_what_its_score_lacks() -> None:
    running = instance()
    draft = await running.run_draft()
    assert await running.draft_pairs(draft.round_id) == {("city/accra", "city/lyon")}
    found = await standing_of_member(draft.round_id, "dakar", 5, running.unit_of_work, running.surroundings)
    (near,) = found.near
    assert near.pair == ("city/accra", "city/dakar")
    assert near.in_its_place == [("city/accra", "city/lyon")]
    assert near.rise is not None
    told = StandingView.of(found, ["dakar"], running.network).told
    assert told == [
        f"Accra and Dakar score {near.score:.2f}; Accra is paired with Lyon instead; "
        f"their score would have to rise by {near.rise:.2f} at least."
    ]


async def test_the_rise_is_what_the_pair_weighs_less_than_the_one_in_its_place() -> None:
    running = instance()
    draft = await running.run_draft()
    found = await standing_of_pair(draft.round_id, ("dakar", "accra"), running.unit_of_work, running.surroundings)
    (near,) = found.near
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    problem = numbers.choice.problem
    own, other = (numbers.edge(pair) for pair in (near.pair, ("city/accra", "city/lyon")))
    assert own is not None
    assert other is not None
    assert near.is_exact
    assert near.rise is not None
    assert near.rise * 1_000_000 == pytest.approx(problem.weight[other] - problem.weight[own])


async def test_a_pair_that_a_rule_keeps_out_is_told_with_the_rule() -> None:
    running = instance()
    both = PairFilter(between=(MemberFilter(id=("accra",)), MemberFilter(id=("lyon",))))
    book = RuleBook(rules=(CountPairs(pairs=both, at_most=0),))
    draft = await running.run_draft(book=book)
    assert await running.draft_pairs(draft.round_id) == {("city/accra", "city/dakar")}
    found = await standing_of_pair(draft.round_id, ("accra", "lyon"), running.unit_of_work, running.surroundings)
    told = StandingView.of(found, ["accra", "lyon"], running.network).told
    assert "Accra is paired with Dakar instead" in told[0]
    assert told[1].startswith("With this pair, a rule of the round would not hold. Rule 1: ")


async def test_a_pair_of_the_draft_and_one_that_staff_forbade_are_told_so() -> None:
    running = instance()
    draft = await running.run_draft()
    pair = ("accra", "lyon")
    there = await standing_of_pair(draft.round_id, pair, running.unit_of_work, running.surroundings)
    assert StandingView.of(there, pair, running.network).told == ["Accra and Lyon are paired in this round."]
    await running.edit(draft.round_id, Act.FORBID, pair)
    banned = await standing_of_pair(draft.round_id, pair, running.unit_of_work, running.surroundings)
    assert StandingView.of(banned, pair, running.network).told == [
        "Accra and Lyon: staff has forbidden it in this round."
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("rome", "Rome: nobody fits it well enough who had room when the round ran."),
        ("oslo", "Oslo: it pauses, or cannot be mailed."),
        ("bern", "Bern: it is not endorsed or open now, or states that it can handle none."),
    ],
)
async def test_a_member_without_candidates_is_told_why(name: str, reason: str) -> None:
    running = instance()
    draft = await running.run_draft()
    found = await standing_of_member(draft.round_id, name, 5, running.unit_of_work, running.surroundings)
    assert StandingView.of(found, [name], running.network).told == [reason]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("oslo", "Lyon and Oslo: Oslo wants no new proposals at present."),
        ("rome", "Lyon and Rome: Neither offers anything close to what the other is looking for."),
    ],
)
async def test_a_pair_that_is_no_candidate_is_told_why(other: str, reason: str) -> None:
    running = instance()
    draft = await running.run_draft()
    found = await standing_of_pair(draft.round_id, ("lyon", other), running.unit_of_work, running.surroundings)
    assert StandingView.of(found, ["lyon", other], running.network).told == [reason]


async def test_those_that_lack_least_come_first_and_no_more_than_wanted() -> None:
    network = network_of(many_wishes(6, capacity=1))
    running = Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock())
    draft = await running.run_draft()
    found = await standing_of_member(draft.round_id, "city-0", 3, running.unit_of_work, running.surroundings)
    assert len(found.chosen) == 1
    assert len(found.near) == 3
    assert [each.rise for each in found.near] == [0.0, 0.0, 0.0]
    with pytest.raises(UnknownMember):
        await standing_of_member(draft.round_id, "nobody", 3, running.unit_of_work, running.surroundings)


async def test_a_round_that_went_out_at_once_is_looked_at_with_the_room_that_it_took() -> None:
    held = instance()
    running = Instance(FakeStore(), held.network, SendingPolicy.ROUNDS_ONLY, TestClock())
    ordered = await running.order(RoundPlan())
    with pytest.raises(UnknownRound, match="is waiting; ask about one that is done"):
        await standing_of_member(ordered.round_id, "dakar", 5, running.unit_of_work, running.surroundings)
    await running.runner.work()
    found = await standing_of_member(ordered.round_id, "dakar", 5, running.unit_of_work, running.surroundings)
    draft = await held.run_draft()
    assert found == await standing_of_member(draft.round_id, "dakar", 5, held.unit_of_work, held.surroundings)
    there = await standing_of_member(ordered.round_id, "lyon", 5, running.unit_of_work, running.surroundings)
    assert there.chosen == [("city/accra", "city/lyon")]


async def test_a_pair_that_a_round_which_went_out_must_not_have_is_told_so() -> None:
    running = Instance(FakeStore(), instance().network, SendingPolicy.ROUNDS_ONLY, TestClock())
    ordered = await running.order(RoundPlan(never=(("accra", "lyon"),)))
    await running.runner.work()
    pair = ("lyon", "accra")
    found = await standing_of_pair(ordered.round_id, pair, running.unit_of_work, running.surroundings)
    assert StandingView.of(found, pair, running.network).told == [
        "Lyon and Accra: staff has forbidden it in this round."
    ]
