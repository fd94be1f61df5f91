"""Small rounds drawn at random, and the best choice in one, found by trying every choice."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import CountRule, Mode, RoundProblem, Rule, ServedRule

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
    a, b, weight = np.ascontiguousarray(np.array(edges, np.int64).reshape(-1, 3).T)  # in the order of rounds
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
    """Problems for Hypothesis, drawn by a seed, since it draws mostly empty ones itself; they do not shrink."""
    return st.integers(0, 2**32).map(lambda seed: random_problem(seed, nodes=nodes, edges=edges))


def with_group_rules(problem: RoundProblem, seed: int, *, most: int = 3) -> RoundProblem:
    """The problem with one to `most` rules on groups, which may ask for too much."""
    lot = random.Random(seed)
    return replace(problem, rules=[_group_rule(problem, lot) for _ in range(lot.randint(1, most))])


def _group_rule(problem: RoundProblem, lot: random.Random) -> Rule:
    nodes = range(len(problem.capacity))
    if nodes and lot.random() < 0.4:
        members = sorted(lot.sample(nodes, lot.randint(1, len(nodes))))
        number = [0]
        for _ in members[1:]:
            number.append(number[-1] + lot.choice((0, 1, 1)))
        lot.shuffle(members)
        return ServedRule(nodes=integers(members), members=integers(number), at_least=lot.randint(0, number[-1] + 1))
    edges = [edge for edge in range(len(problem.a)) if lot.random() < 0.6]
    amount = [lot.randint(1, 5) for _ in edges] if lot.random() < 0.5 else None
    limit = lot.randint(0, 4 if amount is None else 9)
    is_most = lot.random() < 0.5
    return CountRule(
        edges=integers(edges),
        amount=None if amount is None else integers(amount),
        at_least=0 if is_most else limit,
        at_most=limit if is_most else lot.choice((None, limit, limit + 2)),
    )


def keeps(rule: Rule, problem: RoundProblem, choice: Sequence[int]) -> bool:
    """Whether a choice keeps a rule on groups."""
    if isinstance(rule, ServedRule):
        return served(rule, problem, choice) >= rule.at_least
    amount = np.ones(len(rule.edges), np.int64) if rule.amount is None else rule.amount
    total = int(amount[np.isin(rule.edges, choice)].sum())
    return rule.at_least <= total and (rule.at_most is None or total <= rule.at_most)


def served(rule: ServedRule, problem: RoundProblem, choice: Sequence[int]) -> int:
    """How many members of a rule have a chosen edge."""
    busy = {int(node) for edge in choice for node in (problem.a[edge], problem.b[edge])}
    return len({int(member) for node, member in zip(rule.nodes, rule.members, strict=True) if int(node) in busy})


def choices(problem: RoundProblem) -> Iterator[tuple[int, ...]]:
    """Every choice that keeps capacities and rules; none if they contradict each other."""
    must, never = set(problem.must.tolist()), set(problem.never.tolist())
    ends = list(zip(problem.a.tolist(), problem.b.tolist(), strict=True))

    def extended(edge: int, left: list[int], taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if edge == len(ends):
            if all(keeps(rule, problem, taken) for rule in problem.rules):
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
