"""A round learns from settled answers which pairs are liked: it prefers them, and shows nothing of it to members."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.matching.entrypoints.http.rounds.round_schemas import RoundView
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, network_of
from tests.support.matching.service import TestClock, city, need, offer
from tests.support.matching.stored import answered, keep

HEALTH, LITERACY = "cluster.health", "cluster.literacy"
ENOUGH = 160
"""Proposals of each of two pairs, which make more answers than a pair model needs."""


@pytest.fixture
def running() -> Instance:
    """Lyon fits Accra better than Dakar does; all have room for one, and are of the same groups."""
    members = [
        city("accra", country="A1", needs=(need(LITERACY, intensity=5),), offers=(offer(HEALTH, intensity=5),)),
        city("lyon", country="B1", needs=(need(HEALTH, intensity=5),), offers=(offer(LITERACY, intensity=5),)),
        city("dakar", country="C1", needs=(need(HEALTH, intensity=4),), offers=(offer(LITERACY, intensity=4),)),
    ]
    members = [state.model_copy(update={"capacity": 1}) for state in members]
    return Instance(FakeStore(), network_of(members), SendingPolicy.HOLD, TestClock())


def history(running: Instance, number: int, *, settled: bool = True) -> Sequence[Proposal]:
    """Answers of others: they like pairs like Accra and Dakar, and refuse those like Accra and Lyon."""
    drawn = {proposal.pair_key: proposal for proposal in running.new_proposals()}
    of_others = [
        answered(
            replace(
                like,
                proposal_id=f"{pair}-{each}",
                pair_key=f"{pair}-{each}",
                a=replace(like.a, member_id=f"one-{each}-{pair}"),
                b=replace(like.b, member_id=f"other-{each}-{pair}"),
            ),
            answer,
            answer if settled else None,
            settled_days_ago=30 if settled else None,
        )
        for pair, answer in (("accra:dakar", Answer.YES), ("accra:lyon", Answer.NO))
        for like in [drawn[pair]]
        for each in range(number)
    ]
    known = replace(drawn["accra:lyon"], cells=None)
    own = [
        answered(
            replace(
                known,
                proposal_id=f"{one}-{other}",
                pair_key=f"{one}-{other}",
                a=replace(known.a, member_id=one),
                b=replace(known.b, member_id=other),
            ),
            Answer.YES,
            Answer.NO,
            settled_days_ago=30,
        )
        for one, other in (("accra", "lyon"), ("lyon", "dakar"), ("dakar", "accra"))
    ]
    return [*of_others, *own]  # all three have answered alike before, so that none is new


async def pairs_of_round(running: Instance) -> tuple[set[tuple[str, str]], float | None]:
    """The pairs of a round, and which part of what was learned about pairs counted in it."""
    known = await running.order(RoundPlan())
    await running.runner.work()
    return await running.draft_pairs(known.round_id), RoundView.of(await running.round(known.round_id)).influence


LYON, DAKAR = {("city/accra", "city/lyon")}, {("city/accra", "city/dakar")}


async def test_without_answers_the_better_score_is_chosen(running: Instance) -> None:
    assert await pairs_of_round(running) == (LYON, None)


async def test_a_round_prefers_pairs_of_a_kind_that_members_like(running: Instance) -> None:
    await keep(running.unit_of_work, history(running, ENOUGH))
    assert await pairs_of_round(running) == (DAKAR, 1.0)


async def test_too_few_answers_teach_nothing_about_pairs(running: Instance) -> None:
    await keep(running.unit_of_work, history(running, ENOUGH // 4))
    assert await pairs_of_round(running) == (LYON, None)


async def test_an_operator_can_let_rounds_learn_nothing_about_pairs(running: Instance) -> None:
    await keep(running.unit_of_work, history(running, ENOUGH))
    running.runner = replace(running.runner, surroundings=replace(running.surroundings, learns_pairs=False))
    assert await pairs_of_round(running) == (LYON, None)


async def test_answers_to_open_proposals_teach_nothing(running: Instance) -> None:
    await keep(running.unit_of_work, history(running, ENOUGH, settled=False))
    chosen, influence = await pairs_of_round(running)
    assert influence is None
    assert chosen == LYON


async def test_scores_and_reasons_know_nothing_of_what_is_liked(running: Instance) -> None:
    fresh = {proposal.pair_key: proposal for proposal in running.new_proposals()}["accra:dakar"]
    await keep(running.unit_of_work, history(running, ENOUGH))
    draft = await running.run_draft()
    await running.publish(draft.round_id)
    (proposal,) = [each for each in await running.proposals() if each.pair_key == "accra:dakar"]
    assert (proposal.score, proposal.parts) == (fresh.score, fresh.parts)
    assert [side.reasons for side in proposal.sides] == [side.reasons for side in fresh.sides]
