"""Troubles in the services' reports, such as a group that has stopped, as kinds that a screen or page puts into words.

Invariant: silence is no trouble: a topic may have no event for weeks. Only backlogs, parts that report that they cannot
go on, and the canary, which sounds every minute, are judged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from isopolity.client.operations.models import GroupReport, StreamsReport, WaitingReport
from isopolity.messaging.consuming.health import HELD_UP

Reports = Mapping[str, StreamsReport]
"""The report of each service that answers, by its name; a report without the moment of a sample is of now."""

CANARY_LATE: Final = 180.0
"""Seconds: the canary sounds once a minute, so three in a row are missing."""
ANSWERS_LATE: Final = 1800.0
"""Seconds: notify moves the watermark of answers at least every ten minutes, and has missed three times."""
OLD: Final = 300.0
"""Seconds that an event may wait before that counts as a trouble."""
AWAY: Final = 60.0
"""Seconds without an answer of the mail server that count as a trouble: it is asked each minute."""
STALE: Final = 60.0
"""Seconds: a sample is taken every ten, so that five in a row are missing."""
FRESH: Final = 35.0
"""Seconds: a process that has written no sample for longer has missed three."""
STARTING: Final = 30.0
"""Seconds after the start of a process in which it is no trouble that its groups do not read yet."""
PARKED_LONG: Final = 86_400.0
"""Seconds that a parked event may wait: a day, since people are asked for what it needs."""
NOBODY: Final = "nobody reads"
"""Reason of a group that no process runs."""
_STUCK: Final[Mapping[str, str]] = {
    "cannot-publish": "out",
    **dict.fromkeys(("stopped", "held", "paused", "behind"), "in"),
}
"""Kinds of troubles that hold up what comes after: an outbox, or a group that reads."""
BROKER: Final = "the broker"
"""Cause of the troubles of a service whose broker does not answer."""
_NEEDS_BROKER: Final = frozenset(
    {"cannot-publish", "stopped", "held", "behind", "canary-late", "canary-not-back", "answers-incomplete"}
)
_WAY: Final = (
    *(("registry", "out"), ("matching", "in"), ("matching", "out")),
    *(("notify", "in"), ("notify", "out"), ("matching", "in")),
)
"""The path of the canary, hop by hop."""
_WAYS: Final[Mapping[tuple[str, str], Sequence[tuple[str, str]]]] = {
    ("canary-late", "matching"): _WAY[:2],
    ("canary-late", "notify"): _WAY[:4],
    ("canary-not-back", "matching"): _WAY,
    ("answers-incomplete", "matching"): _WAY[4:],
}
"""By kind and service of a trouble, the hops before it: if one of them is stuck, the trouble is only a consequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One trouble; its `kind` decides which of the other fields have a meaning."""

    kind: str
    """`unwritable`, `cannot-publish`, `stopped`, `held` of a group of which a partition waits for a person, `paused`,
    `behind`, `canary-late`, `dead-letters`, `canary-not-back`, `answers-incomplete`, `answers-unknown`,
    `mails-unknown`, `mail-server-away`, `mails-late`, `unsampled`, `broker-away`, `process-missing`,
    `parked-long` or `slow`."""
    service: str
    group: str = ""
    """The consumer group that has stopped or is behind; empty if its service does not answer."""
    state: str = ""
    """State of the runner of a group, if the report has it: `stopped` once dead letters have stopped it."""
    detail: str = ""
    """The reason, as a code or in words of the service."""
    by: str = ""
    """Who paused the group, by the subject of the token; empty if the report lacks it."""
    since: datetime | None = None
    """When the group was paused; None if the report lacks it."""
    count: int = 0
    seconds: float = 0.0
    oldest_seconds: float = 0.0
    """Age of the oldest unsent mail in seconds; in the trouble `mail-server-away` only."""
    total: int = 0
    """How many processes there are, of which `count` answer; in the trouble `process-missing` only."""
    members: int = 0
    """How many members the backlog is about, if the report has it."""
    more: bool = False
    """Whether the backlog may be larger than its count."""
    untyped: int = 0
    """How many records of the backlog are no events, if the report has it."""
    because: str = ""
    """Cause of this trouble: the service whose outbox or group is stuck, or the broker; empty without a known cause."""

    @property
    def can_be_resumed(self) -> bool:
        """Whether the group reads again if an operator resumes it."""
        return self.kind == "paused" or (self.kind == "stopped" and self.state == "stopped")


def troubles_of(reports: Reports) -> Iterator[Trouble]:
    """All troubles, service by service in the order of `reports`; then those of the whole path."""
    found = list(_found(reports))
    stuck = {(each.service, _STUCK[each.kind]) for each in found if each.kind in _STUCK}
    without_broker = {each.service for each in found if each.kind == "broker-away"}
    unwritable = {each.service for each in found if each.kind == "unwritable"}
    for each in found:
        if each.kind == "held" and each.service in unwritable:
            yield replace(each, because=each.service)
            continue
        if each.service in without_broker and each.kind in _NEEDS_BROKER and each.state != "stopped":
            yield replace(each, because=BROKER)
            continue
        way = _WAYS.get((each.kind, each.service), ())
        yield replace(each, because=next((service for service, hop in way if (service, hop) in stuck), ""))


def _found(reports: Reports) -> Iterator[Trouble]:
    for service, report in reports.items():
        for problem in report.unwritable:
            yield Trouble(kind="unwritable", service=service, detail=problem)
        for problem in report.slow:
            yield Trouble(kind="slow", service=service, detail=problem)
        yield from _sampled(service, report)
        yield from _stuck(service, report)
        canary = report.canary_seconds
        if canary is not None and canary > CANARY_LATE:
            yield Trouble(kind="canary-late", service=service, seconds=canary)
        for reason, count in report.dead_letters.items():
            members = report.dead_letter_members.get(reason, 0)
            yield Trouble(kind="dead-letters", service=service, detail=reason, count=count, members=members)
    yield from _silent(reports)
    yield from _unanswered(_counts(reports, "matching"))
    yield from mail_troubles(_counts(reports, "notify"))


def mail_troubles(counts: Mapping[str, Any]) -> Iterator[Trouble]:
    """Troubles between notify and the mail server, by notify's counts."""
    if counts.get("mails_unknown"):
        yield Trouble(kind="mails-unknown", service="notify", count=int(counts["mails_unknown"]))
    away = float(counts.get("mail_server_away_seconds") or 0)
    if away > AWAY:
        yield Trouble(
            kind="mail-server-away",
            service="notify",
            detail=counts.get("mail_server_reason") or "",
            count=int(counts.get("mails_without_server") or 0),
            seconds=away,
            oldest_seconds=float(counts.get("mails_without_server_seconds") or 0),
        )
    late = float(counts.get("mails_late_seconds") or 0)
    if late > OLD:
        yield Trouble(kind="mails-late", service="notify", count=int(counts["mails_late"]), seconds=late)


def _counts(reports: Reports, service: str) -> Mapping[str, Any]:
    """The counts of a service; empty if it did not report."""
    report = reports.get(service)
    return {} if report is None else report.counts


def _stuck(service: str, report: StreamsReport) -> Iterator[Trouble]:
    """Troubles of the outbox and of the consumer groups."""
    outbox, oldest = report.outbox, report.outbox.oldest_seconds or 0.0
    if oldest > OLD:
        yield Trouble(kind="cannot-publish", service=service, count=outbox.depth, seconds=oldest)
    for consumer in report.consumers:
        if found := _of_group(service, consumer):
            yield found
    oldest = max((parked.oldest_seconds for parked in report.parked_for), default=0.0)
    if oldest > PARKED_LONG and report.sampled_at is not None:
        yield Trouble(kind="parked-long", service=service, count=report.parked, seconds=oldest)


def without_canaries(topics: Iterable[WaitingReport]) -> Sequence[WaitingReport]:
    """These topics without those of canaries, which concern no member."""
    return [topic for topic in topics if not topic.topic.endswith(".canary")]


def _of_group(service: str, group: GroupReport) -> Trouble | None:
    seconds = group.oldest_seconds or 0.0
    is_paused = group.state == "paused"
    if group.ready and seconds <= OLD and not is_paused:
        return None
    waits = without_canaries(group.topics)
    return Trouble(
        kind="paused" if is_paused else "behind" if group.ready else _standing_still(group),
        service=service,
        group=group.group,
        state=group.state,
        by=group.paused_by,
        since=group.paused_at,
        detail=group.pause_reason if is_paused else "" if group.ready else group.reason,
        count=sum(topic.lag for topic in waits),
        seconds=max((topic.oldest_seconds or 0.0 for topic in waits), default=0.0) or seconds,
        members=group.members_waiting,
        more=any(topic.more for topic in waits),
        untyped=sum(topic.untyped for topic in waits),
    )


def _standing_still(group: GroupReport) -> str:
    """`held` if some partitions need a person and the others go on, else `stopped`."""
    return "held" if group.state == "running" and HELD_UP in group.reason else "stopped"


def _sampled(service: str, report: StreamsReport) -> Iterator[Trouble]:
    """Troubles of the samples themselves."""
    if report.problem:
        yield Trouble(kind="broker-away", service=service, detail=report.problem)
    if report.age_seconds is not None and report.age_seconds > STALE:
        yield Trouble(kind="unsampled", service=service, seconds=report.age_seconds)
    if missing := [each for each in report.processes if each.is_missing]:
        last = min(missing, key=lambda each: each.age_seconds)
        yield Trouble(
            kind="process-missing",
            service=service,
            detail=last.name,
            count=sum(each.age_seconds <= FRESH for each in report.processes),
            total=sum(each.age_seconds <= FRESH or each.is_missing for each in report.processes),
            seconds=last.age_seconds,
        )


def _silent(reports: Reports) -> Iterator[Trouble]:
    """Troubles of groups whose service does not answer, from the reports of the services whose topics they read."""
    seen: dict[str, list[GroupReport]] = {}
    for report in reports.values():
        for group in report.readers:
            if group.service not in reports:
                seen.setdefault(group.service, []).append(group)
    for service, groups in seen.items():
        if found := _of_group(service, _whole(service, groups)):
            yield found


def _whole(service: str, groups: Sequence[GroupReport]) -> GroupReport:
    """A report without a name that joins all groups of a service."""
    return GroupReport(
        group="",
        state="",
        ready=all(group.ready for group in groups),
        reason=NOBODY,
        service=service,
        problem="",
        lag=sum(group.lag for group in groups),
        more=any(group.more for group in groups),
        members_waiting=max(group.members_waiting for group in groups),
        oldest_seconds=max(group.oldest_seconds or 0.0 for group in groups),
        topics=[topic for group in groups for topic in group.topics],
        retrying=[],
        members=[],
    )


def _unanswered(counts: Mapping[str, Any]) -> Iterator[Trouble]:
    """Troubles between notify and matching, on the path of answers."""
    back = counts.get("canary_returned_seconds")
    if back is not None and back > CANARY_LATE:
        yield Trouble(kind="canary-not-back", service="matching", seconds=back)
    complete = counts.get("answers_complete_seconds")
    out = counts.get("proposals_issued", 0) + counts.get("proposals_answered", 0)
    if complete is not None and complete > ANSWERS_LATE:
        yield Trouble(kind="answers-incomplete", service="matching", seconds=complete)
    elif complete is None and out:
        yield Trouble(kind="answers-unknown", service="matching", count=out)
