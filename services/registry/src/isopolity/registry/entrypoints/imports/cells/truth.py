"""Yes or no, as people write it."""

from typing import Any, Final

_WORDS: Final = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "on", "x", "✓", "✔"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "off"), False),
}
_TICKS: Final = frozenset({"x", "✓", "✔"})


def reading(cell: Any) -> bool | None:
    """What the cell means; None if neither yes nor no."""
    return _WORDS.get(str(cell).casefold()) if isinstance(cell, str | bool | int) else None


def is_tick(cell: Any) -> bool:
    """Whether the cell is a mark of those who leave it empty for a no."""
    return isinstance(cell, str) and cell.casefold() in _TICKS
