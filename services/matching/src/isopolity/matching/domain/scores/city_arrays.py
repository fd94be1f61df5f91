"""The cities of the network as arrays.

Invariant: the cities are in the order of their ids, so that no result depends on the order in which they came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Booleans, Floats, Integers, Integers16
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalActs
from isopolity.matching.domain.meaning.own_words import languages_of
from isopolity.matching.domain.meaning.topic_closeness import topic_numbers
from isopolity.matching.domain.member import TWINNING, City, Topic
from isopolity.matching.domain.scores.hours import utc_offset
from isopolity.matching.domain.scores.strength import MODES

_MODE_NUMBERS: Final = {mode: number for number, mode in enumerate(MODES)}


@dataclass(frozen=True, slots=True)
class Topics:
    """Needs or offers of all cities, one entry each, ordered by city: the city's index, and what it states as numbers.

    The arrays have small types, since they are copied whole when a city changes.
    """

    city: NDArray[np.int32]
    intensity: Integers16
    mode: Integers16
    subject: Integers16
    concepts: Integers16
    """(entries, MOST_TOPICS): the numbers of its topics in the thesaurus, then NONE."""
    language: Integers16
    """The language of its own words, NO_LANGUAGE without any."""
    words: Sequence[bytes]
    """The features of its own words, empty without any."""

    def __len__(self) -> int:
        return len(self.city)

    def taken(self, rows: Integers) -> "Topics":
        """The topics of the cities at `rows`, ascending; these cities are renumbered from 0."""
        cities = rows.astype(self.city.dtype)  # numbers of another type would make numpy convert all entries
        first, beyond = np.searchsorted(self.city, cities), np.searchsorted(self.city, cities, side="right")
        city, kept = runs(first, beyond - first)
        return self.at(kept, city.astype(self.city.dtype))

    def at(self, positions: Integers, city: NDArray[np.int32] | None = None) -> "Topics":
        """The topics at these positions, ascending, with the given indices of cities or their own."""
        return Topics(
            city=self.city[positions] if city is None else city,
            words=[self.words[each] for each in positions.tolist()],
            **{name: getattr(self, name)[positions] for name in ENTRIES},
        )


ENTRIES: Final = ("intensity", "mode", "subject", "concepts", "language")
"""The names of the arrays of Topics with one entry each, besides the index of the city."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """One entry a city; a missing coordinate or population is NaN, a missing code -1."""

    cities: Sequence[City]
    index: Mapping[str, int]
    needs: Topics
    offers: Topics
    latitude: Floats
    longitude: Floats
    utc_offset: Floats
    """The hours by which the city's clocks are ahead of UTC today; see `hours.utc_offset`."""
    population: Floats
    country: Integers
    region: Integers
    kind: Integers
    creative_field: Integers
    learning: Booleans
    wants_own_country: Booleans
    languages: Booleans
    """(cities, languages): whether the city speaks the language."""
    numbers: Mapping[str, Mapping[str, int]]
    """By attribute (`subject`, `country`, `region`, `language`, `kind`, `creative_field`): the number of each code."""
    mobility: Integers
    """2 if the city travels, plus 1 if it hosts."""
    has_tie: Booleans
    component: Integers
    """The number of the connected component of the network in which the city is."""
    acts_one_side: Integers
    """The legal acts on twinnings that name the city's country on their one side, as bits."""
    acts_other_side: Integers
    """The legal acts on twinnings that name it on their other side, as bits."""
    legal_acts: LegalActs = NO_ACTS
    """The legal acts in force."""

    @classmethod
    def of(
        cls,
        cities: Iterable[City],
        graph: nx.MultiGraph,
        today: date,
        numbers: Mapping[str, Mapping[str, int]] | None = None,
        legal_acts: LegalActs = NO_ACTS,
    ) -> "Profiles":
        """The arrays for `cities`; needs and offers that have expired are left out; `legal_acts` are those in force.

        With the `numbers` of other profiles, the two can be joined. Raises KeyError for a code without a number there.
        """
        ordered = sorted(cities, key=lambda city: city.city_id)
        numbers = _numbered(ordered) if numbers is None else numbers
        one_side, other_side = legal_acts.sides(TWINNING, [city.country for city in ordered])
        return cls(
            cities=ordered,
            index={city.city_id: position for position, city in enumerate(ordered)},
            needs=_topics([city.needs for city in ordered], today, numbers["subject"]),
            offers=_topics([city.offers for city in ordered], today, numbers["subject"]),
            latitude=_numbers(city.latitude for city in ordered),
            longitude=_numbers(city.longitude for city in ordered),
            utc_offset=np.array([utc_offset(city.time_zone, city.longitude, today) for city in ordered], np.float64),
            population=_numbers(city.population for city in ordered),
            country=_codes((city.country for city in ordered), numbers["country"]),
            region=_codes((city.region for city in ordered), numbers["region"]),
            kind=_codes((city.kind for city in ordered), numbers["kind"]),
            creative_field=_codes((city.creative_field for city in ordered), numbers["creative_field"]),
            learning=np.array([city.learning_city_since is not None for city in ordered], bool),
            wants_own_country=np.array([city.wants_own_country for city in ordered], bool),
            languages=_languages(ordered, numbers["language"]),
            numbers=numbers,
            mobility=np.array([2 * city.travels + city.hosts for city in ordered], np.int64),
            has_tie=has_tie(ordered, graph),
            component=components(ordered, graph),
            acts_one_side=one_side,
            acts_other_side=other_side,
            legal_acts=legal_acts,
        )

    def __len__(self) -> int:
        return len(self.cities)

    def taken(self, rows: Integers) -> "Profiles":
        """The profiles of the cities at `rows`, ascending; codes keep their numbers, cities are renumbered."""
        cities = [self.cities[row] for row in rows.tolist()]
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        return replace(
            self,
            cities=cities,
            index={city.city_id: position for position, city in enumerate(cities)},
            needs=self.needs.taken(rows),
            offers=self.offers.taken(rows),
            **columns,
        )


_NO_COLUMNS: Final = frozenset({"cities", "index", "needs", "offers", "numbers", "legal_acts"})
COLUMNS: Final = tuple(each.name for each in fields(Profiles) if each.name not in _NO_COLUMNS)
"""The names of the arrays with one entry a city."""


def runs(first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """The run and the position of each entry of some runs; run i has `count[i]` entries from `first[i]` on."""
    run = np.repeat(np.arange(len(count)), count)
    return run, np.arange(len(run)) + (first - (np.cumsum(count) - count))[run]


def _topics(lists: Sequence[Sequence[Topic]], today: date, subjects: Mapping[str, int]) -> Topics:
    entries = [(city, topic) for city, topics in enumerate(lists) for topic in topics if topic.stands(today)]
    return Topics(
        city=np.array([city for city, _ in entries], np.int32),
        intensity=np.array([topic.intensity for _, topic in entries], np.int16),
        mode=np.array([_MODE_NUMBERS[topic.mode] for _, topic in entries], np.int16),
        subject=np.array([subjects[topic.subject] for _, topic in entries], np.int16),
        concepts=topic_numbers([topic.topics for _, topic in entries]),
        language=languages_of([topic.words for _, topic in entries]),
        words=[topic.words.features if topic.words else b"" for _, topic in entries],
    )


def _languages(cities: Sequence[City], numbers: Mapping[str, int]) -> Booleans:
    spoken = np.zeros((len(cities), len(numbers)), bool)
    for position, city in enumerate(cities):
        spoken[position, [numbers[language] for language in city.languages]] = True
    return spoken


def _numbered(cities: Sequence[City]) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, Iterable[str | None]] = {
        "subject": (topic.subject for city in cities for topic in (*city.needs, *city.offers)),
        "country": (city.country for city in cities),
        "region": (city.region for city in cities),
        "language": (language for city in cities for language in city.languages),
        "kind": (city.kind for city in cities),
        "creative_field": (city.creative_field for city in cities),
    }
    return {
        name: {code: number for number, code in enumerate(sorted({code for code in codes if code is not None}))}
        for name, codes in found.items()
    }


def _numbers(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _codes(values: Iterable[str | None], numbers: Mapping[str, int]) -> Integers:
    return np.array([-1 if value is None else numbers[value] for value in values], np.int64)


def has_tie(cities: Sequence[City], graph: nx.MultiGraph) -> Booleans:
    """Whether each city has a tie in the network."""
    return np.array([bool(graph.adj[city.city_id]) if city.city_id in graph else False for city in cities], bool)


def components(cities: Sequence[City], graph: nx.MultiGraph) -> Integers:
    """The number of each city's component; a city without ties is a component of its own."""
    number = {node: position for position, members in enumerate(nx.connected_components(graph)) for node in members}
    beyond = len(number)
    return np.array([number.get(city.city_id, beyond + position) for position, city in enumerate(cities)], np.int64)
