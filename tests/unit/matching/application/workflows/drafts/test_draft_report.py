"""The report of a draft counts who is served, who is not and why, and what may come of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from isopolity.matching.application.workflows.drafts.report import (
    DrawnFigures,
    NetworkFigures,
    draft_report,
    report_now,
)
from isopolity.matching.application.workflows.rounds.execution import current_situation
from isopolity.matching.application.workflows.surroundings import KeptAnswers
from isopolity.matching.domain.acceptance import DEFAULT_LEARNING
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, ReadGraph
from tests.support.matching.networks import network_of
from tests.support.matching.service import TestClock, city, need, offer, partner, programme


def wishing(name: str, country: str, **changes: object) -> object:
    wants = {"needs": (need("cluster.literacy"),), "offers": (offer("cluster.literacy"),)}
    return city(name, country=country, **wants, **changes)


async def test_each_city_is_counted_once_where_it_belongs() -> None:
    cities = [
        wishing("small", "AA", population=40_000),
        wishing("large", "BB", population=3_000_000, region="asia-pacific"),
        wishing("uncounted", "CC", population=None),
        wishing("left", "DD", population=100_000),
        wishing("full", "EE", capacity=0, population=499_999),
    ]
    running = Instance(FakeStore(), network_of(cities), SendingPolicy.HOLD, TestClock())  # type: ignore[arg-type]
    draft = await running.run_draft()
    for pair in sorted(await running.draft_pairs(draft.round_id)):
        await running.edit(draft.round_id, Act.LEAVE_OUT, named(pair))
    await running.edit(draft.round_id, Act.PUT_IN, ("small", "large"))
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    report = draft_report(numbers, await current_situation(running.unit_of_work, running.surroundings))
    assert (report.twinnings, report.sponsorships, report.all_cities.served) == (1, 0, 2)
    assert [(each.name, each.cities, each.served) for each in report.by_region] == [
        ("africa", 4, 1),
        ("asia-pacific", 1, 1),
    ]
    assert [(each.name, each.served) for each in report.by_size] == [
        ("under 100,000", 1),
        ("100,000 to 500,000", 0),
        ("2 million and more", 1),
        ("unknown", 0),
    ]
    assert (list(report.unserved), report.without_capacity) == (["city/left", "city/uncounted"], 1)
    assert (report.expected_agreements, report.answers) == (None, 0)


async def test_a_city_that_only_a_programme_supports_is_served() -> None:
    members: list[Any] = [
        wishing("supported", "AA", capacity=0, sponsorship_capacity=1),
        wishing("alone", "BB", capacity=0),
        partner("halcyon", [programme("reading")]),
    ]
    running = Instance(FakeStore(), network_of(members), SendingPolicy.HOLD, TestClock())
    draft = await running.run_draft()
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    report = draft_report(numbers, await current_situation(running.unit_of_work, running.surroundings))
    assert (report.twinnings, report.sponsorships, report.programmes_served) == (0, 1, 1)
    assert (report.all_cities.served, report.all_cities.first_ties, report.without_capacity) == (1, 1, 1)


async def test_a_city_that_comes_after_the_round_does_not_fall_short_in_it() -> None:
    cities = [wishing(f"city-{number}", f"{chr(65 + number)}X", capacity=1) for number in range(3)]
    running = Instance(FakeStore(), network_of(cities), SendingPolicy.HOLD, TestClock())  # type: ignore[arg-type]
    draft = await running.run_draft()
    later: Any = wishing("later", "LX")
    running.network.put_member("city", "later", 1, later.status, later.model_dump_json().encode())
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    report = draft_report(numbers, await current_situation(running.unit_of_work, running.surroundings))
    assert (len(report.unserved), list(report.not_weighed)) == (1, ["city/later"])


async def test_agreements_are_expected_by_how_members_answered() -> None:
    cities = [wishing(f"city-{number}", f"{chr(65 + number)}X", capacity=1) for number in range(4)]
    store = FakeStore()
    running = Instance(store, network_of(cities), SendingPolicy.HOLD, TestClock())  # type: ignore[arg-type]
    draft = await running.run_draft()
    first, _ = sorted(await running.draft_pairs(draft.round_id))
    await running.publish(draft.round_id, [named(first)])
    (proposal,) = store.proposals("issued")
    await running.answer(proposal.proposal_id, "a", Answer.NO)
    assert proposal.answer_by is not None
    running.clock.now = proposal.answer_by
    await running.settle()
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    report = draft_report(numbers, await current_situation(running.unit_of_work, running.surroundings))
    usual = (DEFAULT_LEARNING.mean * DEFAULT_LEARNING.strength) / (DEFAULT_LEARNING.strength + 1)
    refused = usual * DEFAULT_LEARNING.strength / (DEFAULT_LEARNING.strength + 1)
    assert report.expected_agreements == pytest.approx(refused * usual + usual**2)
    assert report.answers == 1
    again = await running.run_draft(1)
    results = [(await running.round(each.round_id)).result for each in (draft, again)]
    assert [found and found.answers for found in results] == [0, 1], "a value is a score until somebody has answered"


class Interrupted(KeptAnswers):
    """Answers between which something else may happen, once."""

    between: Callable[[], Awaitable[Any]] | None = None

    async def kept(self, *asked: Any) -> Any:
        answer = await super().kept(*asked)
        between, self.between = self.between, None
        if between is not None:
            await between()
        return answer


async def test_reports_that_are_asked_for_round_a_change_mix_no_two_networks() -> None:
    cities: list[Any] = [wishing(f"city-{number}", f"{chr(65 + number)}X", capacity=1) for number in range(5)]
    running = Instance(FakeStore(), network_of(cities), SendingPolicy.HOLD, TestClock())
    draft = await running.run_draft()
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    kept = Interrupted()
    surroundings = replace(running.surroundings, draft_figures=kept)
    behind = replace(surroundings, graph=ReadGraph(network_of(cities)))  # its revision was read before the change

    async def change() -> None:
        left = cities[0].model_copy(update={"version": 2, "status": "withdrawn"})
        running.network.put_member("city", left.city_id, 2, left.status, left.model_dump_json().encode())
        await report_now(draft.round_id, numbers, running.unit_of_work, surroundings)

    kept.between = change
    await report_now(draft.round_id, numbers, running.unit_of_work, surroundings)
    report, _ = await report_now(draft.round_id, numbers, running.unit_of_work, behind)
    assert report == draft_report(numbers, await current_situation(running.unit_of_work, running.surroundings))


async def test_places_are_kept_of_the_draft_that_was_reported_last_alone() -> None:
    cities: list[Any] = [wishing(f"city-{number}", f"{chr(65 + number)}X") for number in range(3)]
    running = Instance(FakeStore(), network_of(cities), SendingPolicy.HOLD, TestClock())
    drawn = DrawnFigures(NetworkFigures.of(await running.surroundings.markets.current(running.clock().date())))
    holders = [f"city/{each.city_id}" for each in cities]
    first = drawn.places("first", holders[:2])
    assert drawn.places("first", holders[:2]) is first
    assert len(drawn.places("first", holders).member) == 3
    assert drawn.places("second", holders) is not drawn.places("first", holders[:2])
    assert drawn.places("first", holders[:2]) is not first


def named(pair: tuple[str, str]) -> tuple[str, str]:
    one, other = (holder.removeprefix("city/") for holder in pair)
    return one, other
