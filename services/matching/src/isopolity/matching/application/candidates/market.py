"""The market: everything that the scores of a round or a suggestion come from, drawn from the network at one moment.

Invariant: nothing in it changes afterwards, so that another thread can work on it while events come in. Two markets
that differ only in pauses, in contacts, or in ties of others that are not public have equal public markets.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Final, Self

import networkx as nx
import numpy as np

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.ports.engine import Affinity, NetworkAffinity, PairAffinity
from isopolity.matching.arrays import Integers, Unsigned16
from isopolity.matching.domain.member import (
    TWINNING,
    City,
    Programme,
    city_capacities,
    owner,
    programme_holder,
    sponsorship_holder,
    sponsorship_pair,
    twinning_holder,
    twinning_pair,
)
from isopolity.matching.domain.scores import sponsorship
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers, first_stage_numbers
from isopolity.matching.domain.scores.programme_arrays import ProgrammeArrays
from isopolity.matching.domain.scores.programme_eligibility import is_open
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Scores, Weights

DERIVED: Final = (
    "first_stage_numbers",
    "capacities",
    "able",
    "programme_arrays",
    "components",
    "programme_components",
    "network_affinity",
)
"""The names of what is derived from a market when it is asked for, in this order, and kept with it."""


class Hold:
    """A mark that a market is in use: while a reference to its hold exists, nothing is written into its arrays."""

    __slots__ = ("__weakref__",)


@dataclass(frozen=True, kw_only=True)  # no slots: what is drawn from it is kept in it
class Market:
    """The endorsed cities, the open programmes, what cities ask for, and who is tied to whom."""

    today: date
    profiles: Profiles
    programmes: Sequence[Programme]
    """The open programmes, in the order of their holders."""
    targets: Targets
    weights: Weights = DEFAULT_WEIGHTS
    ties: nx.MultiGraph
    """The public ties among endorsed members; other members are not endorsed and never named."""
    apart: nx.MultiGraph = field(default_factory=nx.MultiGraph)
    """The ties among them that are not public: they bar the pair, and are neither scored nor named."""
    names: Mapping[str, str]
    """The names of endorsed members, by id."""
    affinity: Affinity | None = None
    """The model of affinity, where there is one and the network gives it a weight."""
    unmailable: frozenset[str] = frozenset()
    """The members that cannot be mailed: nothing is proposed to them."""
    unconfirmed: frozenset[str] = frozenset()
    """The members among `unmailable` that have contacts, none of whom has confirmed the address."""
    paused: frozenset[str] = frozenset()
    """The members that want no new proposals today: nothing is proposed to them either."""
    hold: Hold | None = field(default=None, repr=False, compare=False)

    @property
    def derived(self) -> dict[str, object]:
        """Everything that was derived from it so far, by name."""
        return {name: vars(self)[name] for name in DERIVED if name in vars(self)}

    def without(self, *names: str) -> Self:
        """The market itself, after dropping what was derived from it under these names."""
        for name in names:
            vars(self).pop(name, None)
        return self

    def keeping(self, **derived: object) -> Self:
        """The market itself, after keeping these as derived from it."""
        vars(self).update(derived)
        return self

    @cached_property
    def first_stage_numbers(self) -> FirstStageNumbers:
        """The numbers that the first stage works on."""
        return first_stage_numbers(self.profiles, self.weights)

    @property
    def pair_affinity(self) -> PairAffinity | None:
        """The affinity of pairs of the market's cities; None where affinity does not count."""
        return None if self.network_affinity is None else self.network_affinity.among(self.profiles.cities)

    @cached_property
    def network_affinity(self) -> NetworkAffinity | None:
        """The affinity that knows the network's twinnings; it is kept until they change or a twin moves."""
        if self.affinity is None:
            return None
        index, cities = self.profiles.index, self.profiles.cities
        ends = sorted({(min(a, b), max(a, b)) for a, b, kind in self.ties.edges(data="kind") if kind == TWINNING})
        return self.affinity.knowing([(cities[index[a]], cities[index[b]]) for a, b in ends if {a, b} <= index.keys()])

    @property
    def version(self) -> str:
        """The version of all that decides scores besides the members: the weights, and the model of affinity."""
        return self.weights.version if self.affinity is None else f"{self.weights.version}-{self.affinity.version[:12]}"

    @cached_property
    def programme_arrays(self) -> ProgrammeArrays:
        """The programmes as arrays."""
        return ProgrammeArrays.of(self.programmes)

    @cached_property
    def components(self) -> Mapping[str, int]:
        """The component of the network that each tied partner with an open programme is in, by a city beside it."""
        components: dict[str, int] = {}
        for partner_id in {programme.partner_id for programme in self.programmes}:
            tied = self.ties.adj[partner_id] if partner_id in self.ties else ()
            beside = [self.profiles.index[each] for each in tied if each in self.profiles.index]
            if beside:
                components[partner_id] = int(self.profiles.component[beside[0]])
        return components

    @cached_property
    def programme_components(self) -> Integers:
        """(programmes,): the component of the network that each programme's partner is in, -1 for none."""
        return np.array([self.components.get(each.partner_id, -1) for each in self.programmes], np.int64)

    @cached_property
    def avoiding(self) -> Sequence[City]:
        """The cities that cannot work with some countries."""
        return [city for city in self.profiles.cities if city.avoided_countries]

    def avoided_pairs(self, of: Collection[str] | None = None) -> Collection[str]:
        """The keys of the pairs that a city avoids, of all members or of some; none of its partners may learn of them.

        They are proposed to nobody, but no score, count or sentence for a member depends on them.
        """
        named = None if of is None else set(of)
        own = [city for city in self.avoiding if named is None or city.city_id in named]
        others = [] if named is None else [city for city in self.avoiding if city.city_id not in named]
        return {*self._avoided_by(own, None), *self._avoided_by(others, named)}

    def avoided_by(self, member_id: str) -> Collection[str]:
        """The keys of the pairs that a city avoids itself; none of a partner."""
        return set(self._avoided_by([city for city in self.avoiding if city.city_id == member_id], None))

    def _avoided_by(self, cities: Sequence[City], named: AbstractSet[str] | None) -> Iterator[str]:
        """The keys of the pairs that these cities avoid, of all members or of those that are named."""
        countries = {country for city in cities for country in city.avoided_countries}
        there = defaultdict[str, list[City | Programme]](list)
        everybody: Iterable[City | Programme] = chain(self.profiles.cities, self.programmes) if countries else ()
        for each in everybody:
            if each.home in countries and (named is None or each.member_id in named):
                there[each.home].append(each)
        for city in cities:
            for country in city.avoided_countries:
                for other in there.get(country, ()):
                    if isinstance(other, City):
                        yield twinning_pair(city.city_id, other.city_id)
                    else:
                        yield sponsorship_pair(other.holder, city.city_id)

    def tied_to(self, member_id: str) -> Collection[str]:
        """The members that a member is tied to, publicly or not."""
        public, apart = (ties.adj[member_id].keys() if member_id in ties else () for ties in (self.ties, self.apart))
        return {*public, *apart} if apart else public

    @cached_property
    def capacities(self) -> Mapping[str, int]:
        """The capacity of every holder."""
        cities = {holder: number for city in self.profiles.cities for holder, number in city.capacities.items()}
        return cities | {programme.holder: programme.cities for programme in self.programmes}

    @cached_property
    def able(self) -> Mapping[str, int]:
        """The capacity of every holder that has any."""
        return {holder: capacity for holder, capacity in self.capacities.items() if capacity > 0}

    @property
    def resting(self) -> frozenset[str]:
        """The members to whom nothing is proposed: unmailable, or paused."""
        return self.unmailable | self.paused

    @cached_property
    def resting_holders(self) -> Collection[str]:
        """The holders of capacity of all members to whom nothing is proposed."""
        return self._holders(self.resting)

    @cached_property
    def paused_holders(self) -> Collection[str]:
        """The holders of capacity of all members that are paused."""
        return self._holders(self.paused)

    def _holders(self, members: frozenset[str]) -> Collection[str]:
        if not members:
            return ()
        theirs = (each.holder for each in self.programmes if each.partner_id in members)
        of_cities = (map(holder, members) for holder in (twinning_holder, sponsorship_holder))
        return frozenset(chain(*of_cities, theirs))

    def all_sponsorships(self, programme: Programme) -> tuple[Unsigned16, Scores]:
        """The blockers, as bits, and the scores of a programme with all targets; ties are left out."""
        component = self.components.get(programme.partner_id, -1)
        neighbours = self.weights.neighbours
        bits = sponsorship.blockers(programme, self.profiles, self.targets, self.today, neighbours)
        scores = sponsorship.scores(programme, self.profiles, self.targets, component, self.weights)
        return np.asarray(bits, np.uint16), scores

    def tied_cities(self, member_id: str) -> Sequence[int]:
        """The positions of the cities that a member is tied to, publicly or not."""
        return [self.profiles.index[each] for each in self.tied_to(member_id) if each in self.profiles.index]

    def city(self, city_id: str) -> City:
        """An endorsed city. Raises KeyError."""
        return self.profiles.cities[self.profiles.index[city_id]]

    def twinning_city(self, holder: str) -> int | None:
        """The index of the city whose capacity for twinnings a holder is; None for all other holders."""
        return self.profiles.index.get(holder.removeprefix("city/")) if owner(holder) == holder else None

    def sponsorship_city(self, holder: str) -> int | None:
        """The index of the city whose capacity for sponsorships a holder is; None for all other holders."""
        city = owner(holder)
        return self.profiles.index.get(city.removeprefix("city/")) if city != holder else None


def open_programmes(programmes: Iterable[Programme], today: date) -> Sequence[Programme]:
    """The programmes that take applications today, in the order of their holders."""
    return sorted((each for each in programmes if is_open(each, today)), key=lambda programme: programme.holder)


def ties_among(members: Container[str], graph: nx.MultiGraph, of: Iterable[str] | None = None) -> nx.MultiGraph:
    """The ties with both ends among the members; with `of`, only the ties of these members."""
    ties = nx.MultiGraph()
    ties.add_edges_from(
        (a, b, tie_id, {"kind": kind})
        for a, b, tie_id, kind in graph.edges(of, keys=True, data="kind")
        if a in members and b in members
    )
    return ties


def capacities_of(state: CityState | PartnerState) -> Mapping[str, int]:
    """The capacity of each holder of a member."""
    if isinstance(state, CityState):
        return city_capacities(state.city_id, state.capacity, state.sponsorship_capacity)
    return {
        programme_holder(state.partner_id, programme.programme_id): programme.cities for programme in state.programmes
    }


def public_market(market: Market, member_id: str | None = None) -> Market:
    """The market as anybody may know it, or a member, whose own ties it has even where they are not public.

    Affinity is left out: it takes ten times as long as all other parts, and adds no pair.
    """
    own = nx.MultiGraph()
    if member_id is not None and member_id in market.apart:
        own.add_edges_from(market.apart.edges(member_id))
    known = {name: value for name, value in market.derived.items() if name != "network_affinity"}
    public = replace(
        market, affinity=None, apart=own, unmailable=frozenset(), unconfirmed=frozenset(), paused=frozenset()
    )
    return public.keeping(**known)
