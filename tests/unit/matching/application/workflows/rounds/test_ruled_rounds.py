"""A round under rules: what it keeps, what that costs, what its draft keeps of them, and why there is none."""

import gzip
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.rounds.round_schemas import RoundView
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book
from isopolity.matching.errors import ContradictoryRules, UnknownMember
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.ruled_networks import TryingSolver
from tests.support.matching.service import TestClock

AFRICA = {"city-0", "city-1"}


def states() -> list[CityState]:
    """Five cities that all fit each other, two of them of Africa; each can have one twinning."""
    regions = {"region": "africa"}, {"region": "asia-pacific"}
    return [
        state.model_copy(update=regions[0] if state.city_id in AFRICA else regions[1])
        for state in many_wishes(5, capacity=1)
    ]


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def instance(store: FakeStore, policy: SendingPolicy = SendingPolicy.HOLD) -> Instance:
    return Instance(store, network_of(states()), policy, TestClock(), TryingSolver(), undo_window=timedelta(days=1))


def plan(*rules: dict[str, Any], objective: str = "most-total-fit") -> RoundPlan:
    return RoundPlan(book=rule_book({"rules": list(rules), "objective": objective}))


async def ran(running: Instance, ordered: RoundPlan) -> Round:
    known = await running.order(ordered)
    await running.runner.work()
    return await running.round(known.round_id)


def between_regions(pairs: set[tuple[str, str]]) -> int:
    return sum(len({holder.removeprefix("city/") in AFRICA for holder in pair}) == 2 for pair in pairs)


async def test_a_rule_is_kept_and_told_with_what_was_reached(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"name": "apart", "across": "region", "at_most": 0}))
    assert between_regions(await running.draft_pairs(done.round_id)) == 0
    view = RoundView.of(done)
    assert [(rule.name, rule.holds) for rule in view.rules] == [("Rule 1 “apart”", True)]
    assert view.rules[0].rule == "No twinning across two regions."
    assert view.rules[0].told == "Rule 1 “apart”: 6 candidates ruled out."
    assert view.price is not None
    assert view.price.value_without >= (view.value or 0)


async def test_a_round_without_rules_tells_of_none(store: FakeStore) -> None:
    view = RoundView.of(await ran(instance(store), RoundPlan()))
    assert (view.rules, view.price) == ([], None)


async def test_rules_are_told_before_the_round_is_done(store: FakeStore) -> None:
    running = instance(store)
    waiting = await running.order(plan({"at_most": 1}, objective="first-ties-first"))
    view = RoundView.of(waiting)
    assert [rule.rule for rule in view.rules] == [
        "At most 1 pair.",
        "As many cities without a tie as possible get a pair; then the pairs that fit best in total.",
    ]
    assert [rule.told for rule in view.rules] == [None, None]


async def test_the_next_draft_keeps_the_rules_and_the_pairs_of_the_last_one(store: FakeStore) -> None:
    running = instance(store)
    ordered = plan({"across": "region", "at_most": 1})
    first = await ran(running, ordered)
    second = await ran(running, ordered)
    assert await running.draft_pairs(first.round_id) == await running.draft_pairs(second.round_id)
    assert [rule.holds for rule in RoundView.of(second).rules] == [True]


async def test_an_objective_serves_as_many_as_possible(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"at_most": 2}, objective="serve-everybody-first"))
    view = RoundView.of(done)
    assert view.rules[-1].told == "The objective: 4 members served, as many as possible."


async def test_regions_are_served_as_evenly_as_possible(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan(objective="as-even-as-possible-by-region"))
    told = {rule.name: rule.reached for rule in RoundView.of(done).rules}
    assert told == {"The objective for Africa": 2, "The objective for Asia and the Pacific": 2}


async def test_rules_that_cannot_be_kept_fail_the_round_with_sentences(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"including": {"region": "africa"}, "at_least": 3}))
    assert done.status is RoundStatus.FAILED
    assert done.failure is not None
    assert done.failure.startswith(
        "No round was found that keeps all rules; nothing went out. Rule 1 (At least 3 pairs with a city of Africa) is "
        "short by 1: the best attempt reaches 2 of 3."
    )


def solving(store: FakeStore) -> Instance:
    """An instance with the real solver, which finds what conflicts."""
    network = network_of(states())
    return Instance(store, network, SendingPolicy.HOLD, TestClock(), AssignmentSolver(), undo_window=timedelta(days=1))


async def test_a_rule_that_a_ban_leaves_nothing_is_not_said_to_fail_alone(store: FakeStore) -> None:
    africa = {"including": {"region": "africa"}}
    between_others = {"between": [{"region": "asia-pacific"}, {"region": "asia-pacific"}]}
    ordered = plan({**africa, "at_least": 2}, {"name": "ban", **africa, "at_most": 0}, {**between_others, "at_most": 0})
    done = await ran(solving(store), ordered)
    assert done.failure is not None
    assert done.failure.endswith(
        "Rule 1 cannot be kept with the candidates and the room that rule 2 “ban” leaves; loosen one of them."
    )


async def test_a_rule_that_has_too_little_room_beside_another_is_not_said_to_fail_alone(store: FakeStore) -> None:
    done = await ran(
        solving(store), plan({"at_least": 3}, {"each": {}, "at_most": 0}, {"across": "region", "at_most": 1})
    )
    assert done.failure is not None
    assert "cannot be kept with the candidates and the room that rule 2 leaves; loosen one of them." in done.failure


async def test_a_rule_that_fails_by_itself_is_said_to_fail_alone(store: FakeStore) -> None:
    elsewhere = {"including": {"region": "arab-states"}, "at_most": 0}
    no_more_than_anyway = {"each": {"region": "africa"}, "at_most": 1}
    ordered = plan({"including": {"region": "africa"}, "at_least": 3}, elsewhere, no_more_than_anyway)
    done = await ran(solving(store), ordered)
    assert done.failure is not None
    assert done.failure.endswith("Rule 1 cannot be kept even alone, with these members and candidates; loosen it.")


BEYOND: dict[str, Any] = {"name": "beyond", "each": {"region": "africa"}, "across": "region", "at_least": 1}


async def test_each_city_gets_a_partner_outside_its_region_and_the_proof_is_checked(store: FakeStore) -> None:
    running = solving(store)
    done = await ran(running, plan(BEYOND, {"at_most": 2}))
    assert between_regions(await running.draft_pairs(done.round_id)) == 2
    view = RoundView.of(done)
    assert view.rules[0].rule == (
        "At least 1 twinning with cities outside its region for each city of Africa, as far as it has room and "
        "candidates."
    )
    assert (view.rules[0].told or "").startswith("Rule 1 “beyond”: kept for all 2 cities")


async def test_partners_outside_the_region_that_another_rule_leaves_no_room_for_are_told(store: FakeStore) -> None:
    done = await ran(solving(store), plan(BEYOND, {"name": "one", "at_most": 1}))
    assert done.status is RoundStatus.FAILED
    assert done.failure is not None
    assert done.failure.endswith(
        "In conflict: rule 1 “beyond” and rule 2 “one”. That they cannot hold together is proved; loosen one of them."
    )


async def test_cities_without_a_candidate_outside_their_region_are_told(store: FakeStore) -> None:
    done = await ran(solving(store), plan(BEYOND, {"across": "region", "at_most": 0}))
    rule = RoundView.of(done).rules[0]
    assert rule.told == "Rule 1 “beyond”: none of 2 cities can have as many as it asks for; it asked less of them."
    assert (rule.holds, rule.cannot) == (True, 2)


async def test_a_pair_that_must_be_chosen_and_is_ruled_out_is_told_by_name(store: FakeStore) -> None:
    running = instance(store)
    ordered = plan({"name": "apart", "across": "region", "at_most": 0})
    ordered = RoundPlan(book=ordered.book, must=(("city-0", "city-2"),))
    done = await ran(running, ordered)
    assert done.failure == "City-0 and City-2 must be paired, but rule 1 “apart” rules them out; drop one of the two."


async def test_improving_keeps_the_rules_and_an_edit_that_breaks_one_is_told(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"across": "region", "at_most": 1}))
    rules = KeptRules.of(done)
    assert rules is not None
    market = await running.surroundings.markets.current(running.clock().date())

    async def broken() -> list[str]:
        async with running.unit_of_work() as uow:
            return list(rules.broken(await uow.drafts.numbers(done.round_id), market))

    assert await broken() == []
    await running.edit(done.round_id, Act.PIN, ("city-0", "city-2"))
    await running.edit(done.round_id, Act.PUT_IN, ("city-1", "city-3"))
    assert await broken() == ["Rule 1: 2 twinnings, at most 1 allowed; it does not hold."]
    with pytest.raises(ContradictoryRules, match="undo some of it"):
        await running.improve(done.round_id)
    await running.undo_edit(done.round_id)
    await running.improve(done.round_id)
    assert await broken() == []
    assert between_regions(await running.draft_pairs(done.round_id)) == 1


async def test_pins_that_leave_no_permitted_choice_are_told(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"across": "region", "at_most": 1}))
    await running.edit(done.round_id, Act.PIN, ("city-0", "city-2"))
    await running.edit(done.round_id, Act.PIN, ("city-1", "city-3"))
    with pytest.raises(
        ContradictoryRules, match="around what is pinned, published and edited no choice keeps the rules"
    ):
        await running.improve(done.round_id)


async def test_a_publication_that_keeps_the_rules_is_certified_under_them(store: FakeStore) -> None:
    running = Instance(
        store, network_of(states()), SendingPolicy.HOLD, TestClock(), AssignmentSolver(), undo_window=timedelta(days=1)
    )
    done = await ran(running, plan({"across": "region", "at_most": 1}, {"at_least": 2}))
    published = await running.publish(done.round_id)
    assert published.unkept == ([], [])
    packed = await running.certificate(done.round_id)
    assert packed is not None
    certificate = read(gzip.decompress(packed))
    assert len(certificate.problem.rules) == 2
    assert check(certificate).is_proved


async def test_a_part_of_a_draft_breaks_no_rule_that_the_rest_keeps_and_is_certified_without(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"name": "both", "at_least": 2}))
    assert (await running.plan(done.round_id)).unkept == ([], [])
    some = sorted(await running.draft_pairs(done.round_id))[:1]
    only = [tuple(holder.removeprefix("city/") for holder in pair) for pair in some]
    published = await running.publish(done.round_id, [(one, other) for one, other in only])
    assert published.unkept == ([], ["Rule 1 “both”: At least 2 pairs."])
    packed = await running.certificate(done.round_id)
    assert packed is not None
    assert check(read(gzip.decompress(packed))).is_proved
    assert (await running.plan(done.round_id)).unkept == ([], []), "with the rest the rule is kept"


async def test_a_publication_of_a_draft_that_breaks_a_rule_says_so(store: FakeStore) -> None:
    running = instance(store)
    done = await ran(running, plan({"name": "both", "at_least": 2}))
    first, second = sorted(await running.draft_pairs(done.round_id))
    one, other = ((a.removeprefix("city/"), b.removeprefix("city/")) for a, b in (first, second))
    await running.edit(done.round_id, Act.LEAVE_OUT, one)
    broken = ["Rule 1 “both”: 1 pair, at least 2 asked for; it does not hold."]
    assert (await running.plan(done.round_id, [other])).unkept == (broken, [])


async def test_a_rule_that_names_nobody_is_refused_when_the_round_is_ordered(store: FakeStore) -> None:
    running = instance(store)
    await running.order(plan({"including": {"id": "city-0"}, "at_most": 1}))
    with pytest.raises(UnknownMember, match=r"^Rule 2 “him” names city-9, and there is no such member\.$"):
        await running.order(plan({"at_most": 1}, {"name": "him", "each": {"id": ["city-1", "city-9"]}, "at_most": 1}))
