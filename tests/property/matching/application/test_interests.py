"""Whatever others do, the asker of an introduction observes the same until both agree or its day has passed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.event_types import CITY_WITHDRAWN
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.examples import examples
from tests.support.matching.introductions import Introductions, introductions
from tests.support.matching.service import city

ASKER, OTHER = "city-0", "city-1"
DAYS = 60
Act = Callable[[Introductions], Awaitable[Any]]


async def asked_for(network: Introductions) -> Proposal | None:
    """The proposal that the asker's interest became, if it did."""
    return next((one for one in await network.proposals() if one.asked_by is not None), None)


def answering(answer: str) -> Act:
    async def act(network: Introductions) -> None:
        proposal = await asked_for(network)
        if proposal is not None and proposal.is_out:
            await network.answer(proposal.proposal_id, "b", answer)

    return act


async def take_back(network: Introductions) -> None:
    await network.take_back([one.proposal_id for one in await network.proposals() if one.asked_by and one.is_out])


async def lose_contact(network: Introductions) -> None:
    network.network.put_contact(f"contact-of-{OTHER}", 2, None)


async def leave(network: Introductions) -> None:
    """The worker has seen that the other left; what its leaving makes public is another matter."""
    await network.take_in(CITY_WITHDRAWN, city(OTHER, version=2, status="withdrawn"))


async def be_taken(network: Introductions) -> None:
    """The other side is proposed to a third."""
    third = [one for one in network.new_proposals() if one.pair_key == "city-1:city-2"]
    await network.issue(third)


ACTS: dict[str, Act] = {
    "no": answering("no"),
    "later": answering("later"),
    "pending": answering("pending"),
    "taken back": take_back,
    "no contact": lose_contact,
    "left": leave,
    "taken": be_taken,
    "approved": lambda network: network.approve(),
    "discarded": lambda network: network.discard(),
    "placed": lambda network: network.place(),
}
COURSES = st.lists(st.tuples(st.integers(0, DAYS), st.sampled_from(sorted(ACTS))), max_size=6)


async def observed(folder: Path, policy: SendingPolicy, course: Sequence[tuple[int, str]]) -> list[Any]:
    """All that the asker observes, every tenth day, while the others act on the days of their course."""
    seen = list[Any]()
    async with introductions(folder, policy) as network:
        told = await network.asked(ASKER, OTHER)
        seen.append({name: value for name, value in told.items() if name != "interest_id"})
        for day in range(DAYS):
            for _, name in (each for each in course if each[0] == day):
                await ACTS[name](network)
            await network.pass_time(1)
            if day % 10 == 0 or day in (21, 22, 34, 35, 36):
                views = await network.views(ASKER, [OTHER])
                views["suggestions"] = [
                    each for each in views["suggestions"] if each["other"]["member_id"] in (OTHER, "city-3")
                ]
                refusal = (await network.ask(ASKER, OTHER)).json()["detail"]
                seen.append((views, (await network.slots()).get("city/city-0", 0), refusal))
        assert not [one for one in await network.proposals() if one.stage is Stage.AGREED]
    return seen


def lived(policy: SendingPolicy, course: Sequence[tuple[int, str]]) -> list[Any]:
    with TemporaryDirectory() as folder:
        return asyncio.run(observed(Path(folder), policy, course))


@cache
def silence() -> list[Any]:
    """What is observed where nobody does anything: it is the same for every example."""
    return lived(SendingPolicy.ROUNDS_ONLY, ())


@pytest.mark.parametrize("policy", [SendingPolicy.ROUNDS_ONLY, SendingPolicy.HOLD], ids=str)
@examples(6)
@given(course=COURSES)
def test_the_asker_observes_the_same_whatever_the_others_do(
    policy: SendingPolicy, course: list[tuple[int, str]]
) -> None:
    assert lived(policy, course) == silence()
