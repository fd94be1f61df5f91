"""Troubles: what in the services' status reports does not flow, as kinds that a screen or a page puts into words.

Invariant: silence is no trouble. A topic may rest for weeks; what is judged is what waits, what says that it cannot go
on, and the canary, which sounds every minute.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Reports = Mapping[str, Mapping[str, Any]]
"""The status report of each service, by its name."""

CANARY_LATE: Final = 180.0
"""Seconds: the canary sounds once a minute, so three in a row are missing."""
ANSWERS_LATE: Final = 1800.0
"""Seconds: notify moves the watermark of answers at least every ten minutes, and has missed three times."""
OLD: Final = 300.0
"""Seconds that an event may wait before that counts as a trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that does not flow; `kind` says which of the other fields mean something."""

    kind: str
    """`unwritable`, `cannot-publish`, `stopped`, `behind`, `canary-late`, `dead-letters`, `canary-not-back`,
    `answers-incomplete`, `answers-unknown` or `mails-unknown`."""
    service: str
    detail: str = ""
    """A reason, in a code or in words of the service."""
    count: int = 0
    seconds: float = 0.0


def troubles_of(reports: Reports) -> Iterator[Trouble]:
    """Each trouble, service by service in the order of `reports`; then those of the whole path."""
    for service, report in reports.items():
        for problem in report.get("unwritable", ()):
            yield Trouble(kind="unwritable", service=service, detail=problem)
        yield from _stuck(service, report)
        canary = report["canary_seconds"]
        if canary is not None and canary > CANARY_LATE:
            yield Trouble(kind="canary-late", service=service, seconds=canary)
        for reason, count in report["dead_letters"].items():
            yield Trouble(kind="dead-letters", service=service, detail=reason, count=count)
    yield from _unanswered(_counts(reports, "matching"))
    unknown = int(_counts(reports, "notify").get("mails_unknown", 0))
    if unknown:
        yield Trouble(kind="mails-unknown", service="notify", count=unknown)


def _counts(reports: Reports, service: str) -> Mapping[str, Any]:
    """What a service counts; nothing where it did not report."""
    report = reports.get(service)
    return {} if report is None else report["counts"]


def _stuck(service: str, report: Mapping[str, Any]) -> Iterator[Trouble]:
    """Troubles of the outbox and of the consumer groups."""
    outbox = report["outbox"]
    if (outbox["oldest_seconds"] or 0) > OLD:
        yield Trouble(
            kind="cannot-publish", service=service, count=outbox["depth"], seconds=float(outbox["oldest_seconds"])
        )
    for consumer in report["consumers"]:
        count, seconds = int(consumer["lag"]), float(consumer["oldest_seconds"] or 0)
        if not consumer["ready"]:
            yield Trouble(kind="stopped", service=service, detail=consumer["reason"], count=count, seconds=seconds)
        elif seconds > OLD:
            yield Trouble(kind="behind", service=service, count=count, seconds=seconds)


def _unanswered(counts: Mapping[str, Any]) -> Iterator[Trouble]:
    """Troubles on the way of answers from notify to matching."""
    back = counts.get("canary_returned_seconds")
    if back is not None and back > CANARY_LATE:
        yield Trouble(kind="canary-not-back", service="matching", seconds=back)
    complete = counts.get("answers_complete_seconds")
    out = counts.get("proposals_issued", 0) + counts.get("proposals_answered", 0)
    if complete is not None and complete > ANSWERS_LATE:
        yield Trouble(kind="answers-incomplete", service="matching", seconds=complete)
    elif complete is None and out:
        yield Trouble(kind="answers-unknown", service="matching", count=out)
