"""Rows of a file, one at a time, each with the line that it begins on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

WHAT_TO_CHANGE: Final = "what_to_change"
"""The column of a returned file that says what to change; an import does not read it."""


class UnreadableFile(Exception):
    """The file as a whole cannot be taken; the message says what to change."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file: by column name in a table; as a JSON object otherwise.

    Of one with a problem the values are for people alone.
    """

    line: int
    values: dict[str, Any]
    problem: str | None = None
    """A sentence that says what to change, where a row cannot be split into cells."""


class RowFile(Protocol):
    """A file of rows; `columns` is None where every row names its own."""

    @property
    def columns(self) -> tuple[str, ...] | None: ...

    def __iter__(self) -> Iterator[RawRow]: ...

    def close(self) -> None:
        """Let go of the file without closing it."""
