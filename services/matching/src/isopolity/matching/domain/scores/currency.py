"""Reference exchange rates, so that ranges in two currencies can be compared roughly.

The rates are of January 2026 and rounded by hand; they decide whether a grant can fit at all, and never enter accounts.
A currency that is not listed gives a warning and does not block a pair.
"""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

USD_PER_UNIT: Final[Mapping[str, float]] = MappingProxyType(
    {
        "USD": 1.0,
        "EUR": 1.15,
        "GBP": 1.33,
        "CHF": 1.25,
        "CAD": 0.72,
        "AUD": 0.66,
        "JPY": 0.0065,
        "CNY": 0.14,
        "KRW": 0.0007,
        "INR": 0.0112,
        "BRL": 0.18,
        "MXN": 0.055,
        "ZAR": 0.058,
        "AED": 0.272,
        "SEK": 0.105,
        "NOK": 0.099,
        "DKK": 0.154,
        "SGD": 0.77,
        "TRY": 0.024,
        "KES": 0.0077,
        "NGN": 0.00067,
    }
)

_SMALL: Final = 1_000
"""Smaller amounts are rounded to the unit, larger ones to the hundred."""


def roughly(low: int, high: int, source: str, target: str) -> tuple[int, int] | None:
    """A range converted from `source` to `target` and rounded; None without a rate."""
    ends = (converted(each, source, target) for each in (low, high))
    least, most = (None if each is None else _rounded(each) for each in ends)
    return None if least is None or most is None else (least, most)


def converted(amount: int, source: str, target: str) -> float | None:
    """`amount` converted from `source` to `target`; None without a rate."""
    if source == target:
        return float(amount)
    if source not in USD_PER_UNIT or target not in USD_PER_UNIT:
        return None
    return amount * USD_PER_UNIT[source] / USD_PER_UNIT[target]


def _rounded(amount: float) -> int:
    """An amount rounded to the hundred, a small one to the unit; only 0 becomes 0."""
    return round(amount / 100) * 100 if amount >= _SMALL else ceil(amount)
