"""Fates of a record whose processing failed: it is tried again, or given up as a dead letter.

| raised | fate |
|---|---|
| RetryableError, BrokerUnavailable | tried again with growing pauses for as long as it takes |
| HeldUp, BrokerUnwritable, BrokerRefused | tried again as well, and reported with the reason, since a person must act |
| PoisonMessage | given up at once; outside the limit if a newer release knows its type |
| TooManyDeadLetters | raised on: it stops the runner |
| anything else | a bug: tried a bounded number of times, then given up with the name of the class and its failure |

Invariant: a letter is counted for the group's limit before it is written, and reported to metrics and log afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from isopolity.contracts.masked_fields import is_id
from isopolity.machine.clock import Clock, system_clock
from isopolity.messaging.broker import Record, TopicPartition
from isopolity.messaging.consuming.dead_letter_limit import DeadLetterLimit
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, Failure, PoisonMessage, RetryableError


class ConsumerObserver(Protocol):
    """Counts what consumers do; called on the event loop, so it must not block."""

    def consumed(self, group: str, topic: str, count: int) -> None:
        """`count` records are finished: handled, skipped or dead-lettered."""

    def handled(self, group: str, topic: str, count: int, seconds: float) -> None:
        """The processor handled `count` events in `seconds`."""

    def failed(self, group: str, topic: str, error: str) -> None:
        """The processor raised; `error` is the name of the exception's class."""

    def dead_lettered(self, group: str, topic: str, reason: str) -> None:
        """A record became a dead letter."""

    def lag(self, group: str, lag: Mapping[TopicPartition, int]) -> None:
        """How far each assigned partition is behind."""


class SilentObserver:
    """A ConsumerObserver that does nothing."""

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


_log = structlog.get_logger(__name__)

_TRANSIENT: Final = (RetryableError, BrokerUnavailable, BrokerRefused)

_HANDLER_FAILED: Final = "handler-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """Decides which records of one consumer group are given up, and makes their dead letters."""

    group: str
    dead_letter_topic: str
    attempts: int = 3
    """How often a record is tried if the handler fails with a bug."""
    limit: DeadLetterLimit | None = None
    """Counts the letters; None: no limit."""
    observer: ConsumerObserver = SilentObserver()  # noqa: RUF009  # it has no state
    clock: Clock = system_clock
    release: str = ""
    """The running release, which each letter names."""

    def gives_up(self, error: Exception, attempt: int) -> bool:
        """Whether the record is given up after `error` in attempt number `attempt`, counted from 1."""
        if isinstance(error, PoisonMessage):
            return True
        return not is_transient(error) and attempt >= self.attempts

    def letter(self, record: Record, error: Exception) -> DeadLetter:
        """The dead letter of a record that is given up for `error`."""
        reason, detail = _HANDLER_FAILED, type(error).__name__
        if isinstance(error, PoisonMessage):
            reason, detail = error.reason, error.detail
        failure = Failure.of(error, record.value, self.release)
        if isinstance(error, PoisonMessage):  # the error's detail is its message
            failure = replace(failure, message="")
        return DeadLetter.of(record, group=self.group, reason=reason, detail=detail, at=self.clock(), failure=failure)

    async def count(self, letter: DeadLetter) -> None:
        """Count the letter before it is written. Raises TooManyDeadLetters, BrokerUnavailable and BrokerRefused."""
        if self.limit is not None:
            await self.limit.take(letter)

    def report(self, letter: DeadLetter) -> None:
        """Report to metrics and log that the letter was written."""
        self.observer.dead_lettered(self.group, letter.topic, letter.reason)
        _log.error(
            "dead_lettered",
            group=self.group,
            origin=letter.identity,
            reason=letter.reason,
            detail=letter.detail,
            **ids_of(letter),
        )


def ids_of(letter: DeadLetter) -> Mapping[str, str]:
    """Event id and correlation id of the letter's event, for the log; a header that is no id is left out."""
    found = {name.removeprefix("ce_"): value.decode(errors="replace") for name, value in letter.headers}
    named = {"event_id": found.get("id", ""), "correlation_id": found.get("correlationid", "")}
    return {name: value for name, value in named.items() if is_id(value)}


def is_transient(error: Exception) -> bool:
    """Whether another try succeeds without a person's help, once a server is back."""
    return isinstance(error, _TRANSIENT)
