"""Requests for a service's events over HTTP, the query that each makes, and a sentence for each wrong parameter.

Invariant: a service is asked for the topics that it publishes, and answers for no other.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.catalogue import TOPICS, published_by
from isopolity.contracts.event_types import whole_name
from isopolity.contracts.seen_events import VISIBLE_HEADERS
from isopolity.messaging.broker import Bounds, TopicPartition
from isopolity.messaging.generations import Generation, generation_of
from isopolity.messaging.scanning.conditions import WrongCondition, moment_of
from isopolity.messaging.scanning.query import Place, Query, type_named
from isopolity.messaging.scanning.windows import WrongPlaces, read_places
from isopolity.web.problems import FieldProblem, Problem, invalid

Text = Annotated[str, Field(max_length=300, pattern="^[^\x00-\x1f]*$")]
_SPAN: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_TOPICS: Final = {topic.name: topic for topic in TOPICS}


class EventsQuestion(BaseModel):
    """Query parameters of a request for events; those that are left out do not filter."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    topic: list[Text] = Field(default=[], max_length=30)
    """Topics that the service publishes, such as `isopolity.registry.city`; all of them by default."""
    begin: Literal["end", "start", "offset", "time"] = "end"
    """Where to begin: from the end, the newest events come first; from elsewhere, the oldest."""
    partition: int | None = Field(default=None, ge=0, le=10_000)
    """The partition of one topic, with `begin=offset`."""
    offset: int | None = Field(default=None, ge=0)
    time: Text | None = None
    """With `begin=time`: a date or a time in ISO 8601, in UTC without an offset, or `90s`, `15m`, `2h`, `3d` ago."""
    before: Annotated[str, Field(max_length=4_000)] | None = None
    """The `older` of an answer: returns the events before that answer's."""
    after: Annotated[str, Field(max_length=4_000)] | None = None
    """The `newer` of an answer: returns the events after that answer's."""
    wait: float = Field(default=0, ge=0, le=10)
    """With `after`: seconds to wait for an event if there is no new one yet."""
    key: Text | None = None
    type: Text | None = None
    """The name of an event type, or `unfit` for records that fit no contract."""
    header: Text | None = None
    """`NAME=VALUE` of a header of the event."""
    correlation: Text | None = None
    """The `X-Correlation-ID` of the request that caused the events."""
    where: list[Annotated[str, Field(max_length=500)]] = Field(default=[], max_length=10)
    """Conditions on fields, all of which hold: `stage = closed`, `sides.member_id = espoo`, `population > 100000`."""
    limit: int = Field(default=50, ge=1, le=2_000)
    """The most events to return."""


def query_of(
    question: EventsQuestion, service: str, now: datetime, generation: Generation, *, unmasked: bool = False
) -> Query:
    """The query for `question`. Raises Problem, with sentences that say what to change."""
    topics = _topics(question.topic, service)
    _check_choices(question, topics, generation)
    header = None if question.header is None else _header(question.header, unmasked=unmasked)
    query = Query(
        topics=topics,
        backwards=question.before is not None or (question.after is None and question.begin == "end"),
        places=_places(question, topics, generation),
        since=_since(question, now),
        most=question.limit,
        key=question.key or None,
        type=_type(question.type),
        header=header,
        correlation=question.correlation or None,
        where=tuple(text for text in question.where if text.strip()),
        unmasked=unmasked,
    )
    try:
        assert query.conditions is not None  # noqa: S101 - they are parsed when they are first looked at
    except WrongCondition as error:
        raise _wrong("where", str(error)) from None
    return query


def check_offset(question: EventsQuestion, query: Query, bounds: Mapping[TopicPartition, Bounds]) -> None:
    """Raise Problem if the topic no longer keeps, or does not yet have, the offset of the question."""
    if query.places is None or question.begin != "offset" or question.after or question.before:
        return
    (place,) = query.places
    kept = bounds[TopicPartition(place.topic, place.partition)]
    holds = f"partition {place.partition} of {place.topic} holds {kept.held}"
    if place.offset >= kept.end:
        raise _wrong("offset", f"Nothing was written at the offset {place.offset} yet: {holds}.")
    if place.offset < kept.start:
        raise _wrong("offset", f"The offset {place.offset} is no longer kept: {holds}.")


def places_of(query: Query) -> Mapping[TopicPartition, int]:
    """The places of a query, by partition."""
    return {TopicPartition(each.topic, each.partition): each.offset for each in query.places or ()}


def _topics(names: Sequence[str], service: str) -> tuple[str, ...]:
    published = published_by(service)
    wanted = [whole_name(name) for name in names]
    for name in wanted:
        if name not in published:
            raise _wrong(
                "topic", f"{service} publishes no topic {name}; it publishes {', '.join(published) or 'none'}."
            )
    return tuple(dict.fromkeys(wanted)) or published


def _check_choices(question: EventsQuestion, topics: Sequence[str], generation: Generation) -> None:
    if question.before is not None and question.after is not None:
        raise _wrong("after", "Give before or after, not both.")
    if question.wait and question.after is None:
        raise _wrong("wait", "Waiting needs after: it goes on from there.")
    if question.begin != "offset" or question.before or question.after:
        return
    if len(topics) != 1:
        raise _wrong("offset", "An offset belongs to one topic; choose one.")
    if question.partition is None or question.offset is None:
        raise _wrong("offset", "Give a partition and an offset of it.")
    numbers = generation.numbers(_TOPICS[topics[0]])
    if question.partition < numbers[0]:
        earlier = f"This place is of generation {generation_of(question.partition)} of its topic"
        raise _wrong("partition", f"{earlier}, which is read no longer; generation {generation.number} is.")
    if question.partition not in numbers:
        raise _wrong("partition", f"{topics[0]} has the partitions {numbers[0]} to {numbers[-1]}.")


def _places(question: EventsQuestion, topics: Sequence[str], generation: Generation) -> tuple[Place, ...] | None:
    text, name = (question.before, "before") if question.before is not None else (question.after, "after")
    if text is not None:
        try:
            found = read_places(text)
        except WrongPlaces as error:
            raise _wrong(name, str(error)) from None
        wanted = {TopicPartition(topic, number) for topic in topics for number in generation.numbers(_TOPICS[topic])}
        if found.keys() != wanted:
            raise _wrong(name, "These are places in other topics; follow a link of the list, or begin anew.")
        return tuple(Place(topic=p.topic, partition=p.partition, offset=at) for p, at in found.items())
    if question.begin == "offset" and question.partition is not None and question.offset is not None:
        return (Place(topic=topics[0], partition=question.partition, offset=question.offset),)
    return None


def _since(question: EventsQuestion, now: datetime) -> datetime | None:
    if question.begin != "time" or question.before or question.after:
        return None
    moment = moment_asked_for((question.time or "").strip(), now)
    if moment is None or not 1970 < moment.year < 2200:
        raise _wrong("time", "Give a time such as 2027-03-31T09:10 (in UTC), a date, or 15m, 2h or 3d ago.")
    return moment


def moment_asked_for(text: str, now: datetime) -> datetime | None:
    """The moment of a text: as 2027-03-31T09:10 (in UTC), a date, or 15m, 2h or 3d before `now`; None for others."""
    span = _SPAN.fullmatch(text)
    try:
        return now - timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else moment_of(text)
    except OverflowError:
        return None


def _type(name: str | None) -> str | None:
    if not name:
        return None
    found = type_named(name)
    if found is None:
        raise _wrong(
            "type", f"The catalogue knows no event type {name}; the page of contracts lists those that it knows."
        )
    return found


def _header(text: str, *, unmasked: bool) -> tuple[str, str] | None:
    name, sign, value = text.partition("=")
    if not text.strip():
        return None
    if not sign or not name.strip():
        raise _wrong("header", "Write a header as NAME=VALUE, such as ce_source=urn:isopolity:registry.")
    if not unmasked and name.strip() not in VISIBLE_HEADERS:
        raise _wrong("header", f"This header is masked, or there is none; choose from {', '.join(VISIBLE_HEADERS)}.")
    return name.strip(), value.strip()


def _wrong(field: str, sentence: str) -> Problem:
    return invalid([FieldProblem(pointer=field, detail=sentence)])
