"""The best by the full score are found, on profiles as in the demo and on such as make it hard."""

import pytest

from benchmarks.candidates.recall import PROFILES, recall


@pytest.mark.parametrize("profiles", PROFILES)
def test_nearly_all_of_the_true_best_are_found(profiles: str) -> None:
    """The benchmark asks the same of 5,000 cities."""
    assert recall(profiles, 400) >= 0.99
