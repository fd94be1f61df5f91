"""Rounds with rules: five floors by region and a quota; how far below the bound, how long, what fairness costs.

Each region keeps 99 of 100 of the pairs that it has in the plain round; of the pairs within the largest region only 60
of 100 may be chosen. Cities fall to regions by lot, unevenly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter, process_time
from typing import Final

import numpy as np

from benchmarks.report import Row, Target
from benchmarks.rounds.instances import Kind, twinning
from benchmarks.surroundings import Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import CountRule, Mode, RoundProblem, ServedRule, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import NoPermittedChoice

REGIONS: Final = (0.4, 0.25, 0.15, 0.12, 0.08)
FLOOR: Final = 0.99
QUOTA: Final = 0.6
KINDS: Final[Sequence[Kind]] = ("random", "clustered")


def _at_most(value: float) -> Target:
    return Target(of="figure", sense="≤", value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    cities: int
    seeds: int
    gap: Target
    """Of exact mode, in percent."""
    seconds: Target | None = None


SIZES: Final = (
    _Size(cities=31, seeds=20, gap=_at_most(1.0)),
    _Size(cities=99, seeds=20, gap=_at_most(1.0)),
    _Size(cities=350, seeds=10, gap=_at_most(0.2)),
    _Size(
        cities=1_000,
        seeds=5,
        gap=_at_most(0.2),
        seconds=_at_most(2.0),
    ),
    _Size(
        cities=50_000,
        seeds=1,
        gap=_at_most(0.5),
        seconds=_at_most(60.0),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    gap: float
    """In percent of the bound."""
    price: float
    """The value that the rules cost, in percent of the value without rules."""
    clock: float
    work: float


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both modes at all sizes; then as many served as can be, and rules that contradict each other."""
    rows = list[Row]()
    AssignmentSolver().solve(_ruled(twinning("random", 31), AssignmentSolver()))  # compiled before anything is timed
    for size in SIZES:
        for kind in KINDS:
            for mode in (Mode.EXACT, Mode.QUICK):
                cities = here.size(size.cities) if size.cities > 1_000 else size.cities
                rows += _rows(size, kind, mode, cities, seeds=1 if here.quick else size.seeds)
    return [*rows, *_served(here), _impossible()]


def _ruled(plain: RoundProblem, solver: AssignmentSolver) -> RoundProblem:
    return replace(plain, rules=_rules(plain, solver.solve(plain)))


def _rules(problem: RoundProblem, plain: Solution) -> Sequence[CountRule]:
    region = _regions(len(problem.capacity))
    one, other = region[problem.a], region[problem.b]
    floors = [
        CountRule(edges=edges, at_least=int(FLOOR * np.isin(plain.chosen, edges).sum()))
        for edges in (np.flatnonzero((one == each) | (other == each)) for each in range(len(REGIONS)))
    ]
    inside = np.flatnonzero((one == 0) & (other == 0))
    return [*floors, CountRule(edges=inside, at_most=int(QUOTA * np.isin(plain.chosen, inside).sum()))]


def _regions(cities: int) -> Integers:
    return np.random.default_rng(5).choice(len(REGIONS), cities, p=REGIONS)


def _rows(size: _Size, kind: Kind, mode: Mode, cities: int, seeds: int) -> Sequence[Row]:
    runs = [run for seed in range(1, seeds + 1) if (run := _run(kind, mode, cities, seed)) is not None]
    name = f"{cities:,} {kind} cities, {mode}"
    gaps, clock = [run.gap for run in runs], [run.clock for run in runs]
    note = f"the widest of {len(runs)} instances: {max(gaps):.2f} %; rules cost {median(r.price for r in runs):.2f} %"
    is_exact = mode is Mode.EXACT
    return [
        Row(
            what="round with five floors and a quota, below the bound",
            size=name,
            unit="%",
            ours=median(gaps),
            target=size.gap if is_exact else None,
            note=note,
            samples={"gap": gaps},
        ),
        Row(
            what="round with five floors and a quota, time",
            size=name,
            unit="s",
            ours=median(clock),
            target=size.seconds if is_exact else None,
            note=f"{median(run.work for run in runs):.2f} s of processor time",
            samples={"solve": clock},
        ),
    ]


def _run(kind: Kind, mode: Mode, cities: int, seed: int) -> _Run | None:
    """One instance; None where its rules cannot hold, which happens in small ones and is proved."""
    solver, plain = AssignmentSolver(), replace(twinning(kind, cities, seed=seed), mode=mode)
    without = solver.solve(plain)
    problem = replace(plain, rules=_rules(plain, without))
    started, worked = perf_counter(), process_time()
    try:
        solution = solver.solve(problem)
    except NoPermittedChoice as refused:
        if not refused.is_proved:
            raise
        return None
    clock, work = perf_counter() - started, process_time() - worked
    verdict = verified(problem, solution)
    if not verdict.is_proved:
        raise SystemExit(verdict.faults[0])
    value = int(plain.weight[without.chosen].sum())
    return _Run(gap=100 * verdict.gap, price=100 * (1 - verdict.value / value), clock=clock, work=work)


def _served(here: Surroundings) -> Sequence[Row]:
    rows = []
    for cities in (1_000, here.size(50_000)):
        problem = replace(twinning("random", cities), mode=Mode.EXACT)
        everybody = np.arange(cities)
        rule = ServedRule(nodes=everybody, members=everybody, at_least=0)
        started = perf_counter()
        count = AssignmentSolver().most_served(problem, rule)
        clock = perf_counter() - started
        rows.append(
            Row(
                what="most members that can be served, time",
                size=f"{cities:,} random cities",
                unit="s",
                ours=clock,
                note=f"{count.served:,} are served, {count.bound:,} can be at most",
                samples={"solve": [clock]},
            )
        )
    return rows


def _impossible() -> Row:
    problem = _ruled(replace(twinning("random", 350), mode=Mode.EXACT), AssignmentSolver())
    most = problem.rules[0].at_least
    asked = replace(problem, rules=[*problem.rules, CountRule(edges=_edges(problem), at_most=most)])
    started = perf_counter()
    try:
        AssignmentSolver().solve(asked)
    except NoPermittedChoice as refused:
        clock = perf_counter() - started
        return Row(
            what="rules that cannot hold together: proof and those in conflict",
            size="350 random cities, seven rules",
            unit="s",
            ours=clock,
            note=f"proved: {'yes' if refused.is_proved else 'no'}; in conflict: {len(refused.conflict)} of seven",
            samples={"solve": [clock]},
        )
    raise SystemExit("The contradictory rules were kept, which cannot be.")


def _edges(problem: RoundProblem) -> Integers:
    return np.arange(len(problem.a))
