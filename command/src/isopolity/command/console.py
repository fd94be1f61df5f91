"""The two streams: results on stdout, progress and errors on stderr; plain where it is no terminal."""

from functools import cache
from textwrap import fill
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderResult
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


class Listing(Table):
    """A table that keeps ids whole, so that they can be copied; where that is too wide, each row becomes a block.

    A block has a line `column: value` for each value that is not missing.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for column in self.columns:
            column.no_wrap = not any(" " in str(value) for value in column.cells)
        if self.__rich_measure__(console, options).minimum <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        for values in zip(*(column.cells for column in self.columns), strict=True):
            for column, value in zip(self.columns, values, strict=True):
                if str(value) not in ("", cell(None)):
                    lines = str(value).replace("\n", "\n  ")
                    yield Text.assemble((f"{column.header}: ", "bold"), lines, overflow="fold")
            yield Text()


def table(*columns: str, kind: type[Table] = Table) -> Table:
    """A table in the house's one style."""
    grid = kind(box=_box(), header_style="bold", pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    return grid


def listing(*columns: str) -> Table:
    """A table of things with ids, in the house's one style; see `Listing`."""
    return table(*columns, kind=Listing)


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
