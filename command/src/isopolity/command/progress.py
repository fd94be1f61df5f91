"""How far a long job is: a bar on a terminal, plain lines where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from isopolity.command.console import messages


class Progress(Protocol):
    """Where a long job tells how far it is."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin the next step, of `total` things if that is known."""

    def done(self, count: int, total: int | None = None) -> None:
        """So many things of this step are done, of `total` if that is known by now."""


class _Lines:
    """No terminal: only the steps, one a line."""

    def step(self, name: str, total: int | None = None) -> None:
        messages().print(f"{name} …", markup=False)

    def done(self, count: int, total: int | None = None) -> None:
        return


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on the terminal, which is gone at the end; plain lines where there is none."""
    if not messages().is_terminal:
        yield _Lines()
        return
    from isopolity.command.progress_bar import progress_bar

    with progress_bar(messages()) as bar:
        yield bar
