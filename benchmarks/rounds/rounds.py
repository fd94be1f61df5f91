"""Rounds in both modes beside OR-Tools, networkx and rustworkx, on the committed instances.

How far a round is from the best is told by the bound that exact mode proves, odd-set cuts included.
"""

import gc
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final

import numpy as np

from benchmarks.measuring import Cost, Samples, interleaved
from benchmarks.report import Row, Target
from benchmarks.rounds.instances import Kind, sponsorship, twinning
from benchmarks.rounds.round_peers import (
    Solving,
    networkx_flow,
    networkx_matching,
    ortools_flow,
    ortools_linear_programme,
    rustworkx_matching,
    within,
)
from benchmarks.surroundings import Surroundings
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.assignment.solvers.half_integral import half_integral
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.solvers.search_arrays import adjacency
from isopolity.matching.assignment.verification import verified

KINDS: Final[Sequence[Kind]] = ("random", "clustered")
SMALL: Final = {350: 10, 1_000: 40}
"""Cities, and the milliseconds that a round may take."""
LARGE: Final = (5_000, 20_000, 50_000)
SPONSORSHIPS: Final = {(350, 50): 3, (5_000, 714): 60, (50_000, 7_142): 1_300}
PATIENCE: Final = 60
"""Seconds that networkx is given for one round."""
OURS, EXACT, BOUND, PEER_BOUND = "quick", "exact", "our LP", "OR-Tools' LP"
PROGRAM: Final = """
import sys
from pathlib import Path
import numpy as np
from benchmarks.rounds.instances import twinning
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.problem import Mode, RoundProblem
for mode in Mode:
    AssignmentSolver().solve(twinning("random", 100, mode=mode))
problem = RoundProblem(**np.load(sys.argv[1]), mode=Mode(sys.argv[2]))
Path("/proc/self/clear_refs").write_text("5")
AssignmentSolver().solve(problem)
print(*[line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")])
"""
"""Tells the most memory that the process held while it solved, with all its imports and the problem."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """All sizes; `--quick` the small ones only."""
    _warm_up()
    rows: list[Row] = []
    for cities in [*SMALL, *(() if here.quick else LARGE)]:
        for kind in KINDS:
            rows += await _twinning(here, kind, cities)
    if not here.quick:
        rows += [_memory(kind, LARGE[-1], mode) for kind in KINDS for mode in Mode]
    for cities in (1_000, *(() if here.quick else (5_000,))):
        for kind in KINDS:
            rows += await _capacity_one(here, kind, cities)
    for cities, programmes in SPONSORSHIPS if not here.quick else [(350, 50)]:
        rows += await _sponsorship(here, cities, programmes)
    return rows


def _warm_up() -> None:
    for mode in Mode:
        _solve(replace(twinning("clustered", 100), mode=mode))
    _solve(sponsorship(100, 20))


def _solve(problem: RoundProblem, mode: Mode = Mode.QUICK) -> int:
    problem = replace(problem, mode=mode)
    return int(problem.weight[AssignmentSolver().solve(problem).chosen].sum())


def _twice_bound(problem: RoundProblem) -> int:
    return int((half_integral(problem, adjacency(problem)).halves * problem.weight).sum())


async def _compared(contenders: Mapping[str, Solving], rounds: int) -> Samples:
    return await interleaved({name: partial(_cost, solving) for name, solving in contenders.items()}, rounds)


async def _cost(solving: Solving) -> Cost:
    clock, work = perf_counter(), process_time()
    solving()
    return Cost(perf_counter() - clock, process_time() - work)


def _same(one: int, other: int, what: str) -> None:
    if one != other:
        raise SystemExit(f"{what}: {one:,} and {other:,} are not the same value; nothing was timed.")


def _milliseconds(samples: Samples, name: str) -> float:
    return 1e3 * median(samples.clock(name))


async def _twinning(here: Surroundings, kind: Kind, cities: int) -> list[Row]:
    problem = twinning(kind, cities)
    peer = ortools_linear_programme(problem)
    _same(_twice_bound(problem), peer(), f"LP of {cities:,} {kind} cities")
    value, (best, bound) = _solve(problem), _proved(problem)
    contenders = {OURS: lambda: _solve(problem), BOUND: lambda: _twice_bound(problem), PEER_BOUND: peer}
    samples = await _compared(contenders, here.rounds(9 if cities in SMALL else 3))
    exact = await _compared({EXACT: lambda: _solve(problem, Mode.EXACT)}, here.rounds(5) if cities in SMALL else 1)
    size = f"{cities:,} {kind} cities, capacity 1 to 3"
    target = (
        Target(of="figure", sense="≤", value=SMALL[cities])
        if cities in SMALL
        else Target(of="ratio", sense="≤", value=2.5)
    )
    return [
        Row(
            what="quick round, below the bound with cuts",
            size=size,
            unit="of 10,000",
            ours=1e4 * (1 - value / bound),
            target=Target(of="figure", sense="≤", value=30 if cities in SMALL else 10),
            note="the bound is proved by exact mode",
        ),
        Row(
            what="exact round, below the bound with cuts",
            size=size,
            unit="of 10,000",
            ours=1e4 * (1 - best / bound),
            target=Target(of="figure", sense="≤", value=1) if cities in SMALL else None,
            note="the bound is its own, added up by the checker",
        ),
        Row(
            what="exact round, time",
            size=size,
            unit="ms",
            ours=_milliseconds(exact, EXACT),
            target=Target(of="figure", sense="≤", value=1_000) if cities in SMALL else None,
            samples=exact.seconds(EXACT),
        ),
        Row(
            what="quick round, time",
            size=size,
            unit="ms",
            ours=_milliseconds(samples, OURS),
            peer_name=PEER_BOUND,
            peer=_milliseconds(samples, PEER_BOUND),
            ratio=samples.times(OURS, PEER_BOUND),
            work_ratio=samples.times_the_work(OURS, PEER_BOUND),
            target=target,
            note=f"the time of the bound; {samples.times(OURS, BOUND):.2f}x that of ours",
            samples=samples.seconds(OURS, BOUND, PEER_BOUND),
        ),
        Row(
            what="bound alone (linear programme)",
            size=size,
            unit="ms",
            ours=_milliseconds(samples, BOUND),
            peer_name=PEER_BOUND,
            peer=_milliseconds(samples, PEER_BOUND),
            ratio=samples.times(PEER_BOUND, BOUND),
            work_ratio=samples.times_the_work(PEER_BOUND, BOUND),
            note="as fast",
        ),
    ]


def _proved(problem: RoundProblem) -> tuple[int, int]:
    """Value and bound of exact mode, added up by the checker."""
    problem = replace(problem, mode=Mode.EXACT)
    verdict = verified(problem, AssignmentSolver().solve(problem))
    return verdict.value, verdict.bound


def _memory(kind: Kind, cities: int, mode: Mode) -> Row:
    problem = twinning(kind, cities)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "round.npz"
        np.savez(file, capacity=problem.capacity, a=problem.a, b=problem.b, weight=problem.weight)
        ended = subprocess.run([sys.executable, "-c", PROGRAM, file, mode], capture_output=True, text=True, check=True)  # noqa: S603  # our own
    return Row(
        what=f"{mode} round, memory",
        size=f"{cities:,} {kind} cities, capacity 1 to 3",
        unit="MB",
        ours=int(ended.stdout.split()[-2]) / 1e3,
        target=Target(of="figure", sense="≤", value=400) if mode is Mode.QUICK else None,
        note="the whole process at its peak",
    )


async def _capacity_one(here: Surroundings, kind: Kind, cities: int) -> list[Row]:
    """networkx runs once, and where it would take many minutes it is stopped: then it is slower than is told."""
    problem = twinning(kind, cities, most=1)
    size = f"{cities:,} {kind} cities, capacity 1"
    rustworkx, networkx = rustworkx_matching(problem), networkx_matching(problem)
    best = rustworkx()
    _same(_solve(problem, Mode.EXACT), best, f"{size}: exact and rustworkx")
    ours = {OURS: lambda: _solve(problem), EXACT: lambda: _solve(problem, Mode.EXACT)}
    samples = await _compared({**ours, "rustworkx": rustworkx}, here.rounds(5 if cities in SMALL else 2))
    slow, ended = await _beside_networkx(ours, networkx, best, size)
    gc.collect()
    return [
        Row(
            what="quick round, below the best",
            size=size,
            unit="of 10,000",
            ours=1e4 * (1 - _solve(problem) / best),
            target=Target(of="figure", sense="≤", value=10),
            note="the best is rustworkx's",
        ),
        _faster("quick round", size, samples, "rustworkx", 25),
        _by_clock(_faster("quick round", size, slow, "networkx", 400), ended),
        _faster("exact round, equal value", size, samples, "rustworkx", 8, EXACT),
        _by_clock(_faster("exact round, equal value", size, slow, "networkx", 80, EXACT), ended),
    ]


async def _beside_networkx(
    ours: Mapping[str, Solving], networkx: Solving, best: int, what: str
) -> tuple[Samples, bool]:
    """One run, in which networkx's value is compared too, as it is too slow to be asked twice; and whether it ended."""
    values: list[int | None] = []

    def bounded() -> int:
        values.append(within(PATIENCE, networkx))
        return best

    samples = await _compared({**ours, "networkx": bounded}, 1)
    if values[0] is not None:
        _same(values[0], best, f"{what}: networkx")
    return samples, values[0] is not None


def _by_clock(row: Row, ended: bool) -> Row:
    """The peer ran in a process of its own, whose processor time is not known here."""
    note = row.note if ended else f"as fast at least: networkx was stopped after {PATIENCE} s"
    return replace(row, work_ratio=None, note=note)


async def _sponsorship(here: Surroundings, cities: int, programmes: int) -> list[Row]:
    """networkx runs once, and not at the largest size."""
    problem = sponsorship(cities, programmes)
    size = f"{cities:,} cities, {programmes:,} programmes"
    peer = ortools_flow(problem)
    solution = AssignmentSolver().solve(problem)
    verdict = verified(problem, solution)
    _same(int(verdict.value), peer(), size)
    _same(int(verdict.value), int(verdict.bound), f"{size}: value and bound")
    samples = await _compared({OURS: lambda: _solve(problem), "OR-Tools": peer}, here.rounds())
    target = Target(of="figure", sense="≤", value=SPONSORSHIPS[cities, programmes])
    rows = [replace(_faster("sponsorship round, optimal", size, samples, "OR-Tools", 0), target=target)]
    if (cities, programmes) != max(SPONSORSHIPS):
        ours = {OURS: lambda: _solve(problem)}
        once, ended = await _beside_networkx(ours, networkx_flow(problem), int(verdict.value), size)
        rows.append(_by_clock(_faster("sponsorship round, optimal", size, once, "networkx", 100), ended))
    return rows


def _faster(what: str, size: str, samples: Samples, peer: str, times: float, name: str = OURS) -> Row:
    return Row(
        what=what,
        size=size,
        unit="ms",
        ours=_milliseconds(samples, name),
        peer_name=peer,
        peer=_milliseconds(samples, peer),
        ratio=samples.times(peer, name),
        work_ratio=samples.times_the_work(peer, name),
        target=Target(of="ratio", sense="≥", value=times),
        note="as fast",
        samples=samples.seconds(name, peer),
    )
