"""The history, written into an empty data folder before the demo network is loaded into it.

Invariant: it is written from the beginning to the end or not at all: what a killed process left is deleted first. So
nobody has seen it, and no mail of it went out.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from isopolity.command.console import Progress
from isopolity.command.data_folder import NetworkKeys
from isopolity.command.hosting.history import desk
from isopolity.command.hosting.history.joining import Files, join
from isopolity.command.hosting.history.past import Past, open_past
from isopolity.command.hosting.history.rounds import end_some, hold_round
from isopolity.command.hosting.history.script import Script

_STORES: Final = ("registry.db", "matching.db", "notify.db", "portal.db", "broker.db")

_LAST: Final = 0.01
"""So many days before the start this past ends."""

Happening = tuple[float, Callable[[], Awaitable[None]]]
"""So many days before the start, and what happens then."""


async def write_history(
    script: Script, files: Files, data: Path, url: str, keys: NetworkKeys, *, start: datetime, progress: Progress
) -> None:
    """Live through the script up to `start`. Raises Failure where the services refuse something."""
    _empty(data)
    first = max(wave.days for wave in script.joining)
    async with open_past(data, url, keys, start, first) as past:
        happenings = list(_happenings(script, past, files))
        progress.step("Writing history", len(happenings))
        for number, (_, happen) in enumerate(sorted(happenings, key=lambda each: -each[0])):
            await happen()
            progress.done(number + 1)
        past.move(_LAST)
        await past.settle()  # reminders of what is due soon went out, too


def _empty(data: Path) -> None:
    """Delete the stores that a killed process left."""
    for name in _STORES:
        for file in data.glob(f"{name}*"):
            file.unlink()


def _happenings(script: Script, past: Past, files: Files) -> Iterator[Happening]:
    for number, wave in enumerate(script.joining):
        yield wave.days, partial(join, past, wave, script.joining[: number + 1], files)
    for seed, plan in enumerate(script.rounds):
        yield plan.days, partial(hold_round, past, plan, seed, script.reasons)
    for ends in script.ends:
        yield ends.days, partial(end_some, past, ends)
    for application in script.applications:
        yield application.days, partial(desk.apply, past, application)
    for change in script.changes:
        yield change.days, partial(desk.wish, past, change)
    for programme in script.programmes:
        yield programme.days, partial(desk.add_programme, past, programme)
    for listed in script.shortlist:
        yield listed.days, partial(desk.keep_on_list, past, listed)
