"""The graph reader: keeps the network in memory, by reading the topics of members, ties and contacts without a group.

Invariant: after `passed(place, offset)` has returned, the event at that offset is in the network. A message that is not
an event is skipped here; the worker sends it to the dead letters.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

import structlog

from isopolity.contracts.catalogue import CITY, CONTACT, PARTNER, PARTNERSHIP, REQUEST, TWINNING
from isopolity.contracts.event import Data
from isopolity.contracts.matching import PartnershipState
from isopolity.contracts.registry import CityState, ContactState, PartnerState, RequestState, TwinningState
from isopolity.machine.turns import Turns
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.errors import GraphNotReady
from isopolity.messaging.broker import MessageBroker, Reader, Record, TopicPartition
from isopolity.messaging.codec import to_event
from isopolity.messaging.consuming.lane import Delivery, EventProcessor
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, PoisonMessage, RetryableError
from isopolity.messaging.topic_reader import STILL_SECONDS, ReaderWatch

GRAPH_TOPICS: Final = (CITY.name, PARTNER.name, REQUEST.name, TWINNING.name, PARTNERSHIP.name, CONTACT.name)
_FETCHED: Final = 100
"""The number of records that are read at once; Kafka's client unpacks them together."""
_NOT_READY: Final = "The network is still being read from the broker; ask again in a moment."
_log = structlog.get_logger(__name__)


class GraphReader:
    """A GraphView that a long-running task updates; callers wait for it for at most `patience` seconds.

    `pause` is the time between two connections. A connection that brings no record for `still`, although there are
    more, is closed.
    """

    def __init__(
        self, broker: MessageBroker, *, patience: float = 15.0, pause: float = 1.0, still: float = STILL_SECONDS
    ) -> None:
        self.network = Network(contacts_count=True)
        self._broker = broker
        self._patience = patience
        self._pause = pause
        self._still = still
        self._reader: Reader | None = None
        self._next: dict[TopicPartition, int] = {}
        self._target: Mapping[TopicPartition, int] | None = None
        self._moved = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether it is connected; while it is not, the lag of the network is unknown."""
        return self._reader is not None

    @property
    def is_ready(self) -> bool:
        """Whether it has read all records that existed when it started."""
        return self._target is not None and all(self._next.get(place, 0) >= end for place, end in self._target.items())

    async def run(self) -> None:
        """Read until cancelled; after the broker was unavailable, continue from the last record."""
        while True:
            try:
                async with self._broker.reader(GRAPH_TOPICS) as self._reader:
                    await self._follow(self._reader)
            except (BrokerUnavailable, BrokerRefused) as error:
                _log.warning("graph_reader_disconnected", error=str(error))
            finally:
                self._reader = None
            await asyncio.sleep(self._pause)

    async def passed(self, place: TopicPartition, offset: int) -> None:
        """Return once the record at `offset` has been applied. Raises GraphNotReady after `patience` seconds."""
        try:
            async with asyncio.timeout(self._patience):
                await self._reached({place: offset + 1})
        except TimeoutError as error:
            raise GraphNotReady(_NOT_READY) from error

    async def caught_up(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                while self._reader is None:
                    await self._moved.wait()
                await self._reached(await self._reader.end_offsets())
        except (BrokerUnavailable, BrokerRefused, TimeoutError) as error:
            raise GraphNotReady(_NOT_READY) from error

    async def lag(self) -> int | None:
        """The number of records that it has not read yet; None while the broker does not answer."""
        if self._reader is None:
            return None
        try:
            ends = await self._reader.end_offsets()
        except (BrokerUnavailable, BrokerRefused):
            return None
        return sum(max(0, end - self._next.get(place, 0)) for place, end in ends.items())

    def apply(self, record: Record) -> None:
        """Apply one record to the network; a record that is not an event is skipped."""
        if record.value is None:
            self._forget(record)
            return
        try:
            event = to_event(record)
        except PoisonMessage:
            return
        self._put(event.data, record.value, event.envelope.time.date())

    async def _follow(self, reader: Reader) -> None:
        if self._next:
            await reader.seek(self._next)
        if self._target is None:
            self._target = await reader.end_offsets()
        self._wake()
        watch = ReaderWatch(reader, every=self._still / 2)
        while True:
            batches, turns = await reader.fetch(limit=_FETCHED, timeout=1.0), Turns()
            for batch in batches:
                for record in batch.records:
                    self.apply(record)
                    await turns.over()
            self._next = dict(await reader.position())
            self._wake()
            await watch.look(self._next)
            await asyncio.sleep(0)  # let other tasks run between two full batches

    async def _reached(self, offsets: Mapping[TopicPartition, int]) -> None:
        while any(self._next.get(place, 0) < offset for place, offset in offsets.items()):
            await self._moved.wait()

    def _wake(self) -> None:
        """Wake all callers that wait for a record."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _put(self, data: Data, state: bytes, told_on: date) -> None:
        match data:
            case CityState(city_id=member_id) | PartnerState(partner_id=member_id):
                kind = "city" if isinstance(data, CityState) else "partner"
                day = data.changed_on or told_on  # else a change that only the member sees would show in its freshness
                self.network.put_member(kind, member_id, data.version, data.status, state, day)
            case RequestState():
                self.network.put_request(data.request_id, data.version, data.status == "published", state)
            case TwinningState():
                is_active = data.status == "declared"
                tie = Tie(data.twinning_id, data.version, is_active, data.city_a, data.city_b, "twinning")
                self.network.put_tie(tie)
            case ContactState():
                owner = data.member_id if data.status == "changed" else None
                confirmed = data.confirmed is not False  # an event from before this field existed counts
                self.network.put_contact(data.contact_id, data.version, owner, confirmed=confirmed)
            case PartnershipState():
                a, b = data.sides
                is_active = data.stage != "ended"
                is_public = len(data.shown_by) == len(data.sides)
                tie = Tie(data.partnership_id, data.version, is_active, a.member_id, b.member_id, data.kind, is_public)
                self.network.put_tie(tie)

    def _forget(self, record: Record) -> None:
        if record.key is None:
            return
        if record.topic in (CITY.name, PARTNER.name):
            self.network.forget_member(record.key)
        elif record.topic == REQUEST.name:
            self.network.forget_request(record.key)
        elif record.topic == CONTACT.name:
            self.network.forget_contact(record.key)
        else:
            self.network.forget_tie(record.key)


class AfterGraph:
    """An EventProcessor that waits for the graph, then passes the batch on; too long a wait means a retry."""

    def __init__(self, graph: GraphReader, topics: Collection[str], processor: EventProcessor) -> None:
        self._graph = graph
        self._topics = frozenset(topics)
        self._processor = processor

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        last = deliveries[-1].record
        if last.topic in self._topics:
            try:
                await self._graph.passed(TopicPartition(last.topic, last.partition), last.offset)
            except GraphNotReady as error:
                raise RetryableError("the graph has not passed these events yet") from error
        await self._processor(deliveries)
