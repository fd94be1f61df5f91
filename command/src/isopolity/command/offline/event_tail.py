"""Events read from a broker and printed, as lines for people or as JSON for programs.

Invariant: no consumer group is joined and no offset is committed.
"""

import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import typer

from isopolity.command.console import print_line
from isopolity.command.failure import ExitCode, Failure, Misuse, require_known
from isopolity.contracts.catalogue import TOPICS
from isopolity.contracts.event_types import whole_name
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import MessageBroker, Reader, Record
from isopolity.messaging.errors import MessagingError
from isopolity.web.operations.event_questions import moment_asked_for

_NAMES: Final = tuple(topic.name for topic in TOPICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The events to show: those of `topics`, with this `key`, not older than `since` (milliseconds since 1970).

    Without `since` the `last` ones that have passed come first.
    """

    topics: Sequence[str]
    key: str | None
    since: int | None
    last: int

    @classmethod
    def parse(cls, topics: Sequence[str], *, key: str | None, since: str | None, last: int) -> Self:
        """The selection that the options make. Raises Failure for an unknown topic and for a wrong time."""
        moment = None if since is None else int(_moment(since).timestamp() * 1000)
        return cls(topics=[_topic(name) for name in topics] or _NAMES, key=key, since=moment, last=last)

    def takes(self, record: Record) -> bool:
        """Whether `record` has the key and the age that are asked for."""
        return (self.key is None or record.key == self.key) and (self.since is None or record.timestamp >= self.since)


async def tail_events(selection: Selection, data: Path, *, follow: bool, as_json: bool) -> None:
    """Print past events in the order of time and, if `follow`, those that come. Raises Failure."""
    show = _print_json if as_json else _print_line
    try:
        async with broker(data) as opened, opened.reader(selection.topics) as reader:
            for record in await _backlog(reader, selection):
                show(record)
            while follow:
                for batch in await reader.fetch(limit=500, timeout=5):
                    for record in filter(selection.takes, batch.records):
                        show(record)
    except MessagingError as error:
        raise Failure(f"The broker cannot be read: {str(error).rstrip('.')}.", ExitCode.UNREACHABLE) from error


@asynccontextmanager
async def broker(data: Path) -> AsyncIterator[MessageBroker]:
    """The broker that the settings name; the embedded one is opened to read only. Raises Failure if it has no log."""
    from isopolity.configuration.settings import Settings
    from isopolity.runtime.connections import EMBEDDED_LOG, look_at_broker

    settings = Settings(data=data)
    if settings.embedded and not (data / EMBEDDED_LOG).exists():
        raise Failure(f"There is no event log in {data}; start `isopolity up` first, or name its folder with --data.")
    async with look_at_broker(settings) as opened:
        yield opened


async def _backlog(reader: Reader, selection: Selection) -> list[Record]:
    ends = await reader.end_offsets()
    if selection.since is None and selection.key is None:
        await reader.seek({place: max(0, end - selection.last) for place, end in ends.items()})
    passed: list[Record] = []
    while any(at < ends[place] for place, at in (await reader.position()).items()):
        for batch in await reader.fetch(limit=1000, timeout=1):
            passed.extend(filter(selection.takes, batch.records))
    passed.sort(key=lambda record: record.timestamp)
    return list(deque(passed, maxlen=selection.last if selection.since is None else None))


def _print_json(record: Record) -> None:
    described = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "time": _time(record).isoformat(),
        "key": record.key,
        "headers": {name: value.decode("utf-8", "replace") for name, value in record.headers},
        "data": _data(record),
    }
    typer.echo(json.dumps(described, ensure_ascii=False))


def _print_line(record: Record) -> None:
    name = next((value.decode("utf-8", "replace") for key, value in record.headers if key == "ce_type"), record.topic)
    short = name.removeprefix("isopolity.").removesuffix(".v1")
    value = json.dumps(_data(record), ensure_ascii=False)
    print_line(f"{_time(record).astimezone():%H:%M:%S} {short:<32} {record.key} {value}")


def _data(record: Record) -> object:
    if record.value is None:
        return None
    try:
        data: object = json.loads(record.value)
    except (ValueError, RecursionError):
        return record.value.decode("utf-8", "replace")
    return data


def _time(record: Record) -> datetime:
    return record.written_at or datetime.fromtimestamp(0, UTC)


def _topic(name: str) -> str:
    short = name.removeprefix("isopolity.")
    return whole_name(require_known("topic", short, [each.removeprefix("isopolity.") for each in _NAMES]))


def _moment(text: str) -> datetime:
    if (moment := moment_asked_for(text, system_clock())) is None:
        raise Misuse(f"--since {text} is no time; write 90s, 15m, 2h, 3d, or e.g. 2026-11-25T14:00.")
    return moment
