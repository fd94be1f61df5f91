"""Output of the command: results on stdout, progress and errors on stderr, and their layout.

A view is what a person reads: blocks below each other, each a paragraph (a string), a `Paragraph` with an indent or a
style, a `Text` that is printed as it is, a table, an `Aside` for stderr, or None for nothing.

Invariant: a stream that is no terminal gets plain text, and ids are never broken over lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from textwrap import fill
from typing import TYPE_CHECKING, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from isopolity.client.model import Model
    from isopolity.tables.text_files import Value

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
    overflow: Literal["ellipsis", "ignore"] = "ellipsis" if console.is_terminal else "ignore"
    console.print(line, markup=False, no_wrap=True, overflow=overflow, crop=console.is_terminal)


def messages() -> Console:
    """The console for progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text in lines of at most `LINE` characters; `hanging` indents all lines but the first."""

    text: str
    indent: int = 0
    hanging: int = 0
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = fill(
            self.text,
            width=min(options.max_width, LINE),
            initial_indent=" " * self.indent,
            subsequent_indent=" " * (self.indent + self.hanging),
            break_on_hyphens=False,
        )
        yield Text(lines, style=self.style)


class Aside(str):
    """A line about the result, for stderr."""

    __slots__ = ()


View: TypeAlias = Iterable[RenderableType | None]
Row: TypeAlias = "Iterable[Value]"
"""The cells of an entry of a list."""


def print_view(view: View) -> None:
    """Print the blocks of a view below each other."""
    console = output()
    for block in view:
        if isinstance(block, Aside):
            messages().print(block, markup=False)
        elif isinstance(block, Text):
            console.print(block, soft_wrap=True)
        elif block is not None:
            console.print(Paragraph(block) if isinstance(block, str) else block)


def title(text: str) -> Paragraph:
    """A heading, in bold."""
    return Paragraph(text, style="bold")


def section(heading: RenderableType, blocks: Iterable[RenderableType | None]) -> View:
    """An empty line, the heading, and the blocks that there are; nothing without any."""
    if there := [block for block in blocks if block is not None]:
        yield from ("", heading, *there)


def items(texts: Iterable[str], indent: int = 0) -> Iterator[Paragraph]:
    """A paragraph for each text, all lines but the first indented."""
    return (Paragraph(text, indent, hanging=2) for text in texts)


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


def table(columns: str, rows: Iterable[Iterable[object]], kind: type[Table] = Table) -> Table:
    """A table with these columns, separated by commas; square brackets in its cells are no markup."""
    from rich import box

    grid = kind(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns.split(", "):
        grid.add_column(column, overflow="fold")
    for values in rows:
        grid.add_row(*(value if isinstance(value, Text) else Text(cell(value)) for value in values))
    return grid


def listing(columns: str, rows: Iterable[Iterable[object]], empty: str = "") -> RenderableType | None:
    """A table of things with ids, see `Listing`; `empty` where there is none."""
    grid = table(columns, rows, Listing)
    return grid if grid.row_count else empty or None


def json_text(value: object) -> str:
    """A JSON document; models stand in it as their services sent them."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    """A value of a type that JSON does not know, as one that it knows."""
    from pydantic_core import to_jsonable_python

    from isopolity.client.model import Model

    return fields_of(value) if isinstance(value, Model) else to_jsonable_python(value)


def fields_of(document: "Model") -> Mapping[str, object]:
    """The fields of a document as its service sent them, without those that it left out."""
    return document.model_dump(mode="json", by_alias=True, exclude_unset=True)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a verb: its view for people, and with --json its document for programs."""

    document: object
    view: View
    code: int = 0
    """The exit code."""

    def print(self, *, as_json: bool) -> None:
        """Print it, and end with its exit code."""
        if as_json:
            typer.echo(json_text(self.document))
        else:
            print_view(self.view)
        if self.code:
            raise typer.Exit(self.code)


def rendered(found: Item, render: Callable[[Item], View]) -> Result:
    """A document and its view."""
    return Result(found, render(found))


@dataclass(frozen=True, slots=True)
class Columns(Generic[Item]):
    """The layout of a list: headings with commas between, a sentence for an empty list, and the cells of an entry."""

    headings: str
    empty: str
    cells: "Callable[[Item], Row]"


def columns(headings: str, empty: str = "") -> "Callable[[Callable[[Item], Row]], Columns[Item]]":
    """Make columns of a function that gives the cells of an entry."""
    return partial(Columns, headings, empty)


def listed(found: Iterable[Item], layout: Columns[Item]) -> Result:
    """A list of documents, for people a row for each."""
    documents = list(found)
    return Result(documents, [listing(layout.headings, map(layout.cells, documents), layout.empty)])


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


class Progress(Protocol):
    """The progress of a long job."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin the next step, of `total` things if that is known."""

    def done(self, count: int, total: int | None = None) -> None:
        """`count` things of this step are done, of `total` if that is known by now."""


class _Steps:
    """A bar for one step after the other; without a bar a line for each step, and nothing in between."""

    def __init__(self, bar: "Bar | None" = None) -> None:
        self._bar = bar

    def step(self, name: str, total: int | None = None) -> None:
        if self._bar is None:
            messages().print(f"{name} …", markup=False)
            return
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._bar.add_task(name, total=total)

    def done(self, count: int, total: int | None = None) -> None:
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[-1], completed=count, total=total)


class Hundredths:
    """Hands each step of a job, and the part of it that is done, on to a progress in hundredths."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._step = progress, ""

    def __call__(self, step: str, done: float) -> None:
        if step != self._step:
            self._step = step
            self._progress.step(step, 100)
        self._progress.done(round(100 * done))


@contextmanager
def progress() -> Iterator[Progress]:
    """The progress of the block; a bar disappears at the end of the block."""
    console = messages()
    if not console.is_terminal:
        yield _Steps()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<22}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        yield _Steps(bar)
