"""Progress as server-sent events: the state now, each new one, the end; a sign of life where nothing is new."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.entrypoints.http.rounds.rounds import event_stream
from tests.support.matching.service import NOW

WAITING = Round(round_id="r1", plan=RoundPlan(), status=RoundStatus.WAITING, ordered_at=NOW)
RUNNING = replace(WAITING, status=RoundStatus.RUNNING, step="choosing pairs", done=0.5)
FAILED = RUNNING.fail("It could not be.", NOW)


async def names(*states: Round, heartbeat: int = 100) -> list[str]:
    """The events of a stream while the round goes through these states."""
    left: Iterator[Round] = iter(states)

    async def look() -> Round:
        return next(left)

    return [chunk.split("\n")[0] async for chunk in event_stream(look, pause=0, heartbeat=heartbeat)]


async def test_each_new_state_is_told_once_and_the_end_by_its_name() -> None:
    told = await names(WAITING, RUNNING, RUNNING, replace(RUNNING, done=0.9), FAILED)
    assert told == ["event: progress", "event: progress", "event: progress", "event: failed"]


@pytest.mark.parametrize("over", [FAILED, WAITING.cancel(NOW)])
async def test_who_comes_late_is_told_the_end_at_once(over: Round) -> None:
    assert await names(over) == [f"event: {over.status}"]


async def test_where_nothing_is_new_a_comment_shows_that_the_connection_lives() -> None:
    told = await names(*[RUNNING] * 7, FAILED, heartbeat=3)
    assert told == ["event: progress", ": still at it", ": still at it", "event: failed"]
