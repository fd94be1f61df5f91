"""The clock and the id factory as ports, so that domain and application never ask the machine themselves; days and
moments in the time zones of their readers.

Invariant: a time zone that is missing or unknown here counts as UTC. A moment that was computed once is kept as such,
so that a later change of the time zones moves no deadline.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""

IdFactory = Callable[[], str]
"""Returns a new unique id."""


def system_clock() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): unique, and in the order of time."""
    return str(uuid_utils.uuid7())


def moment_of(identifier: str) -> datetime | None:
    """The moment, in UTC, at which a UUIDv7 was made; None for any other id."""
    try:
        known = UUID(identifier)
    except ValueError:
        return None
    return datetime.fromtimestamp((known.int >> 80) / 1000, UTC) if known.version == 7 else None


_OF_THE_MACHINE: Final = "localtime"
"""A link to the machine's own zone that some systems have among their zones; refused, since its meaning differs."""


def is_zone(name: str | None) -> bool:
    """Whether the IANA database that is installed here has a time zone of this name."""
    if name is None or name == _OF_THE_MACHINE:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # there is no such zone, or this is not a zone's name at all
        return False
    return True


def zone(name: str | None) -> tzinfo:
    """The time zone of this name in the IANA database, else UTC."""
    return ZoneInfo(name) if name is not None and is_zone(name) else UTC


def place_of(name: str | None) -> str | None:
    """The place in the zone's name, as in “Los Angeles”; None for UTC and zones without a place."""
    if name is None or "/" not in name or name.startswith("Etc/") or not is_zone(name):
        return None
    return name.rpartition("/")[2].replace("_", " ")


def offset_of(local: datetime) -> str:
    """The offset of a local moment from UTC, as in “UTC-05:00”; “UTC” without one."""
    offset = f"{local:%z}"
    return "UTC" if offset in ("", "+0000") else f"UTC{offset[:3]}:{offset[3:5]}"


_SECOND: Final = timedelta(seconds=1)


def day_in(moment: datetime, name: str | None) -> date:
    """The day that the moment falls on in the zone of this name."""
    return moment.astimezone(zone(name)).date()


def end_of_day(moment: datetime, name: str | None, *, days: int = 0) -> datetime:
    """The last second, in UTC, of the day that `moment` falls on in this zone, or of the day `days` later.

    It is a second before the next day begins, also if clocks are put back at midnight.
    """
    following = day_in(moment, name) + timedelta(days=days + 1)
    return datetime.combine(following, time(), zone(name)).astimezone(UTC) - _SECOND


def in_words(moment: datetime, name: str | None) -> str:
    """Day, hour and zone in English, as in “22 December 2026, 23:59 (Los Angeles time)”."""
    local = moment.astimezone(zone(name))
    place = place_of(name)
    return f"{local.day} {local:%B %Y, %H:%M} ({f'{place} time' if place else offset_of(local)})"
