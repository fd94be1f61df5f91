"""The pairs of a draft: those that fit a filter, in an order; which of them are meant by an order to publish; and a
preview of what their sides would read.

Invariant: a page draws up a bounded number of pairs, however many a draft has and however few of them fit; previews
keep nothing.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from isopolity.identity.folded_text import fold, sort_key
from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair, scored_pairs
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.application.workflows.member_names import holder_name, name_of_owner, owner_among, pair_named
from isopolity.matching.application.workflows.new_proposal import as_issued, new_proposal
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.arrays import Booleans, Integers, are_among
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.member import holders_of, owner
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.side import Reason

PairReasons = Mapping[str, Sequence[Reason]]
"""The reasons of a pair for each of its sides, by the side's name."""


AT_ONCE: Final = 100
"""Pairs that are drawn up together in the search for a reason."""
MOST_DRAWN: Final = 1_000
"""Pairs that one page draws up at most in the search for a reason."""


class Order(StrEnum):
    """Orders of the pairs of a draft."""

    BEST = "best"
    LEAST = "least"
    NAME = "name"


class Standing(StrEnum):
    """How a pair stands in a draft; `other` is a candidate that is neither chosen nor forbidden."""

    CHOSEN = "chosen"
    WAITING = "waiting"
    PINNED = "pinned"
    FORBIDDEN = "forbidden"
    PUBLISHED = "published"
    OTHER = "other"


_STANDING: Final[Mapping[Standing, Callable[[EditedChoice, Integers], Booleans]]] = {
    Standing.CHOSEN: lambda choice, edges: are_among(edges, choice.chosen),
    Standing.WAITING: lambda choice, edges: are_among(edges, choice.chosen) & ~are_among(edges, choice.out),
    Standing.PINNED: lambda choice, edges: are_among(edges, choice.problem.must),
    Standing.FORBIDDEN: lambda choice, edges: are_among(edges, choice.problem.never),
    Standing.PUBLISHED: lambda choice, edges: are_among(edges, choice.out),
    Standing.OTHER: lambda choice, edges: ~are_among(edges, choice.chosen) & ~are_among(edges, choice.problem.never),
}
"""Functions that return whether each of some edges has this standing in a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Conditions on the pairs of a draft; None sets no condition."""

    member: str | None = None
    """All candidates of this member, chosen or not, named as people do."""
    other: str | None = None
    """The other member: only their pair is wanted."""
    text: str | None = None
    """Part of a name, however accents and case are written."""
    kind: str | None = None
    standing: Standing | None = None
    value_min: float | None = None
    value_max: float | None = None
    country: str | None = None
    """The country of a city at one end."""
    region: str | None = None
    order: Order = Order.BEST


class Drawn(NamedTuple):
    """Pairs of a page with their reasons, and the place in the list behind the last one that was looked at."""

    edges: list[int]
    reasons: list[PairReasons]
    place: int


def wanted_edges(numbers: DraftNumbers, wanted: Wanted, market: Market, network: Network) -> Integers:
    """The edges of the pairs that fit, in their order. Raises UnknownMember, ContradictoryRules."""
    problem, edges = numbers.choice.problem, _asked_for(numbers, wanted, network)
    fits = np.ones(len(edges), bool)
    if wanted.kind is not None:
        fits &= _sponsorships(numbers, edges) == (wanted.kind == "sponsorship")
    if wanted.value_min is not None:
        fits &= problem.weight[edges] >= round(wanted.value_min * WEIGHT_UNIT)
    if wanted.value_max is not None:
        fits &= problem.weight[edges] <= round(wanted.value_max * WEIGHT_UNIT)
    if text := fold(wanted.text or ""):
        names = _names(numbers, market, network)
        fits &= _has_end(numbers, edges, [each for each, name in names.items() if text in fold(name)])
    cities = market.profiles.cities
    if wanted.country is not None:
        fits &= _has_end(numbers, edges, [city.key for city in cities if city.country == wanted.country])
    if wanted.region is not None:
        fits &= _has_end(numbers, edges, [city.key for city in cities if city.region == wanted.region])
    return _in_order(numbers, edges[fits], wanted.order, market, network)


async def drawn_with_reason(
    numbers: DraftNumbers, edges: Integers, place: int, limit: int, code: str, surroundings: Surroundings
) -> Drawn:
    """The first `limit` pairs from `place` on of which a side would read a reason of this code, as far as it looks."""
    found = Drawn([], [], place)
    end = min(len(edges), place + MOST_DRAWN)
    while found.place < end and len(found.edges) < limit:
        looked = edges[found.place : min(end, found.place + AT_ONCE)]
        found_reasons = await pair_reasons_of(numbers.pairs(looked), surroundings)
        for edge, each in zip(looked.tolist(), found_reasons, strict=True):
            found = found._replace(place=found.place + 1)
            if any(reason.code == code for reasons in each.values() for reason in reasons):
                found.edges.append(edge)
                found.reasons.append(each)
            if len(found.edges) == limit:
                break
    return found


def _asked_for(numbers: DraftNumbers, wanted: Wanted, network: Network) -> Integers:
    choice = numbers.choice
    if wanted.member is not None:
        edges = _of_member(numbers, wanted.member, network)
        if wanted.other is not None:
            edges = np.intersect1d(edges, _of_member(numbers, wanted.other, network))
    else:
        never = choice.problem.never
        edges = np.sort(np.concatenate([choice.chosen, never[~are_among(never, choice.chosen)]]))
    return edges if wanted.standing is None else edges[_STANDING[wanted.standing](choice, edges)]


def _of_member(numbers: DraftNumbers, name: str, network: Network) -> Integers:
    own = holders_of(owner_among(numbers.nodes, name, network))
    return np.unique(np.concatenate([numbers.edges_of(holder) for holder in own]))


def _sponsorships(numbers: DraftNumbers, edges: Integers) -> Booleans:
    programmes = np.flatnonzero([holder.startswith("programme/") for holder in numbers.holders])
    problem = numbers.choice.problem
    return np.isin(problem.a[edges], programmes) | np.isin(problem.b[edges], programmes)


def _has_end(numbers: DraftNumbers, edges: Integers, owners: Iterable[str]) -> Booleans:
    """Whether one of these owners is at an end."""
    found = (numbers.nodes.get(holder) for each in owners for holder in holders_of(each))
    is_its = np.zeros(len(numbers.holders), bool)
    is_its[[node for node in found if node is not None]] = True
    return np.logical_or(is_its[numbers.choice.problem.a[edges]], is_its[numbers.choice.problem.b[edges]])


def _in_order(numbers: DraftNumbers, edges: Integers, order: Order, market: Market, network: Network) -> Integers:
    problem = numbers.choice.problem
    if order is not Order.NAME:
        weight = problem.weight[edges]
        return edges[np.lexsort((edges, weight if order is Order.LEAST else -weight))]
    nodes = np.unique(np.concatenate([problem.a[edges], problem.b[edges]]))
    names = _names(numbers, market, network)
    keys = [sort_key(names.get(owner(numbers.holders[node]), "")) for node in nodes.tolist()]
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    rank = np.zeros(len(numbers.holders), np.int64)
    rank[nodes] = [ranks[key] for key in keys]
    ends = np.sort(np.stack([rank[problem.a[edges]], rank[problem.b[edges]]]), axis=0)
    return edges[np.lexsort((edges, ends[1], ends[0]))]


def _names(numbers: DraftNumbers, market: Market, network: Network) -> Mapping[str, str]:
    """By owner the name of a city, or those of a programme and its partner, with those of the draft that have left."""
    names = {city.key: city.name for city in market.profiles.cities}
    names |= {each.holder: f"{each.name} {each.partner_name}" for each in market.programmes}
    left = {owner(holder) for holder in numbers.holders} - names.keys()
    return names | {each: holder_name(each, network) for each in left}


async def preview_pair(
    round_id: str, names: Pair, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> Proposal:
    """The proposal that would be made of a pair now, allowed or not, as if it went out when undoing ends.

    Nothing is kept.

    Raises UnknownDraft, UnknownMember, NoPair, ContradictoryRules.
    """
    async with unit_of_work() as uow:
        await uow.drafts.get(round_id)
    now = surroundings.clock()
    market = await surroundings.markets.current(now.date())
    candidate = scored_pair(market, *pair_named(names, surroundings.network))
    out_at = now + surroundings.undo_window
    return as_issued(new_proposal(candidate, market, surroundings.ids(), round_id, now), out_at, surroundings)


async def pair_reasons_of(pairs: Sequence[Pair], surroundings: Surroundings) -> Sequence[PairReasons]:
    """The reasons for each side of each pair of holders, by the side's name; none where two are no pair any more."""
    market = await surroundings.markets.current(surroundings.clock().date())

    def reasons_of(candidate: Candidate | None) -> PairReasons:
        sides = () if candidate is None else sides_of(candidate, market)
        return {name_of_owner(side.holder): side.reasons for side in sides}

    return await asyncio.to_thread(lambda: [reasons_of(each) for each in scored_pairs(market, pairs)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Conditions on the pairs of a draft; None sets no condition."""

    only: Collection[Pair] | None = None
    """Only these pairs, named as people do."""
    fitting: Wanted | None = None

    def among(self, edges: Integers, numbers: DraftNumbers, market: Market, network: Network) -> Integers:
        """The edges among `edges` that fit, in their order. Raises UnknownMember, ContradictoryRules."""
        if self.only is not None:
            named = {pair_named(pair, network, numbers.nodes) for pair in self.only}
            is_meant = np.array([pair in named for pair in numbers.pairs(edges)], bool)
            edges = edges[is_meant]
        if self.fitting is not None:
            edges = edges[np.isin(edges, wanted_edges(numbers, self.fitting, market, network))]
        return edges


ALL: Final = Scope()
