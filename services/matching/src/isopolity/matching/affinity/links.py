"""The twinnings that are known, as pairs of positions in Places.

Invariant: a < b in each pair, no pair twice, sorted; so equal sets of links are equal objects, whatever their order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from isopolity.matching.affinity.places import Place, Places
from isopolity.matching.arrays import Booleans, Integers


@dataclass(frozen=True, kw_only=True)
class Links:
    """`a` and `b` are positions among `size` places."""

    a: Integers
    b: Integers
    size: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]] | Integers, size: int) -> "Links":
        """The links between `pairs`, in either order; a pair of one place with itself is none."""
        ends = np.asarray(pairs if isinstance(pairs, np.ndarray) else list(pairs), np.int64).reshape(-1, 2)
        low, high = ends.min(axis=1), ends.max(axis=1)
        codes = np.unique(low[low != high] * size + high[low != high])
        return cls(a=codes // size, b=codes % size, size=size)

    def __len__(self) -> int:
        return len(self.a)

    @cached_property
    def degree(self) -> Integers:
        """(size,): how many links a place has."""
        return np.bincount(np.concatenate([self.a, self.b]), minlength=self.size).astype(np.int64)

    @cached_property
    def codes(self) -> Integers:
        """Ascending: one number a link."""
        return self.a * self.size + self.b

    @cached_property
    def adjacency(self) -> sparse.csr_matrix:
        """Symmetric, ones; column numbers ascend within a row."""
        rows, columns = np.concatenate([self.a, self.b]), np.concatenate([self.b, self.a])
        matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(self.size, self.size))
        matrix.sort_indices()
        return matrix

    def have(self, a: Integers, b: Integers) -> Booleans:
        """Which of the pairs are linked."""
        wanted = np.minimum(a, b) * self.size + np.maximum(a, b)
        if not len(self):
            return np.zeros(len(wanted), bool)
        found = np.minimum(np.searchsorted(self.codes, wanted), len(self) - 1)
        return np.asarray(self.codes[found] == wanted, bool)

    def kept(self, keep: Booleans) -> "Links":
        """Those at which `keep` is true."""
        return Links(a=self.a[keep], b=self.b[keep], size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`links` are between positions in `places`."""

    places: Places
    links: Links

    def joined(self, places: Sequence[Place], pairs: Iterable[tuple[str, str]]) -> "History":
        """With the `places` that it does not know, and with links between `pairs` of place ids, which must be known."""
        joined = self.places.joined([place for place in places if place.place_id not in self.places.index])
        ends = np.array([(joined.index[a], joined.index[b]) for a, b in pairs], np.int64).reshape(-1, 2)
        known = np.stack([self.links.a, self.links.b], axis=1)
        return History(places=joined, links=Links.of(np.concatenate([known, ends]), len(joined)))
