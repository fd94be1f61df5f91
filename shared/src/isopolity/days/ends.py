"""Days where their readers are: the last second of a day in a time zone, and a moment in words that name the zone.

Invariant: a moment that was reckoned once is kept as such, so that a later change of the time zones moves no deadline.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from isopolity.days.zones import offset_of, place_of, zone

_SECOND: Final = timedelta(seconds=1)


def day_in(moment: datetime, name: str | None) -> date:
    """The day that the moment falls on in the zone of this name."""
    return moment.astimezone(zone(name)).date()


def end_of_day(moment: datetime, name: str | None, *, days: int = 0) -> datetime:
    """The last second, in UTC, of the day that `moment` falls on in this zone, or of the day `days` later.

    That is a second before the next day begins, also where clocks are put back at midnight and an hour comes twice.
    """
    following = day_in(moment, name) + timedelta(days=days + 1)
    return datetime.combine(following, time(), zone(name)).astimezone(UTC) - _SECOND


def in_words(moment: datetime, name: str | None) -> str:
    """Day, hour and zone in English, as in “22 December 2026, 23:59 (Los Angeles time)”."""
    local = moment.astimezone(zone(name))
    place = place_of(name)
    return f"{local.day} {local:%B %Y, %H:%M} ({f'{place} time' if place else offset_of(local)})"
