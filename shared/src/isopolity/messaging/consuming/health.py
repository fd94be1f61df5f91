"""The health of a consumer runner, for liveness and readiness probes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.consuming.dispatch import Retrying

HELD_UP: Final = "held up"
"""Words in the reason of a group with a partition that needs a person."""


class RunnerState(StrEnum):
    """The state of a runner."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    """Paused by an operator, until it is resumed."""
    STOPPED = "stopped"
    """Stopped by too many dead letters; a person must act."""
    FAILED = "failed"
    ENDED = "ended"
    """Stopped on request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerHealth:
    """Health of a runner at one moment."""

    state: RunnerState
    turning: bool
    """Whether the loop has turned lately."""
    reachable: bool
    """Whether the broker answered the last ping."""
    assigned: frozenset[TopicPartition]
    joined: bool
    """Whether the runner is a member of its group; with more members than partitions it may have no partition."""
    refusal: str = ""
    """The broker's reason for refusing the runner's connection; empty if it did not."""
    retrying: Mapping[TopicPartition, Retrying]
    hanging: frozenset[TopicPartition]
    """Partitions whose processor has been working on one batch for too long."""
    dead_letters: int
    """Dead letters of the group within the window of the limit, as far as this process has read."""
    stopped_at: datetime | None = None
    """When dead letters stopped the runner last."""

    @property
    def live(self) -> bool:
        """Whether the process works; False if only a restart or a person can help."""
        return (
            self.state in (RunnerState.STARTING, RunnerState.RUNNING, RunnerState.PAUSED, RunnerState.ENDED)
            and self.turning
            and not self.hanging
        )

    @property
    def ready(self) -> bool:
        """Whether events are consumed, or would be if there were any; True while an operator has paused the group."""
        if self.state is RunnerState.PAUSED:
            return self.live
        return (
            self.live
            and self.state is RunnerState.RUNNING
            and self.reachable
            and self.joined
            and not self._refused_partitions()
        )

    @property
    def reason(self) -> str:
        """One sentence on what is wrong, or that nothing is."""
        if self.state is RunnerState.STOPPED:
            return f"stopped by too many dead letters{self._since()}: mend the cause, then resume the group"
        if self.state is RunnerState.PAUSED:
            return "paused by an operator"
        if self.state is not RunnerState.RUNNING:
            return f"the consumer is {self.state}"
        if not self.turning:
            return "the loop hangs"
        if self.hanging:
            return f"the handler hangs on {len(self.hanging)} partitions"
        if not self.reachable:
            return self.refusal or "the broker does not answer"
        if refused := self._refused_partitions():
            held = "1 partition is" if len(refused) == 1 else f"{len(refused)} partitions are"
            return f"{held} {HELD_UP}: {refused[0].refusal}"
        if self.retrying:
            waiting = "1 partition waits" if len(self.retrying) == 1 else f"{len(self.retrying)} partitions wait"
            return f"{waiting} for something to come back"
        return "consuming"

    def _since(self) -> str:
        if self.stopped_at is None:
            return ""
        at = self.stopped_at.astimezone(UTC)
        return f" on {at.day} {at:%B %Y, %H:%M} UTC"

    def _refused_partitions(self) -> list[Retrying]:
        return [retrying for retrying in self.retrying.values() if retrying.refusal]
