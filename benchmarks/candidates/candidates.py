"""Candidates: the first stage beside numpy and faiss, what a changed member costs, and members to a finished round.

Outputs are compared before anything is timed. The scaling runs are processes of their own, so that each tells its peak.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

import faiss
import numpy as np

from benchmarks.candidates import members, one_member
from benchmarks.candidates.plain_products import best_products
from benchmarks.candidates.recall import PROFILES, recall
from benchmarks.measuring import Cost, Samples, interleaved
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.ports.engine import ExcludedPairs
from isopolity.matching.arrays import Floats32

CITIES: Final = 50_000
NUMBERS: Final = 40
TOP: Final = 20
SERIES: Final = (425, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_FITTED_FROM: Final = 5_000
"""Cities; below, what a process takes anyway is most of it."""
PICTURE: Final = Path(__file__).parents[2] / "docs" / "pictures" / "scaling.png"
_BLOCK: Final = (512, 2048)
THREADS: Final = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
"""Of everybody: BLAS and faiss take the number from there too."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """All rows, the scaling series with its picture last."""
    return [*await _first_stage(here), *_recalls(here), *_changed(here), _as_it_runs(here.size(CITIES)), *_rounds(here)]


async def _first_stage(here: Surroundings) -> Sequence[Row]:
    """Selection over inner products, beside the product alone and what others do."""
    size = here.size(CITIES)
    vectors = np.random.default_rng(4).standard_normal((size, NUMBERS), np.float32)
    _same(vectors[: min(size, 4_000)])
    quick: Mapping[str, Callable[[Floats32], object]] = {
        "ours": lambda given: best_products(given, given, TOP, threads=THREADS),
        "product": _product,
    }
    slow = {"ours": quick["ours"], "argpartition": _argpartition, "faiss": _faiss}
    samples = await interleaved({name: _contender(work, vectors) for name, work in quick.items()}, here.rounds(3))
    once = await interleaved({name: _contender(work, vectors) for name, work in slow.items()}, 1)
    return [
        _against(
            samples,
            "product",
            "numpy's blocked product, nothing selected",
            size,
            Target(of="ratio", sense="≤", value=1.8),
        ),
        _against(once, "argpartition", "numpy argpartition", size, Target(of="ratio", sense="≥", value=12)),
        _against(once, "faiss", "faiss IndexFlatIP", size, None),
    ]


def _as_it_runs(size: int) -> Row:
    """The first stage of a round: sketches multiplied, and needs, offers and languages looked up for every pair."""
    numbers = members.network(size, 0).market.first_stage_numbers
    nobody = np.empty(0, np.int64)
    stage, excluded = CompiledFirstStage(THREADS), ExcludedPairs.of(nobody, nobody, size)
    cost = _timed(lambda: stage.best(numbers, np.arange(size), np.ones(size, bool), excluded, TOP))
    return Row(
        what=f"top {TOP} of all, as a round has it",
        size=f"{size:,} cities",
        unit="s",
        ours=cost.clock,
        note=f"needs, offers, languages and rules too: {1e9 * cost.work / size**2:.1f} ns of processor time a pair",
    )


def _against(samples: Samples, peer: str, name: str, size: int, target: Target | None) -> Row:
    is_lower_bound = peer == "product"
    slower, faster = ("ours", peer) if is_lower_bound else (peer, "ours")
    return Row(
        what=f"top {TOP} of all, {NUMBERS} numbers each",
        size=f"{size:,} cities",
        unit="s",
        ours=median(samples.clock("ours")),
        peer_name=name,
        peer=median(samples.clock(peer)),
        ratio=samples.times(slower, faster),
        work_ratio=samples.times_the_work(slower, faster),
        target=target,
        note="as long" if is_lower_bound else "faster",
        samples=samples.seconds("ours", peer),
    )


def _contender(work: Callable[[Floats32], object], vectors: Floats32) -> Callable[[], Any]:
    async def run() -> Cost:
        return _timed(lambda: work(vectors))

    return run


def _timed(work: Callable[[], object]) -> Cost:
    clock, processor = perf_counter(), process_time()
    work()
    return Cost(perf_counter() - clock, process_time() - processor)


def _same(vectors: Floats32) -> None:
    """Raise unless all find the same partners, but for rounding."""
    values, _ = best_products(vectors, vectors, TOP)
    for other in (_argpartition(vectors), _faiss(vectors)):
        if not np.allclose(values, other, rtol=1e-4, atol=1e-4):
            raise RuntimeError("The contenders do not find the same.")


def _product(vectors: Floats32) -> None:
    rows, columns = _BLOCK
    held = np.empty(_BLOCK, np.float32)
    for row in range(0, len(vectors), rows):
        for column in range(0, len(vectors), columns):
            left, right = vectors[row : row + rows], vectors[column : column + columns]
            np.matmul(left, right.T, out=held[: len(left), : len(right)])


def _argpartition(vectors: Floats32) -> Floats32:
    """The best values of each row, best first: rows in blocks, as their products would not fit into memory."""
    found = np.empty((len(vectors), TOP), np.float32)
    for row in range(0, len(vectors), _BLOCK[0]):
        products = vectors[row : row + _BLOCK[0]] @ vectors.T
        top = np.argpartition(products, -TOP, axis=1)[:, -TOP:]
        found[row : row + _BLOCK[0]] = -np.sort(-np.take_along_axis(products, top, axis=1), axis=1)
    return found


def _faiss(vectors: Floats32) -> Floats32:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    values: Floats32 = index.search(vectors, TOP)[0]
    return values


def _recalls(here: Surroundings) -> Sequence[Row]:
    size = here.size(5_000)
    return [
        Row(
            what=f"top {TOP} by full score that are found, {name}",
            size=f"{size:,} cities",
            unit="%",
            ours=100 * recall(name, size),
            target=Target(of="figure", sense="≥", value=98),
            note="against weighing every pair in full",
        )
        for name in PROFILES
    ]


def _changed(here: Surroundings) -> Sequence[Row]:
    """A city tells something new about itself, and is suggested partners with reasons; the medians of many turns."""
    cities = here.size(CITIES)
    programmes = cities // 7
    steps = one_member.changes(cities, programmes, 30)
    size = f"{cities:,} cities, {programmes:,} programmes"
    return [
        _milliseconds("one changed member: the market's arrays", size, steps[one_member.MARKET], 2),
        _milliseconds("one changed member: event to suggestions, with scores and reasons", size, _whole(steps), 20),
    ]


def _whole(steps: Mapping[str, Sequence[Cost]]) -> Sequence[Cost]:
    """From the event to suggestions, turn by turn."""
    path = [steps[name] for name in (one_member.MARKET, one_member.CANDIDATES, one_member.REASONS)]
    return [Cost(sum(each.clock for each in turn), sum(each.work for each in turn)) for turn in zip(*path, strict=True)]


def _milliseconds(what: str, size: str, costs: Sequence[Cost], target: float | None = None) -> Row:
    return Row(
        what=what,
        size=size,
        unit="ms",
        ours=1e3 * median(cost.clock for cost in costs),
        target=None if target is None else Target(of="figure", sense="≤", value=target),
        note=f"{1e3 * median(cost.work for cost in costs):.1f} ms of processor time",
        samples={"seconds": [cost.clock for cost in costs]},
    )


def _rounds(here: Surroundings) -> Sequence[Row]:
    """Members to a finished round at every size, the fitted exponents, and the picture."""
    series = (
        [_round(size, 1) for size in SERIES[:3]]
        if here.quick
        else [_round(size, 7 if size < _FITTED_FROM else 3) for size in SERIES]
    )
    columns = ("cities", "clock", "work", "peak")
    sizes, clocks, works, peaks = (np.array([one[name] for one in series], float) for name in columns)
    large = sizes >= (0 if here.quick else _FITTED_FROM)
    exponents = [float(np.polyfit(np.log(sizes[large]), np.log(values[large]), 1)[0]) for values in (works, peaks)]
    if not here.quick:
        _draw(sizes, {"processor time (s)": works, "peak memory (MB)": peaks}, exponents)
    first, last = series[0], series[-1]
    return [
        _finished(first, 1),
        _finished(last, 60),
        Row(
            what="peak memory of that",
            size=_size(last),
            unit="MB",
            ours=last["peak"],
            target=Target(of="figure", sense="≤", value=2_000),
            note=f"grows as n^{exponents[1]:.2f}, processor time as n^{exponents[0]:.2f}",
            samples={
                "cities": sizes.tolist(),
                "seconds": clocks.tolist(),
                "processor seconds": works.tolist(),
                "megabytes": peaks.tolist(),
            },
        ),
    ]


def _finished(one: Mapping[str, float], seconds: float) -> Row:
    return Row(
        what="members to finished round, reasons included",
        size=_size(one),
        unit="s",
        ours=one["clock"],
        target=Target(of="figure", sense="≤", value=seconds),
        note=f"{one['work']:.1f} s of processor time, {one['proposals']:,.0f} proposals",
    )


def _size(one: Mapping[str, float]) -> str:
    return f"{one['cities']:,.0f} cities, {one['programmes']:,.0f} programmes"


def _round(size: int, turns: int) -> Mapping[str, float]:
    """The median time of several processes: a run of one second depends on who else uses the machine."""
    command = [sys.executable, "-m", "benchmarks.rounds.whole_round", str(size)]
    done = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(turns)]  # noqa: S603  # our own program
    found: list[Mapping[str, float]] = [json.loads(each.stdout) for each in done]
    return sorted(found, key=itemgetter("clock"))[turns // 2]


def _draw(sizes: Any, series: Mapping[str, Any], exponents: Sequence[float]) -> None:
    """A panel a series, on logarithmic axes; the dashed line is the fit from 5,000 cities on."""
    import matplotlib.pyplot as plt  # takes a second to import, and only this needs it

    figure, panels = plt.subplots(1, len(series), figsize=(9, 3.8), layout="constrained")
    for panel, (name, values), exponent in zip(panels, series.items(), exponents, strict=True):
        large = sizes >= _FITTED_FROM
        level = np.exp(np.mean(np.log(values[large]) - exponent * np.log(sizes[large])))
        panel.loglog(sizes, values, "o-", color="#1b5e8a", label="measured")
        panel.loglog(sizes[large], level * sizes[large] ** exponent, "--", color="#999999", label=f"n^{exponent:.2f}")
        panel.set_xticks(sizes, [f"{size:,.0f}" for size in sizes], rotation=45)
        panel.xaxis.minorticks_off()
        panel.set(xlabel="cities (a programme to seven of them)", ylabel=name)
        panel.grid(visible=True, which="both", alpha=0.25)
        panel.legend(frameon=False)
    figure.suptitle("Members to a finished round, reasons included")
    figure.savefig(PICTURE, dpi=110)
    plt.close(figure)
