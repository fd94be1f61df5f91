"""Reminders and bulk acts of staff on open proposals choose and say the same, whatever the other side has answered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.two_sides.acts import answer
from tests.support.two_sides.cast import appear
from tests.support.two_sides.views import Views, seen_by, signed_in
from tests.support.two_sides.world import opened

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]


async def seen_after(choice: str | None, folder: Path) -> tuple[object, Views]:
    """What staff's reminder counts, and what the side that did not answer sees after it, and after a bulk act."""
    async with opened(folder) as world:
        cast = await appear(world)
        pair = cast.pairs[0]
        if choice is not None:
            await answer(world, pair, pair.acting, choice=choice)
        counted = await world.ask("POST", "/notify/v1/nudges", {"member_ids": [pair.observing.member_id]})
        await world.quiet()
        async with signed_in(world, pair.observing) as browser:
            found = {f"reminded: {name}": view for name, view in (await seen_by(world, pair, cast, browser)).items()}
            taken = {"proposal_ids": [pair.proposal_id]}
            done = await world.ask("POST", "/matching/v1/proposals/take-back", taken)
            assert done == {"taken_back": 1}, "a proposal is open until its days have ended"
            await world.quiet()
            after = await seen_by(world, pair, cast, browser)
            return counted, found | {f"taken back: {name}": view for name, view in after.items()}


@pytest.fixture
def folders(tmp_path: Path) -> Callable[[], Path]:
    """Folders for one life each."""
    numbers = iter(range(9))

    def folder() -> Path:
        made = tmp_path / f"{next(numbers)}"
        made.mkdir()
        return made

    return folder


async def test_a_reminder_and_a_proposal_taken_back_tell_nothing_of_the_other_side(
    folders: Callable[[], Path],
) -> None:
    counted, expected = await seen_after(None, folders())
    assert counted == {"nudged": 1, "already": 0, "without_contact": 0}
    assert any("taken back: " in name and "mail" in name for name in expected)
    for choice in ("yes", "later", "no"):
        also_counted, found = await seen_after(choice, folders())
        assert also_counted == counted
        assert found.keys() == expected.keys()
        assert [name for name, view in found.items() if view != expected[name]] == [], choice
