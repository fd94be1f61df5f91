"""`/<service>/v1/streams`: the last samples of a service's topics, groups and processes, for operators.

Invariant: the answer comes from the service's database alone, so it never waits for a broker; each part has its age.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Depends
from pydantic import BaseModel, Field, JsonValue

from isopolity.web.operations import troubles
from isopolity.web.operations.groups.pauses import SwitchRow, switches
from isopolity.web.operations.groups.resets import PAUSED, GroupAct, group_acts
from isopolity.web.operations.report import OutboxReport, ParkedReport, Retry, TopicReport, WaitingReport, age_of
from isopolity.web.operations.stream_samples import (
    BUCKET,
    STREAMS,
    GroupSample,
    GroupTopicSample,
    MemberSample,
    PartitionSample,
    ProcessSample,
    RunnerSample,
    Sample,
    StreamsSample,
    bucket_of,
    history,
    samples_of,
)
from isopolity.web.operations.vitals import AskedVitals
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

FRESH: Final = timedelta(seconds=troubles.FRESH)
STARTING: Final = timedelta(seconds=troubles.STARTING)
_BUCKETS: Final = timedelta(days=1) // BUCKET


class GroupReport(BaseModel):
    """A consumer group; for a group of another service, only its reading of this service's topics."""

    group: str
    state: str
    ready: bool
    reason: str
    paused_at: datetime | None = Field(default=None, description="When an operator paused it; null if none has")
    paused_by: str = Field(default="", description="The subject of the token; empty if the audit has no entry of it")
    pause_reason: str = ""
    acts: list[GroupAct] = Field(default=[], description="What operators did with it last, the newest first")
    service: str = Field(description="The service that runs it")
    problem: str = Field(description="Why the broker did not describe it; empty if it did")
    lag: int
    more: bool
    members_waiting: int
    oldest_seconds: float | None
    topics: list[WaitingReport]
    retrying: list[Retry]
    members: list[MemberSample] = Field(description="Who is in the group, and which partitions each holds")


class ProcessReport(BaseModel):
    """A process of the service."""

    name: str
    age_seconds: float
    release: str = Field(default="", description="Empty if an earlier release wrote the sample")
    is_missing: bool = Field(
        default=False,
        description="It has stopped answering without ending in order, and no other process has taken its place",
    )
    runners: list[RunnerSample]


class StreamsReport(BaseModel):
    """The streams of a service, with backlogs and their ages at the time of the sample."""

    service: str
    sampled_at: datetime | None = Field(description="None before the first sample")
    age_seconds: float | None
    problem: str = Field(description="Why the broker did not describe topics and groups; empty if it did")
    unwritable: list[str]
    slow: list[str] = Field(
        default=[], description="A sentence on each query that a process does not send for now, since it takes too long"
    )
    outbox: OutboxReport
    consumers: list[GroupReport] = Field(description="Groups that this service runs")
    readers: list[GroupReport] = Field(description="Groups of other services, on topics of this one")
    parked: int
    parked_for: list[ParkedReport]
    dead_letters: dict[str, int]
    dead_letter_members: dict[str, int] = Field(
        default={}, description="How many different members these are about, by reason"
    )
    canary_seconds: float | None
    counts: dict[str, JsonValue]
    counts_age_seconds: float | None = Field(
        default=None, description="They are counted once a minute; ages among them have grown since"
    )
    topics: list[TopicReport]
    processes: list[ProcessReport]


def streams_router(service: str) -> ServiceRouter:
    """The route of the samples of the service's streams."""
    router = ServiceRouter(prefix=f"/{service}/v1/streams")

    @router.get("", dependencies=[Depends(require("operator"))])
    async def streams(vitals: AskedVitals) -> StreamsReport:
        """Topics, groups, processes, outbox and canary, from samples of the last seconds."""
        now, tables = vitals.clock(), vitals.tables
        async with vitals.database.reading() as connection:
            samples = await samples_of(connection, tables.samples)
            counted = await history(connection, tables.sample_history, bucket_of(now) - (_BUCKETS - 1) * BUCKET)
            turned = await switches(connection, tables.group_switches)
            acts = {each.name: await group_acts(connection, tables.audit, each.name) for each in vitals.groups}
        return streams_report(vitals.service, now, samples, counted, turned, acts)

    return router


def streams_report(
    service: str,
    now: datetime,
    samples: Sequence[Sample],
    counted: Mapping[datetime, Mapping[str, int]],
    turned: Mapping[str, SwitchRow] | None = None,
    acts: Mapping[str, Sequence[GroupAct]] | None = None,
) -> StreamsReport:
    """The report of these samples, the counts of each quarter of an hour, and operators' acts on groups."""
    taken = next((each for each in samples if each.name == STREAMS), None)
    known = StreamsSample() if taken is None else StreamsSample.model_validate(taken.document)
    processes = [(each, ProcessSample.model_validate(each.document)) for each in samples if each.name != STREAMS]
    fresh = [sample for each, sample in processes if now - each.at <= FRESH]
    missing = missing_processes([(each.name, each.at, sample.started_at) for each, sample in processes], now)
    groups = [
        _group(each, service, fresh, now, (turned or {}).get(each.group), (acts or {}).get(each.group, ()))
        for each in known.groups
    ]
    return StreamsReport(
        service=service,
        sampled_at=None if taken is None else taken.at,
        age_seconds=None if taken is None else age_of(now, taken.at),
        problem=known.problem,
        unwritable=known.unwritable,
        slow=sorted({sentence for sample in fresh for sentence in sample.slow}),
        outbox=OutboxReport(depth=known.outbox_depth, oldest_seconds=age_of(now, known.outbox_oldest_at)),
        consumers=[each for each in groups if each.service == service],
        readers=[each for each in groups if each.service != service],
        parked=known.parked_count,
        parked_for=[
            ParkedReport(awaited=p.awaited, count=p.count, oldest_seconds=age_of(now, p.since) or 0.0)
            for p in known.parked
        ],
        dead_letters=known.dead_letters,
        dead_letter_members=known.dead_letter_members,
        canary_seconds=age_of(now, known.canary_at),
        counts=_aged(known, now),
        counts_age_seconds=age_of(now, known.counted_at) if known.counts else None,
        topics=[
            _topic(each.topic, each.partitions, known.published_at.get(each.topic), counted, now)
            for each in known.topics
        ],
        processes=[
            ProcessReport(
                name=each.name,
                age_seconds=age_of(now, each.at) or 0.0,
                release=sample.release,
                is_missing=each.name in missing,
                runners=sample.runners,
            )
            for each, sample in processes
        ],
    )


def missing_processes(processes: Sequence[tuple[str, datetime, datetime | None]], now: datetime) -> Sequence[str]:
    """Names of the processes, given with their last samples and starts, that stopped sampling and have no successor.

    A process that started after the last sample of another one is its successor. Processes whose release writes no
    start are left out. Without any fresh sample no process counts as missing: the database then takes no samples.
    """
    if all(now - at > FRESH for _, at, _ in processes):
        return []
    silent = sorted((at, name) for name, at, started in processes if now - at > FRESH and started is not None)
    starts = sorted(started for _, at, started in processes if now - at <= FRESH and started is not None)
    missing = []
    for at, name in silent:
        successor = next((started for started in starts if started > at), None)
        if successor is None:
            missing.append(name)
        else:
            starts.remove(successor)
    return missing


def _group(
    sample: GroupSample,
    service: str,
    fresh: Sequence[ProcessSample],
    now: datetime,
    switch: SwitchRow | None,
    acts: Sequence[GroupAct],
) -> GroupReport:
    reported = _standing(sample.group, fresh, now) if sample.service == service else _seen_from_outside(sample)
    runners = [runner for process in fresh for runner in process.runners if runner.group == sample.group]
    is_paused = switch is not None and switch.is_paused
    state, ready, reason = ("paused", True, "paused by an operator") if is_paused else reported
    topics = [_waiting(each, now) for each in sample.topics]
    return GroupReport(
        group=sample.group,
        service=sample.service,
        problem=sample.problem,
        state=state,
        ready=ready,
        reason=reason,
        paused_at=switch.changed_at if switch and is_paused else None,
        paused_by=next((act.actor for act in acts if act.action == PAUSED), "") if is_paused else "",
        pause_reason=switch.reason if switch and is_paused else "",
        acts=list(acts),
        lag=sum(each.lag for each in topics),
        more=any(each.more for each in topics),
        members_waiting=sample.members_waiting,
        oldest_seconds=max((s for each in topics if (s := each.oldest_seconds) is not None), default=None),
        topics=topics,
        retrying=[
            Retry(
                topic=each.topic,
                partition=each.partition,
                attempts=each.attempts,
                seconds=age_of(now, each.since) or 0.0,
                error=each.error,
            )
            for runner in runners
            for each in runner.retrying
        ],
        members=sample.members,
    )


def _standing(group: str, fresh: Sequence[ProcessSample], now: datetime) -> tuple[str, bool, str]:
    """State, readiness and reason of a group: those of its worst runner, ignoring one that starts beside others.

    A runner that starts counts as ready while its process is new.
    """
    runners = [(each, process) for process in fresh for each in process.runners if each.group == group]
    worst = next((each for each in runners if not each[0].ready and each[0].state != "starting"), None)
    found = worst or next((each for each in runners if each[0].ready), next(iter(runners), None))
    if found is None:
        return "unknown", False, troubles.NOBODY
    runner, process = found
    is_new = process.started_at is not None and now - process.started_at <= STARTING
    return runner.state, runner.ready or (runner.state == "starting" and is_new), runner.reason


def _seen_from_outside(sample: GroupSample) -> tuple[str, bool, str]:
    if sample.problem:
        return "unknown", True, sample.problem
    return ("running", True, "consuming") if sample.members else ("unknown", False, troubles.NOBODY)


def _waiting(sample: GroupTopicSample, now: datetime) -> WaitingReport:
    return WaitingReport(
        topic=sample.topic,
        lag=sample.records,
        more=sample.more,
        oldest_seconds=age_of(now, sample.oldest_at),
        members=sample.members,
        untyped=sample.untyped,
        partitions=sample.partitions,
    )


def _topic(
    name: str,
    partitions: list[PartitionSample],
    last: datetime | None,
    counted: Mapping[datetime, Mapping[str, int]],
    now: datetime,
) -> TopicReport:
    begin = bucket_of(now) - (_BUCKETS - 1) * BUCKET
    trend = [counted.get(begin + number * BUCKET, {}).get(name, 0) for number in range(_BUCKETS)]
    *_, before, present = trend
    part = 1 - (now - bucket_of(now)) / BUCKET
    per_minute = (present + before * part) / (BUCKET / timedelta(minutes=1))
    return TopicReport(topic=name, partitions=partitions, last_event_at=last, per_minute=per_minute, trend=trend)


def _aged(sample: StreamsSample, now: datetime) -> dict[str, Any]:
    """The counts; the time since the sample is added to ages in seconds."""
    since = age_of(now, sample.counted_at) or 0.0
    return {
        name: value + since if name.endswith("_seconds") and isinstance(value, int | float) else value
        for name, value in sample.counts.items()
    }
