"""The gains of a network if everybody says yes to the pairs of a round.

Invariant: a tie given twice counts once, and the order of cities and ties changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.domain.member import City

Link = tuple[str, str]
"""Two codes, the smaller first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTie:
    """A pair of a round: two cities, or a partner (`a`) with the programme's holder and a city."""

    a: str
    b: str
    programme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The connection of cities by ties at one moment; sponsors connect cities, but are not counted themselves."""

    alone: int
    """The number of cities without any tie."""
    parts: int
    """The number of connected groups of two or more cities."""
    largest: int
    """The number of cities in the largest group."""
    connected: float
    """The share of all pairs of cities that ties connect, directly or through others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """The figures that summarise a round for people, with the reach of ties before and after it."""

    twinnings: int
    sponsorships: int
    cities: int
    """The number of cities in the network."""
    cities_by_region: Mapping[str, int]
    """By region: the number of cities that get at least one proposal."""
    first_served: int
    """The number of cities that get a proposal and have no tie yet."""
    region_links: Sequence[Link]
    """The pairs of regions that become linked by a twinning for the first time."""
    country_links: int
    """The number of pairs of countries that become linked by a twinning for the first time."""
    programmes: int
    """The number of programmes that get at least one city."""
    before: Reach
    after: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTies:
    """The pairs of a round, each once, by the member numbers of a TiedCities."""

    twinnings: Integers
    """(pairs, 2): the two cities of each twinning."""
    sponsorships: Integers
    """(pairs, 2): partner and city of each sponsorship; a partner without ties has a number above all known ones."""
    programme: Integers
    """(pairs,): a number for the programme of each sponsorship; only equality of numbers matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TiedCities:
    """The cities and ties of a network as arrays, built once for the gains of any round in it."""

    number: Mapping[str, int]
    """The number of each member by id: first the cities in their order, then other members with ties."""
    regions: Sequence[str]
    region: Integers
    """(cities,): the position of each city's region in `regions`."""
    countries: Sequence[str]
    country: Integers
    """(cities,): the position of each city's country in `countries`."""
    has_tie: Booleans
    """(cities,): whether each city has a tie."""
    part: Integers
    """(members,): the number of each member's connected component."""
    region_links: Booleans
    """(regions, regions): whether a twinning links two regions, of which the first is the smaller number."""
    country_links: Booleans
    """(countries, countries): whether a twinning links two countries, of which the first is the smaller number."""
    before: Reach

    @classmethod
    def of(cls, cities: Sequence[City], ties: nx.MultiGraph) -> "TiedCities":
        """The arrays of `cities` and `ties`; unknown cities on ties connect members, but are not counted."""
        number = {city.city_id: position for position, city in enumerate(cities)}
        edges = [
            (number.setdefault(one, len(number)), number.setdefault(other, len(number)))
            for one, beside in ties.adjacency()
            for other in beside
        ]
        ends = np.array(edges, np.int64).reshape(-1, 2)
        has_tie = np.zeros(len(number), bool)
        has_tie[ends] = True
        among = ends[(ends < len(cities)).all(axis=1)]
        part, has_tie = _parts(ends, len(number)), has_tie[: len(cities)]
        regions, region = _numbered([city.region for city in cities])
        countries, country = _numbered([city.country for city in cities])
        return cls(
            number=number,
            regions=regions,
            region=region,
            countries=countries,
            country=country,
            has_tie=has_tie,
            part=part,
            region_links=_links(region[among], len(regions)),
            country_links=_links(country[among], len(countries)),
            before=_reach(part[: len(cities)], has_tie),
        )

    def gains(self, new: NewTies) -> Gains:
        """The gains if all of `new` become ties; `new` uses the member numbers of this object."""
        cities, known = len(self.region), len(self.part)
        served = np.zeros(cities, bool)
        served[new.twinnings] = served[new.sponsorships[:, 1]] = True
        by_region = np.bincount(self.region[served], minlength=len(self.regions)).tolist()
        linked = _links(self.region[new.twinnings], len(self.regions)) & ~self.region_links
        countries = _links(self.country[new.twinnings], len(self.countries)) & ~self.country_links
        ends = np.concatenate([new.twinnings, new.sponsorships])
        beyond = np.arange(max(int(ends.max(initial=-1)) + 1 - known, 0))
        part = np.append(self.part, int(self.part.max(initial=-1)) + 1 + beyond)
        after = _parts(part[ends], len(part))[part[:cities]]
        return Gains(
            twinnings=len(new.twinnings),
            sponsorships=len(new.sponsorships),
            cities=cities,
            cities_by_region={name: count for name, count in zip(self.regions, by_region, strict=True) if count},
            first_served=int((served & ~self.has_tie).sum()),
            region_links=[(self.regions[one], self.regions[other]) for one, other in np.argwhere(linked).tolist()],
            country_links=int(countries.sum()),
            programmes=len(np.unique(new.programme)),
            before=self.before,
            after=_reach(after, self.has_tie | served),
        )


def gains(cities: Sequence[City], ties: nx.MultiGraph, new: Iterable[NewTie]) -> Gains:
    """The gains of `new` ties in the network of `cities` and `ties`; ties to unknown cities are left out."""
    network = TiedCities.of(cities, ties)
    known = {city.city_id for city in cities}
    added = [tie for tie in _distinct(new) if tie.b in known and (tie.programme or tie.a in known)]
    number = {**network.number}
    ends = [(number.setdefault(tie.a, len(number)), number[tie.b]) for tie in added]
    programmes = {tie.programme: position for position, tie in enumerate(added)}
    is_twinning = np.array([tie.programme is None for tie in added], bool)
    pairs = np.array(ends, np.int64).reshape(-1, 2)
    programme = np.array([programmes[tie.programme] for tie in added], np.int64)
    return network.gains(
        NewTies(twinnings=pairs[is_twinning], sponsorships=pairs[~is_twinning], programme=programme[~is_twinning])
    )


def _distinct(new: Iterable[NewTie]) -> Sequence[NewTie]:
    return list({(min(tie.a, tie.b), max(tie.a, tie.b), tie.programme): tie for tie in new}.values())


def _numbered(codes: Sequence[str]) -> tuple[Sequence[str], Integers]:
    """The distinct codes in order, and the position among them of each entry of `codes`."""
    names = sorted(set(codes))
    number = {name: position for position, name in enumerate(names)}
    return names, np.array([number[code] for code in codes], np.int64)


def _links(pairs: Integers, size: int) -> Booleans:
    """(size, size): true at (smaller, larger) for each pair of numbers in `pairs`."""
    linked = np.zeros((size, size), bool)
    linked[pairs.min(axis=1), pairs.max(axis=1)] = True
    np.fill_diagonal(linked, val=False)
    return linked


def _parts(ends: Integers, size: int) -> Integers:
    """(size,): the number of each node's connected component; `ends` are the edges."""
    edges = coo_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(connected_components(edges, directed=False)[1], np.int64) if size else np.empty(0, np.int64)


def _reach(part: Integers, has_tie: Booleans) -> Reach:
    """The reach of the cities, given the component of each city and whether it has a tie."""
    sizes, pairs = np.bincount(part), len(part) * (len(part) - 1)
    return Reach(
        alone=int((~has_tie).sum()),
        parts=int((sizes > 1).sum()),
        largest=int(sizes.max(initial=0)),
        connected=int((sizes * (sizes - 1)).sum()) / pairs if pairs else 0.0,
    )
