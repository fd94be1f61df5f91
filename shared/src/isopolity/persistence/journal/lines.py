"""Lines of the journal: made from an event, kept in the outbox as text, written once with the event's place.

A line refers to the members, proposals, partnerships and mails that its event is about; the contracts name the fields
(`EventType.refs`). Invariant: a line holds ids, a type, a moment and a place, and no other value of the event.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import le
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, delete, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import EVENT_TYPES, TOPIC_OF_TYPE
from isopolity.contracts.event import Data, Envelope
from isopolity.contracts.topic import EventType
from isopolity.messaging.broker import Message, Place
from isopolity.persistence.portable_sql import pieces


class Ref(NamedTuple):
    """One thing that an event is about."""

    kind: str
    """`member`, `proposal`, `partnership` or `mail`."""
    id: str


NO_LINE: Final = ""
"""The text for messages without a line: signs of life, watermarks, and messages that are no events."""

_BETWEEN: Final = "\t"
"""Separates the parts of a line, since no id has it."""

_ODD: Final = re.compile(r"[\x00-\x1f\ud800-\udfff]")
"""Characters that no id has: control characters, and halves of surrogate pairs, which databases refuse."""

_LONGEST: Final = (100, 100, 64, 300, 128, 128, 128, 128, 140, 128, 128)
"""The most characters of each part, by the widths of the table's columns."""


class Line(NamedTuple):
    """An event without its value; missing parts are empty."""

    event_id: str
    type: str
    at: str
    """The moment in ISO 8601."""
    subject: str
    """The event's subject, on compacted topics only."""
    member_id: str
    other_member_id: str
    proposal_id: str
    partnership_id: str
    mail_id: str
    correlation_id: str
    causation_id: str


class Placed(NamedTuple):
    """The text of a line, and the place of its event."""

    line: str
    place: Place


def line_of(envelope: Envelope, refs: Sequence[Ref]) -> str:
    """The text of the line of an event; NO_LINE for an event without one."""
    if not EVENT_TYPES[envelope.type].is_journaled:
        return NO_LINE
    lineage = envelope.lineage
    return _text(
        Line(
            envelope.id,
            envelope.type,
            envelope.time.isoformat(),
            envelope.subject if TOPIC_OF_TYPE[envelope.type].compacted else "",
            *_ids(refs),
            lineage.correlation_id,
            lineage.causation_id or "",
        )
    )  # the lineage may come from a client, so it may have any characters


def line_of_message(message: Message) -> str:
    """The text of the line of a message on the log; NO_LINE for one that is no event of its topic, or has no line."""
    headers = {name: value.decode("utf-8", "replace") for name, value in message.headers}
    name, event_id, at = (headers.get(f"ce_{part}", "") for part in ("type", "id", "time"))
    event_type = EVENT_TYPES.get(name)
    if event_type is None or not event_type.is_journaled or TOPIC_OF_TYPE[name].name != message.topic or not event_id:
        return NO_LINE
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return NO_LINE
    if moment.tzinfo is None:
        return NO_LINE
    subject = message.key if TOPIC_OF_TYPE[name].compacted else ""
    refs = _ids(refs_of_json(name, message.key, message.value))
    correlation, causation = headers.get("ce_correlationid") or event_id, headers.get("ce_causationid", "")
    return _text(
        Line(event_id, name, moment.isoformat(), subject, *refs, correlation, causation)
    )  # the headers may have any characters


def _text(line: Line) -> str:
    """The text; without a lineage that is too long for the table, and NO_LINE if another part is too long."""
    if not _has_room(line):
        line = line._replace(correlation_id=line.event_id, causation_id="")
        if not _has_room(line):
            return NO_LINE
    return _BETWEEN.join(line)


def _has_room(line: Line) -> bool:
    return all(map(le, map(len, line), _LONGEST)) and _ODD.search("".join(line)) is None


def _ids(refs: Sequence[Ref]) -> tuple[str, str, str, str, str]:
    first, second, *_ = [*(ref.id for ref in refs if ref.kind == "member"), "", ""]
    others = {ref.kind: ref.id for ref in reversed(refs)}
    return first, second, others.get("proposal", ""), others.get("partnership", ""), others.get("mail", "")


async def move_to_journal(
    connection: AsyncConnection, outbox: Table, journal: Table, ids: Sequence[int], placed: Sequence[Placed]
) -> None:
    """Delete the rows `ids` of the outbox, and write their lines with the places of their events."""
    if connection.dialect.name != "postgresql":
        await connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))
        await keep_lines(connection, journal, placed)
        return
    places = [each.place for each in placed]
    await connection.execute(text(_MOVING), {"ids": list(ids), **_partitions(places)})


async def keep_lines(connection: AsyncConnection, journal: Table, placed: Sequence[Placed]) -> int:
    """Write lines for the events that have none yet; returns how many were written."""
    placed = [each for each in placed if each.line]
    written = 0
    for piece in pieces(placed):
        if connection.dialect.name == "postgresql":
            values = {
                "lines": [each.line for each in piece],
                "topics": [each.place.topic for each in piece],
                **_partitions([each.place for each in piece]),
            }
            result = await connection.execute(text(_KEEPING), values)
        else:
            result = await connection.execute(sqlite.insert(journal).on_conflict_do_nothing(), [*map(_row, piece)])
        written += max(0, result.rowcount)
    return written


def _partitions(places: Sequence[Place]) -> dict[str, list[int | None]]:
    return {
        "partitions": [None if place.offset is None else place.partition for place in places],
        "offsets": [place.offset for place in places],
    }


def _row(placed: Placed) -> dict[str, Any]:
    line, (topic, partition, offset) = Line(*placed.line.split(_BETWEEN)), placed.place
    known = {name: value or None for name, value in line._asdict().items()}
    place = {"topic": topic, "partition": None if offset is None else partition, "offset": offset}
    return {**known, "at": datetime.fromisoformat(line.at), **place}


_COLUMNS: Final = ", ".join(Line._fields)

_PARTS: Final = ", ".join(
    f"part[{number}]{'::timestamptz' if name == 'at' else ''}" for number, name in enumerate(Line._fields, 1)
)

_INSERT: Final = f"""
INSERT INTO journal ({_COLUMNS}, topic, partition, "offset")
SELECT {_PARTS}, topic, partition, place
FROM (
    SELECT string_to_array(line, E'\\t', '') AS part, topic, partition, place FROM placed WHERE line <> ''
    OFFSET 0 -- or else the line would be split once for each of its parts
) AS parts
ON CONFLICT DO NOTHING
"""  # noqa: S608  # names of columns

_MOVING: Final = f"""
WITH placed AS (
    DELETE FROM outbox
    USING unnest(CAST(:ids AS BIGINT[]), CAST(:partitions AS INTEGER[]), CAST(:offsets AS BIGINT[]))
        AS published (number, partition, place)
    WHERE outbox.id = published.number
    RETURNING outbox.line, outbox.topic, published.partition, published.place
) {_INSERT}"""  # noqa: S608  # as above

_KEEPING: Final = f"""
WITH placed AS (
    SELECT * FROM unnest(
        CAST(:lines AS TEXT[]), CAST(:topics AS TEXT[]), CAST(:partitions AS INTEGER[]), CAST(:offsets AS BIGINT[])
    ) AS published (line, topic, partition, place)
) {_INSERT}"""  # noqa: S608  # as above


def refs_of(event_type: str, data: Data) -> Sequence[Ref]:
    """The references of `data`, each once."""
    return _once(EVENT_TYPES[event_type], lambda path: _values(data, path.split(".")))


def refs_of_json(event_type: str, subject: str, value: bytes | None) -> Sequence[Ref]:
    """The references of JSON data about `subject`, each once; values of a wrong type give none.

    The value of an event that refers only to its key, such as a city, is not read.
    """
    known = EVENT_TYPES.get(event_type)
    if known is None or value is None or not known.refs:
        return ()
    if all(path == known.key_field for _, path in known.refs):
        return tuple(Ref(kind, subject) for kind, _ in known.refs)
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    return _once(known, lambda path: _values(data, path.split(".")))


def _once(event_type: EventType, values: Any) -> Sequence[Ref]:
    return tuple(dict.fromkeys(Ref(kind, value) for kind, path in event_type.refs for value in values(path)))


def _values(data: Any, path: Sequence[str]) -> Iterator[str]:
    """The texts at the end of a path of fields, through all items of lists."""
    if isinstance(data, list | tuple):
        for each in data:
            yield from _values(each, path)
    elif not path:
        if isinstance(data, str):
            yield data
    else:
        name, *rest = path
        found = data.get(name) if isinstance(data, dict) else getattr(data, name, None)
        yield from _values(found, rest)
