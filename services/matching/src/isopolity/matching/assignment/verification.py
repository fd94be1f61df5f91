"""The checker: verifies a round's solution and the bound of its dual, independently of every solver.

Invariant: it shares no code with the solvers and trusts nothing. It counts in plain Python integers, edge by edge, so
that nothing overflows, is rounded, or hides in a clever expression.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Dual, RoundProblem, Solution
from isopolity.matching.assignment.rule_verification import PlainRule, plain_rules
from isopolity.matching.assignment.verdict import Verdict

_MOST_FAULTS = 20


@dataclass(slots=True)
class _Plain:
    """The problem and its solution as lists of Python integers."""

    capacity: list[int]
    a: list[int]
    b: list[int]
    weight: list[int]
    must: list[int]
    never: list[int]
    chosen: list[int]
    scale: int
    node: list[int]
    odd_sets: list[tuple[list[int], list[int], int]]
    rules: list[PlainRule]
    rule_duals: int
    """The number of rules with dual values."""

    @classmethod
    def of(cls, problem: RoundProblem, chosen: Integers, dual: Dual) -> "_Plain":
        return cls(
            capacity=_plain(problem.capacity),
            a=_plain(problem.a),
            b=_plain(problem.b),
            weight=_plain(problem.weight),
            must=_plain(problem.must),
            never=_plain(problem.never),
            chosen=_plain(chosen),
            scale=_whole(dual.scale),
            node=_plain(dual.node),
            odd_sets=[(_plain(each.nodes), _plain(each.edges), _whole(each.value)) for each in dual.odd_sets],
            rules=plain_rules(problem.rules, dual.rules),
            rule_duals=len(dual.rules),
        )


def verified(problem: RoundProblem, solution: Solution, surplus: Sequence[tuple[int, int]] | None = None) -> Verdict:
    """Check that the problem is valid and the chosen edges keep its rules, and compute the bound that the dual proves.

    `surplus` is, by node, what pairs that the problem omits could add to the bound, in the unit of the dual; None if
    it omits no pairs. A wrong solution raises no error, however wrong its numbers are: the faults are in the verdict.
    """
    plain = _Plain.of(problem, solution.chosen, solution.dual)
    added = [(_whole(node), _whole(value)) for node, value in surplus or ()]
    checks = (_wrong_numbers(plain), _wrong_problem(plain), _wrong_choice(plain), _wrong_dual(plain))
    for check in (*checks, _wrong_surplus(plain, added)):
        if faults := _first(check):
            return Verdict(faults=faults)
    value, bound = sum(plain.weight[edge] for edge in plain.chosen), _bound(plain)
    if plain.scale * value > bound:
        return Verdict(faults=["The value exceeds the bound, which cannot be: this is a bug of the checker."])
    of_all = None if surplus is None else (bound + sum(each for _, each in added)) // plain.scale
    return Verdict(faults=(), pairs=len(plain.chosen), value=value, bound=bound // plain.scale, bound_of_all=of_all)


def disproved(problem: RoundProblem, dual: Dual) -> Sequence[str]:
    """The faults for which `dual` does not prove that no choice keeps all rules; empty if it proves that.

    It proves that if its bound is below 0 with all weights set to 0, since every choice within the rules is then
    worth 0.
    """
    plain = _Plain.of(problem, np.empty(0, np.int64), dual)
    for check in (_wrong_numbers, _wrong_problem, _wrong_dual):
        if faults := _first(check(plain)):
            return faults
    plain.weight = [0] * len(plain.weight)
    return [] if _bound(plain) < 0 else ["The dual values do not rule out that a choice keeps all rules."]


def _wrong_numbers(plain: _Plain) -> Iterator[str]:
    columns = {
        "Capacities": plain.capacity,
        "Ends of edges": [*plain.a, *plain.b],
        "Weights": plain.weight,
        "Rules": [*plain.must, *plain.never],
        "Chosen edges": plain.chosen,
        "Dual values": [plain.scale, *plain.node, *(value for _, _, value in plain.odd_sets)],
        "Odd sets": [number for nodes, edges, _ in plain.odd_sets for number in (*nodes, *edges)],
        "Group rules": [number for rule in plain.rules for number in rule.numbers],
    }
    for name, numbers in columns.items():
        if any(type(number) is not int for number in numbers):
            yield f"{name} are not all whole numbers."


def _wrong_problem(plain: _Plain) -> Iterator[str]:
    if not len(plain.a) == len(plain.b) == len(plain.weight):
        yield "The edges' ends and weights are not of the same number."
        return
    for node, capacity in enumerate(plain.capacity):
        if capacity < 0:
            yield f"The capacity of node {node} is below 0."
    yield from _wrong_edges(plain)
    for name, rule in (("must", plain.must), ("never", plain.never)):
        yield from _wrong_positions(f"The rule {name}", rule, len(plain.a))
    for edge in sorted(set(plain.must) & set(plain.never)):
        yield f"Edge {edge} both must and must never be chosen."
    for number, group in enumerate(plain.rules):
        yield from group.faults(f"Group rule {number}", edges=len(plain.a), nodes=len(plain.capacity))


def _wrong_edges(plain: _Plain) -> Iterator[str]:
    before = (-1, -1)
    for edge, (a, b, weight) in enumerate(zip(plain.a, plain.b, plain.weight, strict=True)):
        if not 0 <= a < b < len(plain.capacity):
            yield f"Edge {edge} joins {a} and {b}, which are not two nodes in ascending order."
        if (a, b) <= before:
            yield f"Edge {edge} is not after the one before it: edges are sorted by their ends, each pair once."
        if not 1 <= weight <= WEIGHT_UNIT:
            yield f"The weight of edge {edge} is {weight}, which is not in 1 to {WEIGHT_UNIT}."
        before = a, b


def _wrong_choice(plain: _Plain) -> Iterator[str]:
    faults = list(_wrong_positions("The choice", plain.chosen, len(plain.a)))
    yield from faults
    if faults:
        return
    load = [0] * len(plain.capacity)
    for edge in plain.chosen:
        load[plain.a[edge]] += 1
        load[plain.b[edge]] += 1
    for node, (used, capacity) in enumerate(zip(load, plain.capacity, strict=True)):
        if used > capacity:
            yield f"Node {node} is in {used} chosen pairs, and its capacity is {capacity}."
    chosen = set(plain.chosen)
    for edge in plain.must:
        if edge not in chosen:
            yield f"Edge {edge} must be chosen and is not."
    for edge in plain.never:
        if edge in chosen:
            yield f"Edge {edge} must never be chosen and is."
    busy = {node for node, used in enumerate(load) if used}
    for number, rule in enumerate(plain.rules):
        if broken := rule.broken(chosen, busy):
            yield f"Group rule {number} {broken}"


def _wrong_dual(plain: _Plain) -> Iterator[str]:
    if plain.scale < 1:
        yield "The dual values' scale is below 1."
    if len(plain.node) != len(plain.capacity):
        yield "There is not one dual value for each node."
    for node, value in enumerate(plain.node):
        if value < 0:
            yield f"The dual value of node {node} is below 0."
    if plain.rule_duals != len(plain.rules):
        yield "There are not dual values for each group rule."
    for number, rule in enumerate(plain.rules):
        yield from rule.dual_faults(f"Group rule {number}")
    for number, (nodes, edges, value) in enumerate(plain.odd_sets):
        yield from _wrong_odd_set(plain, f"Odd set {number}", nodes, edges, value)


def _wrong_surplus(plain: _Plain, surplus: Sequence[tuple[int, int]]) -> Iterator[str]:
    before = -1
    for node, value in surplus:
        if type(node) is not int or type(value) is not int or value < 0:
            yield "The surplus of omitted pairs is not in whole numbers from 0 on."
        elif not before < node < len(plain.capacity):
            yield f"The surplus names node {node}, which is none of the problem's or not in ascending order."
        else:
            before = node


def _wrong_odd_set(plain: _Plain, name: str, nodes: list[int], edges: list[int], value: int) -> Iterator[str]:
    if value < 0:
        yield f"The dual value of {name[0].lower()}{name[1:]} is below 0."
    inside = set(nodes)
    if len(inside) != len(nodes):
        yield f"{name} has a node twice."
    if not all(0 <= node < len(plain.capacity) for node in nodes):
        yield f"{name} has a node that is none of the problem's."
    if len(set(edges)) != len(edges):
        yield f"{name} has an edge twice."
    for edge in edges:
        if not 0 <= edge < len(plain.a):
            yield f"{name} has the edge {edge}, which is none of the problem's."
        elif (plain.a[edge] in inside) == (plain.b[edge] in inside):
            yield f"{name} has the edge {edge}, which has not exactly one end in it."


def _wrong_positions(name: str, positions: list[int], number: int) -> Iterator[str]:
    before = -1
    for edge in positions:
        if not 0 <= edge < number:
            yield f"{name} names edge {edge}, which is none of the problem's."
        elif edge <= before:
            yield f"{name} names edge {edge} after {before}: positions ascend, each edge once."
        before = edge


def _bound(plain: _Plain) -> int:
    """The dual's objective, in units of 1 / scale of a weight; no choice that keeps the rules can exceed it.

    Weak duality: each unit of a node's capacity costs its value, each of an odd set's right-hand side its value, and
    an edge itself the excess of its weight over those values, if there is any; group rules change the weight of an edge
    and add a constant. An edge that must be chosen is chosen exactly once, so its own value may be below 0; a forbidden
    edge is left out.
    """
    total = sum(capacity * value for capacity, value in zip(plain.capacity, plain.node, strict=True))
    for nodes, edges, value in plain.odd_sets:
        total += value * ((sum(plain.capacity[node] for node in nodes) + len(edges)) // 2)
    total += sum(rule.constant for rule in plain.rules)
    covered, must, never = _covered(plain), set(plain.must), set(plain.never)
    for rule in plain.rules:
        rule.take_off(covered, plain.a, plain.b)
    for edge, (a, b, weight) in enumerate(zip(plain.a, plain.b, plain.weight, strict=True)):
        own = plain.scale * weight - plain.node[a] - plain.node[b] - covered[edge]
        if edge in must or (own > 0 and edge not in never):
            total += own
    return total


def _covered(plain: _Plain) -> list[int]:
    """By edge: the sum of the values of the odd sets that count it."""
    covered = [0] * len(plain.a)
    sets_of: list[set[int]] = [set() for _ in plain.capacity]
    for number, (nodes, edges, value) in enumerate(plain.odd_sets):
        for node in nodes:
            sets_of[node].add(number)
        for edge in edges:
            covered[edge] += value
    for edge, (a, b) in enumerate(zip(plain.a, plain.b, strict=True)):
        if sets_of[a] and sets_of[b]:
            covered[edge] += sum(plain.odd_sets[number][2] for number in sets_of[a] & sets_of[b])
    return covered


def _plain(numbers: Integers | Sequence[int]) -> list[int]:
    return list(numbers.tolist()) if isinstance(numbers, np.ndarray) else [_whole(number) for number in numbers]


def _whole(number: int) -> int:
    """The number as a Python integer, which cannot overflow."""
    return number.item() if isinstance(number, np.generic) else number


def _first(faults: Iterable[str]) -> list[str]:
    return [fault for fault, _ in zip(faults, range(_MOST_FAULTS), strict=False)]
