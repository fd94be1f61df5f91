"""Publishing what fits a filter: no pair more, and what was confirmed is what goes out."""

import pytest

from isopolity.matching.application.workflows.drafts.pairs import Wanted
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.proposal import Stage
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import DraftIsClosed
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, network_of
from tests.support.matching.service import TestClock, city, need, offer, partner, programme

PLACES = [("evora", "PT", "europe"), ("porto", "PT", "europe"), ("lima", "PE", "americas"), ("accra", "GH", "africa")]
CITIES = [
    city(
        name,
        country=country,
        region=region,
        needs=(need("cluster.literacy"),),
        offers=(offer("cluster.literacy"),),
        capacity=2,
    )
    for name, country, region in PLACES
]


@pytest.fixture
async def running() -> Instance:
    network, halcyon = network_of(CITIES), partner("halcyon", [programme("reading")])
    network.put_member("partner", "halcyon", 1, "endorsed", halcyon.model_dump_json().encode())
    return Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock())


async def sides(running: Instance) -> list[set[str]]:
    """The members of each proposal that is out."""
    return [{side.member_id for side in each.sides} for each in await running.proposals(Stage.ISSUED)]


@pytest.mark.parametrize(
    ("wanted", "member_id"),
    [
        (Wanted(kind="sponsorship"), "halcyon"),
        (Wanted(country="PE"), "lima"),
        (Wanted(region="africa"), "accra"),
        (Wanted(text="LIM"), "lima"),
    ],
    ids=["kind", "country", "region", "text"],
)
async def test_what_fits_is_published_and_nothing_else(running: Instance, wanted: Wanted, member_id: str) -> None:
    draft = await running.run_draft()
    plan = await running.plan(draft.round_id, fitting=wanted)
    assert 0 < len(plan.ready) < draft.pairs
    done = await running.publish(draft.round_id, token=plan.token, fitting=wanted)
    assert done.published == len(plan.ready)
    found = await sides(running)
    assert len(found) == done.published
    assert all(member_id in each for each in found)


async def test_the_token_of_a_filter_publishes_no_other_pairs(running: Instance) -> None:
    draft = await running.run_draft()
    token = (await running.plan(draft.round_id, fitting=Wanted(country="PE"))).token
    for other in (None, Wanted(region="africa")):
        with pytest.raises(DraftIsClosed):
            await running.publish(draft.round_id, token=token, fitting=other)
    assert await sides(running) == []


async def test_pairs_that_are_left_out_meanwhile_are_looked_at_again(running: Instance) -> None:
    draft = await running.run_draft()
    plan = await running.plan(draft.round_id, fitting=Wanted(kind="twinning"))
    pair, *_ = [tuple(side.member_id for side in each.sides) for each in plan.ready]
    await running.edit(draft.round_id, Act.LEAVE_OUT, (pair[0], pair[1]))
    with pytest.raises(DraftIsClosed):
        await running.publish(draft.round_id, token=plan.token, fitting=Wanted(kind="twinning"))


async def test_what_is_published_or_forbidden_already_fits_no_more(running: Instance) -> None:
    draft = await running.run_draft()
    first = await running.publish(draft.round_id, fitting=Wanted(country="PE"))
    assert first.published
    assert (await running.plan(draft.round_id, fitting=Wanted(country="PE"))).ready == []
