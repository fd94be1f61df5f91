"""Lists, reminders and bulk acts of staff on open proposals are the same, whatever the other side has answered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.two_sides.acts import answer
from tests.support.two_sides.cast import appear
from tests.support.two_sides.views import Views, seen_by, signed_in
from tests.support.two_sides.world import opened

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]


async def seen_after(choice: str | None, folder: Path) -> tuple[dict[str, Any], Views]:
    """What staff reads of the side that did not answer, and what that side sees after a reminder and a bulk act."""
    async with opened(folder) as world:
        cast = await appear(world)
        pair = cast.pairs[0]
        if choice is not None:
            await answer(world, pair, pair.acting, choice=choice)
        member_id = pair.observing.member_id
        reminder = {"member_ids": [member_id]}
        listed = await world.ask("GET", f"/notify/v1/listed-members?ids={member_id}&with_open_proposals=true")
        row = {name: value for name, value in listed["items"][0].items() if name != "member_id"}
        previewed, reminded = [
            await world.ask("POST", f"/notify/v1/nudges{query}", reminder) for query in ("?dry_run=true", "")
        ]
        assert (reminded["outcomes"], previewed) == ({member_id: "reminded"}, reminded)
        await world.quiet()
        async with signed_in(world, pair.observing) as browser:
            found = {f"reminded: {name}": view for name, view in (await seen_by(world, pair, cast, browser)).items()}
            taken = {"proposal_ids": [pair.proposal_id]}
            done = await world.ask("POST", "/matching/v1/proposals/take-back", taken)
            assert done == {"taken_back": 1}, "a proposal is open until its days have ended"
            await world.quiet()
            after = await seen_by(world, pair, cast, browser)
            return row, found | {f"taken back: {name}": view for name, view in after.items()}


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
    row, expected = await seen_after(None, folders())
    assert (row["open_proposals"], row["answered_on"]) == (1, None)
    assert any("taken back: " in name and "mail" in name for name in expected)
    for choice in ("yes", "later", "no"):
        also_row, found = await seen_after(choice, folders())
        assert also_row == row, choice
        assert found.keys() == expected.keys()
        assert [name for name, view in found.items() if view != expected[name]] == [], choice
