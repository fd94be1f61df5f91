"""The ids of scored pairs as the nodes of a problem.

Invariant: the nodes depend on the ids, not on their order in the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.entrypoints.library.cells import Id, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The ids as nodes 0, 1, 2 …: whole numbers first, then texts, each kind in ascending order.

    With two sides, equal ids in the first and the second column are different nodes; those of the first column come
    first.
    """

    ids: Sequence[Id]
    names: Sequence[str]
    """The names of the two columns."""
    numbers: tuple[Mapping[Id, int], Mapping[Id, int]]
    """The node of each id, for the first and the second column."""
    two_sides: bool

    @classmethod
    def of(cls, a: Sequence[Id], b: Sequence[Id], names: Sequence[str], *, two_sides: bool) -> "Nodes":
        """Number the ids of two columns of equal length."""
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
        """The node of each id in `ids`, which are of column `side`."""
        return np.fromiter(map(self.numbers[side].__getitem__, ids), np.int64, len(ids))

    def label(self, node: int) -> str:
        """A node's name in a sentence; each node has a label of its own."""
        return f"{self.ids[node]!r} of column {self.side(node)}" if self.two_sides else repr(self.ids[node])

    def side(self, node: int) -> str:
        """The name of the column of a node, if there are two sides."""
        return self.names[node >= self.border]


def _numbered(ids: set[Id], start: int) -> Mapping[Id, int]:
    return {each: node for node, each in enumerate(ordered(ids), start)}
