"""`isopolity round verify` on the certificate of a large round: what somebody waits for, from start to sentence.

Each run is a process of its own, as for a person. The exact round has odd sets of a million members, the most there be.
"""

import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from benchmarks.report import Row
from benchmarks.rounds.instances import twinning
from benchmarks.surroundings import Surroundings
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.assignment.certificate import Making, certify
from isopolity.matching.assignment.certificate_document import written
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver

CITIES: Final = 50_000
PROGRAM: Final = """
import sys
from pathlib import Path
from isopolity.command.main import app
try:
    app(["round", "verify", sys.argv[1]])
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    print(*[line for line in lines if line.startswith("VmHWM")], file=sys.stderr)
"""
"""`isopolity round verify`, which then tells its own peak: what the system tells of a child counts its parent too."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both modes at full size."""
    rows: list[Row] = []
    instance = twinning("random", here.size(CITIES))
    with TemporaryDirectory() as folder:
        for mode in Mode:
            problem = replace(instance, mode=mode)
            file = Path(folder) / f"{mode}.json"
            file.write_text(_certificate(problem))
            rows += _rows(problem, file, [_verify(file) for _ in range(here.rounds())])
    return rows


def _certificate(problem: RoundProblem) -> str:
    solver = AssignmentSolver()
    making = Making(solver=solver.name, versions=solver_versions(), computed_at=datetime.now(UTC), seconds=0.0)
    return written(certify(problem, solver.solve(problem), making, bytes(16)))


def _verify(file: Path) -> Mapping[str, float]:
    """Seconds on the clock and of the processor, and the most megabytes that were held."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    process = subprocess.run([sys.executable, "-c", PROGRAM, file], capture_output=True, text=True, check=True)  # noqa: S603  # our own
    seconds, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"clock": seconds, "work": work, "memory": int(process.stderr.split()[-2]) / 1e3}


def _rows(problem: RoundProblem, file: Path, runs: Sequence[Mapping[str, float]]) -> list[Row]:
    size = f"{len(problem.capacity):,} cities, {len(problem.a):,} pairs, {problem.mode}"
    what = "verify a certificate"
    clock, work, memory = ([run[name] for run in runs] for name in ("clock", "work", "memory"))
    return [
        Row(
            what=f"{what}: time",
            size=size,
            unit="s",
            ours=median(clock),
            note=f"a process of its own, {median(work):.1f} s of processor time",
            samples={"verify": clock},
        ),
        Row(
            what=f"{what}: memory",
            size=size,
            unit="MB",
            ours=median(memory),
            note=f"at its peak; the file has {file.stat().st_size / 1e6:.0f} MB",
        ),
    ]
