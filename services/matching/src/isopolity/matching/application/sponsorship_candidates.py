"""The candidates between programmes and cities: each programme against the cities that it serves.

Its invariant: what a programme cannot serve is left out before anything is weighed, and the same whoever shares its
regions: programmes of the same regions and countries are weighed one after the other, on the same few arrays.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from isopolity.matching.application.candidates import SPONSORSHIP, Block, Candidate
from isopolity.matching.application.market import Market
from isopolity.matching.domain import eligibility, sponsorship
from isopolity.matching.domain.member import Programme, sponsorship_pair
from isopolity.matching.domain.profiles import Floats, Integers, Profiles, Truths
from isopolity.matching.domain.score import Scores
from isopolity.matching.domain.targets import Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Pairs of one programme: its number, the positions of the targets, and their parts of the score."""

    programme: int
    target: Integers
    parts: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """Pairs with their scores, as a Block makes candidates of them."""

    market: Market
    programme: Integers
    target: Integers
    scores: Scores
    total: Floats

    def candidate(self, position: int) -> Candidate:
        programme = self.market.programmes[int(self.programme[position])]
        target = self.market.targets.targets[int(self.target[position])]
        return Candidate(
            kind=SPONSORSHIP,
            key=sponsorship_pair(programme.holder, target.city.city_id),
            a=programme.holder,
            b=target.city.holder,
            score=float(self.total[position]),
            scores=self.scores,
            position=position,
            partner=programme,
            city=target.city,
            target=target,
        )


class SponsorshipSearch:
    """Finds the best `per_programme` cities of each programme."""

    def __init__(self, *, minimum_score: float, per_programme: int) -> None:
        self._minimum_score = minimum_score
        self._per_programme = per_programme

    def found(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], only: Collection[str] | None
    ) -> Block:
        """The pairs of programmes and cities in `free`, without those in `closed`; `only` those of some holders."""
        cities = market.profiles.cities
        everybody = np.array([city.holder in free for city in cities], bool)
        narrow = everybody
        if only is not None:
            narrow = everybody & np.array([city.holder in only for city in cities], bool)
        closed = set(closed)
        found: list[_Found] = []
        open_to = [i for i, programme in enumerate(market.programmes) if programme.holder in free]
        for _, group in groupby(sorted(open_to, key=lambda i: _place(market, i)), key=lambda i: _place(market, i)):
            whole, few = _Served(market, everybody), _Served(market, narrow)
            for number in group:
                is_whole = only is None or market.programmes[number].holder in only
                found += self._of_programme(market, number, whole if is_whole else few, closed)
        return _block(market, sorted(found, key=lambda each: each.programme))

    def _of_programme(
        self, market: Market, number: int, served: "_Served", closed: Collection[str]
    ) -> Iterator[_Found]:
        programme = market.programmes[number]
        profiles, targets, position = served.by(programme)
        if not len(position):
            return
        component = market.components.get(programme.partner_id, -1)
        scores = sponsorship.scores(programme, profiles, targets, component, market.weights)
        allowed = sponsorship.allowed(programme, profiles, targets, scores)
        total = np.where(allowed, scores.total, 0.0)
        promising = np.flatnonzero(total >= self._minimum_score)
        ordered = promising[np.argsort(-total[promising], kind="stable")]
        kept = self._one_a_city(market, programme, position[ordered], closed)
        if len(kept):
            chosen = ordered[kept]
            parts = {name: values[chosen] for name, values in scores.parts.items()}
            yield _Found(programme=number, target=position[chosen], parts=parts)

    def _one_a_city(
        self, market: Market, programme: Programme, target: Integers, closed: Collection[str]
    ) -> Sequence[int]:
        """Places of the best target of each city, as many as wanted, without pairs that are closed or tied."""
        tied = market.tied_to(programme.partner_id)
        kept: dict[int, int] = {}
        for place, city in enumerate(market.targets.city[target].tolist()):
            if len(kept) == self._per_programme:
                break
            city_id = market.profiles.cities[city].city_id
            if city not in kept and city_id not in tied and sponsorship_pair(programme.holder, city_id) not in closed:
                kept[city] = place
        return list(kept.values())


class _Served:
    """The cities in a place, and their targets, as arrays of their own; drawn when they are asked for first."""

    def __init__(self, market: Market, cities: Truths) -> None:
        self._market = market
        self._cities = cities
        self._drawn: tuple[Profiles, Targets, Integers] | None = None

    def by(self, programme: Programme) -> tuple[Profiles, Targets, Integers]:
        """Profiles, targets, and the positions of the targets among all; the same for all programmes of one place."""
        if self._drawn is None:
            profiles, targets = self._market.profiles, self._market.targets
            place = eligibility.in_region(programme, profiles) & eligibility.in_country(programme, profiles)
            cities = self._cities & place
            number = np.cumsum(cities) - 1
            kept = cities[targets.city]
            self._drawn = profiles.taken(np.flatnonzero(cities)), targets.narrowed(kept, number), np.flatnonzero(kept)
        return self._drawn


def _place(market: Market, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    programme = market.programmes[number]
    return programme.regions, programme.countries


def _block(market: Market, found: Sequence[_Found]) -> Block:
    target = np.concatenate([np.empty(0, np.int64), *(each.target for each in found)])
    programme = np.repeat([each.programme for each in found], [len(each.target) for each in found]).astype(np.int64)
    names = found[0].parts if found else ()
    parts = {name: np.concatenate([each.parts[name] for each in found]) for name in names}
    scores = Scores(parts, market.weights.sponsorship, market.weights.version)
    total = scores.total if found else np.empty(0)
    made = _Scored(market=market, programme=programme, target=target, scores=scores, total=total)
    return Block(
        kind=SPONSORSHIP,
        a=market.targets.city[target],
        b=programme + len(market.profiles),
        score=total,
        make=made.candidate,
    )
