"""Sampling: every ten seconds each process writes a sample of itself, and one process a sample of the service's
streams.

Pages read samples only, so no page waits for a broker that is away. Invariant: a sample reads at most 5,000 records a
group, in turns of some milliseconds, and each dead letter once; if the broker does not answer, the sample says so, and
sampling goes on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from isopolity.messaging.broker import this_process
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.messaging.redrive import FollowedLetters, LetterCounts
from isopolity.persistence.health import is_unavailable, postponing
from isopolity.persistence.lease import Lease, lease
from isopolity.persistence.relay import outbox_backlog
from isopolity.persistence.unit_of_work import parked_status
from isopolity.runtime.sampled_streams import sampled_runner, sampled_streams
from isopolity.web.operations.report import unwritable
from isopolity.web.operations.stream_samples import (
    STREAMS,
    ParkedSample,
    ProcessSample,
    Published,
    Sample,
    StreamsSample,
    add_to_history,
    forget_sample,
    forget_samples,
    keep_sample,
    samples_of,
)
from isopolity.web.operations.vitals import Vitals

_log = structlog.get_logger(__name__)
EVERY: Final = 10.0
"""Seconds between two samples."""
_COUNTING: Final = timedelta(minutes=1)
_PATIENCE: Final = 30.0
"""Seconds that one sample of the streams may take."""
_AWAITED: Final = 20
_LAST_WORDS: Final = 2.0
"""Seconds that an ending process waits for its database."""
Sleep = Callable[[float], Awaitable[None]]


async def sample_process_for_ever(vitals: Vitals, sleep: Sleep = asyncio.sleep) -> None:
    """Write a sample of this process every ten seconds; delete it when the process ends in an orderly way.

    So a process whose sample is old has died, frozen or lost its database.
    """
    started_at = vitals.clock()
    try:
        while True:
            with postponing(_log, "sample_postponed", service=vitals.service):
                await sample_process(vitals, started_at)
            await sleep(EVERY)
    finally:
        await _take_back(vitals)


async def _take_back(vitals: Vitals) -> None:
    """Delete the sample of this ending process; if the database does not answer, it stays."""
    try:
        async with asyncio.timeout(_LAST_WORDS), vitals.database.writing() as connection:
            await forget_sample(connection, vitals.tables.samples, this_process())
            await connection.commit()
    except Exception as error:
        if not (isinstance(error, TimeoutError) or is_unavailable(error)):
            raise


async def sample_process(vitals: Vitals, started_at: datetime | None = None) -> None:
    """Write one sample of this process."""
    document = ProcessSample(
        release=vitals.release,
        started_at=started_at,
        runners=[sampled_runner(group) for group in vitals.groups],
        published={topic: Published(count=n, last_at=at) for topic, (n, at) in vitals.published().items()},
        slow=list(vitals.database.slow.sentences()),
    )
    await _keep(vitals, this_process(), document)


@dataclass(slots=True, kw_only=True)
class StreamSampler:
    """Samples topics and groups, in one process of the service at a time."""

    vitals: Vitals
    sleep: Sleep = asyncio.sleep
    _counted: dict[tuple[str, str], int] | None = None
    """Events that the processes had published at the last sample, by process and topic; None before the first."""
    _last: StreamsSample = field(default_factory=StreamsSample)
    _tried_at: datetime | None = None
    """When rows were counted last, or an attempt failed."""
    _letters: FollowedLetters | None = field(init=False)
    """Follows the dead letters; None in a service without consumer groups."""

    def __post_init__(self) -> None:
        vitals = self.vitals
        self._letters = FollowedLetters(vitals.broker, vitals.dead_letter_topic) if vitals.groups else None

    async def run(self) -> None:
        """Sample until cancelled; while the database is away, try again."""
        while True:
            with postponing(_log, "sample_postponed", service=self.vitals.service):
                async with lease(self.vitals.database, f"isopolity.{self.vitals.service}.sampling") as held:
                    await self._sample_for_ever(held)
            await self.sleep(EVERY)

    async def _sample_for_ever(self, held: Lease) -> None:
        while True:
            await held.check()
            await self.sample()
            await self.sleep(EVERY)

    async def sample(self) -> StreamsSample:
        """Take one sample and keep it."""
        vitals, now = self.vitals, self.vitals.clock()
        async with vitals.database.reading() as connection:
            samples = {each.name: each for each in await samples_of(connection, vitals.tables.samples)}
            parked = await parked_status(connection, vitals.tables.parked)
        if self._last.counted_at is None and STREAMS in samples:
            self._last = StreamsSample.model_validate(samples[STREAMS].document)
        processes = {
            name: ProcessSample.model_validate(each.document) for name, each in samples.items() if name != STREAMS
        }
        depth, oldest = await outbox_backlog(vitals.database, vitals.tables.outbox)
        taken = StreamsSample(
            published_at=_newest(self._last.published_at, processes),
            outbox_depth=depth,
            outbox_oldest_at=oldest,
            parked=[ParkedSample(awaited=p.awaited, count=p.count, since=p.since) for p in parked[:_AWAITED]],
            parked_count=sum(each.count for each in parked),
            canary_at=await vitals.canary() if vitals.canary else None,
        )
        taken = taken.model_copy(update={**await self._of_the_broker(), **await self._counts(now)})
        self._last = taken
        await _keep(vitals, STREAMS, taken, self._growth(processes))
        return taken

    async def _of_the_broker(self) -> Mapping[str, Any]:
        """Topics, groups and dead letters; if the broker does not answer, those of the last sample, and the reason."""
        last, problem = self._last, self.vitals.database.why_unwritable()
        kept = ("topics", "groups", "dead_letters", "dead_letter_members")
        found: dict[str, Any] = {name: getattr(last, name) for name in kept}
        found["unwritable"] = [] if problem is None else [problem]
        try:
            async with asyncio.timeout(_PATIENCE):
                found["topics"], found["groups"] = await sampled_streams(self.vitals)
                found["unwritable"] = await unwritable(self.vitals)
                letters = await self._letters.look() if self._letters else ()
                dead = LetterCounts.of(letters)
                found["dead_letters"], found["dead_letter_members"] = dead.letters, dead.members
        except (BrokerUnavailable, BrokerRefused) as error:
            found["problem"] = str(error)
        except TimeoutError:
            found["problem"] = f"the broker did not answer within {_PATIENCE:g} s"
        return found

    async def _counts(self, now: datetime) -> Mapping[str, Any]:
        """The service's counts, taken once a minute even if the broker is away; in between, the last ones."""
        if self._tried_at is not None and now - self._tried_at < _COUNTING:
            return {"counts": self._last.counts, "counted_at": self._last.counted_at}
        self._tried_at = now  # also if counting fails
        counts = dict(await self.vitals.counts()) if self.vitals.counts else {}
        return {"counts": counts, "counted_at": now}

    def _growth(self, processes: Mapping[str, ProcessSample]) -> dict[str, int]:
        """How many events were published since the last sample, by topic."""
        counted = {
            (name, topic): published.count
            for name, process in processes.items()
            for topic, published in process.published.items()
        }
        before = counted if self._counted is None else self._counted
        grown: Counter[str] = Counter()
        for (name, topic), count in counted.items():
            grown[topic] += max(0, count - before.get((name, topic), 0))
        self._counted = counted
        return +grown


def _newest(before: Mapping[str, datetime], processes: Mapping[str, ProcessSample]) -> dict[str, datetime]:
    newest = dict(before)
    for process in processes.values():
        for topic, published in process.published.items():
            if published.last_at is not None:
                newest[topic] = max(published.last_at, newest.get(topic, published.last_at))
    return newest


async def _keep(
    vitals: Vitals, name: str, document: ProcessSample | StreamsSample, growth: Mapping[str, int] | None = None
) -> None:
    now, tables = vitals.clock(), vitals.tables
    async with vitals.database.writing() as connection:
        await keep_sample(connection, tables.samples, Sample(name, now, document.model_dump(mode="json")))
        if growth is not None:
            await forget_samples(connection, tables.samples, tables.sample_history, now)
            if growth:
                await add_to_history(connection, tables.sample_history, now, growth)
        await connection.commit()
