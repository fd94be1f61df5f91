"""The affinity of a network's members by a model of real twinnings, and the members' places, kept with their features.

Invariant: the score of a pair depends on the model, the two members' places and the known twinnings, not on other
members or earlier calls. The features of a place never change, even when other places are added later, so that a caller
can keep using the object that it got.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final, Self

import numpy as np

from isopolity.matching.adapters.affinity.gazetteer import Gazetteer, PlaceKey, place_key
from isopolity.matching.affinity.circles import NeighbourTrees
from isopolity.matching.affinity.link_features import extended_link_features, link_features_of
from isopolity.matching.affinity.links import History
from isopolity.matching.affinity.model import AffinityModel, BoundAffinity, load_with_hash
from isopolity.matching.affinity.place_features import extended_place_features, place_features_of, with_circles
from isopolity.matching.affinity.places import Place
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import City
from isopolity.matching.errors import UnusableModel

SPARE_PLACES: Final = 1000
"""The number of places of departed or moved members that are kept, whatever the size of the network."""


class MemberPlaces:
    """Places of members in a `history` that also contains the network's own twinnings.

    `known` are positions in it of members, `trees` belong to the model's own places and may be shared.
    """

    def __init__(
        self,
        model: AffinityModel,
        history: History,
        known: Mapping[PlaceKey, int],
        gazetteer: Gazetteer,
        trees: NeighbourTrees,
    ) -> None:
        self._model, self._history, self._known = model, history, known
        self._gazetteer, self._trees = gazetteer, trees
        self._lock = Lock()
        self._forget()

    def among(self, cities: Sequence[City]) -> "MemberAffinity":
        """The affinity of pairs of `cities`, which are then given by position."""
        return MemberAffinity(member_places=self, cities=cities)

    def bound(self, cities: Sequence[City], members: int) -> tuple[BoundAffinity, Integers]:
        """The model bound to places that include those of `cities`, and the positions of these.

        If more than SPARE_PLACES + 2 · `members` places are kept, all are dropped first.
        """
        keys = [place_key(city) for city in cities]
        with self._lock:
            if len(self._position) > SPARE_PLACES + 2 * members:
                self._forget()
            if new := {key: city for key, city in zip(keys, cities, strict=True) if key not in self._position}:
                self._join(list(new), self._gazetteer.places(list(new.values())))
            position = np.array([self._position[key] for key in keys], np.int64)
            if missing := set(position.tolist()) - self._done:
                self._add_features(np.array(sorted(missing), np.int64))
                self._done |= missing
            return self._bound, position

    @cached_property
    def _bound(self) -> BoundAffinity:
        """History's places without any circle, so that no pair can be scored yet."""
        places = place_features_of(self._history.places, np.empty(0, np.int64))
        links = link_features_of(places, self._history.links)
        return BoundAffinity(model=self._model, place_features=places, link_features=links, links=self._history.links)

    def _forget(self) -> None:
        """Starts again with new arrays; callers keep the arrays that they got before."""
        self._places, self._position, self._done = self._history.places, dict(self._known), set[int]()
        vars(self).pop("_bound", None)

    def _join(self, keys: Sequence[PlaceKey], places: Sequence[Place]) -> None:
        """Adds the `places` of members; a place of history is not added, and a moved member gets another place."""
        known, size = self._history.places.index, len(self._places)
        found, new = dict[PlaceKey, int](), list[Place]()
        for key, place in zip(keys, places, strict=True):
            is_history = known.get(place.place_id, size) < self._places.reference_count
            found[key] = known[place.place_id] if is_history else size + len(new)
            if not is_history:
                new.append(place)
        if new:
            joined = self._places.joined(new)
            features = extended_place_features(self._bound.place_features, joined)
            links = replace(self._bound.links, size=len(joined))
            self._places, self._bound = joined, replace(self._bound, place_features=features, links=links)
        self._position |= found

    def _add_features(self, asked: Integers) -> None:
        places = with_circles(self._bound.place_features, self._places, asked, self._trees)
        links = extended_link_features(self._bound.link_features, places, asked)
        self._bound = replace(self._bound, place_features=places, link_features=links)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAffinity:
    """The port PairAffinity for pairs of `cities`."""

    member_places: MemberPlaces = field(repr=False)
    cities: Sequence[City] = field(repr=False)

    def scores(self, a: Integers, b: Integers) -> Floats:
        """The score of each pair of positions in `cities`, in [0, 1]; 0 for two members at one place of history."""
        numbers, at = np.unique(np.concatenate((a, b)), return_inverse=True)
        asked = [self.cities[number] for number in numbers.tolist()]
        bound, position = self.member_places.bound(asked, len(self.cities))
        return bound.scores(position[at[: len(a)]], position[at[len(a) :]])


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
