"""Small rounds drawn at random, and the best that can be chosen in one, by trying every choice."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from hypothesis import strategies as st

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Mode, RoundProblem

WEIGHTS = (1, 300_000, 300_001, 500_000, 999_999, 1_000_000)
RULES = (*[""] * 16, "must", "must", "must", "never", "never", "never", "both")


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
    a, b, weight = np.ascontiguousarray(np.array(edges, np.int64).reshape(-1, 3).T)  # as rounds have them
    return RoundProblem(
        capacity=integers(capacity),
        a=a,
        b=b,
        weight=weight,
        must=integers(must),
        never=integers(never),
        seed=seed,
        mode=mode,
    )


def random_problem(
    seed: int, *, nodes: int = 7, edges: int = 12, rules: bool = True, bipartite: bool = False
) -> RoundProblem:
    """A problem small enough to try every choice; its rules may contradict each other or the capacities."""
    lot = random.Random(seed)
    number = lot.randint(0, nodes)
    pairs = [(a, b) for a in range(number) for b in range(a + 1, number) if not bipartite or a < number // 2 <= b]
    chosen = sorted(lot.sample(pairs, min(len(pairs), lot.randint(0, edges))))
    by_edge = [lot.choice(RULES if rules else ("",)) for _ in chosen]
    return round_problem(
        lot.choices((0, 1, 2, 3), weights=(1, 4, 3, 2), k=number),
        [(a, b, lot.choice(WEIGHTS)) for a, b in chosen],
        must=[edge for edge, rule in enumerate(by_edge) if rule in ("must", "both")],
        never=[edge for edge, rule in enumerate(by_edge) if rule in ("never", "both")],
        seed=lot.randint(0, 2),
        mode=lot.choice(list(Mode)),
    )


def round_problems(*, nodes: int = 7, edges: int = 12) -> st.SearchStrategy[RoundProblem]:
    """Such problems for Hypothesis, which by itself draws mostly empty ones; being by lot, they do not shrink."""
    return st.integers(0, 2**32).map(lambda seed: random_problem(seed, nodes=nodes, edges=edges))


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
