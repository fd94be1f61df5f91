"""Observer of consumers, for metrics; without one nobody is told."""

from collections.abc import Mapping
from typing import Protocol

from isopolity.messaging.broker import TopicPartition


class ConsumerObserver(Protocol):
    """Counts what consumers do; called on the event loop, so it must not block."""

    def consumed(self, group: str, topic: str, count: int) -> None:
        """`count` records are finished: handled, skipped or dead-lettered."""

    def handled(self, group: str, topic: str, count: int, seconds: float) -> None:
        """The processor took `seconds` for `count` events."""

    def failed(self, group: str, topic: str, error: str) -> None:
        """The processor raised; `error` is the name of the exception's class."""

    def dead_lettered(self, group: str, topic: str, reason: str) -> None:
        """A record went to the dead letters."""

    def lag(self, group: str, lag: Mapping[TopicPartition, int]) -> None:
        """How far each held partition is behind."""


class SilentObserver:
    """A ConsumerObserver that tells nobody."""

    def consumed(self, group: str, topic: str, count: int) -> None:
        return

    def handled(self, group: str, topic: str, count: int, seconds: float) -> None:
        return

    def failed(self, group: str, topic: str, error: str) -> None:
        return

    def dead_lettered(self, group: str, topic: str, reason: str) -> None:
        return

    def lag(self, group: str, lag: Mapping[TopicPartition, int]) -> None:
        return
