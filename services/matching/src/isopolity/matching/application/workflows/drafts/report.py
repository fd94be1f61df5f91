"""The report of pairs for those responsible: which cities are served, which are not, what may come of it.

Invariant: all figures count the same pairs: those whose members are both in the network that it is made for. It is made
of a draft for now, and of what is published at the moment of a publication; that one is frozen. The figures of the
network refer to nothing that a later market may write into, so that they can be kept beside newer ones.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.arrays import Booleans, Integers, are_among
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.draft_report import UNKNOWN_SIZE, DraftReport, FrozenPair, FrozenReport, Share, Traits
from isopolity.matching.domain.gains import NewTies, TiedCities
from isopolity.matching.domain.member import City, owner
from isopolity.matching.domain.rules.rule_book import RuleOutcome

SIZES: Final = ((100_000, "under 100,000"), (500_000, "100,000 to 500,000"), (2_000_000, "500,000 to 2 million"))
"""The sizes of cities: each the people that it stays below, and its name."""
_LARGEST: Final = "2 million and more"
SIZE_NAMES: Final = (*(name for _, name in SIZES), _LARGEST, UNKNOWN_SIZE)


class Places(NamedTuple):
    """Where the nodes of a draft are in the network."""

    member: Integers
    """(nodes,): the number of the city, or of the programme's partner; -1 for a city that has left."""
    is_programme: Booleans

    @property
    def cities(self) -> Integers:
        """The numbers of the cities among them."""
        found = self.member[~self.is_programme]
        return found[found >= 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFigures:
    """All cities and open programmes; one entry a city in all arrays."""

    cities: Sequence[City]
    programmes: Mapping[str, str]
    """The key of each open programme, by its holder."""
    tied: TiedCities
    has_tie: Booleans
    """Whether it has any tie, public or not."""
    size: Integers
    """The position of its size in SIZE_NAMES."""

    @classmethod
    def of(cls, market: Market) -> "NetworkFigures":
        """The figures of the network that `market` holds."""
        cities, population = tuple(market.profiles.cities), market.profiles.population
        tied = TiedCities.of(cities, market.ties)
        size = np.searchsorted([below for below, _ in SIZES], population, side="right")
        apart = [tied.number[each] for each in market.apart if market.apart.adj[each] and each in tied.number]
        has_tie = tied.has_tie.copy()
        has_tie[[number for number in apart if number < len(cities)]] = True
        return cls(
            cities=cities,
            programmes={programme.holder: programme.key for programme in market.programmes},
            tied=tied,
            has_tie=has_tie,
            size=np.where(np.isnan(population), SIZE_NAMES.index(UNKNOWN_SIZE), size),
        )

    def places(self, holders: Sequence[str]) -> Places:
        """The places of a draft's holders of capacity."""
        number, partners, member = self.tied.number, dict[str, int](), list[int]()
        is_programme = [holder.startswith("programme/") for holder in holders]
        for holder, is_its in zip(holders, is_programme, strict=True):
            member_id = holder.split("/", 2)[1]
            found = number.get(member_id, -1)
            if is_its and found < 0:
                found = len(number) + partners.setdefault(member_id, len(partners))
            member.append(found if is_its or found < len(self.cities) else -1)
        return Places(np.array(member, np.int64), np.array(is_programme, bool))


@dataclass(slots=True)
class DrawnFigures:
    """Figures that are kept, with the places of the draft that was reported last.

    Invariant: the places are numbers of these figures and of no others.
    """

    figures: NetworkFigures
    _last: tuple[tuple[str, int], Places] | None = None

    def places(self, round_id: str, holders: Sequence[str]) -> Places:
        """The places of a draft's holders, kept until another draft is reported, or an edit adds holders at the end."""
        draft, last = (round_id, len(holders)), self._last
        if last is None or last[0] != draft:
            last = self._last = draft, self.figures.places(holders)
        return last[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The chosen pairs, an entry each."""

    node: Integers
    """(pairs, 2): the nodes of both ends, a programme first."""
    member: Integers
    """(pairs, 2): the numbers of the cities, or of the partner and then the city."""
    is_sponsorship: Booleans
    left: int
    """How many other chosen pairs there are: of a city or a partner that has left, or of a closed programme."""

    @classmethod
    def of(cls, numbers: DraftNumbers, places: Places, figures: NetworkFigures) -> "_Chosen":
        problem, chosen = numbers.choice.problem, numbers.choice.chosen
        node = np.stack([problem.a[chosen], problem.b[chosen]], axis=1)
        is_second = places.is_programme[node[:, 1]]  # the programme goes first
        node[is_second] = node[is_second][:, ::-1]
        is_there = places.member >= 0
        programmes = np.flatnonzero(places.is_programme)
        is_there[programmes] = [numbers.holders[each] in figures.programmes for each in programmes.tolist()]
        stay = is_there[node].all(axis=1)
        node, left = node[stay], int((~stay).sum())
        return cls(node=node, member=places.member[node], is_sponsorship=places.is_programme[node[:, 0]], left=left)

    @property
    def cities(self) -> Integers:
        """The numbers of the cities that have a pair."""
        return np.concatenate([self.member[~self.is_sponsorship, 0], self.member[:, 1]])

    def new_ties(self) -> NewTies:
        """The chosen pairs as ties."""
        twinnings, sponsorships = ~self.is_sponsorship, self.is_sponsorship
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
        counts = await uow.answers.counts(now)
    market = await surroundings.markets.current(now.date())
    of = revision, now.date(), market.version
    drawn = await kept.kept(of, "figures", lambda: DrawnFigures(NetworkFigures.of(market)))

    def reported() -> DraftReport:
        free = free_capacities(market, taken)
        situation = Situation(market=market, free=free, closed=(), now=now, counts=counts)
        return draft_report(numbers, situation, drawn.figures, drawn.places(round_id, numbers.holders))

    return await asyncio.to_thread(reported), market


def draft_report(
    numbers: DraftNumbers, situation: Situation, figures: NetworkFigures | None = None, places: Places | None = None
) -> DraftReport:
    """The report of what is chosen; `figures` and `places`, of the draft's holders, are those that were kept."""
    figures = figures or NetworkFigures.of(situation.market)
    places = places or figures.places(numbers.holders)
    chosen, cities = _Chosen.of(numbers, places, figures), figures.cities
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
    return DraftReport(
        twinnings=len(chosen.node) - sponsorships,
        sponsorships=sponsorships,
        left=chosen.left,
        all_cities=Share(name="all", cities=len(cities), served=int(paired.sum()), first_ties=int(first.sum())),
        by_region=shares(figures.tied.region, figures.tied.regions),
        by_size=shares(figures.size, SIZE_NAMES),
        programmes=len(figures.programmes),
        programmes_served=len(np.unique(chosen.node[chosen.is_sponsorship, 0])),
        expected_agreements=_agreements(chosen, numbers.holders, figures, situation),
        answers=situation.answers,
        unserved=keys(weighed & free),
        not_weighed=keys(free & ~weighed),
        gains=figures.tied.gains(chosen.new_ties()),
        without_capacity=int((~free & ~paired).sum()),
    )


def frozen_report(
    report: DraftReport, numbers: DraftNumbers, new: Integers, figures: NetworkFigures, rules: Sequence[RuleOutcome]
) -> FrozenReport:
    """The report with the pairs that it counts, those that are `new` marked, and the traits of the cities in it."""
    problem, chosen = numbers.choice.problem, numbers.choice.chosen
    ordered = chosen[np.lexsort((chosen, -problem.weight[chosen]))]
    rows = zip(numbers.pairs(ordered), problem.weight[ordered].tolist(), are_among(ordered, new).tolist(), strict=True)
    pairs = [FrozenPair(a=a, b=b, weight=weight, is_new=is_new) for (a, b), weight, is_new in rows]
    named = {*report.unserved, *report.not_weighed, *(owner(holder) for each in pairs for holder in (each.a, each.b))}
    traits = {
        city.key: Traits(region=city.region, size=SIZE_NAMES[size])
        for city, size in zip(figures.cities, figures.size.tolist(), strict=True)
        if city.key in named
    }
    return FrozenReport(report=report, pairs=pairs, traits=traits, rules=rules)


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
