"""Dead letters by cause: letters of one group with the same reason, the same message and the same place in the code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.operations.models import DeadLetterSummary

CAUSE: Final = "cause"
"""The name of the cause among the choices of a list."""
_ON_A_PAGE: Final = 50
_OF_A_CAUSE: Final = 5
"""Letters of one cause on a page that has other causes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter, and the service that keeps it."""

    service: str
    record: DeadLetterSummary

    @property
    def name(self) -> str:
        """Its service and its id."""
        return f"{self.service} {self.record.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Letters that were given up for one cause."""

    letters: Sequence[Letter]
    """The oldest of them."""
    count: int

    @property
    def first(self) -> Letter:
        """The oldest letter, whose reason and message stand for all."""
        return self.letters[0]


def by_cause(letters: Sequence[Letter], *, alone: bool) -> Sequence[Cause]:
    """The letters by cause, the cause with the oldest letter first: some of each cause, and at most a page of letters.

    With `alone`, for a list of one cause, the limit of each cause does not count. A letter without a cause is a cause
    of its own.
    """
    found: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        found.setdefault((letter.service, letter.record.cause or letter.record.id), []).append(letter)
    room, causes = _ON_A_PAGE, list[Cause]()
    for alike in found.values():
        some = alike[: room if alone else min(_OF_A_CAUSE, room)]
        if some:
            causes.append(Cause(letters=some, count=len(alike)))
        room -= len(some)
    return causes


def members_in(causes: Sequence[Cause]) -> Iterator[str]:
    """Ids of the members that the letters on the page are about."""
    for cause in causes:
        for letter in cause.letters:
            yield from letter.record.members
