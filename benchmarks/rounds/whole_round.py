"""`python -m benchmarks.rounds.whole_round CITIES [--own-words]`: from members to a round, and what it took, as JSON.

From City and Programme objects to proposals with reasons, certificate, gains and alternates, as a service does it;
kernels are compiled before, as they are when a service starts. With `--own-words` most needs and offers have topics and
words of their own.
"""

import gc
import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from benchmarks.candidates import members
from benchmarks.candidates.members import Members
from benchmarks.candidates.one_member import NOW
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.workflows.rounds.computation import ComputedRound, compute_round
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import RoundPlan
from isopolity.runtime.process import spare_collector

_SECRET: Final = bytes(32)
"""One secret for all runs, so that the work is the same."""
MARKET: Final = "drawing the market"


@dataclass(slots=True)
class _Steps:
    """The cost of each step, by the names that a round reports."""

    took: dict[str, dict[str, float]] = field(default_factory=dict)
    _name: str = MARKET
    _clock: float = field(default_factory=perf_counter)
    _work: float = field(default_factory=process_time)

    def report(self, step: str, done: float) -> None:
        """Note the progress that a round reports."""
        if step != self._name:
            self.end()
            self._name = step

    def end(self) -> None:
        """Add the clock and processor time of the running step."""
        clock, work, spent = perf_counter(), process_time(), self.took.setdefault(self._name, {"clock": 0, "work": 0})
        spent["clock"] += clock - self._clock
        spent["work"] += work - self._work
        spent["peak"] = _peak()
        self._clock, self._work = clock, work


def main() -> None:
    """Measure one round, after a small one that compiles and loads."""
    parser = ArgumentParser(description="From members to a finished round.")
    parser.add_argument("cities", type=int)
    parser.add_argument("--own-words", action="store_true")
    chosen = parser.parse_args()
    cities = chosen.cities
    _round(members.network(60, 10), _Steps())
    spare_collector()  # as every process of ours does
    drawn = members.network(cities, cities // 7)
    if chosen.own_words:
        drawn = replace(drawn, cities=members.speaking(drawn.cities))
    gc.freeze()  # members are there before a round, and are not part of what it takes
    steps, clock, work = _Steps(), perf_counter(), process_time()
    made = _round(drawn, steps)
    took: Mapping[str, object] = {
        "cities": cities,
        "own_words": chosen.own_words,
        "programmes": cities // 7,
        "clock": perf_counter() - clock,
        "work": process_time() - work,
        "candidates": made.candidates,
        "proposals": len(made.proposals),
        "fingerprint": made.fingerprint,
        "peak": _peak(),
        "steps": steps.took,
    }
    sys.stdout.write(json.dumps(took))


def _peak() -> float:
    """The most memory that the process has held, in MB; unlike getrusage's, not that of the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3


def _round(drawn: Members, steps: _Steps) -> ComputedRound:
    market = drawn.market
    engine = Engine(
        search=CandidateSearch(stage=CompiledFirstStage()),
        solver=AssignmentSolver(),
        versions=solver_versions(),
        secret=lambda: _SECRET,
        clock=lambda: NOW,
        ids=lambda: "",
    )
    situation = Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW)
    made = compute_round(RoundPlan(seed=1), situation, "", engine, steps.report)
    steps.end()
    return made


if __name__ == "__main__":
    main()
