"""The gains of a network if everybody says yes to the pairs of a round.

Invariant: a tie told twice counts once, and the order of cities and ties changes nothing.
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
    """The cities that ties connect at one moment; sponsors connect, and are not counted."""

    alone: int
    """Cities without any tie."""
    parts: int
    """Groups of two cities or more that ties connect."""
    largest: int
    """Cities in the largest group."""
    connected: float
    """The share of all pairs of cities that ties connect, directly or through others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """A round in the numbers that a person wants to read."""

    twinnings: int
    sponsorships: int
    cities: int
    """All cities of the network."""
    cities_by_region: Mapping[str, int]
    """The cities that get at least one proposal."""
    first_served: int
    """Cities that get a proposal and have no tie yet."""
    region_links: Sequence[Link]
    """Pairs of regions that no twinning links yet."""
    country_links: int
    """Pairs of countries that no twinning links yet."""
    programmes: int
    """Programmes that get at least one city."""
    before: Reach
    after: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTies:
    """The pairs of a round in the numbers of a TiedCities, each once."""

    twinnings: Integers
    """(pairs, 2): both cities."""
    sponsorships: Integers
    """(pairs, 2): the partner, then the city; a partner without ties has a number beyond those that are known."""
    programme: Integers
    """(pairs,): which programme each sponsorship is of; what a number means is no matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TiedCities:
    """The cities and the ties of a network in numbers, drawn once for the gains of any round in it."""

    number: Mapping[str, int]
    """The numbers of the cities, in their order, and after them those of other members that have ties."""
    regions: Sequence[str]
    region: Integers
    """(cities,)"""
    countries: Sequence[str]
    country: Integers
    """(cities,)"""
    has_tie: Booleans
    """(cities,)"""
    part: Integers
    """(members,): the part of the network that ties connect each with."""
    region_links: Booleans
    """(regions, regions): whether a twinning links two regions, of which the first is the smaller number."""
    country_links: Booleans
    """(countries, countries): whether a twinning links two countries, of which the first is the smaller number."""
    before: Reach

    @classmethod
    def of(cls, cities: Sequence[City], ties: nx.MultiGraph) -> "TiedCities":
        """The numbers of `cities` and `ties`; ties to unknown cities connect, and are not counted."""
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
        """The gains of new ties."""
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
    """The codes in their order, and the number of each entry's."""
    names = sorted(set(codes))
    number = {name: position for position, name in enumerate(names)}
    return names, np.array([number[code] for code in codes], np.int64)


def _links(pairs: Integers, size: int) -> Booleans:
    """(size, size): which numbers are in one pair, the smaller first."""
    linked = np.zeros((size, size), bool)
    linked[pairs.min(axis=1), pairs.max(axis=1)] = True
    np.fill_diagonal(linked, val=False)
    return linked


def _parts(ends: Integers, size: int) -> Integers:
    """(size,): the numbers of the parts that edges between `ends` connect."""
    edges = coo_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(connected_components(edges, directed=False)[1], np.int64) if size else np.empty(0, np.int64)


def _reach(part: Integers, has_tie: Booleans) -> Reach:
    """The reach of cities in these parts."""
    sizes, pairs = np.bincount(part), len(part) * (len(part) - 1)
    return Reach(
        alone=int((~has_tie).sum()),
        parts=int((sizes > 1).sum()),
        largest=int(sizes.max(initial=0)),
        connected=int((sizes * (sizes - 1)).sum()) / pairs if pairs else 0.0,
    )
