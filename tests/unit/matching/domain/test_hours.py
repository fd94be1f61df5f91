"""Working hours in common: by the zones as they are today, or by the sun, and what they are worth to live work."""

from datetime import date
from math import isnan

import numpy as np
import pytest

from isopolity.matching.domain.scores.hours import common_hours, hours_value, utc_offset

WINTER, SUMMER = date(2026, 1, 15), date(2026, 7, 15)


@pytest.mark.parametrize(
    ("zone", "longitude", "day", "hours"),
    [
        ("Europe/Paris", None, WINTER, 1.0),
        ("Europe/Paris", None, SUMMER, 2.0),
        ("Asia/Kathmandu", 0.0, WINTER, 5.75),
        ("Australia/Sydney", None, WINTER, 11.0),
        (None, 37.0, WINTER, 2.0),
        (None, -180.0, WINTER, -12.0),
    ],
)
def test_a_place_is_ahead_by_its_zone_today_or_else_by_the_sun(
    zone: str | None, longitude: float | None, day: date, hours: float
) -> None:
    assert utc_offset(zone, longitude, day) == hours


def test_nothing_is_known_of_a_place_without_zone_and_longitude() -> None:
    assert isnan(utc_offset(None, None, WINTER))


@pytest.mark.parametrize(
    ("one", "other", "hours", "value"),
    [
        (1.0, 1.0, 8.0, 1.0),
        (1.0, 5.0, 4.0, 1.0),
        (1.0, -5.0, 2.0, 0.5),
        (1.0, 9.0, 0.0, 0.0),
        (13.0, -10.0, 7.0, 1.0),
        (-8.0, 10.0, 2.0, 0.5),
        (5.75, 0.0, 2.25, 0.5625),
        (np.nan, 0.0, np.nan, 0.5),
    ],
)
def test_hours_in_common_are_those_of_two_working_days_around_the_clock(
    one: float, other: float, hours: float, value: float
) -> None:
    for pair in ((one, other), (other, one)):
        found = common_hours(*(np.array([each]) for each in pair))
        assert found == pytest.approx(np.array([hours]), nan_ok=True)
        assert hours_value(found) == pytest.approx(np.array([value]))
