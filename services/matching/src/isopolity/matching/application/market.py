"""The market: everything that a round or a suggestion weighs, drawn from the network at one moment.

Its invariant: nothing in it changes afterwards, so it can be weighed in another thread while events come in.
"""

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import networkx as nx

from isopolity.contracts.registry import CityState, PartnerState, RequestState
from isopolity.matching.application.members import city_from, programmes_from, request_from
from isopolity.matching.application.ports import Affinity, PairAffinity
from isopolity.matching.domain.eligibility import is_open
from isopolity.matching.domain.member import ENDORSED, City, Programme, city_holder, programme_holder
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.profiles import Profiles
from isopolity.matching.domain.stage import StageNumbers, stage_numbers
from isopolity.matching.domain.targets import Targets
from isopolity.matching.domain.weights import DEFAULT_WEIGHTS, Weights

_TWINNING: Final = "twinning"


@dataclass(frozen=True, kw_only=True)  # no slots: what is drawn from it is kept in it
class Market:
    """The endorsed cities, the open programmes, what cities ask for, and who is tied to whom."""

    today: date
    profiles: Profiles
    programmes: Sequence[Programme]
    targets: Targets
    tied: Sequence[tuple[str, str]]
    """The pairs of member ids that are tied already."""
    components: Mapping[str, int]
    """The component of the network that each tied partner is in."""
    weights: Weights = DEFAULT_WEIGHTS
    ties: nx.MultiGraph
    """The ties among endorsed members; others, whom nobody has vouched for, are never named to anybody."""
    names: Mapping[str, str]
    """Of endorsed members, by id."""
    affinity: Affinity | None = None
    """What real twinnings teach, where there is a model and the network gives it a weight."""

    @cached_property
    def stage_numbers(self) -> StageNumbers:
        """What the first stage weighs."""
        return stage_numbers(self.profiles, self.weights)

    @cached_property
    def pair_affinity(self) -> PairAffinity | None:
        """What real twinnings teach about the cities, those of the network among the twinnings."""
        if self.affinity is None:
            return None
        index, cities = self.profiles.index, self.profiles.cities
        ends = sorted({(min(a, b), max(a, b)) for a, b, kind in self.ties.edges(data="kind") if kind == _TWINNING})
        twinned = [(cities[index[a]], cities[index[b]]) for a, b in ends if a in index and b in index]
        return self.affinity.among(cities, twinned)

    @property
    def version(self) -> str:
        """Stands for all that decides scores besides the members: the weights, and the model of affinity."""
        return self.weights.version if self.affinity is None else f"{self.weights.version}-{self.affinity.version[:12]}"

    def tied_to(self, member_id: str) -> Collection[str]:
        """Who a member is tied to."""
        return self.ties.adj[member_id].keys() if member_id in self.ties else ()

    @cached_property
    def capacities(self) -> Mapping[str, int]:
        """What every holder can handle at a time."""
        cities = {city.holder: city.capacity for city in self.profiles.cities}
        return cities | {programme.holder: programme.cities for programme in self.programmes}

    def city(self, city_id: str) -> City:
        """An endorsed city. Raises KeyError."""
        return self.profiles.cities[self.profiles.index[city_id]]


class MarketMaker:
    """Draws markets from the network; what it read of a member is kept until that member changes."""

    def __init__(self, network: Network, weights: Weights = DEFAULT_WEIGHTS, affinity: Affinity | None = None) -> None:
        self._network = network
        self._weights = weights
        self._affinity = affinity if weights.twinning["affinity"] > 0 else None
        self._cities: dict[str, City] = {}
        self._programmes: dict[str, tuple[int, tuple[Programme, ...]]] = {}

    def market(self, today: date) -> Market:
        """The market as it is now."""
        graph = self._network.graph
        profiles = Profiles.of(self._endorsed_cities(), graph, today)
        open_programmes = (programme for programme in self._endorsed_programmes() if is_open(programme, today))
        programmes = sorted(open_programmes, key=lambda programme: programme.holder)
        names = self._names()
        requests = [request_from(RequestState.model_validate_json(state)) for state in self._network.requests.values()]
        return Market(
            today=today,
            profiles=profiles,
            programmes=programmes,
            targets=Targets.of(profiles, requests, today),
            tied=[(a, b) for a, b in graph.edges()],
            components=_partner_components(graph, profiles, programmes),
            weights=self._weights,
            affinity=self._affinity,
            ties=_ties_among(names, graph),
            names=names,
        )

    def _endorsed_cities(self) -> list[City]:
        known, self._cities = self._cities, {}
        for city_id, version, status, state in self._network.members("city"):
            if status == ENDORSED:
                city = known.get(city_id)
                if city is None or city.version != version:
                    city = city_from(CityState.model_validate_json(state), self._network.told_on(city_id))
                self._cities[city_id] = city
        return list(self._cities.values())

    def _names(self) -> Mapping[str, str]:
        """Of the cities and partners read last."""
        cities = {city_id: city.name for city_id, city in self._cities.items()}
        partners = {
            partner_id: programmes[0].partner_name
            for partner_id, (_, programmes) in self._programmes.items()
            if programmes
        }
        return cities | partners

    def _endorsed_programmes(self) -> list[Programme]:
        known, self._programmes = self._programmes, {}
        for partner_id, version, status, state in self._network.members("partner"):
            if status == ENDORSED:
                read = known.get(partner_id)
                if read is None or read[0] != version:
                    partner = PartnerState.model_validate_json(state)
                    read = version, programmes_from(partner, self._network.told_on(partner_id))
                self._programmes[partner_id] = read
        return [programme for _, programmes in self._programmes.values() for programme in programmes]


def _ties_among(members: Container[str], graph: nx.MultiGraph) -> nx.MultiGraph:
    ties = nx.MultiGraph()
    ties.add_edges_from(
        (a, b, tie_id, {"kind": kind})
        for a, b, tie_id, kind in graph.edges(keys=True, data="kind")
        if a in members and b in members
    )
    return ties


def capacities_of(state: CityState | PartnerState) -> Mapping[str, int]:
    """What the holders of a member can handle at a time."""
    if isinstance(state, CityState):
        return {city_holder(state.city_id): state.capacity}
    return {
        programme_holder(state.partner_id, programme.programme_id): programme.cities for programme in state.programmes
    }


def _partner_components(graph: nx.MultiGraph, profiles: Profiles, programmes: Sequence[Programme]) -> Mapping[str, int]:
    """A tied partner is in the component of the cities beside it."""
    components: dict[str, int] = {}
    for partner_id in {programme.partner_id for programme in programmes if programme.partner_id in graph}:
        beside = [profiles.index[city] for city in sorted(graph.adj[partner_id]) if city in profiles.index]
        if beside:
            components[partner_id] = int(profiles.component[beside[0]])
    return components
