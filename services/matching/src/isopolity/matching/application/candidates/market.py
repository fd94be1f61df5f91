"""The market: everything that a round or a suggestion weighs, drawn from the network at one moment.

Its invariant: nothing in it changes afterwards, so it can be weighed in another thread while events come in.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Final, Self

import networkx as nx
import numpy as np

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.ports.engine import Affinity, NetworkAffinity, PairAffinity
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.first_stage_numbers import FirstStageNumbers, first_stage_numbers
from isopolity.matching.domain.member import City, Programme, city_holder, programme_holder
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.eligibility import is_open
from isopolity.matching.domain.scores.programme_arrays import ProgrammeArrays
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights

_TWINNING: Final = "twinning"
DRAWN: Final = (
    "first_stage_numbers",
    "capacities",
    "able",
    "programme_arrays",
    "components",
    "programme_components",
    "network_affinity",
)
"""What is drawn from a market when it is asked for, in this order, and holds for those that are made from it."""


class Hold:
    """As long as a market, or one made from it, refers to it, nobody writes into that market's arrays."""

    __slots__ = ("__weakref__",)


@dataclass(frozen=True, kw_only=True)  # no slots: what is drawn from it is kept in it
class Market:
    """The endorsed cities, the open programmes, what cities ask for, and who is tied to whom."""

    today: date
    profiles: Profiles
    programmes: Sequence[Programme]
    targets: Targets
    weights: Weights = DEFAULT_WEIGHTS
    ties: nx.MultiGraph
    """The ties among endorsed members; others, whom nobody has vouched for, are never named to anybody."""
    names: Mapping[str, str]
    """Of endorsed members, by id."""
    affinity: Affinity | None = None
    """What real twinnings teach, where there is a model and the network gives it a weight."""
    unmailable: frozenset[str] = frozenset()
    """The members that cannot be mailed: nothing is proposed to them."""
    hold: Hold | None = field(default=None, repr=False, compare=False)

    @property
    def known(self) -> dict[str, object]:
        """What was drawn from it so far, and what does not change when it is lent."""
        return {name: vars(self)[name] for name in DRAWN if name in vars(self)}

    def forgetting(self, *names: str) -> Self:
        """The market itself; what was drawn from it under these names is drawn anew when it is asked for."""
        for name in names:
            vars(self).pop(name, None)
        return self

    def knowing(self, **drawn: object) -> Self:
        """The market itself; what is drawn from it when it is asked for is known already."""
        vars(self).update(drawn)
        return self

    @cached_property
    def first_stage_numbers(self) -> FirstStageNumbers:
        """What the first stage weighs."""
        return first_stage_numbers(self.profiles, self.weights)

    @property
    def pair_affinity(self) -> PairAffinity | None:
        """What real twinnings teach about the cities, those of the network among the twinnings."""
        return None if self.network_affinity is None else self.network_affinity.among(self.profiles.cities)

    @cached_property
    def network_affinity(self) -> NetworkAffinity | None:
        """The affinity that knows the network's twinnings; the same until there are others or twins have moved."""
        if self.affinity is None:
            return None
        index, cities = self.profiles.index, self.profiles.cities
        ends = sorted({(min(a, b), max(a, b)) for a, b, kind in self.ties.edges(data="kind") if kind == _TWINNING})
        return self.affinity.knowing([(cities[index[a]], cities[index[b]]) for a, b in ends if {a, b} <= index.keys()])

    @property
    def version(self) -> str:
        """Stands for all that decides scores besides the members: the weights, and the model of affinity."""
        return self.weights.version if self.affinity is None else f"{self.weights.version}-{self.affinity.version[:12]}"

    @cached_property
    def programme_arrays(self) -> ProgrammeArrays:
        """The programmes as arrays."""
        return ProgrammeArrays.of(self.programmes)

    @cached_property
    def components(self) -> Mapping[str, int]:
        """Of each tied partner with an open programme: the component of the network, which a city beside it is in."""
        components: dict[str, int] = {}
        for partner_id in {programme.partner_id for programme in self.programmes}:
            beside = [self.profiles.index[each] for each in self.tied_to(partner_id) if each in self.profiles.index]
            if beside:
                components[partner_id] = int(self.profiles.component[beside[0]])
        return components

    @cached_property
    def programme_components(self) -> Integers:
        """(programmes,): the component of the network that each programme's partner is in, -1 for none."""
        return np.array([self.components.get(each.partner_id, -1) for each in self.programmes], np.int64)

    def tied_to(self, member_id: str) -> Collection[str]:
        """Who a member is tied to."""
        return self.ties.adj[member_id].keys() if member_id in self.ties else ()

    @cached_property
    def capacities(self) -> Mapping[str, int]:
        """What every holder can handle at a time."""
        cities = {city.holder: city.capacity for city in self.profiles.cities}
        return cities | {programme.holder: programme.cities for programme in self.programmes}

    @cached_property
    def able(self) -> Mapping[str, int]:
        """The same of those that can handle anything."""
        return {holder: capacity for holder, capacity in self.capacities.items() if capacity > 0}

    @cached_property
    def unmailable_holders(self) -> Collection[str]:
        """The holders of capacity of all members that cannot be mailed."""
        if not self.unmailable:
            return ()
        theirs = (each.holder for each in self.programmes if each.partner_id in self.unmailable)
        return frozenset(chain(map(city_holder, self.unmailable), theirs))

    def city(self, city_id: str) -> City:
        """An endorsed city. Raises KeyError."""
        return self.profiles.cities[self.profiles.index[city_id]]


def open_programmes(programmes: Iterable[Programme], today: date) -> Sequence[Programme]:
    """Those that take applications today, in the order of their holders."""
    return sorted((each for each in programmes if is_open(each, today)), key=lambda programme: programme.holder)


def ties_among(members: Container[str], graph: nx.MultiGraph, of: Iterable[str] | None = None) -> nx.MultiGraph:
    """The ties of which both ends are among the members; those `of` some members only, if these are given."""
    ties = nx.MultiGraph()
    ties.add_edges_from(
        (a, b, tie_id, {"kind": kind})
        for a, b, tie_id, kind in graph.edges(of, keys=True, data="kind")
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
