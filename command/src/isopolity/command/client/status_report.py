"""The status reports of the three services: what does not flow, and all of it on one screen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from isopolity.command.client.http_client import Client
from isopolity.command.console import alarm, output, row, table

Reports = Mapping[str, Mapping[str, Any]]

_MEMBER_TOPICS: Final = ("isopolity.registry.city", "isopolity.registry.partner")
_WORDS: Final = {"members_city": "member cities", "members_partner": "member partners"}
"""The words for counts whose names do not say what is counted."""
_CANARY_LATE: Final = 180.0
"""Seconds: the canary sounds once a minute, so three in a row are missing."""
_ANSWERS_LATE: Final = 1800.0
"""Seconds: notify moves the watermark of answers at least every ten minutes, and has missed three times."""
_OLD: Final = 300.0
"""Seconds that an event may wait before that counts as a trouble."""


def ask_status(client: Client, services: Sequence[str]) -> Reports:
    """The status report of each of `services`, by name."""
    return {service: client.get(f"/{service}/v1/status") for service in services}


def troubles(reports: Reports) -> Iterator[str]:
    """A sentence for each thing that does not flow."""
    for service, report in reports.items():
        yield from (f"{service}: {problem}." for problem in report.get("unwritable", ()))
        yield from _stuck(service, report)
        canary = report["canary_seconds"]
        if canary is not None and canary > _CANARY_LATE:
            yield f"{service} last saw the canary {_minutes(canary)} ago: events do not reach it."
        for reason, count in report["dead_letters"].items():
            yield f"{service} has {count} dead letters ({reason}); see `isopolity dead-letters list`."
    yield from _unanswered(reports["matching"]["counts"])
    unknown = _unknown_mails(reports)
    if unknown:
        yield f"Of {unknown} mails nobody knows whether they arrived; see `isopolity mail list --state unknown`."


def _unanswered(counts: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each trouble on the way of answers from notify to matching."""
    back = counts.get("canary_returned_seconds")
    if back is not None and back > _CANARY_LATE:
        yield f"matching last had the canary back from notify {_minutes(back)} ago: answers do not reach it."
    complete = counts.get("answers_complete_seconds")
    out = counts.get("proposals_issued", 0) + counts.get("proposals_answered", 0)
    if complete is not None and complete > _ANSWERS_LATE:
        yield (
            f"Answers are complete up to {_minutes(complete)} ago only, so deadlines since then are not settled: "
            "notify is stuck, or a process of it froze in the middle of an answer."
        )
    elif complete is None and out:
        yield f"notify has not told up to when answers are complete, so none of {out} proposals can be settled."


def print_status(reports: Reports, found: list[str]) -> None:
    """Print each hop, what the services hold, what waits, and the troubles that were `found`."""
    grid = table("hop", "flows", "waiting", "oldest", "why")
    for service, report in reports.items():
        for hop in _hops(service, report):
            row(grid, *hop)
    console = output()
    console.print(grid)
    for service, report in reports.items():
        console.print(f"{service:<9} {', '.join(_counted(report['counts'])) or 'nothing yet'}", markup=False)
    console.print(f"\n{_oldest(reports)}", markup=False)
    console.print("\n".join(found) if found else "Everything flows. No dead letters, no unknown mails.", markup=False)


def _hops(service: str, report: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    outbox = report["outbox"]
    yield f"{service} → log", _yes((outbox["oldest_seconds"] or 0) <= _OLD), _waits(outbox["depth"]), _age(outbox), ""
    for consumer in report["consumers"]:
        why = "" if consumer["ready"] else consumer["reason"]
        yield f"log → {service}", _yes(consumer["ready"]), _waits(consumer["lag"]), _age(consumer), why
    for parked in report["parked_for"][:5]:
        yield f"{service} parked", "", _waits(parked["count"]), _age(parked), f"waiting for {parked['awaited']}"
    yield from _sighting(f"canary → {service}", report["canary_seconds"], _CANARY_LATE)
    counts = report["counts"]
    yield from _sighting("canary, back from notify", counts.get("canary_returned_seconds"), _CANARY_LATE)
    yield from _sighting("answers, complete", counts.get("answers_complete_seconds"), _ANSWERS_LATE)


def _sighting(hop: str, seconds: float | None, late: float) -> Iterator[tuple[object, ...]]:
    if seconds is not None:
        yield hop, _yes(seconds <= late), "", f"{_minutes(seconds)} ago", ""


def _oldest(reports: Reports) -> str:
    waiting = [
        part["oldest_seconds"]
        for report in reports.values()
        for part in (report["outbox"], *report["consumers"], *report["parked_for"])
        if part["oldest_seconds"] is not None
    ]
    members = sum(_members_waiting(report) for report in reports.values())
    if not waiting and not members:
        return "Nothing waits."
    return (
        f"The oldest thing that waits has done so for {_minutes(max(waiting, default=0))}; members waiting: {members}."
    )


def _members_waiting(report: Mapping[str, Any]) -> int:
    """How many members have an event that is not processed yet, or are waited for by a parked event."""
    behind = sum(
        int(topic["lag"])
        for consumer in report["consumers"]
        for topic in consumer["topics"]
        if topic["topic"] in _MEMBER_TOPICS
    )
    return behind + sum(1 for parked in report["parked_for"] if parked["awaited"].startswith("member:"))


def _counted(counts: Mapping[str, Any]) -> Iterator[str]:
    """The counts in words, without those that are 0."""
    for name, value in counts.items():
        if isinstance(value, Mapping):
            yield from (f"{number:,} {inner} {name}" for inner, number in value.items() if number)
        elif isinstance(value, int) and value:
            yield f"{value:,} {_WORDS.get(name, name.replace('_', ' '))}"


def _stuck(service: str, report: Mapping[str, Any]) -> Iterator[str]:
    outbox = report["outbox"]
    if (outbox["oldest_seconds"] or 0) > _OLD:
        yield f"{service} cannot publish: {outbox['depth']} events wait, the oldest for {_age(outbox)}."
    for consumer in report["consumers"]:
        if not consumer["ready"]:
            yield f"{service} gets no events: {consumer['reason']}."
        elif (consumer["oldest_seconds"] or 0) > _OLD:
            yield f"{service} is behind: {consumer['lag']} events wait, the oldest for {_age(consumer)}."


def _unknown_mails(reports: Reports) -> int:
    return int(reports["notify"]["counts"].get("mails_unknown", 0))


def _yes(flows: bool) -> object:
    return "yes" if flows else alarm("no")


def _waits(count: int) -> str:
    return f"{count:,}" if count else ""


def _age(report: Mapping[str, Any]) -> str:
    seconds = report["oldest_seconds"]
    return "" if seconds is None else _minutes(seconds)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
