"""`python -m benchmarks.whole_round CITIES`: from members to a finished round, and what it took, as JSON.

From City and Programme objects to proposals with reasons; kernels are compiled before, as a service does it on start.
"""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

from benchmarks import members
from benchmarks.members import Members
from benchmarks.one_member import NOW
from isopolity.collector import spare_collector
from isopolity.matching.adapters.first_stage import CompiledFirstStage
from isopolity.matching.adapters.solving.round_solver import AssignmentSolver
from isopolity.matching.application.drafting import draft
from isopolity.matching.application.matchmaking import Matchmaking
from isopolity.matching.application.numbering import numbered


def main(cities: int) -> None:
    """Measure one round, after a small one that compiles and loads."""
    _round(members.network(60, 10))
    spare_collector()  # as every process of ours does
    drawn = members.network(cities, cities // 7)
    clock, work = perf_counter(), process_time()
    proposals = _round(drawn)
    took = {
        "cities": cities,
        "programmes": cities // 7,
        "clock": perf_counter() - clock,
        "work": process_time() - work,
        "proposals": proposals,
        "peak": _peak(),
    }
    sys.stdout.write(json.dumps(took))


def _peak() -> float:
    """The most memory that the process has held, in MB; unlike getrusage's, not that of the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3


def _round(drawn: Members) -> int:
    market = drawn.market
    free = {holder: capacity for holder, capacity in market.capacities.items() if capacity > 0}
    candidates = Matchmaking(stage=CompiledFirstStage()).candidates(market, free.keys(), ())
    problem = numbered(candidates, free, seed=1)
    chosen = problem.chosen(AssignmentSolver().solve(problem.problem).chosen)
    return len([draft(candidate, market, "", None, NOW) for candidate in chosen])


if __name__ == "__main__":
    main(int(sys.argv[1]))
