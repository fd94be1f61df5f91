"""Which groups have read an event: those whose committed offset has passed its place, as it was sampled last.

An offset also passes what a group gave up, or what a reset passed over: their dead letters tell of it, until they are
settled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Literal

from isopolity.client.operations.models import DeadLetterSummary, GroupReport, JournalLine, StreamsReport
from isopolity.contracts.catalogue import GROUPS

READ: Final = "read"
WAITS: Final = "waits"
GIVEN_UP: Final = "given-up"
UNKNOWN: Final = "unknown"
Reports = Mapping[str, StreamsReport | None]
"""The `/streams` of services, by their names; None of one that does not answer."""
Committed = Mapping[tuple[str, str, int], int]
"""By group, topic and partition the offset that the group reads next."""
Letters = Mapping[str, Sequence[DeadLetterSummary] | None]
"""The dead letters of services, by their names; None of one that does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far each group has read, and what it gave up."""

    committed: Committed
    given_up: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By group and place of an event, `topic/partition/offset`, the id of its dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A group that reads the topic of an event, and whether it has read the event."""

    group: str
    service: str
    """The service that runs the group."""
    state: Literal["read", "waits", "given-up", "unknown"]
    """`unknown` where nobody tells how far the group is, or where the event is."""
    letter: str = ""
    """The id of the dead letter of what was given up."""


def with_letters(reports: Reports) -> Sequence[str]:
    """The services that tell in their `/streams` that they have dead letters."""
    return [service for service, report in reports.items() if report and any(report.dead_letters.values())]


def progress_of(reports: Reports, letters: Letters) -> Progress:
    """The progress that services tell in their `/streams`, and in their `/dead-letters`."""
    told = [letter for found in letters.values() for letter in found or ()]
    given_up = {(letter.group, letter.copy_of or letter.id): letter.id for letter in told}
    return Progress(committed=committed_by(reports), given_up=given_up)


def committed_by(reports: Reports) -> Committed:
    """The offsets in the services' `/streams`; a group's own service before those whose topics it reads."""
    found: dict[tuple[str, str, int], int] = {}
    known = [report for report in reports.values() if report is not None]
    for groups in ([report.readers for report in known], [report.consumers for report in known]):
        for group in chain.from_iterable(groups):
            found |= _of_group(group)
    return found


def _of_group(group: GroupReport) -> Mapping[tuple[str, str, int], int]:
    return {
        (group.group, topic.topic, each.partition): each.committed
        for topic in group.topics
        for each in topic.partitions
        if each.committed is not None
    }


def readings_of(line: JournalLine, progress: Progress) -> Sequence[Reading]:
    """The groups that read the event's topic."""
    return list(_readings(line, progress))


def _readings(line: JournalLine, progress: Progress) -> Iterator[Reading]:
    place = f"{line.topic}/{line.partition}/{line.offset}"
    for group in GROUPS:
        if line.topic not in group.topics:
            continue
        offset = None if line.partition is None else progress.committed.get((group.name, line.topic, line.partition))
        if letter := progress.given_up.get((group.name, place)):
            yield Reading(group=group.name, service=group.service, state=GIVEN_UP, letter=letter)
        elif offset is None or line.offset is None:
            yield Reading(group=group.name, service=group.service, state=UNKNOWN)
        else:
            has_read = offset > line.offset
            yield Reading(group=group.name, service=group.service, state=READ if has_read else WAITS)
