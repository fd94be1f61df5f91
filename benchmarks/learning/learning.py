"""Benchmark of learning: the curve of agreements against exposure for three tastes, and the default point on it.

It renews docs/model-card.md. Members are sample cities with hidden tastes, so all figures are of simulated answers.
`ISOPOLITY_BENCH_SEEDS=3` takes three seeds instead of ten.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

import numpy as np

from benchmarks.candidates import members
from benchmarks.learning import policies
from benchmarks.learning.card import Card, Group, Learned, Point, Tried, write_card
from benchmarks.learning.simulation import Choose, Outcome, Pool, simulated
from benchmarks.learning.tastes import DILIGENCE, TASTES
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.city_groups import group_of
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.member import TWINNING
from isopolity.matching.domain.pair_model.characteristics import CITY
from isopolity.matching.domain.pair_model.pair_model import DEFAULT_PAIR_LEARNING, PairModel
from isopolity.matching.domain.rules.floors import EVERY_GROUPING

_CITIES: Final = 5_000
_MOST: Final = 40
"""The partners of each city in the pool, twice as many as a round considers, so that pairs can rest."""
_ROUNDS: Final = (5, 10)
_SEEDS: Final = 10
_BOUNDS: Final = (2.0, 3.0, 12.0)
"""Bounds of effects on the curve, besides the default."""
_GAIN: Final = 0.7
_FALL: Final = 5.0
_SCORE: Final = "score alone"
_BEFORE: Final = "who answers"
_PEER: Final = "regression of three numbers"
_DEFAULT: Final = f"pair model, bound {DEFAULT_PAIR_LEARNING.bound:g}"


def _policies() -> Mapping[str, Choose]:
    bounds = sorted((*_BOUNDS, DEFAULT_PAIR_LEARNING.bound))
    of_bounds = {
        f"pair model, bound {bound:g}": policies.pairs(replace(DEFAULT_PAIR_LEARNING, bound=bound)) for bound in bounds
    }
    without = {f"{_DEFAULT}, without floors": policies.pairs(floors=False)}
    return {_SCORE: policies.nothing, _BEFORE: policies.members, **of_bounds, **without, _PEER: policies.regression}


async def measure(here: Surroundings) -> Sequence[Row]:
    """The outcome of each policy for each taste, on one pool of pairs; the card is renewed unless the run is quick."""
    market = members.network(here.size(_CITIES)).market
    seeds = 1 if here.quick else int(os.environ.get("ISOPOLITY_BENCH_SEEDS", _SEEDS))
    pool, groups = Pool.of(market, _MOST), _groups(market)
    tried, learned = list[Tried](), dict[str, Learned]()
    for taste in TASTES:
        runs = {name: _runs(pool, taste, choose, seeds) for name, choose in _policies().items()}
        learned[taste] = _learned(runs[_DEFAULT])
        for rounds in _ROUNDS:
            points = {name: _point(outcomes, rounds, groups) for name, outcomes in runs.items()}
            tried.append(Tried(taste=taste, rounds=rounds, points=points))
    size = f"{len(market.profiles):,} cities, {seeds} seeds"
    if not here.quick:
        write_card(Card(size=size, default=_DEFAULT, before=_BEFORE, peer=_PEER, tried=tried, learned=learned))
    return [row for each in tried for row in _rows(each, size)]


def _runs(pool: Pool, taste: str, choose: Choose, seeds: int) -> Sequence[Outcome]:
    return [
        simulated(pool, TASTES[taste](pool.market, np.random.default_rng(seed)), choose, max(_ROUNDS), seed)
        for seed in range(seeds)
    ]


def _groups(market: Market) -> Mapping[Group, Integers]:
    """The cities of each group of which floors are kept."""
    found: dict[Group, list[int]] = {}
    for by, (place, city) in product(EVERY_GROUPING, enumerate(market.profiles.cities)):
        if name := group_of(city, by):
            found.setdefault((by.value, name), []).append(place)
    return {group: np.array(places, np.int64) for group, places in found.items()}


def _point(outcomes: Sequence[Outcome], rounds: int, groups: Mapping[Group, Integers]) -> Point:
    proposed = sum(each.proposed[:rounds].sum(axis=0) for each in outcomes) / len(outcomes)
    could = [each.could[:rounds].any(axis=0) for each in outcomes]
    got = [each.proposed[:rounds].any(axis=0) for each in outcomes]
    return Point(
        agreements=float(np.mean([each.agreements[:rounds].sum() for each in outcomes])),
        exposure={group: float(proposed[places].sum()) for group, places in groups.items()},
        never=max(int((one & ~other).sum()) for one, other in zip(could, got, strict=True)),
    )


def _learned(outcomes: Sequence[Outcome]) -> Learned:
    """The coefficients after all rounds of the first seed; how often floors reduced what was learned, in all seeds."""
    model = PairModel.of(TWINNING, outcomes[0].history.counts.cells[TWINNING, CITY])
    influences = [influence for each in outcomes for influence in each.influences]
    return Learned(
        answers=0 if model is None else model.answers,
        coefficients=() if model is None else model.coefficients(),
        whole=float(np.mean([influence == 1 for influence in influences])) if influences else 0.0,
    )


def _rows(of: Tried, size: str) -> Sequence[Row]:
    ours, before, peer = (of.points[name] for name in (_DEFAULT, _BEFORE, _PEER))
    where = f"{size}, {of.rounds} rounds"
    is_diligence = of.taste == DILIGENCE
    gain = of.gain(_DEFAULT, _BEFORE, _PEER)
    agreements = Row(
        what=f"agreements, taste “{of.taste}”, with the pair model",
        size=where,
        unit="pairs",
        ours=ours.agreements,
        peer_name="by who answers" if is_diligence else "a logistic regression of three numbers on all answers",
        peer=(before if is_diligence else peer).agreements,
        ratio=ours.agreements / before.agreements if is_diligence else gain,
        target=Target(of="ratio", sense="≥", value=1.0 if is_diligence else _GAIN),
        note="of what is agreed by who answers" if is_diligence else "of its gain over who answers",
    )
    group, change = of.worst(_DEFAULT, _BEFORE)
    exposure = Row(
        what=f"fall of the group that loses most proposals, taste “{of.taste}”, against who answers",
        size=where,
        unit="%",
        ours=-100 * change,
        target=Target(of="figure", sense="≤", value=_FALL),
        note=f"{group[0]}: {group[1]}; {ours.never} cities that could get a proposal got none",
    )
    return agreements, exposure
