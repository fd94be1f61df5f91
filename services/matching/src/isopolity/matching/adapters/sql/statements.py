"""Values go to the database in pieces, since a statement takes a limited number of parameters."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

DOCUMENTS: Final = 100
"""How many whole documents one statement reads or writes, so that it holds up the event loop for a few milliseconds."""
_VALUES: Final = 1000
T = TypeVar("T")


def pieces(values: Sequence[T], size: int = _VALUES) -> Iterator[Sequence[T]]:
    """The values in pieces that fit into one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))
