"""Small rounds drawn at random, and the best that can be chosen in one, by trying every choice."""

from collections.abc import Iterator, Sequence

import numpy as np
from hypothesis import strategies as st

from isopolity.matching.domain.assignment import Mode, RoundProblem
from isopolity.matching.domain.profiles import Integers

WEIGHTS = (1, 300_000, 300_001, 500_000, 999_999, 1_000_000)


def integers(numbers: Sequence[int]) -> Integers:
    return np.array(numbers, np.int64)


def round_problem(
    capacity: Sequence[int],
    edges: Sequence[tuple[int, int, int]],
    *,
    must: Sequence[int] = (),
    never: Sequence[int] = (),
    seed: int = 0,
    mode: Mode = Mode.QUICK,
) -> RoundProblem:
    """The problem with these (a, b, weight) in order."""
    columns = np.array(edges, np.int64).reshape(-1, 3)
    return RoundProblem(
        capacity=integers(capacity),
        a=columns[:, 0],
        b=columns[:, 1],
        weight=columns[:, 2],
        must=integers(must),
        never=integers(never),
        seed=seed,
        mode=mode,
    )


@st.composite
def round_problems(
    draw: st.DrawFn, *, nodes: int = 7, edges: int = 12, rules: bool = True, bipartite: bool = False
) -> RoundProblem:
    """Problems small enough to try every choice; their rules may contradict each other or the capacities."""
    number = draw(st.integers(0, nodes))
    half = number // 2
    pairs = [(a, b) for a in range(number) for b in range(a + 1, number) if not bipartite or a < half <= b]
    chosen = sorted(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=edges))) if pairs else []
    rule = st.sampled_from(["", "", "", "must", "never", "both"] if rules else [""])
    by_edge = [draw(rule) for _ in chosen]
    return round_problem(
        [draw(st.integers(0, 3)) for _ in range(number)],
        [(a, b, draw(st.sampled_from(WEIGHTS))) for a, b in chosen],
        must=[edge for edge, name in enumerate(by_edge) if name in ("must", "both")],
        never=[edge for edge, name in enumerate(by_edge) if name in ("never", "both")],
        seed=draw(st.integers(0, 2)),
        mode=draw(st.sampled_from(Mode)),
    )


def choices(problem: RoundProblem) -> Iterator[tuple[int, ...]]:
    """Every choice that keeps capacities and rules; none if they contradict each other."""
    must, never = set(problem.must.tolist()), set(problem.never.tolist())
    ends = list(zip(problem.a.tolist(), problem.b.tolist(), strict=True))

    def extended(edge: int, left: list[int], taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if edge == len(ends):
            yield taken
            return
        if edge not in must:
            yield from extended(edge + 1, left, taken)
        a, b = ends[edge]
        if edge not in never and left[a] > 0 and left[b] > 0:
            rest = [capacity - (node in (a, b)) for node, capacity in enumerate(left)]
            yield from extended(edge + 1, rest, (*taken, edge))

    yield from extended(0, problem.capacity.tolist(), ())


def best_value(problem: RoundProblem) -> int | None:
    """The greatest sum of weights, None if the rules cannot be kept."""
    weight = problem.weight.tolist()
    return max((sum(weight[edge] for edge in choice) for choice in choices(problem)), default=None)
