"""The choice of reviewers whose least paper gets most, beside FairFlow of openreview-matcher, minimum loads aside.

FairFlow is in no package: ISOPOLITY_BENCH_OPENREVIEW names a checkout of openreview/openreview-matcher at `COMMIT`;
without it nothing is measured. FairFlow gives each paper exactly three reviewers, and ours has to do so, too.
"""

import hashlib
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import numpy as np

from benchmarks.measuring import Cost, interleaved
from benchmarks.report import Row, Target
from benchmarks.rounds.instances import Whole, reviews
from benchmarks.surroundings import Surroundings
from isopolity.matching.assignment.evenness.most_even import most_even
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem

SETTING: Final = "ISOPOLITY_BENCH_OPENREVIEW"
COMMIT: Final = "33894355e85d602596b45b063bd30a1ce16790ae"
DIGEST: Final = "0eca54a14ea5d7c863195d9c478ace5550993dd025458c91a94bbf85b8799d81"
"""SHA-256 of its solvers/fairflow.py."""
PAPERS, REVIEWERS, EACH, MOST = 2_000, 400, 3, 16
PEER: Final = "openreview-matcher, FairFlow"


async def measure(here: Surroundings) -> Sequence[Row]:
    """Ours a few times, FairFlow once: it takes minutes."""
    if SETTING not in os.environ:
        print(f"fairflow: not measured, as {SETTING} names no checkout of openreview-matcher at {COMMIT}.")  # noqa: T201  # a program's output
        return ()
    peer = _peer(Path(os.environ[SETTING]))
    papers, reviewers = here.size(PAPERS), here.size(REVIEWERS)
    problem = reviews(papers, reviewers, each=EACH, most=MOST)
    is_paper = np.arange(papers + reviewers) < papers
    ours = most_even(problem, is_paper)
    _require_all(problem, ours.solution.chosen, papers)

    async def contender() -> Cost:
        return _cost(lambda: most_even(problem, is_paper))

    samples = await interleaved({"ours": contender}, here.rounds())
    found: list[Whole] = []
    cost = _cost(lambda: found.append(peer(problem, papers)))
    least, value = _sums(problem, found[0], papers)
    _, own_value = _sums(problem, ours.solution.chosen, papers)
    size = f"{papers:,} papers, {reviewers} reviewers, {len(problem.a):,} pairs"
    seconds = median(samples.clock("ours"))
    return [
        Row(
            what="most even choice of reviewers: time",
            size=size,
            unit="s",
            ours=seconds,
            peer_name=PEER,
            peer=cost.clock,
            ratio=cost.clock / seconds,
            work_ratio=cost.work / median(samples.work("ours")),
            target=Target(of="ratio", sense="≥", value=100),
            note="the peer ran once",
            samples=samples.seconds("ours"),
        ),
        Row(
            what="most even choice of reviewers: the least sum of a paper",
            size=size,
            unit="",
            ours=ours.least / WEIGHT_UNIT,
            peer_name=PEER,
            peer=least / WEIGHT_UNIT,
            ratio=ours.least / least,
            target=Target(of="ratio", sense="≥", value=0.99),
            note=f"no choice reaches more than {ours.bound / WEIGHT_UNIT:.3f}; "
            f"all scores together: {own_value / value:.3f} times the peer's",
        ),
    ]


def _peer(checkout: Path) -> Callable[[RoundProblem, int], Whole]:
    """FairFlow of the checkout: it gives the chosen edges of a problem."""
    solvers = checkout / "matcher" / "solvers"
    if hashlib.sha256((solvers / "fairflow.py").read_bytes()).hexdigest() != DIGEST:
        raise SystemExit(f"{SETTING} names another version of openreview-matcher than {COMMIT}.")
    package = ModuleType("openreview_solvers")  # its own __init__ asks for solvers that are not installed here
    package.__path__ = [str(solvers)]
    sys.modules[package.__name__] = package
    fair_flow: Any = importlib.import_module(f"{package.__name__}.fairflow").FairFlow

    def solve(problem: RoundProblem, papers: int) -> Whole:
        scores = np.zeros((papers, len(problem.capacity) - papers))
        scores[problem.a, problem.b - papers] = problem.weight / WEIGHT_UNIT
        encoder = SimpleNamespace(aggregate_score_matrix=scores, constraint_matrix=np.zeros(scores.shape))
        capacity = problem.capacity.tolist()
        chosen = fair_flow([0] * scores.shape[1], capacity[papers:], capacity[:papers], encoder).solve()
        return np.flatnonzero(chosen[problem.a, problem.b - papers])

    return solve


def _require_all(problem: RoundProblem, chosen: Whole, papers: int) -> None:
    if (np.bincount(problem.a[chosen], minlength=papers) != EACH).any():
        raise AssertionError("A paper has fewer reviewers than FairFlow gives it.")


def _sums(problem: RoundProblem, chosen: Whole, papers: int) -> tuple[int, int]:
    """The least sum of a paper, and the sum of all scores."""
    totals = np.bincount(problem.a[chosen], problem.weight[chosen], papers)
    return int(totals.min()), int(problem.weight[chosen].sum())


def _cost(call: Callable[[], object]) -> Cost:
    started, worked = perf_counter(), process_time()
    call()
    return Cost(perf_counter() - started, process_time() - worked)
