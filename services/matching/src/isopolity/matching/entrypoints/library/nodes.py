"""Ids as the nodes of a problem, in an order of their own: whole numbers first, then texts.

Its invariant: two ids are one node where they are equal and, if the two columns are sides of their own, in one column.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.entrypoints.library.tables import Id

SIDES: Final = ("a", "b")
"""The columns of a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The ids by node; with sides of their own, those of column b come after those of column a."""

    ids: Sequence[Id]
    numbers: tuple[Mapping[Id, int], Mapping[Id, int]]
    """The node by id, for column a and column b."""
    two_sides: bool

    @classmethod
    def of(cls, a: Sequence[Id], b: Sequence[Id], *, two_sides: bool) -> "Nodes":
        """The nodes of two columns."""
        if not two_sides:
            both = _numbered({*a, *b}, 0)
            return cls(ids=list(both), numbers=(both, both), two_sides=False)
        left = _numbered(set(a), 0)
        right = _numbered(set(b), len(left))
        return cls(ids=[*left, *right], numbers=(left, right), two_sides=True)

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, side: int, ids: Sequence[Id]) -> Integers:
        """The nodes of ids that are known."""
        return np.fromiter(map(self.numbers[side].__getitem__, ids), np.int64, len(ids))

    def label(self, node: int) -> str:
        """What a sentence calls a node; no two have the same."""
        if not self.two_sides:
            return repr(self.ids[node])
        return f"{self.ids[node]!r} of column {SIDES[node >= len(self.numbers[0])]}"


def near(wrong: object, known: Iterable[object]) -> str:
    """“ (did you mean 'lyon'?)” where something like it is known, else nothing."""
    texts = [each for each in known if isinstance(each, str)]
    found = get_close_matches(wrong, texts, 1) if isinstance(wrong, str) else ()
    return f" (did you mean {found[0]!r}?)" if found else ""


def ordered(ids: Iterable[Id]) -> Sequence[Id]:
    """The ids, each once: whole numbers first, then texts."""
    once = set(ids)
    return [
        *sorted(each for each in once if isinstance(each, int)),
        *sorted(each for each in once if isinstance(each, str)),
    ]


def _numbered(ids: set[Id], start: int) -> Mapping[Id, int]:
    return {each: node for node, each in enumerate(ordered(ids), start)}
