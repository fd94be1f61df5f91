"""The two streams: results on stdout, progress and errors on stderr; plain where it is no terminal."""

from functools import cache
from textwrap import fill
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

LINE: Final = 100
"""Longer lines are hard to read."""


def output() -> Console:
    """Where results go. Made anew each time, so that tests may replace the stream; a pipe gets lines of any length."""
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


def messages() -> Console:
    """Where progress and errors go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def table(*columns: str, title: str | None = None) -> Table:
    """A table in the house's one style."""
    grid = Table(box=_box(), title=title, title_justify="left", title_style="bold", header_style="bold", pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    return grid


def paragraph(console: Console, text: str, *, indent: int = 0, hanging: int = 0, style: str = "") -> None:
    """Print a text in lines that a person can read, none of which ends with a space; `hanging` indents all but one."""
    lines = fill(
        text,
        width=min(console.width, LINE),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )
    console.print(Text(lines, style=style), soft_wrap=True)


def row(grid: Table, *values: object) -> None:
    """Add a row; nothing in a text is taken for markup."""
    grid.add_row(*(value if isinstance(value, Text) else Text(cell(value)) for value in values))


def alarm(text: str) -> Text:
    """A cell that must catch the eye."""
    return Text(text, style="bold red")


def cell(value: object) -> str:
    """A value as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


@cache
def _box() -> Any:
    from rich import box

    return box.SIMPLE_HEAD
