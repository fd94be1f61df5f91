"""Benchmark of fairness: shares of proposals by region, size and cities without a twin, with affinity and without.

History is mostly European, and affinity learned from it. This writes docs/fairness.md, which operators read before they
raise its weight. Members are real cities with illustrative needs; the model is the release's.
"""

import csv
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

import networkx as nx
import numpy as np

from benchmarks.candidates import members
from benchmarks.candidates.members import Members
from benchmarks.report import Row, between
from benchmarks.surroundings import Surroundings
from isopolity.contracts.codes import REGIONS, country_regions
from isopolity.matching.adapters.affinity.learned import LearnedAffinity
from isopolity.matching.adapters.affinity.model_choice import shipped_model
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.member import TWINNING, City
from isopolity.matching.domain.scores.weights import Weights

WEIGHTS: Final = (0.0, 0.04, 0.2)
_ROOT: Final = Path(__file__).parents[2]
_DEMO: Final = _ROOT / "data" / "demo"
_DOCUMENT: Final = _ROOT / "docs" / "fairness.md"
_MARKS: Final = ("<!-- shares: begin (make bench ONLY=fairness) -->\n", "<!-- shares: end -->\n")
_SUGGESTED: Final = 5
_NEW_FOR_EACH: Final = 3
"""Places of history for each newcomer."""
_SIZES: Final = (20_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The share of a group of cities, in percent, by the weight of affinity: in members, in rounds, in suggestions."""

    network: str
    members: int
    group: str
    of_members: float | None
    of_round: Sequence[float]
    of_suggestions: Sequence[float]


async def measure(here: Surroundings) -> Sequence[Row]:
    """The shares of both networks; the document is renewed unless the run is a quick one."""
    affinity = LearnedAffinity.from_file(shipped_model())
    networks = {"demo network": demo()}
    if data := os.environ.get("ISOPOLITY_TEST_DATA"):
        networks["places of history, and newcomers beside them"] = places(Path(data), here.size(20_000))
    found = [each for name, drawn in networks.items() for each in _shares(name, drawn, affinity)]
    if not here.quick:
        _write(found)
    return [_row(each) for each in found if each.group == _NO_TWIN]


def demo() -> Members:
    """The demo network, as `isopolity up` loads it."""
    lines = members.DEMO.read_text(encoding="utf-8").splitlines()
    ids = [json.loads(line).get("geonames_id") for line in lines]
    cities = [replace(city, geonames_id=place) for city, place in zip(members.cities(len(ids)), ids, strict=True)]
    known = {str(city.geonames_id): city.city_id for city in cities if city.kind == "city" and city.geonames_id}
    with (_DEMO / "twinnings.csv").open(newline="") as file:
        pairs = [(row["a_geonames_id"], row["b_geonames_id"]) for row in csv.DictReader(file)]
    return Members(cities=cities, programmes=(), ties=_ties(pairs, known))


def places(data: Path, count: int) -> Members:
    """A sample of history's places with their twinnings; a quarter of all are newcomers unknown to history."""
    random, regions, models = Random(4), country_regions(), members.cities(400)  # noqa: S311  # sample data
    with (data / "cities.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["country"] in regions]
    real = random.sample(rows, min(len(rows), count * _NEW_FOR_EACH // (_NEW_FOR_EACH + 1)))
    old = [_placed(random.choice(models), row, regions) for row in real]
    new = [_newcomer(random.choice(models), random.choice(old), random) for _ in range(len(old) // _NEW_FOR_EACH)]
    known = {str(city.geonames_id): city.city_id for city in old}
    with (data / "twinnings.csv").open(newline="") as file:
        pairs = [(row["city_a"], row["city_b"]) for row in csv.DictReader(file)]
    return Members(cities=[*old, *new], programmes=(), ties=_ties(pairs, known))


def _placed(model: City, row: Mapping[str, str], regions: Mapping[str, str]) -> City:
    return replace(
        model,
        city_id=f"place-{row['id']}",
        geonames_id=int(row["id"]),
        kind="city",
        name=row["name"],
        country=row["country"],
        region=regions[row["country"]],
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        population=int(row["population"] or 0) or None,
        languages=tuple(filter(None, row["official_languages"].split("|"))),
    )


def _newcomer(model: City, place: City, random: Random) -> City:
    """A newcomer near `place`, of about its size, with the needs and offers of `model`."""
    return replace(
        place,
        city_id=f"new-{place.city_id}-{random.getrandbits(40)}",
        geonames_id=None,
        name=f"New {place.name}",
        latitude=max(-89.0, min(89.0, (place.latitude or 0.0) + random.gauss(0, 0.3))),
        population=place.population and round(place.population * random.lognormvariate(0, 0.5)),
        needs=model.needs,
        offers=model.offers,
    )


def _ties(pairs: Sequence[tuple[str, str]], known: Mapping[str, str]) -> nx.MultiGraph:
    ties = nx.MultiGraph()
    inside = [(known[a], known[b]) for a, b in pairs if a in known and b in known]
    ties.add_edges_from((a, b, f"{a}:{b}", {"kind": TWINNING}) for a, b in inside)
    return ties


def _shares(name: str, drawn: Members, affinity: LearnedAffinity) -> Sequence[Shares]:
    found = [_outcome(_market(drawn, affinity, weight)) for weight in WEIGHTS]
    cities = drawn.market.profiles.cities
    tied = {end for pair in drawn.ties.edges() for end in pair}
    shares = []
    for group, belongs in _groups(tied).items():
        inside = np.array([belongs(city) for city in cities], bool)
        if inside.any():
            rounds = [inside[pairs].mean() for pairs, _ in found]
            suggestions = [inside[pairs[:, 1]].mean() for _, pairs in found]
            shares.append(_percent(name, cities, group, inside.mean(), rounds, suggestions))
    region = np.array([city.region for city in cities])
    across = [
        [(region[pairs[:, 0]] != region[pairs[:, 1]]).mean() for pairs in kind] for kind in zip(*found, strict=True)
    ]
    return [*shares, _percent(name, cities, "pairs that link two regions", None, *across)]


def _percent(
    name: str,
    cities: Sequence[City],
    group: str,
    of_members: float | None,
    of_round: Sequence[float],
    of_suggestions: Sequence[float],
) -> Shares:
    return Shares(
        network=name,
        members=len(cities),
        group=group,
        of_members=None if of_members is None else 100 * float(of_members),
        of_round=[100 * float(share) for share in of_round],
        of_suggestions=[100 * float(share) for share in of_suggestions],
    )


def _market(drawn: Members, affinity: LearnedAffinity, weight: float) -> Market:
    weights = Weights(twinning={"affinity": weight})
    return replace(drawn.market, weights=weights, affinity=affinity if weight else None)


def _outcome(market: Market) -> tuple[Integers, Integers]:
    """(n, 2) each: the pairs of a round, and the first suggestions of all cities (asking city, suggested city)."""
    candidates, chosen = round_of(market)
    return np.stack((candidates.a[chosen], candidates.b[chosen]), axis=1), _suggested(candidates)


def round_of(market: Market) -> tuple[Candidates, Integers]:
    """The candidates of a round of twinnings, and the places of those that it proposes."""
    free = {holder: capacity for holder, capacity in market.capacities.items() if capacity > 0}
    candidates = CandidateSearch(stage=CompiledFirstStage()).candidates(market, free.keys(), (), kinds=[TWINNING])
    problem = encoded_problem(candidates, free, seed=1)
    return candidates, problem.order[AssignmentSolver().solve(problem.problem).chosen]


def _suggested(candidates: Candidates) -> Integers:
    row, other = np.concatenate((candidates.a, candidates.b)), np.concatenate((candidates.b, candidates.a))
    order = np.lexsort((other, -np.tile(candidates.score, 2), row))
    first = np.searchsorted(row[order], row[order])
    best = order[np.arange(len(order)) - first < _SUGGESTED]
    return np.stack((row[best], other[best]), axis=1)


_NO_TWIN: Final = "no twin yet"


def _groups(tied: set[str]) -> Mapping[str, Callable[[City], bool]]:
    groups: dict[str, Callable[[City], bool]] = {
        name: lambda city, code=code: city.region == code  # type: ignore[misc]  # the default binds
        for code, name in REGIONS.items()
    }
    bounds = [0, *_SIZES, 10**12]
    names = ("under 20,000 people", "20,000 to 100,000", "100,000 to a million", "a million and more")
    for name, low, high in zip(names, bounds, bounds[1:], strict=False):
        groups[name] = lambda city, low=low, high=high: low < (city.population or 0) <= high  # type: ignore[misc]
    groups["people not known"] = lambda city: not city.population
    groups[_NO_TWIN] = lambda city: city.city_id not in tied
    return groups


def _row(found: Shares) -> Row:
    return Row(
        what="share of cities without a twin among a round's proposals, affinity at weight .04",
        size=f"{found.network}, {found.members:,} cities",
        unit="%",
        ours=found.of_round[1],
        peer_name="without affinity",
        peer=found.of_round[0],
        note=f"{found.of_round[2]:.1f} % at weight .2; {found.of_members or 0:.1f} % of the members",
    )


def _write(found: Sequence[Shares]) -> None:
    text = "\n".join(_table(name, [each for each in found if each.network == name]) for name in _names(found))
    _DOCUMENT.write_text(between(_DOCUMENT.read_text(), _MARKS, text))


def _names(found: Sequence[Shares]) -> Sequence[str]:
    return list(dict.fromkeys(each.network for each in found))


def _table(name: str, found: Sequence[Shares]) -> str:
    weights = [f"{weight:g}" for weight in WEIGHTS]
    columns = [f"round, {w}" for w in weights] + [f"suggestions, {w}" for w in weights]
    lines = [f"**{name[0].upper()}{name[1:]}**, {found[0].members:,} cities; shares in percent.", ""]
    lines += [f"| cities | of members | {' | '.join(columns)} |", f"|---|{'---|' * (len(columns) + 1)}"]
    for each in found:
        figures = [f"{figure:.1f}" for figure in (*each.of_round, *each.of_suggestions)]
        members_share = "" if each.of_members is None else f"{each.of_members:.1f}"
        lines.append(f"| {each.group} | {' | '.join([members_share, *figures])} |")
    return "\n".join([*lines, "", ""])
