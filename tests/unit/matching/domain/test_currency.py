"""Amounts in another currency, about, so that people can compare them."""

import pytest

from isopolity.matching.domain.scores.programme_eligibility import roughly


@pytest.mark.parametrize(
    ("low", "high", "source", "expected"),
    [(72_000, 180_000, "USD", (62_600, 156_500)), (1, 1_000, "USD", (1, 870)), (1, 2, "XXX", None)],
    ids=["to the hundred", "small", "without a rate"],
)
def test_a_range_is_told_about_in_another_currency(
    low: int, high: int, source: str, expected: tuple[int, int] | None
) -> None:
    assert roughly(low, high, source, "EUR") == expected
