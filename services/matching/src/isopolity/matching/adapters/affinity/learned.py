"""The affinity of a network's members: a model of real twinnings at work on them.

Invariant: what a pair scores hangs on the model, the two members' places and the twinnings that are known; not on who
else is a member, nor on what was asked before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Self

import numpy as np

from isopolity.matching.adapters.affinity.gazetteer import Facts, Gazetteer, facts
from isopolity.matching.adapters.affinity.ground import ground_of
from isopolity.matching.adapters.affinity.model import AffinityModel, BoundAffinity
from isopolity.matching.adapters.affinity.model_file import read
from isopolity.matching.adapters.affinity.web import Web, extended, web_of
from isopolity.matching.domain.affinity.history import History
from isopolity.matching.domain.affinity.places import Floats, Integers
from isopolity.matching.domain.errors import UnusableModel
from isopolity.matching.domain.member import City

_FEW: Final = 2
"""What is kept beside what is new has so many times its members: of few questions one, of all members one."""
_Twinned = Sequence[tuple[City, City]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linked:
    """History with the network's own twinnings; members in it have links, and lie in nobody's circle."""

    history: History
    web: Web


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """The model at work on some members."""

    linked: _Linked
    bound: BoundAffinity
    position: Mapping[Facts, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAffinity:
    """A PairAffinity of `cities`."""

    learned: "LearnedAffinity" = field(repr=False)
    linked: _Linked = field(repr=False)
    cities: Sequence[City] = field(repr=False)

    def scores(self, a: Integers, b: Integers) -> Floats:
        """For each pair of cities, by number; 0 for two that claim to be one place, as history knows no such pair."""
        numbers, at = np.unique(np.concatenate((a, b)), return_inverse=True)
        bound, position = self.learned.placed(self.linked, [self.cities[number] for number in numbers.tolist()])
        return bound.scores(position[at[: len(a)]], position[at[len(a) :]])


class LearnedAffinity:
    """An Affinity. What was worked out for members is kept until they lie elsewhere or there are other twinnings.

    So a changed profile costs nothing. A newcomer is placed when it is first asked about, with those asked about with
    it, in some tenths of a second, in which a new twinning has history's links worked out anew, too.
    """

    def __init__(self, model: AffinityModel, version: str) -> None:
        if model.history is None:
            raise UnusableModel("The affinity model holds no history; train it anew with `isopolity affinity train`.")
        self.version = version
        self._model, self._history = model, model.history
        self._gazetteer = Gazetteer(model.history.places)
        self._lock = Lock()
        self._twinned: _Twinned = ()
        self._linked: _Linked | None = None
        self._kept: list[_Placed] = []

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The affinity by the model in a file. Raises UnusableModel."""
        model, digest = read(path)
        return cls(model, digest)

    def among(self, cities: Sequence[City], twinned: _Twinned) -> MemberAffinity:
        """The affinity of pairs of `cities`; `twinned` are those among them that are twins already."""
        with self._lock:
            if self._linked is None or (twinned != self._twinned and _ends(twinned) != _ends(self._twinned)):
                self._linked, self._kept = self._with_links(twinned), []
            self._twinned = twinned
            return MemberAffinity(learned=self, linked=self._linked, cities=cities)

    def placed(self, linked: _Linked, cities: Sequence[City]) -> tuple[BoundAffinity, Integers]:
        """The model at work on these cities, and their positions in it."""
        asked = [facts(city) for city in cities]
        with self._lock:
            known = next((each for each in self._kept if _covers(each, linked, asked)), None)
            if known is None:
                self._kept = [each for each in self._kept if len(each.position) > _FEW * len(asked)]
                known = self._placed(linked, cities, asked)
                self._kept.append(known)
        return known.bound, np.array([known.position[each] for each in asked], np.int64)

    def _with_links(self, twinned: _Twinned) -> _Linked:
        cities = list({city.city_id: city for pair in twinned for city in pair}.values())
        ids = dict(zip((city.city_id for city in cities), self._gazetteer.places(cities), strict=True))
        pairs = [(ids[a.city_id].place_id, ids[b.city_id].place_id) for a, b in twinned]
        joined = self._history.joined(sorted(ids.values(), key=lambda place: place.place_id), pairs)
        ground = ground_of(joined.places, len(self._history.places), np.empty(0, np.int64))
        return _Linked(history=joined, web=web_of(ground, joined.links))

    def _placed(self, linked: _Linked, cities: Sequence[City], asked: Sequence[Facts]) -> _Placed:
        places = self._gazetteer.places(cities)
        joined = linked.history.joined(places, ())
        position = [joined.places.index[place.place_id] for place in places]
        ground = ground_of(joined.places, len(self._history.places), np.array(position, np.int64))
        web = extended(linked.web, ground)
        bound = BoundAffinity(model=self._model, ground=ground, web=web, links=joined.links)
        return _Placed(linked=linked, bound=bound, position=dict(zip(asked, position, strict=True)))


def _covers(known: _Placed, linked: _Linked, asked: Sequence[Facts]) -> bool:
    return known.linked is linked and all(each in known.position for each in asked)


def _ends(twinned: _Twinned) -> Sequence[frozenset[Facts]]:
    return [frozenset((facts(a), facts(b))) for a, b in twinned]
