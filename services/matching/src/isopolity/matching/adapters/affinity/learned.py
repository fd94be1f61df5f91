"""The affinity of a network's members: a model of real twinnings at work on them.

Invariant: what a pair scores hangs on the model, the two members' places and the twinnings that are known, not on who
else is a member, nor on what was asked before.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Self

import numpy as np

from isopolity.matching.adapters.affinity.gazetteer import Gazetteer
from isopolity.matching.adapters.affinity.ground import ground_of
from isopolity.matching.adapters.affinity.model import AffinityModel, BoundAffinity
from isopolity.matching.adapters.affinity.model_file import read
from isopolity.matching.adapters.affinity.web import Web, extended, web_of
from isopolity.matching.domain.affinity.history import History
from isopolity.matching.domain.affinity.places import Floats, Integers
from isopolity.matching.domain.errors import UnusableModel
from isopolity.matching.domain.member import City

_PAIRS_A_TASK: Final = 1 << 12
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAffinity:
    """A PairAffinity: city i of those it was made for is at `position[i]`."""

    bound: BoundAffinity
    position: Integers

    def scores(self, a: Integers, b: Integers) -> Floats:
        """For each pair of cities, by number; on all processors where there are many."""
        one, other = self.position[a], self.position[b]
        if len(a) <= _PAIRS_A_TASK:
            return self.bound.scores(one, other)
        pieces = [slice(first, first + _PAIRS_A_TASK) for first in range(0, len(a), _PAIRS_A_TASK)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.concatenate(list(pool.map(lambda piece: self.bound.scores(one[piece], other[piece]), pieces)))


class LearnedAffinity:
    """An Affinity. What it made for some cities and twinnings is kept until those are others.

    A changed profile costs nothing, as long as name, country, coordinates and population stay; another place or another
    twinning has all members placed anew, which takes half a second for 425, and seconds for 50,000.
    """

    def __init__(self, model: AffinityModel, version: str) -> None:
        if model.history is None:
            raise UnusableModel("The affinity model holds no history; train it anew with `isopolity affinity train`.")
        self.version = version
        self._model, self._history = model, model.history
        self._gazetteer = Gazetteer(model.history.places)
        self._lock = Lock()
        self._web: Web | None = None
        self._asked: tuple[object, ...] = ()
        self._known: MemberAffinity | None = None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The affinity by the model in a file. Raises UnusableModel."""
        model, digest = read(path)
        return cls(model, digest)

    def among(self, cities: Sequence[City], twinned: Sequence[_Pair]) -> MemberAffinity:
        """The affinity of pairs of `cities`, which are in the order of their ids."""
        asked = ([_facts(city) for city in cities], sorted(twinned))
        with self._lock:
            if self._known is None or asked != self._asked:
                self._known, self._asked = self._placed(cities, twinned), asked
            return self._known

    def _placed(self, cities: Sequence[City], twinned: Sequence[_Pair]) -> MemberAffinity:
        places = self._gazetteer.places(cities)
        ids = {city.city_id: place.place_id for city, place in zip(cities, places, strict=True)}
        joined = self._history.joined(places, [(ids[a], ids[b]) for a, b in twinned])
        position = np.array([joined.places.index[place.place_id] for place in places], np.int64)
        ground = ground_of(joined.places, len(self._history.places), position)
        is_more = len(joined.links) > len(self._history.links)
        web = web_of(ground, joined.links) if is_more else extended(self._historical(), ground)
        bound = BoundAffinity(model=self._model, ground=ground, web=web, links=joined.links)
        return MemberAffinity(bound=bound, position=position)

    def _historical(self) -> Web:
        """What history's own links hold."""
        if self._web is None:
            nobody = np.empty(0, np.int64)
            self._web = web_of(ground_of(self._history.places, asked=nobody), self._history.links)
        return self._web


def _facts(city: City) -> tuple[object, ...]:
    """All that is read of a city."""
    return (
        city.city_id,
        city.kind,
        city.geonames_id,
        city.name,
        city.country,
        city.latitude,
        city.longitude,
        city.population,
    )
