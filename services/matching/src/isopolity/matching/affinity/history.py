"""Places with their links as one thing, to which the network's own can be added.

Invariant: what is added goes to the end, and changes nothing of what was there; a place that history knows by its id
stays as history has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.places import Place, Places


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
