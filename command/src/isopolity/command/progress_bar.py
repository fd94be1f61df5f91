"""A progress bar that moves."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_COLUMNS = (TextColumn("{task.description:<22}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def step(self, name: str, total: int | None = None) -> None:
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total)

    def done(self, count: int, total: int | None = None) -> None:
        self._bar.update(self._task, completed=count, total=total)


@contextmanager
def progress_bar(console: Console) -> Iterator[_Bar]:
    """A bar on `console` for one step after the other."""
    with Progress(*_COLUMNS, console=console, transient=True) as bar:
        yield _Bar(bar)
