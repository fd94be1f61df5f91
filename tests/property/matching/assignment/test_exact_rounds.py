"""Exact rounds on graphs that are hard for blossoms: proved the best to the last unit, whatever stops the search."""

import os
import subprocess
import sys
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.assignment.problem import Mode, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.blossom_graph import dual_of
from isopolity.matching.assignment.solvers.half_integral import half_integral
from isopolity.matching.assignment.solvers.primal_dual import remove_deficiencies
from isopolity.matching.assignment.solvers.round_solver import SCALE, AssignmentSolver, exact, jump_started
from isopolity.matching.assignment.solvers.search_arrays import adjacency
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.assignment.verification import verified
from tests.support.examples import examples
from tests.support.matching.hard_rounds import blocks, digest, drawn, rings
from tests.support.matching.round_problems import round_problem

compiled = examples(60)
"""The first example pays for compiling."""


problems = st.integers(0, 2**32).map(drawn)


def best(problem: RoundProblem) -> Verdict:
    return verified(problem, AssignmentSolver().solve(problem))


@compiled
@given(problems)
def test_every_shape_is_solved_to_a_proved_best(problem: RoundProblem) -> None:
    verdict = best(problem)
    assert verdict.faults == ()
    assert verdict.value == verdict.bound


@compiled
@given(problems, st.sampled_from([Mode.QUICK, Mode.EXACT]))
def test_weights_as_large_as_prices_make_them_change_nothing(problem: RoundProblem, mode: Mode) -> None:
    own = replace(problem, mode=mode)
    found = AssignmentSolver().solve(replace(own, weight=own.weight << 36))
    verdict = verified(own, replace(found, dual=replace(found.dual, scale=found.dual.scale << 36)))
    assert verdict.faults == ()
    assert (verdict.value, verdict.bound) == (best(own).value, best(own).bound)


@compiled
@given(st.integers(0, 2**32).map(lambda seed: drawn(seed, capacity=[1])))
def test_rounds_of_capacity_one_are_worth_what_networkx_finds(problem: RoundProblem) -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(problem.a.tolist(), problem.b.tolist(), problem.weight.tolist(), strict=True))
    assert best(problem).value == sum(graph.edges[pair]["weight"] for pair in nx.max_weight_matching(graph))


@pytest.mark.parametrize("nodes", [3, 4, 5, 8, 15])
def test_a_complete_graph_of_capacity_two_falls_into_cycles(nodes: int) -> None:
    edges = [(a, b, 1) for a, b in sorted(blocks(nodes, nodes))]
    verdict = best(round_problem([2] * nodes, edges, mode=Mode.EXACT))
    assert verdict.value == verdict.bound == nodes


@compiled
@given(problems, st.integers(0, 2_000))
def test_a_search_that_is_stopped_proves_a_weaker_bound(problem: RoundProblem, work: int) -> None:
    verdict = verified(problem, exact(problem, unreported, most_work=work, stride=0))
    quick = best(replace(problem, mode=Mode.QUICK))
    assert verdict.faults == ()
    assert quick.value <= best(problem).value <= verdict.bound <= quick.bound


@compiled
@given(problems, st.integers(0, 60))
def test_odd_sets_beyond_the_limit_weaken_the_bound_and_nothing_else(problem: RoundProblem, members: int) -> None:
    around = adjacency(problem)
    graph = jump_started(problem, around, half_integral(problem, around))
    assert remove_deficiencies(graph, 10**9) == 0
    dual = dual_of(graph, SCALE, members)
    verdict = verified(problem, Solution(chosen=np.flatnonzero(graph.edges["chosen"]), dual=dual))
    assert verdict.faults == ()
    assert sum(len(odd_set.nodes) for odd_set in dual.odd_sets) <= members


class Cancelled(Exception):
    pass


def test_an_exact_round_can_be_cancelled_among_its_odd_cycles() -> None:
    problem = round_problem([1] * 60, [(a, b, 1_000 + a) for a, b in sorted(rings(3, 60))], mode=Mode.EXACT)

    def stop(step: str, done: float) -> None:
        if step == "odd cycles":
            raise Cancelled

    with pytest.raises(Cancelled):
        AssignmentSolver().solve(problem, stop)


PROGRAM = """
from tests.support.matching.hard_rounds import digest
print(digest())
"""


def test_another_process_with_more_threads_makes_the_same_rounds() -> None:
    threads = {"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "PYTHONHASHSEED": "7"}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | threads, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == digest()
