"""Distances on the earth, of 6,371 km mean radius."""

import numpy as np
import pytest

from isopolity.matching.domain.sphere import great_circle_km


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((0.0, 0.0), (90.0, 0.0), 10_007.54),  # a quarter of a meridian
        ((0.0, -90.0), (0.0, 90.0), 20_015.09),
        ((47.07, 15.44), (45.76, 4.84), 824.89),  # Graz and Lyon
        ((1.0, 2.0), (1.0, 2.0), 0.0),
    ],
)
def test_a_distance_is_that_along_a_great_circle(
    one: tuple[float, float], other: tuple[float, float], km: float
) -> None:
    assert great_circle_km(*map(np.array, (*one, *other))) == pytest.approx(km, abs=0.01)
