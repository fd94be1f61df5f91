"""Benchmark of floors: who gets a proposal in a round with soft floors and in one without, and what floors cost.

This writes the tables of docs/fairness.md on floors. Cities, programmes and requests of the demo are those that
`isopolity up` loads; the larger network is drawn from its cities, with programmes of its own.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

import numpy as np

from benchmarks.candidates import members, quality
from benchmarks.candidates.one_member import NOW
from benchmarks.report import Row, between
from benchmarks.rounds import fairness
from benchmarks.surroundings import Surroundings
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.floors import able_cities, groups_at
from isopolity.matching.application.wording.rule_outcomes import group_name
from isopolity.matching.application.workflows.rounds.computation import ComputedDraft, compute_draft
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.assignment.problem import WEIGHT_UNIT, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.member import Programme, Request
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.filters import PairKind
from isopolity.matching.domain.rules.floors import NO_FLOORS, STANDING_FLOORS, FloorGrouping, FloorOutcome, Floors
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.domain.scores.target_arrays import Targets

_DEMO: Final = Path(__file__).parents[2] / "data" / "demo"
_DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "fairness.md"
_MARKS: Final = ("<!-- floors: begin (make bench ONLY=floors) -->\n", "<!-- floors: end -->\n")
_CITIES: Final = 3_000
_RUNS: Final = 3
_SMALL: Final = 10
"""Groups with fewer cities that could get a pair are no rows of the tables; for languages it is twice as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A network with its rounds without floors and with them, and the processor time of each in seconds."""

    network: str
    without: ComputedDraft
    under: ComputedDraft
    seconds_without: float
    seconds_under: float
    counted: "Counted"

    @property
    def cost_percent(self) -> float:
        """What floors cost, in percent of the value without them."""
        return 100 * (1 - self.under.verdict.value / self.without.verdict.value)


async def measure(here: Surroundings) -> Sequence[Row]:
    """Rounds over both networks; the document is renewed unless the run is a quick one."""
    count = here.size(_CITIES)
    found = [
        _found("Demo network", demo_market(), 1 if here.quick else _RUNS),
        _found(f"{count:,} cities like those of the demo", members.network(count, count // 7).market, 1),
    ]
    if not here.quick:
        text = "\n".join(map(_table, found))
        _DOCUMENT.write_text(between(_DOCUMENT.read_text(), _MARKS, text))
    return [row for each in found for row in _rows(each)]


def demo_market() -> Market:
    """The market of the demo network with its programmes and requests."""
    drawn = quality.in_zones(fairness.demo())
    by_place: dict[tuple[str, int | str | None], str] = {
        (city.kind, city.geonames_id or city.name): city.city_id for city in drawn.cities
    }
    market = replace(drawn, programmes=list(_programmes())).market
    with (_DEMO / "requests.csv").open(newline="", encoding="utf-8") as file:
        requests = [_request(number, row, by_place) for number, row in enumerate(csv.DictReader(file))]
    asked = [each for each in requests if each is not None]
    return replace(market, targets=Targets.of(market.profiles, asked, market.today))


def _programmes() -> Sequence[Programme]:
    with (_DEMO / "partners.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [_programme(number, row) for number, row in enumerate(rows)]


def _programme(number: int, row: Mapping[str, str]) -> Programme:
    return Programme(
        programme_id=f"line-{number}",
        partner_id=row["registration_id"].lower(),
        partner_version=1,
        partner_kind=row["kind"],
        partner_name=row["name"],
        status="endorsed",
        home_country=row["home_country"],
        name=row["programme_name"],
        budget=_number(row["budget"]) or 0,
        currency=row["currency"],
        grant_min=_number(row["grant_min"]) or 0,
        grant_max=_number(row["grant_max"]) or 0,
        languages=_split(row["languages"]),
        purpose=row["purpose"] or None,
        opens=_day(row["opens"]),
        closes=_day(row["closes"]),
        subjects=_split(row["subjects"]),
        supports=_split(row["supports"]),
        regions=_split(row["regions"]),
        countries=_split(row["countries"]),
        population_min=_number(row["population_min"]),
        population_max=_number(row["population_max"]),
        cities=_number(row["cities"]) or 1,
        topics=_split(row["topics"]),
        language=row["language"] or None,
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _found(network: str, market: Market, runs: int) -> Found:
    _draft(market, NO_FLOORS)  # kernels are compiled, and arrays of the market made, before anything is timed
    without, under = ([_timed(market, floors) for _ in range(runs)] for floors in (NO_FLOORS, STANDING_FLOORS))
    return Found(
        network=network,
        without=without[0][0],
        under=under[0][0],
        seconds_without=median(seconds for _, seconds in without),
        seconds_under=median(seconds for _, seconds in under),
        counted=_counted(market, without[0][0], under[0][0]),
    )


def _timed(market: Market, floors: Floors) -> tuple[ComputedDraft, float]:
    begun = process_time()
    return _draft(market, floors), process_time() - begun


def _draft(market: Market, floors: Floors) -> ComputedDraft:
    engine = Engine(
        search=CandidateSearch(stage=CompiledFirstStage()),
        solver=AssignmentSolver(),
        versions=solver_versions(),
        secret=lambda: bytes(32),
        clock=lambda: NOW,
        ids=lambda: "",
    )
    situation = Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW, amounts={})
    return compute_draft(RoundPlan(seed=1, book=RuleBook(floors=floors)), situation, engine, unreported)


def _request(
    number: int, row: Mapping[str, str], by_place: Mapping[tuple[str, int | str | None], str]
) -> Request | None:
    """A request of the demo; None for a city that is known by another name."""
    city_id = by_place.get((row["city_kind"], _number(row["city_geonames_id"]) or row["city_name"]))
    if city_id is None:
        return None
    return Request(
        request_id=f"request-{number}",
        version=1,
        status="published",
        city_id=city_id,
        title=row["title"],
        amount_min=_number(row["amount_min"]) or 0,
        amount_max=_number(row["amount_max"]) or 0,
        currency=row["currency"],
        description=row["description"],
        starts=_day(row["starts"]),
        ends=_day(row["ends"]),
        beneficiaries=_number(row["beneficiaries"]),
        payee=row["payee"] or None,
        subjects=_split(row["subjects"]),
        topics=_split(row["topics"]),
        language=row["language"] or None,
    )


def _outcomes(found: Found) -> Sequence[FloorOutcome]:
    return () if found.under.floors is None else found.under.floors.outcomes


def _table(found: Found) -> str:
    without, under = found.without.verdict, found.under.verdict
    lines = [
        f"**{found.network}**: {under.pairs:,} pairs with floors, {without.pairs:,} without. Floors cost "
        f"{found.cost_percent:.2f} % of the value ({without.value / WEIGHT_UNIT:.1f} without), and the round takes "
        f"{found.seconds_under:.1f} s of processor time with them, {found.seconds_without:.1f} s without.",
        "",
        "| | could get one | get one, no floors | get one, floors | | share, no floors | share, floors |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_line(*each) for each in found.counted if _is_row(each[1], each[3])]
    return "\n".join([*lines, "", ""])


_KINDS: Final = (PairKind.TWINNINGS, PairKind.SPONSORSHIPS)
Counted = Sequence[tuple[PairKind, FloorGrouping, str, int, int, int]]
"""For each group: the kind of pairs, the grouping, and how many could get one, get one without, and with floors."""


def _counted(market: Market, without: ComputedDraft, under: ComputedDraft) -> Counted:
    numbers = without.numbers
    pairs = PairColumns(problem=numbers.choice.problem, members=MemberColumns.of(numbers.holders, market))
    able, paired = able_cities(pairs), [draft.numbers.choice.is_paired for draft in (without, under)]
    found = list[tuple[PairKind, FloorGrouping, str, int, int, int]]()
    for kind in _KINDS:
        nodes = np.flatnonzero(able & pairs.nodes_of_kind(kind))
        for by in FloorGrouping:
            groups = groups_at(by, nodes, pairs)
            for group in sorted(set(groups.tolist()) - {""}):
                inside = nodes[groups == group]
                found.append((kind, by, group, len(inside), *(int(each[inside].sum()) for each in paired)))
    return found


def _is_row(by: FloorGrouping, cities: int) -> bool:
    return cities >= (_SMALL if by is not FloorGrouping.LANGUAGE else 2 * _SMALL)


def _line(kind: PairKind, by: FloorGrouping, group: str, cities: int, before: int, reached: int) -> str:
    name = group_name(by, group)
    change = reached - before
    return (
        f"| {kind.value} for {name} | {cities:,} | {before:,} | {reached:,} | {change:+d} | "
        f"{100 * before / cities:.0f} % | {100 * reached / cities:.0f} % |"
    ).replace("| +0 |", "| |")


def _rows(found: Found) -> Sequence[Row]:
    outcomes = _outcomes(found)
    short = [each for each in outcomes if each.before < each.wanted]
    missed = [each for each in outcomes if not each.is_met]
    return [
        Row(
            what="processor time of a round with floors",
            size=found.network,
            unit="s",
            ours=found.seconds_under,
            peer_name="without floors",
            peer=found.seconds_without,
            note=f"they cost {found.cost_percent:.2f} % of the value",
        ),
        Row(
            what="floors that are not met",
            size=found.network,
            unit="",
            ours=len(missed),
            peer_name="without floors",
            peer=len(short),
            note=f"of {len(outcomes)} floors",
        ),
    ]
