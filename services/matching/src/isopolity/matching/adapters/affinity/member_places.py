"""The surroundings of members among history's places, worked out when somebody is first asked about and then kept.

Invariant: what is known of a place stays as it is, whoever is asked about later; so whoever holds what was given out
before can go on with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import Final

import numpy as np

from isopolity.matching.adapters.affinity.gazetteer import Facts, Gazetteer, facts
from isopolity.matching.affinity.circles import Nearby
from isopolity.matching.affinity.link_features import extended, web_of
from isopolity.matching.affinity.links import History
from isopolity.matching.affinity.model import AffinityModel, BoundAffinity
from isopolity.matching.affinity.place_features import enlarged, ground_of, surveyed
from isopolity.matching.affinity.places import Place
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import City

SPARE: Final = 1000
"""So many members gone or moved are never too many."""


class Survey:
    """Of members among `history`, in which the network's own twinnings are links; `known` are places of members in it.

    `nearby` is of history's own places, and may be shared.
    """

    def __init__(
        self, model: AffinityModel, history: History, known: Mapping[Facts, int], gazetteer: Gazetteer, nearby: Nearby
    ) -> None:
        self._model, self._history, self._known = model, history, known
        self._gazetteer, self._nearby = gazetteer, nearby
        self._lock = Lock()
        self._forget()

    def among(self, cities: Sequence[City]) -> "MemberAffinity":
        """The affinity of pairs of `cities`."""
        return MemberAffinity(survey=self, cities=cities)

    def bound(self, cities: Sequence[City], members: int) -> tuple[BoundAffinity, Integers]:
        """The model at work on places among which are these cities', and their positions.

        When more is known of members gone or moved than of so many `members`, all of it is forgotten first.
        """
        wanted = [facts(city) for city in cities]
        with self._lock:
            if len(self._position) > SPARE + 2 * members:
                self._forget()
            if new := {each: city for each, city in zip(wanted, cities, strict=True) if each not in self._position}:
                self._join(list(new), self._gazetteer.places(list(new.values())))
            position = np.array([self._position[each] for each in wanted], np.int64)
            if fresh := set(position.tolist()) - self._done:
                self._look_round(np.array(sorted(fresh), np.int64))
                self._done |= fresh
            return self._bound, position

    @cached_property
    def _bound(self) -> BoundAffinity:
        """At first nobody may be asked about."""
        ground = ground_of(self._history.places, np.empty(0, np.int64))
        web = web_of(ground, self._history.links)
        return BoundAffinity(model=self._model, ground=ground, web=web, links=self._history.links)

    def _forget(self) -> None:
        """Who goes on with what was given out before has arrays of its own."""
        self._places, self._position, self._done = self._history.places, dict(self._known), set[int]()
        vars(self).pop("_bound", None)

    def _join(self, wanted: Sequence[Facts], places: Sequence[Place]) -> None:
        """Who is a place of history's is that one; a member of whom other things were told before is another place."""
        known, size = self._history.places.index, len(self._places)
        found, new = dict[Facts, int](), list[Place]()
        for each, place in zip(wanted, places, strict=True):
            is_history = known.get(place.place_id, size) < self._places.base
            found[each] = known[place.place_id] if is_history else size + len(new)
            if not is_history:
                new.append(place)
        if new:
            joined = self._places.joined(new)
            ground, links = enlarged(self._bound.ground, joined), replace(self._bound.links, size=len(joined))
            self._places, self._bound = joined, replace(self._bound, ground=ground, links=links)
        self._position |= found

    def _look_round(self, asked: Integers) -> None:
        ground = surveyed(self._bound.ground, self._places, asked, self._nearby)
        self._bound = replace(self._bound, ground=ground, web=extended(self._bound.web, ground, asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAffinity:
    """A PairAffinity of `cities`."""

    survey: Survey = field(repr=False)
    cities: Sequence[City] = field(repr=False)

    def scores(self, a: Integers, b: Integers) -> Floats:
        """For each pair of cities, by number; 0 for two that claim to be one place, as history knows no such pair."""
        numbers, at = np.unique(np.concatenate((a, b)), return_inverse=True)
        bound, position = self.survey.bound([self.cities[number] for number in numbers.tolist()], len(self.cities))
        return bound.scores(position[at[: len(a)]], position[at[len(a) :]])
