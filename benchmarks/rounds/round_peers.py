"""Solvers of others for a round: each takes a problem and gives the value of its answer, to be compared.

Invariant: a peer gets its input in its own form where that can be made beforehand; only its solving is timed.
"""

import multiprocessing
from collections.abc import Callable

import networkx as nx
import numpy as np
import rustworkx as rx
from ortools.graph.python import min_cost_flow

from benchmarks.rounds.instances import Whole
from isopolity.matching.assignment.problem import RoundProblem

Solving = Callable[[], int]


def ortools_linear_programme(problem: RoundProblem) -> Solving:
    """The linear programme as min-cost flow on the double cover; twice its value, which is whole."""
    n = len(problem.capacity)
    return _ortools(problem, np.concatenate([problem.a, problem.b]), n + np.concatenate([problem.b, problem.a]), 2)


def ortools_flow(problem: RoundProblem) -> Solving:
    """A problem of two sides, of which `a` is the one, as min-cost flow."""
    return _ortools(problem, problem.a, problem.b, 1)


def _ortools(problem: RoundProblem, tails: Whole, heads: Whole, copies: int) -> Solving:
    """Source, left nodes, right nodes, sink; what is not sent goes past them all for nothing."""
    nodes = copies * len(problem.capacity)
    source, sink = nodes, nodes + 1
    left, right = np.unique(tails), np.unique(heads)
    room = np.tile(problem.capacity, copies)
    total = int(room[left].sum())
    ends = (
        np.concatenate([np.full(len(left), source), tails, right, [source]]),
        np.concatenate([left, heads, np.full(len(right), sink), [sink]]),
    )
    capacity = np.concatenate([room[left], np.ones(len(tails), np.int64), room[right], [total]])
    cost = np.zeros(len(capacity), np.int64)
    cost[len(left) : len(left) + len(tails)] = -np.tile(problem.weight, copies)

    def solve() -> int:
        flow = min_cost_flow.SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(*ends, capacity, cost)
        flow.set_nodes_supplies(np.array([source, sink]), np.array([total, -total]))
        if flow.solve() != flow.OPTIMAL:
            raise RuntimeError("OR-Tools found no optimal flow.")
        return -int(flow.optimal_cost())

    return solve


def networkx_matching(problem: RoundProblem) -> Solving:
    """`max_weight_matching`, for capacities of 1."""
    graph = nx.Graph()
    graph.add_weighted_edges_from(_edges(problem))
    return lambda: sum(graph.edges[pair]["weight"] for pair in nx.max_weight_matching(graph))


def rustworkx_matching(problem: RoundProblem) -> Solving:
    """`max_weight_matching`, for capacities of 1."""
    graph: rx.PyGraph[int, int] = rx.PyGraph()
    graph.add_nodes_from(range(len(problem.capacity)))
    graph.add_edges_from(_edges(problem))
    return lambda: sum(graph.get_edge_data(*pair) for pair in rx.max_weight_matching(graph, weight_fn=int))


def within(seconds: float, solving: Solving) -> int | None:
    """The value, found in a process of its own; None if that takes longer."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(solving()))
    process.start()
    value = int(receiver.recv()) if receiver.poll(seconds) else None
    process.kill()
    process.join()
    return value


def networkx_flow(problem: RoundProblem) -> Solving:
    """`network_simplex`, on the same network as OR-Tools."""
    graph = nx.DiGraph()
    left, right = np.unique(problem.a).tolist(), np.unique(problem.b).tolist()
    total = int(problem.capacity[left].sum())
    graph.add_node("source", demand=-total)
    graph.add_node("sink", demand=total)
    graph.add_edge("source", "sink", capacity=total, weight=0)
    graph.add_edges_from(("source", i, {"capacity": int(problem.capacity[i]), "weight": 0}) for i in left)
    graph.add_edges_from((j, "sink", {"capacity": int(problem.capacity[j]), "weight": 0}) for j in right)
    graph.add_edges_from((a, b, {"capacity": 1, "weight": -weight}) for a, b, weight in _edges(problem))
    return lambda: -int(nx.network_simplex(graph)[0])


def _edges(problem: RoundProblem) -> list[tuple[int, int, int]]:
    return list(zip(problem.a.tolist(), problem.b.tolist(), problem.weight.tolist(), strict=True))
