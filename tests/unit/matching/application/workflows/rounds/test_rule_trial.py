"""Rules are tried before a round runs: whom each concerns, what one costs, and what keeps a round from keeping it."""

from itertools import count
from typing import Any

import pytest

from isopolity.matching.application.workflows.rounds import rule_trial
from isopolity.matching.application.workflows.rounds.rule_trial import RuleTrial, try_rules
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock

AFRICA: dict[str, Any] = {"region": "africa"}
HERE = {"city-0", "city-1"}


def plan(*rules: dict[str, Any]) -> RoundPlan:
    return RoundPlan(book=rule_book({"rules": list(rules)}))


def running() -> Instance:
    """Five cities that all fit each other, two of them of Africa; each can have one twinning."""
    states = [
        state.model_copy(update={"region": "africa" if state.city_id in HERE else "asia-pacific"})
        for state in many_wishes(5, capacity=1)
    ]
    return Instance(FakeStore(), network_of(states), SendingPolicy.HOLD, TestClock(), AssignmentSolver())


async def tried(*rules: dict[str, Any], asked: int | None = None, **options: Any) -> RuleTrial:
    network = running()
    return await try_rules(plan(*rules), asked, network.unit_of_work, network.surroundings, **options)


async def test_a_rule_tells_whom_it_concerns_and_what_it_costs() -> None:
    found = await tried({"including": AFRICA, "at_most": 1}, {"each": AFRICA, "at_most": 0}, asked=1)
    assert [each.concerns for each in found.rules] == ["2 cities in 2 countries"] * 2
    assert found.cost is not None
    assert found.cost.startswith("With this rule a round has 1 pair for 2 members, worth ")
    assert "without, 2 pairs for 4 members" in found.cost
    assert found.cost.endswith("% of what the pairs are worth together.")


async def test_a_rule_that_a_round_keeps_anyway_costs_nothing() -> None:
    found = await tried({"at_most": 100}, asked=0)
    assert found.cost == "A round keeps this rule anyway: nothing is lost."


async def test_a_rule_that_asks_for_more_than_members_can_have_says_so() -> None:
    found = await tried({"each": AFRICA, "at_least": 2}, asked=0)
    assert found.cost is not None
    assert found.cost.endswith(" 2 members cannot have as many as asked for; less is asked of them.")


async def test_two_rules_that_contradict_say_so_each() -> None:
    found = await tried(
        {"name": "many", "including": AFRICA, "at_least": 2},
        {"at_most": 100},
        {"name": "none", "including": AFRICA, "at_most": 0},
    )
    assert found.cost is None
    assert [each.faults for each in found.rules] == [
        (
            "This cannot be kept together with rule 3 “none”. The best attempt misses it by 2. "
            "Loosen one of them, or remove one.",
        ),
        (),
        ("This cannot be kept together with rule 1 “many”. Loosen one of them, or remove one.",),
    ]


async def test_a_rule_that_asks_for_too_much_says_that_it_fails_alone() -> None:
    (rule,) = (await tried({"including": AFRICA, "at_least": 3})).rules
    assert rule.faults == (
        "This cannot be kept even alone, with the members and places that there are. The best attempt misses it by 1. "
        "Ask for less or of fewer members, or remove it.",
    )


async def test_a_rule_about_a_member_that_left_says_so() -> None:
    found = await tried({"each": {"id": ["city-0", "gone"]}, "at_least": 1}, {"at_most": 1})
    assert [each.faults for each in found.rules] == [
        ["gone is not in the network: it has left, or the id is wrong. Take it out of this rule."],
        (),
    ]
    assert (found.rules[0].concerns, found.cost) == ("1 city in 1 country", None)


async def test_a_rule_about_nobody_says_so() -> None:
    (rule,) = (await tried({"each": {"region": "arab-states"}, "at_most": 1})).rules
    assert rule.concerns == "nobody at present"


async def test_a_trial_that_takes_too_long_ends_without_a_cost() -> None:
    hours = count(0, 3600)
    found = await tried({"at_most": 1}, timer=lambda: float(next(hours)))
    assert found.cost is not None
    assert found.cost.startswith("What the rules cost is told once the round has run")


async def test_a_network_that_is_too_large_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_trial, "MOST_MEMBERS", 1)
    found = await tried({"at_most": 1})
    assert found.rules[0].concerns == "5 cities in 5 countries"
    assert found.cost is not None
    assert "too large" in found.cost


async def test_nothing_is_tried_without_rules_and_nothing_is_kept() -> None:
    network = running()
    found = await try_rules(RoundPlan(), None, network.unit_of_work, network.surroundings)
    assert (found.rules, found.cost) == ([], None)
    await try_rules(plan({"at_most": 1}), None, network.unit_of_work, network.surroundings)
    async with network.unit_of_work() as uow:
        assert (await uow.drafts.open(), await uow.rounds.open()) == ([], [])
