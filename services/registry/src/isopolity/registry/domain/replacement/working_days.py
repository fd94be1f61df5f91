"""Working days: Monday to Friday, in UTC. Public holidays count as working days, since they differ in each country."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

DAYS: Final = 3
"""The number of working days in which a person can object to being replaced."""
_SATURDAY: Final = 5


def after_working_days(start: datetime, days: int = DAYS) -> datetime:
    """The end, in UTC, of the last of `days` whole working days that follow the day of `start`."""
    day = start.astimezone(UTC).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return datetime.combine(day + timedelta(days=1), time(), UTC)
