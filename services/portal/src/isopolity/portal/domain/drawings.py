"""Charts and lines of numbers, in the units of their drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

CHART_WIDTH: Final = 320
"""Units of a chart from its left to its right."""
_NUMBER: Final = 60
_ROW: Final = 44
TREND_HEIGHT: Final = 24
"""Height of the picture; its width is one less than the number of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar, its label and its number."""

    label: str
    number: int
    y: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars one below the other, each below its label; the longest leaves room for its number alone."""

    bars: Sequence[Bar]
    width: int = CHART_WIDTH

    @property
    def height(self) -> int:
        """Units from top to bottom."""
        return _ROW * len(self.bars)


def chart_of(numbers: Mapping[str, int]) -> Chart:
    """The chart of numbers by label."""
    most, room = max(numbers.values(), default=0), CHART_WIDTH - _NUMBER
    bars = [
        Bar(label=label, number=number, y=_ROW * place, length=round(room * number / most) if most else 0)
        for place, (label, number) in enumerate(numbers.items())
    ]
    return Chart(bars=bars)


def trend_line(numbers: Sequence[int]) -> str:
    """The path through `numbers`, of which one at least is more than nought."""
    most = max(numbers)
    return "M" + "L".join(
        f"{at},{TREND_HEIGHT - round(TREND_HEIGHT * number / most, 1):g}" for at, number in enumerate(numbers)
    )
