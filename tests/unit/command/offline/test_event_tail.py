"""Which events `isopolity events tail` shows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from isopolity.command.failure import ExitCode, Failure
from isopolity.command.offline.event_tail import Selection, tail_events
from isopolity.contracts.catalogue import TOPICS
from isopolity.messaging.broker import Message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.runtime.connections import EMBEDDED_LOG

CITY = "isopolity.registry.city"


def selection(**options: object) -> Selection:
    values = {"topics": ["registry.city"], "key": None, "since": None, "last": 10, **options}
    return Selection.parse(**values)  # type: ignore[arg-type] # a test's shorthand


async def shown(data: Path, capsys: pytest.CaptureFixture[str], chosen: Selection) -> list[int]:
    capsys.readouterr()
    await tail_events(chosen, data, follow=False, as_json=True)
    return [json.loads(line)["data"]["n"] for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
async def log(tmp_path: Path) -> Path:
    """A log of thirty events, one a minute."""
    moments = iter(range(100))

    def clock() -> datetime:
        return datetime(2026, 11, 25, 10, next(moments), tzinfo=UTC)

    async with EmbeddedBroker.opened(tmp_path / EMBEDDED_LOG, clock) as broker:
        await broker.ensure_topics(TOPICS)
        async with broker.producer() as producer:
            for n in range(30):
                await producer.publish([Message(CITY, f"city-{n}", json.dumps({"n": n}).encode())])
    return tmp_path


async def test_last_events_are_shown_in_the_order_of_time(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await shown(log, capsys, selection(last=4)) == [26, 27, 28, 29]


async def test_one_aggregate_is_followed_by_its_key(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await shown(log, capsys, selection(key="city-3")) == [3]


async def test_everything_since_a_moment_is_shown(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(await shown(log, capsys, selection(since="2026-11-25T10:00:00+00:00", last=2))) == 30


async def test_line_for_a_person_names_type_key_and_data(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    await tail_events(selection(last=1), log, follow=False, as_json=False)
    assert "isopolity.registry.city".removeprefix("isopolity.") in (line := capsys.readouterr().out)
    assert 'city-29 {"n": 29}' in line


@pytest.mark.parametrize("options", [{"topics": ["registry.town"]}, {"since": "yesterday"}])
def test_wrong_option_is_a_usage_error(options: dict[str, object]) -> None:
    with pytest.raises(Failure) as caught:
        selection(**options)
    assert caught.value.code is ExitCode.USAGE


async def test_folder_without_a_log_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="There is no event log"):
        await tail_events(selection(), tmp_path, follow=False, as_json=True)
