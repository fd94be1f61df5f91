"""Known twinnings: as links between positions in Places (`Links`), and together with their places (`History`).

Invariant: in each link a < b, links are distinct and sorted; so the order in which links are given has no effect.
Additions to a history go to its end and change no existing entry.
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
    """Links between `size` places; `a` and `b` are the positions of each link's ends."""

    a: Integers
    b: Integers
    size: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]] | Integers, size: int) -> "Links":
        """Links between `pairs` of positions, in either order; a pair of one place with itself is left out."""
        ends = np.asarray(pairs if isinstance(pairs, np.ndarray) else list(pairs), np.int64).reshape(-1, 2)
        low, high = ends.min(axis=1), ends.max(axis=1)
        keys = np.unique(low[low != high] * size + high[low != high])
        return cls(a=keys // size, b=keys % size, size=size)

    def __len__(self) -> int:
        return len(self.a)

    @cached_property
    def degree(self) -> Integers:
        """(size,): the number of links of each place."""
        return np.bincount(np.concatenate([self.a, self.b]), minlength=self.size).astype(np.int64)

    @cached_property
    def keys(self) -> Integers:
        """A distinct number for each link, ascending."""
        return self.a * self.size + self.b

    @cached_property
    def adjacency(self) -> sparse.csr_matrix:
        """(size, size): symmetric, 1 for each link; column numbers ascend within a row."""
        rows, columns = np.concatenate([self.a, self.b]), np.concatenate([self.b, self.a])
        matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(self.size, self.size))
        matrix.sort_indices()
        return matrix

    def have(self, a: Integers, b: Integers) -> Booleans:
        """Whether each of the pairs (a[i], b[i]) is linked, in either order."""
        wanted = np.minimum(a, b) * self.size + np.maximum(a, b)
        if not len(self):
            return np.zeros(len(wanted), bool)
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self) - 1)
        return np.asarray(self.keys[found] == wanted, bool)

    def kept(self, keep: Booleans) -> "Links":
        """The links at which `keep` is true."""
        return Links(a=self.a[keep], b=self.b[keep], size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Places, and the links between positions in them."""

    places: Places
    links: Links

    def joined(self, places: Sequence[Place], pairs: Iterable[tuple[str, str]]) -> "History":
        """This history with added `places`, and with links between `pairs` of place ids.

        A place whose id is known already stays unchanged. Raises KeyError for an id in `pairs` that is unknown.
        """
        joined = self.places.joined([place for place in places if place.place_id not in self.places.index])
        ends = np.array([(joined.index[a], joined.index[b]) for a, b in pairs], np.int64).reshape(-1, 2)
        known = np.stack([self.links.a, self.links.b], axis=1)
        return History(places=joined, links=Links.of(np.concatenate([known, ends]), len(joined)))
