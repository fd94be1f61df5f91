"""Benchmark of what rounds propose: how far apart, in which languages and hours, of which sizes, and how ties rank.

It makes a round of twinnings over the demo network by the weights before ADR 0097 and by those of the release, and
writes both into docs/fairness.md. Known ties are real twinnings of these cities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Final

import networkx as nx
import numpy as np

from benchmarks.candidates.members import TODAY, Members
from benchmarks.report import Row, between
from benchmarks.rounds import fairness
from benchmarks.surroundings import Surroundings
from isopolity.matching.adapters.nearest_zones import NearestZones
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.fit import Fit
from isopolity.matching.domain.scores.strength import LIVE, TRAVELLED
from isopolity.matching.domain.scores.twinning import Pairs
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights

BEFORE: Final = Weights(
    twinning={
        "needs-a": 0.15,
        "needs-b": 0.15,
        "balance": 0.40,
        "size": 0.07,
        "setting": 0.06,
        "distance": 0.05,
        "hours": 0.0,
        "language": 0.05,
        "network": 0.07,
    }
)
"""The weights of the release before the parts of a score counted by what two cities would do."""
_DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "fairness.md"
_MARKS: Final = ("<!-- quality: begin (make bench ONLY=quality) -->\n", "<!-- quality: end -->\n")
_MOSTLY: Final = 0.5
_FEW_HOURS: Final = 2
_FAR_APART: Final = 20
_FIRST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a round: what it is, its unit, and its value."""

    what: str
    unit: str
    value: float


async def measure(here: Surroundings) -> Sequence[Row]:
    """The figures before and after; the document is renewed unless the run is a quick one."""
    before, after = (figures(weights) for weights in (BEFORE, DEFAULT_WEIGHTS))
    if not here.quick:
        _write(before, after)
    return [
        Row(
            what=f"twinnings of a round: {new.what}",
            size="demo network",
            unit=new.unit,
            ours=new.value,
            peer_name="weights before",
            peer=old.value,
        )
        for old, new in zip(before, after, strict=True)
    ]


def figures(weights: Weights) -> Sequence[Figure]:
    """The figures of a round over the demo by these weights."""
    drawn = in_zones(fairness.demo())
    market = replace(drawn.market, weights=weights)
    a, b = proposed(market)
    return [*_of_pairs(market, a, b), *_of_ties(drawn, weights)]


def in_zones(drawn: Members) -> Members:
    """The members, each city in the time zone of the nearest place."""
    nearest = NearestZones()

    def placed(city: City) -> City:
        known = city.latitude is not None and city.longitude is not None
        zone = nearest(city.country, city.latitude or 0.0, city.longitude or 0.0) if known else None
        return replace(city, time_zone=zone)

    return replace(drawn, cities=[placed(city) for city in drawn.cities])


def proposed(market: Market) -> tuple[Integers, Integers]:
    """The pairs of a round of twinnings, by the positions of both cities."""
    candidates, chosen = fairness.round_of(market)
    return candidates.a[chosen], candidates.b[chosen]


def _of_pairs(market: Market, a: Integers, b: Integers) -> Sequence[Figure]:
    profiles = market.profiles
    pairs = twinning.few_pairs(profiles, a, b, market.weights)
    km, hours = twinning.distance_km(profiles, a, b), twinning.hours_in_common(profiles, a, b)
    travelled, live = pairs.ways @ TRAVELLED, pairs.ways @ LIVE
    known = profiles.languages[a].any(axis=1) & profiles.languages[b].any(axis=1)
    apart = ~(profiles.languages[a] & profiles.languages[b]).any(axis=1)
    sizes = np.sort(np.stack((profiles.population[a], profiles.population[b])), axis=0)
    mostly_live = live >= _MOSTLY
    return [
        Figure(what="twinnings proposed", unit="", value=len(a)),
        Figure(what="median distance", unit="km", value=_median(km)),
        Figure(what="median distance, mostly travel", unit="km", value=_median(km[travelled >= _MOSTLY])),
        Figure(what="median distance, no travel", unit="km", value=_median(km[travelled == 0])),
        Figure(what="no common language", unit="%", value=_percent(np.asarray(apart, bool)[known])),
        Figure(what="median common working hours, mostly live", unit="h", value=_median(hours[mostly_live])),
        Figure(
            what=f"fewer than {_FEW_HOURS} common working hours, mostly live",
            unit="%",
            value=_percent(hours[mostly_live] < _FEW_HOURS),
        ),
        Figure(
            what=f"one city {_FAR_APART} times as large", unit="%", value=_percent(sizes[1] >= _FAR_APART * sizes[0])
        ),
        Figure(what="links two regions", unit="%", value=_percent(profiles.region[a] != profiles.region[b])),
        Figure(what="mean of what each side gains", unit="of 100", value=100 * _mean_gain(pairs)),
        Figure(what="one side gains less than a third of the other", unit="%", value=_percent(_one_sided(pairs))),
    ]


def _of_ties(drawn: Members, weights: Weights) -> Sequence[Figure]:
    """How high a city's real twins rank among all whom nothing bars, if nobody knew that they are twins."""
    market = replace(Members(cities=drawn.cities, programmes=(), ties=nx.MultiGraph()).market, weights=weights)
    profiles, fits = market.profiles, Fit(market.profiles, weights.neighbours)
    places, ranks = list[float](), list[int]()
    for city in sorted(drawn.ties.nodes()):
        own = profiles.index[city]
        others = np.delete(np.arange(len(profiles)), own)
        pairs = twinning.pairs_of(fits, np.minimum(others, own), np.maximum(others, own))
        allowed = twinning.blockers(profiles, fits, pairs) == 0
        score = np.where(allowed, twinning.scores(profiles, pairs, weights).total, -1)
        for twin in drawn.ties.adj[city]:
            value = score[others == profiles.index[twin]][0]
            if value > 0:
                ranks.append(int((score > value).sum()))
                places.append(ranks[-1] / allowed.sum())
    return [
        Figure(what="known ties that are possible", unit="", value=len(ranks)),
        Figure(what=f"of them among the first {_FIRST}", unit="%", value=_percent(np.array(ranks) < _FIRST)),
        Figure(what="their median place, 50 if drawn at random", unit="of 100", value=100 * median(places)),
    ]


def _mean_gain(pairs: Pairs) -> float:
    return float(np.concatenate((pairs.needs_a, pairs.needs_b)).mean())


def _one_sided(pairs: Pairs) -> Booleans:
    less, more = np.minimum(pairs.needs_a, pairs.needs_b), np.maximum(pairs.needs_a, pairs.needs_b)
    return np.asarray(less < more / 3, bool)


def _median(values: Floats) -> float:
    return float(np.nanmedian(values)) if len(values) else 0.0


def _percent(values: Booleans) -> float:
    return 100 * float(values.mean()) if len(values) else 0.0


def _write(before: Sequence[Figure], after: Sequence[Figure]) -> None:
    lines = [
        "| of a round's twinnings, or of known ties | | weights before | weights of the release |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {new.what} | {new.unit} | {_number(old)} | {_number(new)} |" for old, new in zip(before, after, strict=True)
    ]
    text = f"**Demo network**, {TODAY:%B %Y}.\n\n" + "\n".join(lines) + "\n\n"
    _DOCUMENT.write_text(between(_DOCUMENT.read_text(), _MARKS, text))


def _number(figure: Figure) -> str:
    whole: Mapping[str, str] = {"km": ",.0f", "": ",.0f"}
    return format(figure.value, whole.get(figure.unit, ".1f"))
