"""Members of arrays are found as NumPy finds them."""

import numpy as np
import pytest

from isopolity.matching.arrays import are_among


@pytest.mark.parametrize(
    ("values", "ascending"),
    [([], []), ([3], []), ([], [3]), ([5, 1, 9, 4, 4], [1, 4, 7]), ([0, 8], [1, 7]), ([7, 1], [1, 7])],
)
def test_values_are_found_among_ascending_ones(values: list[int], ascending: list[int]) -> None:
    asked, among = np.array(values, np.int64), np.array(ascending, np.int64)
    assert are_among(asked, among).tolist() == np.isin(asked, among).tolist()
