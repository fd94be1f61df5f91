"""A round that failed because of its rules: what is to blame, and the smallest change that lets it be run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.domain.rules.changes import RuleChange
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock

AFRICA = {"including": {"region": "africa"}}
THE_PAIR = ("city/city-0", "city/city-1")


def states() -> list[CityState]:
    """Four cities that all fit each other, the first of Africa; each can have one twinning."""
    return [
        state.model_copy(update={"region": "africa" if number == 0 else "asia-pacific"})
        for number, state in enumerate(many_wishes(4, capacity=1))
    ]


@pytest.fixture
def running() -> Instance:
    network, day = network_of(states()), timedelta(days=1)
    return Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock(), AssignmentSolver(), undo_window=day)


async def ran(running: Instance, plan: RoundPlan) -> Round:
    known = await running.order(plan)
    await running.runner.work()
    return await running.round(known.round_id)


def plan(
    *rules: dict[str, Any], never: Sequence[tuple[str, str]] = (), must: Sequence[tuple[str, str]] = ()
) -> RoundPlan:
    return RoundPlan(book=rule_book({"rules": list(rules)}), never=tuple(never), must=tuple(must))


WITH_FIRST = {"between": [{"id": "city-0"}, {"id": "city-1"}], "at_least": 1}


async def test_one_forbidden_pair_is_named_and_to_allow_it_is_the_smallest_change(running: Instance) -> None:
    ordered = plan({"at_least": 2}, WITH_FIRST, never=[("city-0", "city-1")])
    failed = await ran(running, ordered)
    assert failed.status is RoundStatus.FAILED
    assert "the forbidden pair" in (failed.failure or "")
    first, second = failed.remedies
    assert first.changes == (RuleChange(pair=THE_PAIR, is_forbidden=True),)
    assert second.changes == (RuleChange(position=1, limit="at_least"),)
    assert first.is_smallest
    assert second.is_smallest


async def test_the_order_after_a_remedy_is_run(running: Instance) -> None:
    failed = await ran(running, plan({"at_least": 2}, WITH_FIRST, never=[("city-0", "city-1")]))
    for remedy in failed.remedies:
        changed = failed.plan.after(remedy)
        assert (await ran(running, as_ordered(changed))).status is RoundStatus.DONE


def as_ordered(plan: RoundPlan) -> RoundPlan:
    """The plan with members named as in an order."""
    never = tuple((one.removeprefix("city/"), other.removeprefix("city/")) for one, other in plan.never)
    return RoundPlan(book=plan.book, never=never)


async def test_a_number_is_lowered_no_further_than_it_has_to_be(running: Instance) -> None:
    failed = await ran(running, plan({"at_least": 9}))
    (remedy,) = failed.remedies
    assert remedy.changes == (RuleChange(position=0, limit="at_least", number=2),)
    assert remedy.is_smallest


async def test_a_ban_between_two_groups_may_be_lifted_for_as_many_pairs_as_are_asked_for(running: Instance) -> None:
    ban = {"between": [{"region": "africa"}, {"region": "asia-pacific"}], "at_most": 0}
    failed = await ran(running, plan({**AFRICA, "at_least": 1}, ban))
    changes = {each.changes for each in failed.remedies}
    assert (RuleChange(position=1, limit="at_most", number=1),) in changes
    assert (RuleChange(position=0, limit="at_least"),) in changes


async def test_a_required_pair_that_a_rule_rules_out_is_dropped_or_the_rule_is(running: Instance) -> None:
    failed = await ran(running, plan({**AFRICA, "at_most": 0}, must=[("city-0", "city-1")]))
    assert "must be paired, but rule 1 rules them out" in (failed.failure or "")
    changes = {each.changes for each in failed.remedies}
    assert (RuleChange(pair=THE_PAIR),) in changes
    assert (RuleChange(position=0, limit="at_most", number=1),) in changes
