"""Rounds on graphs that are hard for blossoms, drawn at random."""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from tests.support.matching.round_problems import round_problem

Pairs = set[tuple[int, int]]


def blocks(size: int, nodes: int) -> Pairs:
    """Complete graphs of `size` nodes side by side, without any tie between them."""
    return {(a, b) for a in range(nodes) for b in range(a + 1, nodes) if a // size == b // size}


def rings(size: int, nodes: int) -> Pairs:
    """Odd cycles, each tied to the next by one edge."""
    around = {(min(a, b), max(a, b)) for a in range(nodes) if (b := a - a % size + (a + 1) % size) < nodes and a != b}
    return around | {(a, a + 1) for a in range(nodes - 1)}


def star(hubs: int, nodes: int) -> Pairs:
    return {(a, b) for a in range(hubs) for b in range(a + 1, nodes)}


def strip_of_triangles(_: int, nodes: int) -> Pairs:
    """Blossoms within blossoms: each triangle shares an edge with the next."""
    return {(a, b) for a in range(nodes) for b in (a + 1, a + 2) if b < nodes}


SHAPES: Sequence[Callable[[int, int], Pairs]] = (blocks, rings, star, strip_of_triangles)


def drawn(seed: int, *, capacity: Sequence[int] = (0, 1, 1, 2, 3, 100)) -> RoundProblem:
    """A problem of one of the shapes, with a few more edges; some capacities are 0, some beyond every degree."""
    lot = random.Random(seed)
    nodes = lot.choice((3, 9, 21, 45))
    pairs = lot.choice(SHAPES)(lot.choice((3, 5, 7)), nodes)
    if lot.random() < 0.7:
        pairs |= {(min(pair), max(pair)) for pair in (lot.sample(range(nodes), 2) for _ in range(nodes // 3))}
    heaviest = lot.choice((1, 3, 1_000_000))
    edges = [(a, b, lot.randint(1, heaviest)) for a, b in sorted(pairs)]
    return round_problem(lot.choices(capacity, k=nodes), edges, seed=seed % 3, mode=Mode.EXACT)


def digest() -> str:
    """A hash of the choices and duals in some rounds of both modes."""
    found = hashlib.sha256()
    for seed in range(20):
        for mode in Mode:
            solution = AssignmentSolver().solve(replace(drawn(seed), mode=mode))
            found.update(
                solution.chosen.tobytes() + solution.dual.node.tobytes() + repr(solution.dual.odd_sets).encode()
            )
    return found.hexdigest()
