"""Output of the command: results on stdout, progress and errors on stderr, and their layout.

Invariant: a stream that is no terminal gets plain text, and ids are never broken over lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from textwrap import fill
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.box import Box
    from rich.progress import Progress as Bar

    from isopolity.client.model import Model

LINE: Final = 100
"""The length of the longest line of a paragraph, so that it is easy to read."""
Item = TypeVar("Item")


def output() -> Console:
    """The console for results, new at each call; a stream that is not a terminal gets lines of up to 200 characters."""
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


def print_line(line: str) -> None:
    """Print one line as it is: cut at the edge of a terminal, whole where it goes into a file."""
    console = output()
    console.print(
        line,
        markup=False,
        no_wrap=True,
        overflow="ellipsis" if console.is_terminal else "ignore",
        crop=console.is_terminal,
    )


def messages() -> Console:
    """The console for progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


class Listing(Table):
    """A table that never breaks ids; if it is too wide, each row becomes a block of lines `column: value`."""

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
    """An empty table in the style of all tables of the command."""
    grid = kind(box=_box(), header_style="bold", pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    return grid


def listing(*columns: str) -> Table:
    """An empty table of things with ids; see `Listing`."""
    return table(*columns, kind=Listing)


def print_json(value: object) -> None:
    """Print one JSON document on stdout; models are printed as their services sent them."""
    import json

    typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def plain(value: object) -> object:
    """The value as JSON holds it, in plain lists and mappings."""
    from isopolity.client.model import Model

    if isinstance(value, Model):
        return fields_of(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def fields_of(document: "Model") -> Mapping[str, object]:
    """The fields of a document as its service sent them, without those that it left out."""
    return document.model_dump(mode="json", by_alias=True, exclude_unset=True)


def print_rows(found: Sequence[Item], columns: str, cells: Callable[[Item], Iterable[object]], empty: str) -> None:
    """Print a listing with the `cells` of each item under `columns`, separated by commas; `empty` without an item."""
    grid = listing(*columns.split(", "))
    for item in found:
        row(grid, *cells(item))
    output().print(grid if found else empty)


@dataclass(frozen=True, slots=True)
class Result:
    """What a verb has found: `show` prints it for people, and with --json its document is printed for programs."""

    document: object
    show: Callable[[], object]
    code: int = 0
    """The exit code."""

    def print(self, *, as_json: bool) -> None:
        """Print it, and end with its exit code."""
        if as_json:
            print_json(self.document)
        else:
            self.show()
        if self.code:
            raise typer.Exit(self.code)


def printed(found: Item, printer: Callable[[Item], object]) -> Result:
    """A document that `printer` prints for people."""
    return Result(found, lambda: printer(found))


def listed(found: Iterable[Item], columns: str, cells: Callable[[Item], Iterable[object]], empty: str) -> Result:
    """A list of documents, for people with the `cells` of each as a row; see `print_rows`."""
    items = list(found)
    return Result(items, lambda: print_rows(items, columns, cells, empty))


def paragraph(console: Console, text: str, *, indent: int = 0, hanging: int = 0, style: str = "") -> None:
    """Print a text in lines of at most `LINE` characters; `hanging` indents all lines but the first."""
    lines = fill(
        text,
        width=min(console.width, LINE),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )
    console.print(Text(lines, style=style), soft_wrap=True)


def row(grid: Table, *values: object) -> None:
    """Add a row of texts; square brackets in them are no markup."""
    grid.add_row(*(value if isinstance(value, Text) else Text(cell(value)) for value in values))


def alarm(text: str) -> Text:
    """A cell in red, for something that is wrong."""
    return Text(text, style="bold red")


def cell(value: object) -> str:
    """A value as a person reads it: “-” for None, yes or no for a truth value, a moment in this machine's time zone."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def moment(at: datetime) -> str:
    """A moment in the time zone of this machine."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def percent(share: float) -> str:
    """A share in per cent, in the form of the sentence on what is proved: “0.0047 %”."""
    return f"{100 * share:.4f} %"


def counted(number: int, noun: str) -> str:
    """A number with its noun, whose plural ends in s: “1 pair”, “3,000 pairs”."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@cache
def _box() -> "Box":
    from rich import box

    return box.SIMPLE_HEAD


class Progress(Protocol):
    """The progress of a long job."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin the next step, of `total` things if that is known."""

    def done(self, count: int, total: int | None = None) -> None:
        """`count` things of this step are done, of `total` if that is known by now."""


class _Lines:
    """A line for each step, and nothing in between."""

    def step(self, name: str, total: int | None = None) -> None:
        messages().print(f"{name} …", markup=False)

    def done(self, count: int, total: int | None = None) -> None:
        return


class _MovingBar:
    """A bar for one step after the other."""

    def __init__(self, bar: "Bar") -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def step(self, name: str, total: int | None = None) -> None:
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total)

    def done(self, count: int, total: int | None = None) -> None:
        self._bar.update(self._task, completed=count, total=total)


@contextmanager
def progress() -> Iterator[Progress]:
    """The progress of the block; a bar disappears at the end of the block."""
    console = messages()
    if not console.is_terminal:
        yield _Lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<22}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        yield _MovingBar(bar)
