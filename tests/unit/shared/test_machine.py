"""Days in the zones of their readers, and long work in turns."""

import asyncio
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from isopolity.machine.clock import day_in, end_of_day, in_words, is_zone, moment_of, uuid7, zone
from isopolity.machine.turns import Turns, at_once, in_turns

ZONES = sorted(name for name in available_timezones() if is_zone(name))
CHANGES = [datetime(2026, month, day, 12, tzinfo=UTC) for month, day in ((3, 7), (3, 28), (10, 24), (10, 31))]
"""Eves of days on which clocks are put forward or back somewhere."""


@pytest.mark.parametrize("hours", [0, 11, 23])
def test_the_end_of_a_day_is_a_second_before_the_next_one_begins_in_every_zone(hours: int) -> None:
    for start in CHANGES:
        moment = start + timedelta(hours=hours)
        for name in ZONES:
            for later in (0, 1, 21):
                end = end_of_day(moment, name, days=later)
                assert day_in(end, name) == day_in(moment, name) + timedelta(days=later), name
                assert day_in(end + timedelta(seconds=1), name) == day_in(end, name) + timedelta(days=1), name


def test_where_clocks_are_put_back_at_midnight_the_second_of_two_hours_counts() -> None:
    end = end_of_day(datetime(2026, 10, 31, 12, tzinfo=UTC), "America/Havana")  # put back at 01:00 on 1 November
    assert end == datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC)
    end = end_of_day(datetime(2026, 10, 29, 12, tzinfo=UTC), "Africa/Cairo")  # put back at 24:00, to 23:00
    assert end == datetime(2026, 10, 29, 21, 59, 59, tzinfo=UTC)
    assert end.astimezone(ZoneInfo("Africa/Cairo")).fold == 1


@pytest.mark.parametrize("name", [None, "", "Mars/Olympus", "../etc/passwd", "localtime", "Europe", "x" * 64])
def test_what_is_no_zone_counts_as_utc(name: str | None) -> None:
    assert not is_zone(name)
    assert zone(name) is UTC
    assert end_of_day(datetime(2026, 12, 22, 9, tzinfo=UTC), name) == datetime(2026, 12, 22, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("America/Los_Angeles", "22 December 2026, 23:59 (Los Angeles time)"),
        ("America/Argentina/Buenos_Aires", "23 December 2026, 04:59 (Buenos Aires time)"),
        ("Etc/GMT+5", "23 December 2026, 02:59 (UTC-05:00)"),
        ("UTC", "23 December 2026, 07:59 (UTC)"),
        (None, "23 December 2026, 07:59 (UTC)"),
    ],
)
def test_a_moment_in_words_names_day_hour_and_zone(name: str | None, told: str) -> None:
    assert in_words(datetime(2026, 12, 23, 7, 59, 59, tzinfo=UTC), name) == told


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def _noting(clock: _Clock, ran: list[float]) -> None:
    while True:
        ran.append(clock.now)
        await asyncio.sleep(0)


async def _work(clock: _Clock, steps: int) -> None:
    turns = Turns(1.0, clock)
    for _ in range(steps):
        await turns.over()
        clock.now += 0.25


async def test_others_run_once_a_turn_is_over_and_not_before() -> None:
    clock, ran = _Clock(), list[float]()
    task = asyncio.create_task(_noting(clock, ran))
    await _work(clock, 10)
    task.cancel()
    assert sorted(set(ran)) == [0.0, 1.0, 2.0]


async def test_many_with_long_work_hold_others_up_for_one_turn_together() -> None:
    clock, ran = _Clock(), list[float]()
    task = asyncio.create_task(_noting(clock, ran))
    await asyncio.gather(*(_work(clock, 10) for _ in range(8)))
    task.cancel()
    assert clock.now == 8 * 10 * 0.25
    assert max(after - before for before, after in pairwise(ran)) <= 1.0


async def test_a_task_that_is_cancelled_while_it_waits_for_its_turn_stops_nobody() -> None:
    clock = _Clock()
    first, second = asyncio.create_task(_work(clock, 3)), asyncio.create_task(_work(clock, 3))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert first.cancelled()
    assert clock.now == 3 * 0.25


async def test_a_generator_is_gone_through_to_what_it_returns() -> None:
    def steps() -> Generator[None, None, str]:
        yield
        yield
        return "done"

    assert await in_turns(steps()) == at_once(steps()) == "done"


def test_an_id_tells_when_it_was_made_only_where_it_has_a_time() -> None:
    of_rfc_9562 = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert moment_of(of_rfc_9562) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert moment_of(uuid7()) is not None
    for other in ("r1", "", "6f1f3c4e-8f4b-4b6a-9a53-1c2d3e4f5a6b"):
        assert moment_of(other) is None
