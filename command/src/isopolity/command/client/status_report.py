"""The status reports of the three services: what does not flow, and all of it on one screen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from isopolity.command.client.http_client import Client
from isopolity.command.console import alarm, output, row, table
from isopolity.web.operations.troubles import ANSWERS_LATE, CANARY_LATE, OLD, Reports, Trouble, troubles_of

_WORDS: Final = {"members_city": "member cities", "members_partner": "member partners"}
"""The words for counts whose names do not say what is counted."""


def ask_status(client: Client, services: Sequence[str]) -> Reports:
    """The status report of each of `services`, by name; its consumer groups tell for how many members events wait."""
    return {service: _with_members(client, service) for service in services}


def _with_members(client: Client, service: str) -> Mapping[str, Any]:
    report = client.get(f"/{service}/v1/status")
    sampled = client.get(f"/{service}/v1/streams")["consumers"]
    members = {group["group"]: group["members_waiting"] for group in sampled}
    groups = [{**group, "members_waiting": members.get(group["group"], 0)} for group in report["consumers"]]
    return {**report, "consumers": groups}


def troubles(reports: Reports) -> Iterator[str]:
    """A sentence for each thing that does not flow."""
    for each in troubles_of(reports):
        follows = f" This follows from what is wrong with {each.because}." if each.because else ""
        yield _sentence(each) + follows


def _sentence(found: Trouble) -> str:
    service, count, age = found.service, found.count, _minutes(found.seconds)
    members = f", about {found.members} member{'s' * (found.members > 1)}" if found.members else ""
    match found.kind:
        case "unwritable":
            return f"{service}: {found.detail}."
        case "cannot-publish":
            return f"{service} cannot publish: {count} events wait, the oldest for {age}."
        case "stopped":
            waiting = f"; {count} wait{members}" if count else ""
            return f"{service} gets no events: {found.detail}{waiting}."
        case "paused":
            return f"{service} is paused: {count} events wait{members}; see `isopolity offsets resume {service}`."
        case "behind" if not count:
            return f"{service} is behind: canaries wait, the oldest for {age}, and no other events."
        case "behind":
            return f"{service} is behind: {count} events wait, the oldest for {age}{members}."
        case "canary-late":
            return f"{service} last saw the canary {age} ago: events do not reach it."
        case "dead-letters":
            return f"{service} has {count} dead letters ({found.detail}); see `isopolity dead-letters list`."
        case "canary-not-back":
            return f"matching last had the canary back from notify {age} ago: answers do not reach it."
        case "answers-incomplete":
            return (
                f"Answers are complete up to {age} ago only, so deadlines since then are not settled: "
                "notify is stuck, or a process of it froze in the middle of an answer."
            )
        case "answers-unknown":
            return f"notify has not told up to when answers are complete, so none of {count} proposals can be settled."
        case "mails-unknown":
            return f"Of {count} mails nobody knows whether they arrived; see `isopolity mail list --state unknown`."
        case "mail-server-away":
            return (
                f"The mail server cannot be reached: {count} mails wait, the oldest for {age}; see `isopolity doctor`."
            )
        case "mails-late":
            return f"notify does not get on with its mails: {count} were to go out, the first {age} ago."
        case _:
            return f"{service}: {found.kind}."


def print_status(reports: Reports, found: list[str]) -> None:
    """Print each hop, what the services hold, what waits, and the troubles that were `found`."""
    grid = table("hop", "flows", "waiting", "members", "oldest", "why")
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
    yield (
        f"{service} → log",
        _yes((outbox["oldest_seconds"] or 0) <= OLD),
        _waits(outbox["depth"]),
        "",
        _age(outbox),
        "",
    )
    for consumer in report["consumers"]:
        why = "" if consumer["ready"] else consumer["reason"]
        members = _waits(consumer.get("members_waiting", 0))
        yield f"log → {service}", _yes(consumer["ready"]), _waits(consumer["lag"]), members, _age(consumer), why
    for parked in report["parked_for"][:5]:
        yield f"{service} parked", "", _waits(parked["count"]), "", _age(parked), f"waiting for {parked['awaited']}"
    yield from _sighting(f"canary → {service}", report["canary_seconds"], CANARY_LATE)
    counts = report["counts"]
    yield from _sighting("canary, back from notify", counts.get("canary_returned_seconds"), CANARY_LATE)
    yield from _sighting("answers, complete", counts.get("answers_complete_seconds"), ANSWERS_LATE)


def _sighting(hop: str, seconds: float | None, late: float) -> Iterator[tuple[object, ...]]:
    if seconds is not None:
        yield hop, _yes(seconds <= late), "", "", f"{_minutes(seconds)} ago", ""


def _oldest(reports: Reports) -> str:
    waiting = [
        part["oldest_seconds"]
        for report in reports.values()
        for part in (report["outbox"], *report["consumers"], *report["parked_for"])
        if part["oldest_seconds"] is not None
    ]
    return f"The oldest thing that waits has done so for {_minutes(max(waiting))}." if waiting else "Nothing waits."


def _counted(counts: Mapping[str, Any]) -> Iterator[str]:
    """The counts in words, without those that are 0."""
    for name, value in counts.items():
        if isinstance(value, Mapping):
            yield from (f"{number:,} {inner} {name}" for inner, number in value.items() if number)
        elif isinstance(value, int) and value:
            yield f"{value:,} {_WORDS.get(name, name.replace('_', ' '))}"


def _yes(flows: bool) -> object:
    return "yes" if flows else alarm("no")


def _waits(count: int) -> str:
    return f"{count:,}" if count else ""


def _age(report: Mapping[str, Any]) -> str:
    seconds = report["oldest_seconds"]
    return "" if seconds is None else _minutes(seconds)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
