"""The ids of scored pairs as the nodes of a problem.

Invariant: the nodes depend on the ids, not on the order in which they stand in the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.entrypoints.library.cells import Id, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The ids as nodes 0, 1, 2 …: whole numbers first, then texts, each kind in ascending order.

    With two sides an id in the first column and an equal one in the second are two nodes, those of the first column
    first.
    """

    ids: Sequence[Id]
    names: Sequence[str]
    """The names of the two columns."""
    numbers: tuple[Mapping[Id, int], Mapping[Id, int]]
    """The node by id, for the first and the second column."""
    two_sides: bool

    @classmethod
    def of(cls, a: Sequence[Id], b: Sequence[Id], names: Sequence[str], *, two_sides: bool) -> "Nodes":
        """The nodes of two columns."""
        if not two_sides:
            both = _numbered({*a, *b}, 0)
            return cls(ids=list(both), names=names, numbers=(both, both), two_sides=False)
        left = _numbered(set(a), 0)
        right = _numbered(set(b), len(left))
        return cls(ids=[*left, *right], names=names, numbers=(left, right), two_sides=True)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def border(self) -> int:
        """The number of nodes of the first side."""
        return len(self.numbers[0])

    def column(self, side: int, ids: Sequence[Id]) -> Integers:
        """The nodes of the ids of one column."""
        return np.fromiter(map(self.numbers[side].__getitem__, ids), np.int64, len(ids))

    def label(self, node: int) -> str:
        """A node's name in a sentence; no two nodes have one label."""
        return f"{self.ids[node]!r} of column {self.side(node)}" if self.two_sides else repr(self.ids[node])

    def side(self, node: int) -> str:
        """The name of the column that a node of two sides stands in."""
        return self.names[node >= self.border]


def _numbered(ids: set[Id], start: int) -> Mapping[Id, int]:
    return {each: node for node, each in enumerate(ordered(ids), start)}
