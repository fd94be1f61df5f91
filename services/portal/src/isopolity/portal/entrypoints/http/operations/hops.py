"""The way of events, from what a member changes to the mail and back to the answer, hop by hop."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from isopolity.portal.entrypoints.http.operations.reports import Report
from isopolity.web.operations.troubles import CANARY_LATE, OLD

_ON_THEIR_WAY: Final = ("mails_queued", "mails_claimed", "mails_transmitting", "mails_deferred")
_STILL: Final = (
    ("matching", "proposals_held"),
    ("matching", "proposals_scheduled"),
    ("notify", "mails_deferred"),
)
"""What has no event yet, by the service that counts it and the name of the count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop, as far as its service reports it."""

    name: str
    flows: bool | None = None
    """None where the service that knows does not answer."""
    waiting: int = 0
    oldest_seconds: float | None = None
    canary_seconds: float | None = None
    """How long ago the canary sounded that came through last; None where none crosses this hop."""


def hops_of(reports: Mapping[str, Report | None], now: datetime) -> Sequence[Hop]:
    """All hops in the order in which an event takes them."""
    matching = reports["matching"]
    back = None if matching is None else matching["counts"].get("canary_returned_seconds")
    return [
        _outbox("registry-out", reports["registry"]),
        _group("matching-in", matching, "isopolity.registry."),
        _outbox("matching-out", matching),
        _group("notify-in", reports["notify"], ""),
        _mail(reports["notify"], now),
        _outbox("notify-out", reports["notify"]),
        _group("answers-in", matching, "isopolity.notify.", back),
    ]


def still(reports: Mapping[str, Report | None]) -> Sequence[tuple[str, int]]:
    """What waits without an event, by name, where there is any."""
    found = ((name, int((reports[service] or {"counts": {}})["counts"].get(name, 0))) for service, name in _STILL)
    return [(name, count) for name, count in found if count]


def _outbox(name: str, report: Report | None) -> Hop:
    if report is None:
        return Hop(name=name)
    outbox = report["outbox"]
    oldest = outbox["oldest_seconds"]
    return Hop(name=name, flows=(oldest or 0) <= OLD, waiting=outbox["depth"], oldest_seconds=oldest)


def _group(name: str, report: Report | None, topics: str, canary: float | None = None) -> Hop:
    """What waits for the service on topics whose names begin with `topics`."""
    if report is None:
        return Hop(name=name)
    waiting = sum(_lags(report, topics))
    oldest = max((each["oldest_seconds"] or 0.0 for each in report["consumers"]), default=0.0) if waiting else None
    seen = report["canary_seconds"] if canary is None else canary
    is_late = (seen or 0) > CANARY_LATE or (oldest or 0) > OLD
    return Hop(
        name=name,
        flows=not is_late and all(each["ready"] for each in report["consumers"]),
        waiting=waiting,
        oldest_seconds=oldest,
        canary_seconds=seen,
    )


def _lags(report: Report, topics: str) -> Iterator[int]:
    for consumer in report["consumers"]:
        for topic in consumer["topics"]:
            if topic["topic"].startswith(topics):
                yield int(topic["lag"])


def _mail(report: Report | None, now: datetime) -> Hop:
    """What is on its way to the mail server; one that the server put off waits too, which is no trouble."""
    if report is None:
        return Hop(name="mail")
    counts: Mapping[str, Any] = report["counts"]
    since = counts.get("oldest_mail_waiting_since")
    return Hop(
        name="mail",
        flows=not counts.get("mails_unknown"),
        waiting=sum(int(counts.get(name, 0)) for name in _ON_THEIR_WAY),
        oldest_seconds=None if since is None else max(0.0, (now - datetime.fromisoformat(since)).total_seconds()),
    )
