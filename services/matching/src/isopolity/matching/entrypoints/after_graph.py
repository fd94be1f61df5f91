"""Order of the two readers: the worker handles an event only after this instance's network holds it."""

from collections.abc import Collection, Sequence

from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.matching.errors import GraphNotReady
from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.consuming.delivery import Delivery, EventProcessor
from isopolity.messaging.errors import RetryableError


class AfterGraph:
    """An EventProcessor that waits for the graph, then hands the batch on; too long a wait means a retry."""

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
