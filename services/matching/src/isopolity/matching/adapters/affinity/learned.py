"""The affinity of a network's members: a model of real twinnings at work on them.

Invariant: what a pair scores hangs on the model, the two members' places and the twinnings that are known; not on who
else is a member, nor on what was asked before.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Self

from isopolity.matching.adapters.affinity.gazetteer import Facts, Gazetteer, facts
from isopolity.matching.adapters.affinity.member_places import Survey
from isopolity.matching.affinity.circles import Nearby
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.model_file import read
from isopolity.matching.domain.member import City
from isopolity.matching.errors import UnusableModel

_Twinned = Sequence[tuple[City, City]]


class LearnedAffinity:
    """An Affinity. What was worked out for members is kept until there are other twinnings, or twins lie elsewhere.

    So a changed profile costs nothing, and a newcomer, when it is first asked about, some hundredths of a second. A new
    twinning has history's links worked out anew, in most of a second, and then members as they are asked about.
    """

    def __init__(self, model: AffinityModel, version: str) -> None:
        if model.history is None:
            raise UnusableModel("The affinity model holds no history; train it anew with `isopolity affinity train`.")
        self.version = version
        self._model, self._history = model, model.history
        self._gazetteer, self._nearby = Gazetteer(model.history.places), Nearby()
        self._lock = Lock()
        self._ends: Sequence[frozenset[Facts]] = ()
        self._survey: Survey | None = None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The affinity by the model in a file. Raises UnusableModel."""
        model, digest = read(path)
        return cls(model, digest)

    def knowing(self, twinned: _Twinned) -> Survey:
        """For a network of which these cities are twins; as long as they are where they were, the same as before."""
        ends = [frozenset(map(facts, pair)) for pair in twinned]
        with self._lock:
            if self._survey is None or ends != self._ends:
                self._survey, self._ends = self._surveyed(twinned), ends
            return self._survey

    def _surveyed(self, twinned: _Twinned) -> Survey:
        cities = list({city.city_id: city for pair in twinned for city in pair}.values())
        ids = dict(zip((city.city_id for city in cities), self._gazetteer.places(cities), strict=True))
        pairs = [(ids[a.city_id].place_id, ids[b.city_id].place_id) for a, b in twinned]
        joined = self._history.joined(sorted(ids.values(), key=lambda place: place.place_id), pairs)
        known = {facts(city): joined.places.index[ids[city.city_id].place_id] for city in cities}
        return Survey(self._model, joined, known, self._gazetteer, self._nearby)
