"""Days where their readers are: the last second of a day in a time zone, and a moment in words that name the zone.

Invariant: what is not known here, or has no name, counts as UTC; a moment that was reckoned once is kept as such, so
that a later change of the time zones moves no deadline.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_SECOND: Final = timedelta(seconds=1)
_OF_THE_MACHINE: Final = "localtime"
"""A link that some systems have among their zones: it would mean another zone on each of them."""


def is_zone(name: str | None) -> bool:
    """Whether the IANA database that is installed here has a time zone of this name."""
    if name is None or name == _OF_THE_MACHINE:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # there is none, or it is no name of a zone at all
        return False
    return True


def zone(name: str | None) -> tzinfo:
    """The time zone of this name in the IANA database, else UTC."""
    return ZoneInfo(name) if name is not None and is_zone(name) else UTC


def day_in(moment: datetime, name: str | None) -> date:
    """The day that it is at that moment in the zone of this name."""
    return moment.astimezone(zone(name)).date()


def end_of_day(moment: datetime, name: str | None, *, days: int = 0) -> datetime:
    """The last second, in UTC, of the day that it is at that moment in this zone, or of the day so many days later.

    That is a second before the next day begins, also where clocks are put back at midnight and an hour comes twice.
    """
    following = day_in(moment, name) + timedelta(days=days + 1)
    return datetime.combine(following, time(), zone(name)).astimezone(UTC) - _SECOND


def in_words(moment: datetime, name: str | None) -> str:
    """Day, hour and zone in English, as in “22 December 2026, 23:59 (Los Angeles time)”."""
    local = moment.astimezone(zone(name))
    place = place_of(name)
    return f"{local.day} {local:%B %Y, %H:%M} ({f'{place} time' if place else offset_of(local)})"


def place_of(name: str | None) -> str | None:
    """The place that the zone is named for, as in “Los Angeles”; None for UTC and zones that are named for none."""
    if name is None or "/" not in name or name.startswith("Etc/") or not is_zone(name):
        return None
    return name.rpartition("/")[2].replace("_", " ")


def offset_of(local: datetime) -> str:
    """What a clock there is ahead of UTC or behind it, as in “UTC-05:00”, or “UTC”."""
    offset = f"{local:%z}"
    return "UTC" if offset in ("", "+0000") else f"UTC{offset[:3]}:{offset[3:5]}"
