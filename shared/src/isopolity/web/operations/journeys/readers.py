"""Which groups have read an event: those whose committed offset has passed its place, as it was sampled last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from isopolity.contracts.catalogue import GROUPS

READ: Final = "read"
WAITS: Final = "waits"
UNKNOWN: Final = "unknown"
Line = Mapping[str, Any]
Committed = Mapping[tuple[str, str, int], int]
"""By group, topic and partition the offset that the group reads next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A group that reads the topic of an event, and whether it has read the event."""

    group: str
    state: Literal["read", "waits", "unknown"]
    """`unknown` where nobody tells how far the group is, or where the event is."""


def committed_by(reports: Mapping[str, Mapping[str, Any] | None]) -> Committed:
    """The offsets in the services' `/streams`; a group's own service before those whose topics it reads."""
    found: dict[tuple[str, str, int], int] = {}
    for part in ("readers", "consumers"):
        for report in reports.values():
            for group in report[part] if report else ():
                found |= _of_group(group)
    return found


def _of_group(group: Mapping[str, Any]) -> Mapping[tuple[str, str, int], int]:
    return {
        (group["group"], topic["topic"], each["partition"]): each["committed"]
        for topic in group["topics"]
        for each in topic["partitions"]
        if each["committed"] is not None
    }


def readings_of(line: Line, committed: Committed) -> Sequence[Reading]:
    """The groups that read the event's topic."""
    return list(_readings(line, committed))


def _readings(line: Line, committed: Committed) -> Iterator[Reading]:
    for group in GROUPS:
        if line["topic"] not in group.topics:
            continue
        offset = committed.get((group.name, line["topic"], line["partition"]))
        if offset is None or line["offset"] is None:
            yield Reading(group=group.name, state=UNKNOWN)
        else:
            yield Reading(group=group.name, state=READ if offset > line["offset"] else WAITS)
