"""The whole life of the proposals of a cast: issued, an act, the observers' answers, the deadline, and after it.

The days to answer of the two sides of each proposal end almost a day apart. A side that asked to be introduced gives no
answer, and gets a mail two weeks after the deadline.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tests.support.two_sides.acts import Act, answer
from tests.support.two_sides.cast import Cast, appear
from tests.support.two_sides.views import Views, seen_by, seen_by_anybody, signed_in
from tests.support.two_sides.world import World, opened

MOMENTS: Final = ("after the act", "before the deadline", "between both days", "after it", "when who asked has heard")


@dataclass(slots=True)
class Life:
    """What observers and strangers saw, by moment; acts are done by the members of some kinds only."""

    seen: dict[str, Views] = field(default_factory=dict)


async def live(act: Act, folder: Path) -> Life:
    """Run the life once, with the act."""
    life = Life()
    async with opened(folder) as world:
        cast = await appear(world, bouncing=act.bouncing)
        for pair in cast.pairs:
            if pair.acting.kind in act.by:
                await act.do(world, pair, cast)
        await _look(MOMENTS[0], life, world, cast)
        for pair in (each for each in cast.pairs if not each.is_asked_for):
            await answer(world, pair, pair.observing, choice="yes" if act.observer_agrees else "later")
        first, last = await _days(world)
        for moment, name in zip(
            (
                first - timedelta(hours=1),
                first + (last - first) / 2,
                last + timedelta(minutes=10),
                last + timedelta(days=15, minutes=10),
            ),
            MOMENTS[1:],
            strict=True,
        ):
            world.clock.now = moment
            await world.settle()
            await _look(name, life, world, cast)
    return life


async def _days(world: World) -> tuple[datetime, datetime]:
    """The ends of the days to answer: the first of all sides, and the last."""
    proposals = (await world.ask("GET", "/matching/v1/proposals"))["items"]
    ends = [datetime.fromisoformat(side["answer_by"]) for each in proposals for side in each["sides"]]
    first, last = min(ends), max(ends)
    assert last - first > timedelta(hours=20), "one side may answer for long after the other"
    return first, last


async def _look(moment: str, life: Life, world: World, cast: Cast) -> None:
    await world.quiet()
    views = dict(await seen_by_anybody(world, cast))
    async with AsyncExitStack() as stack:
        for pair in cast.pairs:
            browser = await stack.enter_async_context(signed_in(world, pair.observing))
            views |= await seen_by(world, pair, cast, browser)
    life.seen[moment] = views
