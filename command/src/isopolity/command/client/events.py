"""Events, requested from the services that publish them, and printed; masked, unless a reason is given.

Invariant: the content of a record is printed as JSON, so that no terminal takes it for a command.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import typer

from isopolity.client.operations import events
from isopolity.client.operations.models import EventsAnswer, SeenRecord, UnmaskOrder
from isopolity.command.client.http_client import Client
from isopolity.command.console import fields_of, print_line
from isopolity.command.failure import Misuse, first_of, require_known, wrong_use
from isopolity.contracts.catalogue import EVENT_TOPICS
from isopolity.contracts.event_types import whole_name
from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.scanning.conditions import WrongCondition
from isopolity.messaging.scanning.query import topics_with_fields
from isopolity.messaging.scanning.windows import read_places, written_places

_PREFIX: Final = "isopolity."
_PRODUCERS: Final = {topic.name: topic.producer for topic in EVENT_TOPICS}
_WAIT: Final = 10
"""Seconds that a service waits for an event."""
_STOPPED: Final = {
    "records": "stopped at its limit of records",
    "bytes": "stopped at its limit of bytes",
    "size": "stopped at its limit of bytes",
    "seconds": "stopped at its limit of time",
    "memory": "stopped at its limit of memory",
    "broker": "lost the broker while it read",
    "unreadable": "came to a record that cannot be read",
    "broken": "broke while it read",
}
"""Why a service did not read all records; a larger --limit gets the rest of a full list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are wanted: of these topics, and with the filters of `order`; masked where it has no reason."""

    topics: Sequence[str]
    order: UnmaskOrder
    after: Mapping[str, str] = field(default_factory=dict)
    """The place from which each service goes on."""

    @classmethod
    def of(cls, topics: Sequence[str], order: UnmaskOrder) -> "Wanted":
        """Read the options. Where no topic is named all are asked that have the fields of the conditions.

        Raises Failure for a topic that no service publishes, and for conditions that no topic can fit.
        """
        full = [whole_name(name) for name in topics]
        for name in full:
            require_known("topic", name.removeprefix(_PREFIX), [each.removeprefix(_PREFIX) for each in _PRODUCERS])
        try:
            return cls(topics=topics_with_fields(full or list(_PRODUCERS), order.where), order=order)
        except WrongCondition as error:
            raise Misuse(str(error)) from None

    @property
    def services(self) -> Sequence[str]:
        """The services that publish the wanted topics."""
        return list(dict.fromkeys(_PRODUCERS[name] for name in self.topics))


def print_events(client: Client, wanted: Wanted, *, as_json: bool, empty: str = "") -> Wanted:
    """Print what fits, or to stderr `empty` where nothing does; returns what is wanted after that. Raises Failure."""
    with wrong_use():
        answers = {service: _asked(client, wanted, service) for service in wanted.services}
    found = [event for answer in answers.values() for event in answer.events]
    found.sort(key=lambda event: (event.at, event.topic, event.partition, event.offset))
    limit, is_from_the_end = wanted.order.limit, wanted.order.begin == "end"
    for event in found[-limit:] if is_from_the_end else found[:limit]:
        _print(event, as_json=as_json)
    if empty and not found:
        typer.echo(empty, err=True)
    left_out = [] if is_from_the_end else found[limit:]
    for service, answer in answers.items():
        if answer.stopped in _STOPPED:
            why = _STOPPED[answer.stopped]
            typer.echo(f"{service} {why}, after {answer.read:,} records; ask for less.", err=True)
    return replace(wanted, after={service: _after(answer.newer, left_out) for service, answer in answers.items()})


def find_event(client: Client, place: str, reason: str) -> SeenRecord:
    """The event at `topic/partition/offset`. Raises Failure where there is none."""
    topic, _, rest = place.partition("/")
    partition, _, offset = rest.partition("/")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise Misuse(f"{place} is not a position; write it as topic/partition/offset.")
    order = UnmaskOrder(begin="offset", partition=int(partition), offset=int(offset), limit=1, reason=reason)
    wanted = Wanted.of([topic], order)
    (service,) = wanted.services
    found = (event for event in _asked(client, wanted, service).events if event.offset == int(offset))
    return first_of(found, f"There is no event at {place}: it was replaced by a newer one, or is no longer kept.")


def follow_events(client: Client, wanted: Wanted, *, as_json: bool) -> Iterator[None]:
    """Print what comes, without an end; a step for each question. Raises Failure."""
    wait = _WAIT if len(wanted.services) == 1 else 1
    while True:
        for service in wanted.services:
            answer = _asked(client, wanted, service, wait=wait)
            for event in answer.events:
                _print(event, as_json=as_json)
            wanted = replace(wanted, after={**wanted.after, service: answer.newer})
            yield


def _after(newer: str, left_out: Sequence[SeenRecord]) -> str:
    """The place from which to go on, so that no event is missed."""
    if not newer:
        return newer
    places = read_places(newer)
    for event in left_out:
        place = TopicPartition(event.topic, event.partition)
        if place in places:
            places[place] = min(places[place], event.offset)
    return written_places(places)


def _asked(client: Client, wanted: Wanted, service: str, *, wait: float | None = None) -> EventsAnswer:
    topics = [name for name in wanted.topics if _PRODUCERS[name] == service]
    fields = wanted.order.model_dump(exclude_unset=True) | {"topic": topics, "wait": wait}
    fields["after"] = wanted.after.get(service)
    given = {name: value for name, value in fields.items() if value not in (None, [], "")}
    if wanted.order.reason:
        return client.send(events.unmask(service, UnmaskOrder.model_validate(given)))
    return client.send(events.list(service, **given))


def _print(event: SeenRecord, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(fields_of(event), ensure_ascii=False))
        return
    name = (event.type or event.topic).removeprefix(_PREFIX).removesuffix(".v1")
    place = f"{event.topic.removeprefix(_PREFIX)}/{event.partition}/{event.offset}"
    print_line(f"{event.at:%Y-%m-%d %H:%M:%S} {name:<28} {place:<26} {_data_of(event)}")


def _data_of(event: SeenRecord) -> str:
    """The data of an event on one line."""
    if event.is_tombstone:
        return "its key has been deleted"
    content = event.text if event.data is None else event.data
    return "masked: it does not fit its contract" if content is None else _harmless(content)


def _harmless(value: object) -> str:
    """The value as JSON, in which what is no printable character is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
