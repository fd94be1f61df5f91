"""Reads yes and no as people write them."""

from typing import Any, Final

_WORDS: Final = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "on", "x", "✓", "✔"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "off"), False),
}
_TICKS: Final = frozenset({"x", "✓", "✔"})


def reading(cell: Any) -> bool | None:
    """Whether the cell means yes; None if it means neither yes nor no."""
    return _WORDS.get(str(cell).casefold()) if isinstance(cell, str | bool | int) else None


def is_tick(cell: Any) -> bool:
    """Whether the cell is a tick, whose opposite is an empty cell."""
    return isinstance(cell, str) and cell.casefold() in _TICKS
