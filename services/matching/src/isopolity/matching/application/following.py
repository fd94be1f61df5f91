"""A market brought up to date: what has changed since it was drawn is put into its arrays.

Its invariant: the market that comes out tells the same as one drawn anew.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import networkx as nx
import numpy as np

from isopolity.matching.application.market import Market, open_programmes, partner_components, ties_among
from isopolity.matching.application.readings import Readings
from isopolity.matching.domain.member import City
from isopolity.matching.domain.network import Network, Subject
from isopolity.matching.domain.patching import Change, Spot, profiles_with, stage_with, stage_with_ties, targets_with
from isopolity.matching.domain.profiles import Profiles, components, has_tie
from isopolity.matching.domain.stage import numbers_like
from isopolity.matching.domain.targets import Targets

Entry = TypeVar("Entry")
_NO_TIES: Final = nx.MultiGraph()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Whom and what to look at again, each once, in the order of their ids."""

    members: Sequence[str]
    requests: Sequence[str]
    ties: Sequence[str]

    @classmethod
    def of(cls, found: Collection[tuple[Subject, str]]) -> "Changes":
        """As the network tells them."""
        by_subject = {subject: sorted({name for about, name in found if about is subject}) for subject in Subject}
        return cls(
            members=by_subject[Subject.MEMBER], requests=by_subject[Subject.REQUEST], ties=by_subject[Subject.TIE]
        )


def followed(market: Market, changes: Changes, network: Network, readings: Readings, *, shared: bool) -> Market:
    """The market after the changes; what is `shared` is copied before anything is written into it.

    Raises KeyError where a city has a code that nobody had before; then the market is spoilt, unless it is shared.
    """
    was, partners = {each: readings.kind(each) for each in changes.members}, False
    cities = {each: readings.cities.get(each) for each in changes.members}
    for member_id in changes.members:
        readings.read_member(member_id, network)
        partners |= "partner" in (was[member_id], readings.kind(member_id))
    for request_id in changes.requests:
        readings.read_request(request_id, network)
    for member_id, city in cities.items():
        now = readings.cities.get(member_id)
        if city is not None or now is not None:
            market, shared = with_city(market, city, now, shared=shared), False
    if changes.requests or any(request.city_id in cities for request in readings.requests.values()):
        asking = market.targets.asking(market.profiles, readings.requests.values(), market.today)
        market = with_fields(market, targets=asking)
    if partners:
        programmes = open_programmes(readings.programmes, market.today)
        changed = replace(market, programmes=programmes, names=readings.names)
        market = changed.knowing(stage_numbers=market.stage_numbers)
    moved = (each for each, kind in was.items() if kind is None or kind != readings.kind(each))
    if partners or changes.ties or any(map(network.was_ever_tied, moved)):
        market = _with_ties(market, network.ties())
    return market


def with_city(market: Market, before: City | None, now: City | None, *, shared: bool) -> Market:
    """The market with a city that came, went or is another now; what is `shared` is copied first.

    Raises KeyError where the city has a code that nobody had before.
    """
    city = now or before
    assert city is not None  # noqa: S101 - there was one, or there is one
    profiles, stage = market.profiles, market.stage_numbers
    spot = Spot(at=_place(profiles, city.city_id), change=_change(before, now), shared=shared)
    one = _one(city, spot, market)
    targets = targets_with(market.targets, Targets.of(one, (), market.today), spot, len(profiles))
    changed = profiles_with(profiles, one, spot)
    numbers = stage_with(stage, changed, numbers_like(stage, one, market.weights), spot)
    names, capacities, able = (_kept(known, shared) for known in (market.names, market.capacities, market.able))
    names.pop(city.city_id, None)
    for known in (capacities, able):
        known.pop(city.holder, None)
    if now is not None:
        names[now.city_id], capacities[now.holder] = now.name, now.capacity
        if now.capacity > 0:
            able[now.holder] = now.capacity
    drawn = with_fields(market, profiles=changed, targets=targets, names=names)
    drawn.knowing(stage_numbers=numbers, capacities=capacities, able=able)
    has_moved = before is not None and now is not None and before.whereabouts != now.whereabouts
    return drawn.forgetting("network_affinity") if has_moved and market.tied_to(city.city_id) else drawn


def _one(city: City, spot: Spot, market: Market) -> Profiles:
    """The profiles of the city alone; it keeps its place in the network, or has one of its own."""
    profiles = market.profiles
    one = Profiles.of([city], _NO_TIES, market.today, profiles.numbers)
    if spot.change is Change.IN:
        return replace(one, component=np.array([profiles.component.max(initial=-1) + 1]))
    at = slice(spot.at, spot.at + 1)
    return replace(one, has_tie=profiles.has_tie[at].copy(), component=profiles.component[at].copy())


def _with_ties(market: Market, graph: nx.MultiGraph) -> Market:
    before = market.profiles
    cities = before.cities
    profiles = replace(before, has_tie=has_tie(cities, graph), component=components(cities, graph))
    numbers = stage_with_ties(market.stage_numbers, profiles, before, market.weights)
    drawn = with_fields(
        market,
        profiles=profiles,
        tied=list(graph.edges()),
        components=partner_components(graph, profiles, market.programmes),
        ties=ties_among(market.names, graph),
    )
    return drawn.knowing(stage_numbers=numbers).forgetting("network_affinity", "line_components")


def with_fields(market: Market, **fields: Any) -> Market:
    """Another market that differs in these fields; what was drawn from the old one must hold for it too."""
    return replace(market, **fields).knowing(**market.known)


def _place(profiles: Profiles, city_id: str) -> int:
    """Where the city stands, or would stand."""
    return bisect_left(profiles.cities, city_id, key=lambda city: city.city_id)


def _change(before: City | None, now: City | None) -> Change:
    return Change.IN if before is None else Change.OUT if now is None else Change.REPLACED


def _kept(entries: Mapping[str, Entry], shared: bool) -> dict[str, Entry]:
    return dict(entries) if shared or not isinstance(entries, dict) else entries
