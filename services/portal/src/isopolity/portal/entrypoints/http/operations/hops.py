"""The way of events, from what a member changes to the mail and back to the answer, hop by hop.

Invariant: what its own service does not tell is taken from those whose topics it reads; the canary is no event here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from isopolity.client.operations.models import GroupReport, StreamsReport
from isopolity.contracts.catalogue import published_by
from isopolity.messaging.topic_reader import MOST
from isopolity.portal.entrypoints.http.operations.reports import Reports
from isopolity.web.operations.troubles import CANARY_LATE, OLD, STALE, mail_troubles, without_canaries

_HELD: Final = (
    ("matching", "drafts_open"),
    ("matching", "proposals_held"),
    ("matching", "proposals_scheduled"),
    ("notify", "mails_deferred"),
    ("notify", "rehearsal"),
)
"""Things that wait, or go elsewhere, without an event: the service that counts them and the name of its count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop, as far as services report it."""

    name: str
    flows: bool | None = None
    """None where no service reports it."""
    unsampled: str = ""
    """The service that answers but has no recent sample of its streams; empty where that is not so."""
    lacks_broker: bool = False
    """Whether the broker does not answer the service: the numbers of waiting events are then older."""
    stands_still: bool = False
    """It does not flow by itself, whatever comes to it."""
    is_dry: bool = False
    """Nothing waits for it, and a hop before it does not flow, so that less comes to it, or nothing."""
    waiting: int = 0
    more: bool = False
    """More may wait than is counted."""
    oldest_seconds: float | None = None
    members: int = 0
    more_members: bool = False
    """Members were counted on a part of the waiting events only, so there may be more."""
    canary_seconds: float | None = None
    """How long ago the canary sounded that came through last; None where none crosses this hop."""
    per_minute: float | None = None
    last_event_at: datetime | None = None
    trend: Sequence[int] = ()
    """Events in each quarter of an hour of the last day."""
    last_mail_at: datetime | None = None
    mails_in_a_day: int = 0
    """Number of mails that the mail server took since this time yesterday."""
    is_seen_from_outside: bool = False
    """The service does not answer, and those whose topics it reads tell of it."""


@dataclass(frozen=True, slots=True)
class _Traffic:
    """The events that went over some topics."""

    per_minute: float | None = None
    last_event_at: datetime | None = None
    trend: list[int] = field(default_factory=list)

    def beside(self, hop: Hop) -> Hop:
        """The hop with this traffic."""
        return replace(hop, per_minute=self.per_minute, last_event_at=self.last_event_at, trend=self.trend)


def hops_of(reports: Reports) -> Sequence[Hop]:
    """All hops in the order in which an event takes them."""
    matching = reports["matching"]
    back = None if matching is None else matching.counts.get("canary_returned_seconds")
    hops = (
        _outbox("registry-out", "registry", reports),
        _group("matching-in", "matching", "registry", reports),
        _outbox("matching-out", "matching", reports),
        _group("notify-in", "notify", "", reports),
        _mail(reports["notify"]),
        _outbox("notify-out", "notify", reports),
        _group("answers-in", "matching", "notify", reports, back),
    )
    return list(_dried(hops))


def _dried(hops: Iterable[Hop]) -> Iterator[Hop]:
    """The hops; after one that does not flow those are dry for which nothing waits."""
    is_held_up = False
    for hop in hops:
        is_dry = is_held_up and hop.flows is not None and not (hop.waiting or hop.stands_still)
        yield replace(hop, is_dry=is_dry)
        is_held_up = is_held_up or (hop.flows is False and hop.name != "mail")  # answers come to mails of before


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A number of things that wait for people, or for their time, and of which no event tells."""

    name: str
    count: int
    members: int = 0
    """Members for which they wait: cities and programmes, of drafts."""
    pairs: int = 0
    """Of drafts: the pairs in them that are not published."""
    more_members: bool = False
    """Members were counted on a part of them only, so there may be more."""
    oldest_seconds: float | None = None
    at: datetime | None = None
    """Of proposals of a published draft: when the first of them go out."""


def held(reports: Reports) -> Sequence[Held]:
    """All things that wait without an event, by kind; kinds without any are left out."""
    known = ((name, report) for service, name in _HELD if (report := reports[service]) is not None)
    return [each for name, report in known if (each := _held(name, report)).count]


def _held(name: str, report: StreamsReport) -> Held:
    counts = report.counts
    count, begin = int(counts.get(name, 0)), counts.get("proposals_scheduled_for")
    return Held(
        name=name,
        count=count,
        members=int(counts.get(f"{name}_members", 0)),
        more_members=name != "drafts_open" and count > MOST,
        pairs=int(counts.get(f"{name}_pairs", 0)),
        oldest_seconds=counts.get(f"{name}_seconds"),
        at=datetime.fromisoformat(begin) if begin and name == "proposals_scheduled" else None,
    )


def _outbox(name: str, service: str, reports: Reports) -> Hop:
    report = reports[service]
    if report is None:
        return Hop(name=name)
    if not _is_sampled(report):
        return Hop(name=name, unsampled=service)
    outbox, lacks_broker = report.outbox, bool(report.problem)
    oldest = outbox.oldest_seconds
    hop = Hop(
        name=name,
        flows=(oldest or 0) <= OLD and not lacks_broker,
        lacks_broker=lacks_broker,
        stands_still=lacks_broker,
        waiting=outbox.depth,
        oldest_seconds=oldest,
    )
    return _traffic(reports, published_by(service)).beside(hop)


def _is_sampled(report: StreamsReport) -> bool:
    """Whether the service has looked at its streams lately."""
    return report.age_seconds is not None and report.age_seconds <= STALE


def _group(name: str, service: str, publisher: str, reports: Reports, canary: float | None = None) -> Hop:
    """Events that wait for the group of a service on the topics of a `publisher`; of all publishers if it is empty."""
    report = reports[service]
    if report is not None and not _is_sampled(report):
        return Hop(name=name, unsampled=service)
    groups = report.consumers if report is not None else list(_seen_by_others(service, reports))
    if not groups:
        return Hop(name=name)
    begin = f"isopolity.{publisher}." if publisher else ""
    topics = [topic for group in groups for topic in group.topics if topic.topic.startswith(begin)]
    oldest = max((topic.oldest_seconds for topic in topics if topic.oldest_seconds is not None), default=None)
    seen = canary if canary is not None else (None if report is None else report.canary_seconds)
    is_late = (seen or 0) > CANARY_LATE or (oldest or 0) > OLD
    waits = without_canaries(topics)
    lacks_broker = bool(report is not None and report.problem)
    stands_still = lacks_broker or not all(group.ready and group.state != "paused" for group in groups)
    hop = Hop(
        name=name,
        flows=not is_late and not stands_still,
        lacks_broker=lacks_broker,
        stands_still=stands_still,
        waiting=sum(topic.lag for topic in waits),
        more=any(topic.more for topic in waits),
        oldest_seconds=max((age for topic in waits if (age := topic.oldest_seconds) is not None), default=None),
        members=min(sum(topic.members for topic in waits), sum(group.members_waiting for group in groups)),
        more_members=any(topic.more for topic in waits),
        canary_seconds=seen,
        is_seen_from_outside=report is None,
    )
    return _traffic(reports, [topic.topic for topic in topics]).beside(hop)


def _seen_by_others(service: str, reports: Reports) -> Iterator[GroupReport]:
    for report in reports.values():
        if report is not None and _is_sampled(report) and not report.problem:
            yield from (group for group in report.readers if group.service == service)


def _traffic(reports: Reports, names: Sequence[str]) -> _Traffic:
    """Events that their publishers sent to these topics; the canary's are left out."""
    wanted = {name for name in names if not name.endswith(".canary")}
    found = [
        topic
        for service, report in reports.items()
        if report is not None
        for topic in report.topics
        if topic.topic in wanted and topic.topic in published_by(service)
    ]
    if not found:
        return _Traffic()
    moments = [topic.last_event_at for topic in found if topic.last_event_at]
    return _Traffic(
        per_minute=sum(topic.per_minute for topic in found),
        last_event_at=max(moments, default=None),
        trend=[sum(counts) for counts in zip(*(topic.trend for topic in found), strict=True)],
    )


def _mail(report: StreamsReport | None) -> Hop:
    """Mails on their way to the mail server, with those that it put off, which are no trouble."""
    if report is None:
        return Hop(name="mail")
    if not _is_sampled(report):
        return Hop(name="mail", unsampled="notify")
    counts = report.counts
    last, waiting = counts.get("last_mail_sent_at"), int(counts.get("mails_waiting", 0))
    stands_still = any(mail_troubles(counts))
    return Hop(
        name="mail",
        flows=not stands_still,
        stands_still=stands_still,
        waiting=waiting,
        members=int(counts.get("mails_waiting_members", 0)),
        more_members=waiting > MOST,
        oldest_seconds=counts.get("mails_waiting_seconds"),
        last_mail_at=None if last is None else datetime.fromisoformat(last),
        mails_in_a_day=int(counts.get("mails_sent_in_a_day", 0)),
    )
