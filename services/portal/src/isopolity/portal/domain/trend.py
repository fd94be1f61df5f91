"""A row of numbers as a line to be drawn, the highest at the top."""

from collections.abc import Sequence
from typing import Final

HEIGHT: Final = 24
"""Of the picture; its width is one less than the number of values."""


def trend_line(numbers: Sequence[int]) -> str:
    """The path through `numbers`, of which one at least is more than nought."""
    most = max(numbers)
    return "M" + "L".join(f"{at},{HEIGHT - round(HEIGHT * number / most, 1):g}" for at, number in enumerate(numbers))
