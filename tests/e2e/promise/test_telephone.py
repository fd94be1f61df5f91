"""What staff and contacts read of an answer by telephone is the same to the byte, whatever the other side did."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from tests.support.two_sides.acts import ACTS, NOTHING, Act
from tests.support.two_sides.cast import Pair, appear
from tests.support.two_sides.views import Views, read_by_telephone
from tests.support.two_sides.world import World, opened

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

DONE: Final = ("says yes", "says no", "says no by telephone", "withdraws")


@pytest.mark.parametrize("choice", ["yes", pytest.param("no", marks=pytest.mark.drill)])
def test_an_answer_by_telephone_tells_nothing_of_the_other_side(
    choice: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    new_folder = tmp_path_factory.mktemp
    expected = asyncio.run(call(NOTHING, choice, new_folder("nothing")))
    assert len([name for name in expected if "mail" in name]) >= 3
    for done in DONE:
        found = asyncio.run(call(ACTS[done], choice, new_folder("life")))
        differing = [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
        assert not differing, f"what is read of a call tells that the other {done}"


async def call(act: Act, choice: str, folder: Path) -> Views:
    """What is read of calls of all that observe, after the others' act."""
    seen: dict[str, bytes] = {}
    async with opened(folder) as world:
        cast = await appear(world)
        pairs = [pair for pair in cast.pairs if not pair.is_asked_for]
        for pair in pairs:
            if pair.acting.kind in act.by:
                await act.do(world, pair, cast)
        for pair in pairs:
            seen |= await _called(world, pair, choice)
    return seen


async def _called(world: World, pair: Pair, choice: str) -> Views:
    path = f"/notify/v1/telephone-answers/{pair.proposal_id}/{pair.observing.member_id}"
    line = await world.ask("GET", path)
    order = {"choice": choice, "given_by": "Ana", "taken_by": "Otto", "given_on": line["latest_day"]}
    await world.ask("POST", path, order | {"seen": line["seen"]})
    await world.quiet()
    return await read_by_telephone(world, pair, path)
