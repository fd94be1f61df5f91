"""`assign` on a frame, beside the solver alone on the arrays that the frame was made of; the same pairs are chosen.

The frame's ids are texts, as they mostly are, and the proof is not asked for: it is measured in `verification`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.measuring import Cost, interleaved
from benchmarks.report import Row
from benchmarks.rounds.instances import twinning
from benchmarks.surroundings import Surroundings
from isopolity.matching import assign
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver

CITIES: Final = 50_000
SOLVER: Final = "the solver alone"


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both kinds of frames at full size."""
    problem = twinning("random", here.size(CITIES))
    columns, capacities = _as_columns(problem)
    frames: Mapping[str, Any] = {"polars": pl.DataFrame(columns), "pandas": pd.DataFrame(columns)}
    expected = AssignmentSolver().solve(problem).chosen
    for name, frame in frames.items():
        if list(assign(frame, capacities).pairs["row"]) != expected.tolist():
            raise AssertionError(f"assign chooses other pairs of the {name} frame than the solver.")
    calls: dict[str, Callable[[], object]] = {SOLVER: partial(AssignmentSolver().solve, problem)}
    calls |= {name: partial(assign, frame, capacities) for name, frame in frames.items()}
    samples = await interleaved({name: partial(_cost, call) for name, call in calls.items()}, here.rounds())
    size = f"{len(problem.capacity):,} cities, {len(problem.a):,} pairs, quick"
    return [
        Row(
            what=f"library: assign on a {name} frame",
            size=size,
            unit="s",
            ours=median(samples.clock(name)),
            peer_name=SOLVER,
            peer=median(samples.clock(SOLVER)),
            ratio=samples.times(name, SOLVER),
            work_ratio=samples.times_the_work(name, SOLVER),
            note="ids are texts",
            samples=samples.seconds(name, SOLVER),
        )
        for name in frames
    ]


def _as_columns(problem: RoundProblem) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    ids = np.array([f"city-{number:06d}" for number in range(len(problem.capacity))], object)
    columns = {
        "a": ids[problem.a],
        "b": ids[problem.b],
        "score": problem.weight / WEIGHT_UNIT,
        "row": np.arange(len(problem.a)),
    }
    return columns, dict(zip(ids.tolist(), problem.capacity.tolist(), strict=True))


async def _cost(call: Callable[[], object]) -> Cost:
    started, worked = perf_counter(), process_time()
    call()
    return Cost(perf_counter() - started, process_time() - worked)
