"""A market brought up to date: what has changed since it was drawn is put into its arrays.

Invariant: the market that comes out equals one drawn anew, but for the numbers of codes and components.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

import networkx as nx
import numpy as np

from isopolity.matching.application.candidates.market import Market, open_programmes, ties_among
from isopolity.matching.application.candidates.parsed_members import ParsedMembers
from isopolity.matching.domain.connectivity import components_with
from isopolity.matching.domain.member import City
from isopolity.matching.domain.network import ChangeKind, Network
from isopolity.matching.domain.scores.array_patches import (
    Change,
    RowPatch,
    numbers_with,
    numbers_with_ties,
    profiles_with,
    targets_with,
)
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.first_stage.numbers import compatible_numbers
from isopolity.matching.domain.scores.target_arrays import Targets

Entry = TypeVar("Entry")
_NO_TIES: Final = nx.MultiGraph()


def updated_market(
    market: Market, found: Collection[tuple[ChangeKind, str]], network: Network, parsed: ParsedMembers, *, shared: bool
) -> Market:
    """The market after the changes that a network has noted; its arrays and ties are copied first if they are `shared`.

    Where a city has changed, nothing of it is shared any more.

    Raises KeyError where a city has a code that nobody had before, or a tie was forgotten; then the market is spoilt,
    unless it is shared.
    """
    changes = {kind: sorted({name for of, name in found if of is kind}) for kind in ChangeKind}
    members, requests = changes[ChangeKind.MEMBER], changes[ChangeKind.REQUEST]
    was, partners = {each: parsed.kind(each) for each in members}, False
    cities = {each: parsed.cities.get(each) for each in members}
    for member_id in members:
        parsed.read_member(member_id, network)
        partners |= "partner" in (was[member_id], parsed.kind(member_id))
    for request_id in requests:
        parsed.read_request(request_id, network)
    are_shared = shared
    for member_id, city in cities.items():
        now = parsed.cities.get(member_id)
        if city is not None or now is not None:
            market, are_shared = with_city(market, city, now, shared=are_shared), False
    if shared and not are_shared:
        market = with_fields(market, ties=_copied(market.ties), apart=_copied(market.apart))
    if requests or any(request.city_id in cities for request in parsed.requests.values()):
        asking = market.targets.asking(market.profiles, parsed.requests.values(), market.today)
        market = with_fields(market, targets=asking)
    if partners:
        programmes = open_programmes(parsed.programmes, market.today)
        changed = replace(market, programmes=programmes, names=parsed.names)
        market = changed.keeping(first_stage_numbers=market.first_stage_numbers)
    paused = market.paused.difference(members) | parsed.paused(market.today, members)
    if paused != market.paused:
        market = with_fields(market, paused=paused)
    touched = {*changes[ChangeKind.FORMER_END]}
    touched.update(end for tie_id in changes[ChangeKind.TIE] for end in network.ends(tie_id))
    for member_id, kind in was.items():
        beside = network.ever_tied_to(member_id)
        # one that nobody has endorsed counts as a tie, too, and may have come or gone
        is_unendorsed = kind is None and parsed.kind(member_id) is None
        if (is_unendorsed and beside) or "partner" in (kind, parsed.kind(member_id)) or kind != parsed.kind(member_id):
            touched |= {member_id, *beside}
    return _with_ties(market, touched, network, shared=are_shared) if touched else market


def with_city(market: Market, before: City | None, now: City | None, *, shared: bool) -> Market:
    """The market with a city that came, went or is another now; what is `shared` is copied first.

    Raises KeyError where the city has a code that nobody had before.
    """
    city = now or before
    assert city is not None  # noqa: S101 - there was one, or there is one
    profiles, stage = market.profiles, market.first_stage_numbers
    change = Change.IN if before is None else Change.OUT if now is None else Change.REPLACED
    at = bisect_left(profiles.cities, city.city_id, key=lambda each: each.city_id)
    patch = RowPatch(at=at, change=change, shared=shared)
    one = _one(city, patch, market)
    targets = targets_with(market.targets, Targets.of(one, (), market.today), patch, len(profiles))
    changed = profiles_with(profiles, one, patch)
    numbers = numbers_with(stage, changed, compatible_numbers(stage, one, market.weights), patch)
    names, capacities, able = (_kept(known, shared) for known in (market.names, market.capacities, market.able))
    names.pop(city.city_id, None)
    for holder in city.capacities:
        capacities.pop(holder, None)
        able.pop(holder, None)
    if now is not None:
        names[now.city_id] = now.name
        capacities.update(now.capacities)
        able.update((holder, number) for holder, number in now.capacities.items() if number > 0)
    drawn = with_fields(market, profiles=changed, targets=targets, names=names)
    drawn.keeping(first_stage_numbers=numbers, capacities=capacities, able=able)
    has_moved = before is not None and now is not None and before.whereabouts != now.whereabouts
    return drawn.without("network_affinity") if has_moved and market.tied_to(city.city_id) else drawn


def _one(city: City, patch: RowPatch, market: Market) -> Profiles:
    """The profiles of the city alone; it keeps its place in the network, or has one of its own."""
    profiles = market.profiles
    one = Profiles.of([city], _NO_TIES, market.today, profiles.numbers, profiles.legal_acts)
    if patch.change is Change.IN:
        return replace(one, component=np.array([profiles.component.max(initial=-1) + 1]))
    at = slice(patch.at, patch.at + 1)
    return replace(one, has_tie=profiles.has_tie[at].copy(), component=profiles.component[at].copy())


def _with_ties(market: Market, touched: Collection[str], network: Network, *, shared: bool) -> Market:
    """The market after ties of the members `touched` changed, or such a member came or left."""
    before, graph = market.profiles, network.graph
    has_tie, numbered = before.has_tie.copy(), [each for each in touched if each in before.index]
    has_tie[[before.index[each] for each in numbered]] = [bool(graph.adj[each]) for each in numbered]
    component = components_with(before.component, before.index, graph, touched)
    profiles = replace(before, has_tie=has_tie, component=component)
    numbers = numbers_with_ties(market.first_stage_numbers, profiles, before, market.weights)
    ties, apart = (
        _ties_with(known, ties_among(market.names, now, touched), touched, shared=shared)
        for known, now in ((market.ties, graph), (market.apart, network.apart))
    )
    drawn = with_fields(market, profiles=profiles, ties=ties, apart=apart)
    drawn = drawn.keeping(first_stage_numbers=numbers)
    return drawn.without("network_affinity", "components", "programme_components")


def _ties_with(ties: nx.MultiGraph, now: nx.MultiGraph, members: Collection[str], *, shared: bool) -> nx.MultiGraph:
    """The ties, where those of some members are `now` others; what is `shared` stays as it is."""
    beside = {end for member in members if member in ties for end in ties.adj[member]}
    if shared:  # both use the dictionaries of who is not concerned: while only ties change, the market stays held
        mine = nx.MultiGraph()
        mine._node, mine._adj = dict(ties._node), dict(ties._adj)
        mine._adj.update((each, dict(ties._adj[each])) for each in beside)
        ties = mine
    ties.remove_nodes_from(list(members))
    ties.add_edges_from(now.edges(keys=True, data=True))
    ties.remove_nodes_from([each for each in beside if each in ties and not ties.adj[each]])
    return ties


def _copied(ties: nx.MultiGraph) -> nx.MultiGraph:
    """The ties for a market of its own; networkx takes .2 s for it at 50,000 members.

    The dictionaries of ties between two members are used by both: such ties are replaced, never changed.
    """
    mine = nx.MultiGraph()
    mine._node, mine._adj = dict(ties._node), {member: dict(beside) for member, beside in ties._adj.items()}
    return mine


def with_fields(market: Market, **fields: Any) -> Market:
    """A market that differs in these fields; what was derived from the old one must hold for it too."""
    return replace(market, **fields).keeping(**market.derived)


def _kept(entries: Mapping[str, Entry], shared: bool) -> dict[str, Entry]:
    return dict(entries) if shared or not isinstance(entries, dict) else entries
