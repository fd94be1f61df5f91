"""The affinity of a network's members by a model of real twinnings.

Invariant: the score of a pair depends on the model, the two members' places and the known twinnings, not on other
members or earlier calls.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Self

from isopolity.matching.adapters.affinity.gazetteer import Gazetteer, PlaceKey, place_key
from isopolity.matching.adapters.affinity.member_places import MemberPlaces
from isopolity.matching.affinity.circles import NeighbourTrees
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.model_file import load_with_hash
from isopolity.matching.domain.member import City
from isopolity.matching.errors import UnusableModel

_Twinned = Sequence[tuple[City, City]]


class LearnedAffinity:
    """The port Affinity. Members' places are kept until the network's twinnings change, or twins move.

    So a changed profile costs nothing. A newcomer costs some hundredths of a second at its first score. A new twinning
    costs most of a second for the features of all links, and then each member again at its next score.
    """

    def __init__(self, model: AffinityModel, version: str) -> None:
        if model.history is None:
            raise UnusableModel("The affinity model holds no history; train it anew with `isopolity affinity train`.")
        self.version = version
        self._model, self._history = model, model.history
        self._gazetteer, self._trees = Gazetteer(model.history.places), NeighbourTrees()
        self._lock = Lock()
        self._ends: Sequence[frozenset[PlaceKey]] = ()
        self._member_places: MemberPlaces | None = None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The affinity by the model in a file. Raises UnusableModel."""
        model, digest = load_with_hash(path)
        return cls(model, digest)

    def knowing(self, twinned: _Twinned) -> MemberPlaces:
        """The places of members, given the known twins; returns the last result if twins and places are the same."""
        ends = [frozenset(map(place_key, pair)) for pair in twinned]
        with self._lock:
            if self._member_places is None or ends != self._ends:
                self._member_places, self._ends = self._placed(twinned), ends
            return self._member_places

    def _placed(self, twinned: _Twinned) -> MemberPlaces:
        cities = list({city.city_id: city for pair in twinned for city in pair}.values())
        places = dict(zip((city.city_id for city in cities), self._gazetteer.places(cities), strict=True))
        pairs = [(places[a.city_id].place_id, places[b.city_id].place_id) for a, b in twinned]
        joined = self._history.joined(sorted(places.values(), key=lambda place: place.place_id), pairs)
        known = {place_key(city): joined.places.index[places[city.city_id].place_id] for city in cities}
        return MemberPlaces(self._model, joined, known, self._gazetteer, self._trees)
