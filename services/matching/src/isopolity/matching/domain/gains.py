"""The gains of a network if everybody says yes to the pairs of a round.

Invariant: a tie told twice counts once, and the order of cities and ties changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

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


def gains(cities: Sequence[City], ties: nx.MultiGraph, new: Iterable[NewTie]) -> Gains:
    """The gains of `new` ties in the network of `cities` and `ties`; ties to unknown cities are left out."""
    known = {city.city_id: city for city in cities}
    added = [tie for tie in _distinct(new) if tie.b in known and (tie.programme or tie.a in known)]
    twinnings = [(known[tie.a], known[tie.b]) for tie in added if tie.programme is None]
    present = [(known[a], known[b]) for a, b in ties.edges() if a in known and b in known]
    served = {end for tie in added for end in (tie.a, tie.b) if end in known}
    return Gains(
        twinnings=len(twinnings),
        sponsorships=len(added) - len(twinnings),
        cities=len(cities),
        cities_by_region=dict(sorted(Counter(known[city_id].region for city_id in served).items())),
        first_served=sum(city_id not in ties for city_id in served),
        region_links=sorted(_links(twinnings, "region") - _links(present, "region")),
        country_links=len(_links(twinnings, "country") - _links(present, "country")),
        programmes=len({tie.programme for tie in added if tie.programme is not None}),
        before=_reach(known, ties.edges()),
        after=_reach(known, [*ties.edges(), *((tie.a, tie.b) for tie in added)]),
    )


def _distinct(new: Iterable[NewTie]) -> Sequence[NewTie]:
    return list({(min(tie.a, tie.b), max(tie.a, tie.b), tie.programme): tie for tie in new}.values())


def _links(pairs: Iterable[tuple[City, City]], attribute: str) -> set[Link]:
    ends = ((getattr(one, attribute), getattr(other, attribute)) for one, other in pairs)
    return {(min(one, other), max(one, other)) for one, other in ends if one != other}


def _reach(known: Mapping[str, City], edges: Iterable[tuple[str, str]]) -> Reach:
    groups = nx.utils.UnionFind()
    tied: set[str] = set()
    for one, other in edges:
        groups.union(one, other)
        tied |= {one, other} & known.keys()
    sizes = Counter(groups[city_id] for city_id in tied).values()
    pairs = len(known) * (len(known) - 1)
    return Reach(
        alone=len(known) - len(tied),
        parts=sum(size > 1 for size in sizes),
        largest=max(sizes, default=min(1, len(known))),
        connected=sum(size * (size - 1) for size in sizes) / pairs if pairs else 0.0,
    )
