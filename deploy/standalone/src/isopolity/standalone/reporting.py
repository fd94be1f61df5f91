"""What `isopolity up` says: a progress bar while the demo network loads, then a few lines."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import typer
from isopolity.standalone.console import messages, output, table
from isopolity.standalone.counts import Counts
from isopolity.standalone.pages.home import figures


class Progress(Protocol):
    """Where a long job tells how far it is."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin the next step, of `total` things if that is known."""

    def done(self, count: int) -> None:
        """So many things of this step are done."""


class _Silent:
    """No terminal: only the steps, one a line."""

    def step(self, name: str, total: int | None = None) -> None:
        messages().print(f"{name} …", markup=False)

    def done(self, count: int) -> None:
        return


class _Bar:
    """A bar that moves."""

    def __init__(self, bar: "object") -> None:
        from rich.progress import Progress as RichProgress

        assert isinstance(bar, RichProgress)  # noqa: S101 - told so to the type checker
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def step(self, name: str, total: int | None = None) -> None:
        self._bar.reset(self._task, description=name, total=total)

    def done(self, count: int) -> None:
        self._bar.update(self._task, completed=count)


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on the terminal; plain lines where there is none."""
    console = messages()
    if not console.is_terminal:
        yield _Silent()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description:<24}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar)


def welcome(counts: Counts, url: str) -> None:
    """How many members, proposals and mails there are, and where to look."""
    console = output()
    for figure in figures(counts):
        console.print(f"{figure['count']:>7,}  {figure['name'].lower():<13} {figure['detail']}", markup=False)
    console.print(f"\n  {url}/          what this is", markup=False)
    console.print(f"  {url}/mailbox   the mails that went out; answer one", markup=False)
    console.print(f"  {url}/docs      the services' API", markup=False)
    console.print("\nCtrl-C stops it.", markup=False)


def result(counts: Counts, *, as_json: bool) -> None:
    """The counts of `--once`."""
    document = counts.document()
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    grid = table("what", "count")
    for name, value in document.items():
        grid.add_row(name.replace("_", " "), _in_words(value))
    output().print(grid)


def _in_words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_in_words(entry)}" for name, entry in value.items()) or "none"
    if isinstance(value, list):
        return "\n".join(value) or "none"
    return str(value)
