"""The failure of a command: one sentence for stderr, and an exit code by which a script can tell failures apart."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from http import HTTPStatus
from typing import TypeVar

Item = TypeVar("Item")


class ExitCode(IntEnum):
    """The exit codes of `isopolity`; `isopolity --help` lists them."""

    DONE = 0
    WRONG = 1
    """Something is wrong with the data or the state."""
    USAGE = 2
    UNREACHABLE = 3
    """The server or a peer cannot be reached."""
    REFUSED = 4
    """The token is missing, or does not have the scope that is needed."""
    BUG = 70
    INTERRUPTED = 130


LATE = "no answer came in time"
"""The `why` of a failure without an answer before the deadline."""


class Failure(Exception):
    """Ends the command with one sentence that says what to change."""

    def __init__(
        self, sentence: str, code: ExitCode = ExitCode.WRONG, status: int | None = None, *, why: str = ""
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.why = why or sentence.rstrip(".")
        """The cause in a few words, for a line that already names what was asked."""
        self.status = status
        """The status of a service's refusal; None for other failures."""


class Misuse(Failure):
    """Ends the command with the exit code for wrong usage."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ExitCode.USAGE)


def require_known(noun: str, name: str, known: Collection[str]) -> str:
    """The name, if it is one of those that are known. Raises Misuse with these otherwise."""
    if name not in known:
        raise Misuse(f"There is no {noun} {name}; choose from {', '.join(known)}.")
    return name


def first_of(found: Iterable[Item], sentence: str) -> Item:
    """The first of what was found. Raises Failure with the sentence if there is none."""
    for each in found:
        return each
    raise Failure(sentence)


@contextmanager
def wrong_use() -> Iterator[None]:
    """End with the exit code for wrong usage where a service refuses a request of this block as not valid (422)."""
    try:
        yield
    except Failure as refused:
        if refused.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        raise Misuse(str(refused)) from None
