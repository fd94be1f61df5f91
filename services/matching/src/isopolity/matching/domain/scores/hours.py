"""The working hours that two places have in common today.

Invariant: a time zone counts as it is on that day, summer time included; the value of a pair is symmetric.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from isopolity.matching.arrays import Floats
from isopolity.matching.domain.scores.weights import UNKNOWN

_WORKING_DAY: Final = 17 - 9
"""Hours from nine to five."""
_ENOUGH: Final = 4.0
"""Common hours from which on more count no more."""
_DAY: Final = 24
_DEGREES_AN_HOUR: Final = 15


def utc_offset(time_zone: str | None, longitude: float | None, today: date) -> float:
    """The hours by which clocks are ahead of UTC today at noon; without a time zone those of the sun, NaN for neither.

    Raises ZoneInfoNotFoundError, a KeyError, for an unknown zone.
    """
    if time_zone is not None:
        return _offset_of_zone(time_zone, today)
    return float("nan") if longitude is None else float(round(longitude / _DEGREES_AN_HOUR))


@lru_cache(maxsize=2048)
def _offset_of_zone(time_zone: str, today: date) -> float:
    offset = datetime.combine(today, time(12), UTC).astimezone(ZoneInfo(time_zone)).utcoffset()
    return 0.0 if offset is None else offset.total_seconds() / 3600


def common_hours(one: Floats, other: Floats) -> Floats:
    """The hours from nine to five that two places have in common, from their `utc_offset`; NaN if one is unknown."""
    apart = np.abs(one - other) % _DAY
    return np.asarray(np.maximum(_WORKING_DAY - np.minimum(apart, _DAY - apart), 0), np.float64)


def hours_value(hours: Floats) -> Floats:
    """The worth of work that is done live with so many common hours, in [0, 1]; UNKNOWN for NaN."""
    value = np.minimum(hours / _ENOUGH, 1)
    return np.where(np.isnan(hours), UNKNOWN, value)
