"""Values go to the database in pieces, since a statement takes a limited number of parameters."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

_AT_ONCE: Final = 1000
T = TypeVar("T")


def pieces(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in pieces that fit into one statement."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
