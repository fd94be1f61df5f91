"""Forward decay: the weight of a trial relative to a fixed moment, so that kept sums need no change as time passes.

A trial of time t weighs 2^((t - landmark) / half-life) for good; at a moment `now` what is left of any sum of weights
is that sum times 2^(-(now - landmark) / half-life) (Cormode, Shkapenyuk, Srivastava and Xu 2009).

Invariant: the landmark never changes. Floats hold the weights of a half-life of 180 days for 500 years after it, so
nothing is ever rescaled.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

LANDMARK: Final = datetime(2025, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


def weight_at(moment: datetime, half_life: float) -> float:
    """The weight of a trial of that moment; `half_life` in days."""
    return float(2.0 ** ((moment - LANDMARK) / _DAY / half_life))


def left_at(now: datetime, half_life: float) -> float:
    """The factor that turns a sum of weights into what is left of it; `half_life` in days."""
    return float(2.0 ** (-((now - LANDMARK) / _DAY) / half_life))
