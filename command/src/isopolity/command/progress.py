"""How far a long job is, on stderr: a bar that moves on a terminal, else a line for each step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from isopolity.command.console import messages

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class Progress(Protocol):
    """Where a long job tells how far it is."""

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
    """Where the block tells how far it is; a bar disappears at the end of the block."""
    console = messages()
    if not console.is_terminal:
        yield _Lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<22}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        yield _MovingBar(bar)
