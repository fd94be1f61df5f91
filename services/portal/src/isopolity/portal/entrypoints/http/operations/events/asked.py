"""The question in the address of a list of events, all of it, so that the address can be kept and passed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from isopolity.client.call import Call
from isopolity.client.operations import events
from isopolity.client.operations.models import EventsAnswer, UnmaskOrder
from isopolity.contracts.catalogue import EVENT_TOPICS
from isopolity.contracts.event_types import SERVICES
from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.scanning.query import topics_with_fields
from isopolity.messaging.scanning.windows import PREFIX, WrongPlaces, read_places, written_places

FIELDS: Final = ("begin", "partition", "offset", "time", "key", "type", "header", "correlation")
"""Fields of the form that a service takes as they are."""
_CHOOSING: Final = ("time", "key", "type", "header", "correlation")
"""Fields that search all topics if no topic is chosen."""
ON_A_PAGE: Final = 30
"""Events on a page."""
_PRODUCERS: Final = {topic.name: topic.producer for topic in EVENT_TOPICS}
_LONGEST: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about events: topics, where to begin, conditions; `before` and `after` are places to go on from.

    Where no topic is chosen, but something else is asked, all topics count that have the fields of the conditions.
    """

    topics: tuple[str, ...]
    fields: Mapping[str, str]
    where: tuple[str, ...] = ()
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> "Asked":
        """The question in this address; names of topics stand in it without their common beginning."""
        names = [PREFIX + name.removeprefix(PREFIX) for name in query.getlist("topic") if name.strip()]
        lines = [line.strip() for text in query.getlist("where") for line in text.splitlines()]
        return cls(
            topics=tuple(dict.fromkeys(name[:200] for name in names))[: len(_PRODUCERS)],
            fields={name: text[:300] for name in FIELDS if (text := query.get(name, "").strip())},
            where=tuple(line[:500] for line in lines if line)[:10],
            before=query.get("before", "")[:_LONGEST],
            after=query.get("after", "")[:_LONGEST],
        )

    @property
    def is_backwards(self) -> bool:
        """Whether the newest come first."""
        return bool(self.before) or (not self.after and self._begin == "end")

    @property
    def unknown(self) -> Sequence[str]:
        """Topics that no service publishes."""
        return [name for name in self.topics if name not in _PRODUCERS]

    @property
    def asks(self) -> bool:
        """Whether anything is asked for, so that something is to be read."""
        return bool(self.topics or self.where or any(name in self.fields for name in _CHOOSING)) and not self.unknown

    @property
    def _read(self) -> Sequence[str]:
        """The topics that are read. Raises WrongCondition where none can fit."""
        return topics_with_fields(self.topics or list(_PRODUCERS), self.where) if self.asks else ()

    def of_service(self, service: str) -> Sequence[str]:
        """The topics that are read which this service publishes. Raises WrongCondition."""
        return [name for name in self._read if _PRODUCERS.get(name) == service]

    @property
    def services(self) -> Sequence[str]:
        """The services that are asked. Raises WrongCondition."""
        return [service for service in SERVICES if self.of_service(service)]

    def question(self, service: str, limit: int, wait: int = 0) -> Call[EventsAnswer]:
        """The question for a service; with `wait` it may take this number of seconds until an event comes."""
        after = self._own_places(self.after, service)
        call = events.list(
            service,
            topic=self.of_service(service),
            before=self._own_places(self.before, service),
            after=after,
            wait=wait if wait and after else None,
            where=self.where or None,
            limit=limit,
        )
        return replace(call, query={**call.query, **self._fields_of(service)})

    def order(self, service: str, limit: int, reason: str) -> Call[EventsAnswer]:
        """The order to show the same events as they are."""
        order = UnmaskOrder(topic=self.of_service(service), limit=limit, reason=reason)
        places = {"before": self._own_places(self.before, service), "after": self._own_places(self.after, service)}
        given = {name: text for name, text in places.items() if text} | ({"where": self.where} if self.where else {})
        return events.unmask(service, order.model_copy(update={**given, **self._fields_of(service)}))

    def _fields_of(self, service: str) -> Mapping[str, str]:
        """The fields as they were typed, which the service judges."""
        has_place = not self.after or self._own_places(self.after, service)
        if has_place or self._begin != "end" or "time" not in self.fields:
            return self.fields
        return {**self.fields, "begin": "time"}

    def is_backwards_of(self, service: str | None) -> bool:
        """Whether this service gives its newest first: one without a place begins where the first question did."""
        has_place = service is not None and bool(self._own_places(self.before or self.after, service))
        return self.is_backwards if has_place else self._begin == "end" and not (self.after and "time" in self.fields)

    def asked_at(self, moment: datetime) -> "Asked":
        """This question from the end at `moment`, for services that gave no place to go on from."""
        if self._begin != "end" or self.before or self.after:
            return self
        return replace(self, fields={**self.fields, "time": moment.isoformat(timespec="seconds")})

    @property
    def _begin(self) -> str:
        return self.fields.get("begin", "end")

    def address(self, path: str, **more: str) -> str:
        """The address that asks for this, and `more`; an empty value takes something away."""
        pairs = [("topic", name.removeprefix(PREFIX)) for name in self.topics]
        pairs += [(name, text) for name, text in self.fields.items() if name not in more]
        pairs += [("where", line) for line in self.where]
        rest = {"before": self.before, "after": self.after} | more
        pairs += [(name, text) for name, text in rest.items() if text]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def at(self, *, before: str = "", after: str = "") -> "Asked":
        """This question from another place on."""
        return replace(self, before=before, after=after)

    def _own_places(self, text: str, service: str) -> str | None:
        """The places of one service, None without any; the text as it is where it is none, for it to say so."""
        if not text:
            return None
        try:
            found = read_places(text)
        except WrongPlaces:
            return text
        return written_places(own_of(found, service)) or None


def own_of(places: Mapping[TopicPartition, int], service: str) -> Mapping[TopicPartition, int]:
    """The places in topics of this service."""
    return {place: offset for place, offset in places.items() if _PRODUCERS.get(place.topic) == service}


def service_of(topic: str) -> str | None:
    """The service that publishes a topic."""
    return _PRODUCERS.get(topic)
