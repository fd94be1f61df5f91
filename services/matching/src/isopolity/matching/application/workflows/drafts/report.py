"""The report of a draft for those who must answer for it: who is served, who is not, what may come of it.

Invariant: it counts what is chosen now, published or not, in the network as it is now.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.application.candidates.free_capacity import free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.network_figures import (
    SIZE_NAMES,
    DrawnFigures,
    NetworkFigures,
    Places,
)
from isopolity.matching.application.workflows.round_computation import Situation
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.domain.acceptance import REMEMBERED
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.domain.gains import Gains, NewTies
from isopolity.matching.domain.member import City, owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many cities of a group are served."""

    name: str
    cities: int
    served: int
    """Cities with at least one pair."""
    first_ties: int
    """Those of them that have no tie yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReport:
    """The report of a draft."""

    twinnings: int
    sponsorships: int
    all_cities: Share
    by_region: Sequence[Share]
    by_size: Sequence[Share]
    programmes: int
    programmes_served: int
    expected_agreements: float | None
    """Pairs of which both sides are expected to say yes, by how members answered before; None before anybody did."""
    answers: int
    """How many answers of members, silence counted as one, that is expected from."""
    unserved: Sequence[str]
    """The keys of cities that the round weighed, with room for a twinning or a sponsorship and no pair."""
    not_weighed: Sequence[str]
    """The keys of other cities with such room and no pair: the round had no candidate for them, or they came later."""
    gains: Gains
    """The gains of the network if both sides of all pairs say yes."""
    without_capacity: int
    """Cities that had no capacity left for either kind, or cannot be mailed, and have no pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The chosen pairs, an entry each."""

    node: Integers
    """(pairs, 2)"""
    member: Integers
    """(pairs, 2): the numbers of the cities, or of the partner and then the city; -1 for a city that has left."""
    is_sponsorship: Booleans

    @classmethod
    def of(cls, numbers: DraftNumbers, places: Places) -> "_Chosen":
        problem, chosen = numbers.choice.problem, numbers.choice.chosen
        node = np.stack([problem.a[chosen], problem.b[chosen]], axis=1)
        is_second = places.is_programme[node[:, 1]]  # the programme goes first
        node[is_second] = node[is_second][:, ::-1]
        return cls(node=node, member=places.member[node], is_sponsorship=places.is_programme[node[:, 0]])

    @property
    def cities(self) -> Integers:
        """The numbers of the cities that have a pair, once for each."""
        found = np.concatenate([self.member[~self.is_sponsorship, 0], self.member[:, 1]])
        return found[found >= 0]

    def new_ties(self) -> NewTies:
        """The chosen pairs as ties, without those of a city that has left the network."""
        is_known = (self.member >= 0).all(axis=1)
        twinnings, sponsorships = is_known & ~self.is_sponsorship, is_known & self.is_sponsorship
        return NewTies(
            twinnings=self.member[twinnings],
            sponsorships=self.member[sponsorships],
            programme=self.node[sponsorships, 0],
        )


async def report_now(
    round_id: str, numbers: DraftNumbers, reading: UnitOfWorkFactory, surroundings: Surroundings
) -> tuple[DraftReport, Market]:
    """The report as everything is now, and the market that it counts. Raises GraphNotReady."""
    await surroundings.graph.caught_up()
    now, revision, kept = surroundings.clock(), surroundings.network.revision, surroundings.draft_figures
    async with reading() as uow:
        taken = await uow.reservations.taken()
        outcomes = await uow.proposals.outcomes(now, now - REMEMBERED)
    market = await surroundings.markets.current(now.date())
    of = revision, now.date(), market.version
    drawn = await kept.kept(of, "figures", lambda: DrawnFigures(NetworkFigures.of(market)))

    def reported() -> DraftReport:
        free = free_capacities(market, taken)
        situation = Situation(market=market, free=free, closed=(), now=now, outcomes=outcomes)
        return draft_report(numbers, situation, drawn.figures, drawn.places(round_id, numbers.holders))

    return await asyncio.to_thread(reported), market


def draft_report(
    numbers: DraftNumbers, situation: Situation, figures: NetworkFigures | None = None, places: Places | None = None
) -> DraftReport:
    """The report of what is chosen; `figures` and `places`, of the draft's holders, are those that were kept."""
    figures = figures or NetworkFigures.of(situation.market)
    places = places or figures.places(numbers.holders)
    chosen, cities = _Chosen.of(numbers, places), figures.cities
    paired, weighed = (np.zeros(len(cities), bool) for _ in range(2))
    paired[chosen.cities] = weighed[places.cities] = True
    first, left = paired & ~figures.has_tie, np.flatnonzero(~paired)
    free = np.zeros(len(cities), bool)
    free[left] = [_has_room(cities[each], situation.free) for each in left.tolist()]

    def shares(group: Integers, names: Sequence[str]) -> Sequence[Share]:
        counts = (np.bincount(group[each], minlength=len(names)).tolist() for each in (slice(None), paired, first))
        rows = zip(names, *counts, strict=True)
        return [
            Share(name=name, cities=count, served=served, first_ties=new) for name, count, served, new in rows if count
        ]

    def keys(of: Booleans) -> Sequence[str]:
        return [cities[each].key for each in np.flatnonzero(of).tolist()]

    sponsorships = int(chosen.is_sponsorship.sum())
    is_paired = numbers.choice.is_paired
    nodes = (numbers.nodes.get(holder) for holder in figures.programmes)
    return DraftReport(
        twinnings=len(chosen.node) - sponsorships,
        sponsorships=sponsorships,
        all_cities=Share(name="all", cities=len(cities), served=int(paired.sum()), first_ties=int(first.sum())),
        by_region=shares(figures.tied.region, figures.tied.regions),
        by_size=shares(figures.size, SIZE_NAMES),
        programmes=len(figures.programmes),
        programmes_served=sum(node is not None and bool(is_paired[node]) for node in nodes),
        expected_agreements=_agreements(chosen, numbers.holders, figures, situation),
        answers=situation.answers,
        unserved=keys(weighed & free),
        not_weighed=keys(free & ~weighed),
        gains=figures.tied.gains(chosen.new_ties()),
        without_capacity=int((~free & ~paired).sum()),
    )


def _has_room(city: City, free: Mapping[str, int]) -> bool:
    """Whether the city has slots left of either kind."""
    return city.twinning_holder in free or city.sponsorship_holder in free


def _agreements(chosen: _Chosen, holders: Sequence[str], figures: NetworkFigures, situation: Situation) -> float | None:
    expected = situation.expected
    if expected is None:
        return None
    members: Mapping[str, str] = {**figures.programmes, **{city.key: city.key for city in figures.cities}}
    total = 0.0
    for (one, other), is_sponsorship in zip(chosen.node.tolist(), chosen.is_sponsorship.tolist(), strict=True):
        a, b = (members.get(owner(holders[node])) for node in (one, other))
        if a is not None and b is not None:
            kind = "sponsorship" if is_sponsorship else "twinning"
            total += expected.acceptance(kind, a) * expected.acceptance(kind, b)
    return total
