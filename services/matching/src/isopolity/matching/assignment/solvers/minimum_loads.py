"""Minimum loads of the nodes of a problem of two sides, by its linear programme, whose optimum is integral.

Invariant: the choice is the most valuable one that keeps the loads, or, if no choice does, one whose total shortfall is
the least. Only some edges are in the programme at first; others join it when its dual values require them.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, hstack, vstack

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.assignment.problem import CountRule, Dual, RoundProblem, RuleDual, Solution, edges_at

_CANDIDATES: Final = 40
"""The number of each node's heaviest edges that are in the programme at first."""
_TURNS: Final = 20
_INFEASIBLE: Final = 2
"""The status of `linprog` if the constraints are infeasible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedChoice:
    """A choice under minimum loads, with the loads that it keeps."""

    solution: Solution
    """The chosen edges; the dual has a value for each rule of `rules`."""
    rules: list[CountRule]
    """The minimum loads that the choice keeps, one for each node with a load, in the order of nodes."""
    missing: Integers
    """(n,): the shortfall of each node from its requested load."""


def loaded_choice(problem: RoundProblem, least: Integers) -> LoadedChoice:
    """Choose edges such that each node has at least its load in `least`; `problem` has two sides and no group rules.

    The must pairs have to be within the capacities.
    """
    never = np.zeros(len(problem.a), bool)
    never[problem.never] = True
    if never.all():
        nothing = Solution(chosen=np.empty(0, np.int64), dual=Dual(scale=1, node=np.zeros(len(least), np.int64)))
        return LoadedChoice(solution=nothing, rules=[], missing=least)
    must = np.zeros(len(problem.a), bool)
    must[problem.must] = True
    inside = (_heaviest(problem) | must) & ~never
    found = _priced(problem, least, inside, must, never)
    missing = np.zeros(len(least), np.int64)
    if found is None:
        missing = _missing(problem, least, must, never)
        found = _priced(problem, least - missing, ~never, must, never)
    if found is None:
        raise RuntimeError("The linear programme of minimum loads has no solution, which cannot be.")
    kept, chosen, node, load = least - missing, *found
    loaded = np.flatnonzero(kept)
    edges = edges_at(problem.a, problem.b, loaded)
    rules = [CountRule(edges=at, at_least=int(kept[each])) for each, at in zip(loaded, edges, strict=True)]
    dual = Dual(scale=1, node=node, rules=[RuleDual(least=int(load[each])) for each in loaded])
    return LoadedChoice(solution=Solution(chosen=chosen, dual=dual), rules=rules, missing=missing)


def _heaviest(problem: RoundProblem) -> Booleans:
    """Whether each edge is among the heaviest of one of its ends."""
    inside = np.zeros(len(problem.a), bool)
    for ends in (problem.a, problem.b):
        order = np.lexsort((-problem.weight, ends))
        start = np.searchsorted(ends[order], np.arange(len(problem.capacity)))
        rank = np.arange(len(order)) - start[ends[order]]
        inside[order[rank < np.maximum(_CANDIDATES, 2 * problem.capacity[ends[order]])]] = True
    return inside


def _priced(
    problem: RoundProblem, least: Integers, inside: Booleans, must: Booleans, never: Booleans
) -> tuple[Integers, Integers, Integers] | None:
    """The chosen edges, and the dual values of nodes and of loads, as whole numbers; None if no choice is feasible.

    Edges that would raise the value are added to `inside`.
    """
    for _ in range(_TURNS):
        at = np.flatnonzero(inside)
        rows = _incidence(problem, at)
        found = _solved(-problem.weight[at].astype(np.float64), rows, problem.capacity, least, must[at])
        if found.status == _INFEASIBLE and inside.sum() < len(inside) - never.sum():
            inside = ~never
            continue
        if found.x is None:
            return None
        values = -np.rint(found.ineqlin.marginals).astype(np.int64)
        node, load = np.maximum(values[: len(least)], 0), np.maximum(values[len(least) :], 0)
        price = node - load
        worth = problem.weight - price[problem.a] - price[problem.b]
        asked = (worth > 0) & ~inside & ~never
        if not asked.any():
            return at[found.x > 0.5], node, load
        inside = inside | asked
    return at[found.x > 0.5], node, load


def _missing(problem: RoundProblem, least: Integers, must: Booleans, never: Booleans) -> Integers:
    """By node: the shortfall from `least` in a choice with the least total shortfall."""
    at, nodes = np.flatnonzero(~never), len(least)
    rows = hstack([_incidence(problem, at), csr_array((nodes, nodes))])
    lent = hstack([_incidence(problem, at), diags_array(np.ones(nodes))])
    cost = np.concatenate((np.zeros(len(at)), np.ones(nodes)))
    bounds = np.concatenate((np.column_stack((must[at], np.ones(len(at)))), np.column_stack((np.zeros(nodes), least))))
    limits = np.concatenate((problem.capacity, -least))
    found = linprog(cost, vstack([rows, -lent]).tocsr(), limits, bounds=bounds, method="highs-ds")
    if found.x is None:
        return least
    return np.asarray(np.rint(found.x[len(at) :]), np.int64)


def _incidence(problem: RoundProblem, at: Integers) -> csr_array:
    columns = np.arange(len(at))
    ends = np.concatenate((problem.a[at], problem.b[at]))
    ones = np.ones(len(ends))
    return csr_array((ones, (ends, np.concatenate((columns, columns)))), shape=(len(problem.capacity), len(at)))


def _solved(cost: Floats, rows: csr_array, capacity: Integers, least: Integers, must: Booleans) -> Any:
    limits = np.concatenate((capacity, -least)).astype(np.float64)
    bounds = np.column_stack((must.astype(np.float64), np.ones(len(must))))
    return linprog(cost, vstack([rows, -rows]).tocsr(), limits, bounds=bounds, method="highs-ds")
