"""Kernels give the same result, to the last bit, whether they are compiled or interpreted."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import ExcludedPairs
from isopolity.matching.assignment.evenness.most_even import most_even
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.assignment.solvers.blossom_graph import EDGE, PART, VERTEX
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.compiled import compiling
from isopolity.matching.errors import ContradictoryRules
from tests.support.matching.instance import network_of
from tests.support.matching.round_problems import random_problem
from tests.support.matching.service import NOW, complementary


def text_of(found: object) -> str:
    """All of an answer, arrays in full."""
    with np.printoptions(threshold=1_000_000):
        return repr(found)


def solved(problem: RoundProblem, *, compiled: bool) -> tuple[Any, str]:
    """The solution of a problem in one of both ways, and all of it as a text; the error as a text if there is none."""
    with compiling(compiled):
        try:
            found = AssignmentSolver().solve(problem)
        except ContradictoryRules as error:
            return None, str(error)
    return found, text_of((found.chosen.tolist(), found.dual.node.tolist(), found.dual.odd_sets, found.dual.scale))


@given(
    seed=st.integers(0, 10_000), edges=st.sampled_from([12, 60]), bipartite=st.booleans(), mode=st.sampled_from(Mode)
)
def test_a_round_is_the_same_round(seed: int, edges: int, bipartite: bool, mode: Mode) -> None:
    problem = replace(random_problem(seed, nodes=edges // 3, edges=edges, bipartite=bipartite), mode=mode)
    found, text = solved(problem, compiled=False)
    assert text == solved(problem, compiled=True)[1]
    if found is not None:
        assert verified(problem, found).is_proved


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("mode", Mode)
def test_a_round_with_odd_sets_is_the_same_round(mode: Mode, seed: int) -> None:
    problem = replace(random_problem(seed, nodes=60, edges=500, rules=False), mode=mode)
    assert solved(problem, compiled=False)[1] == solved(problem, compiled=True)[1]


@given(seed=st.integers(0, 10_000))
def test_the_most_even_choice_is_the_same(seed: int) -> None:
    problem = random_problem(seed, nodes=12, edges=30, rules=False, bipartite=True)
    is_taker = np.arange(len(problem.capacity)) < len(problem.capacity) // 2
    texts = set()
    for compiled in (False, True):
        with compiling(compiled):
            found = most_even(problem, is_taker)
        texts.add(text_of((found.solution.chosen.tolist(), found.least, found.bound, found.left_out.tolist())))
    assert len(texts) == 1


def test_the_values_of_the_first_stage_are_the_same_to_the_last_bit() -> None:
    numbers = MarketSource(network_of(complementary(40))).market(NOW.date()).first_stage_numbers
    rows, nobody = np.arange(len(numbers)), np.empty(0, np.int64)
    excluded = ExcludedPairs.of(nobody, nobody, len(numbers))
    found = []
    for compiled in (False, True):
        with compiling(compiled):
            best = CompiledFirstStage().best(numbers, rows, np.ones(len(numbers), bool), excluded, 5)
            row = CompiledFirstStage().row(numbers, 3, excluded)
        found.append((best.values.tobytes(), best.partners.tobytes(), row.tobytes()))
    assert found[0] == found[1]


def test_no_field_of_a_record_is_hidden_by_numpy() -> None:
    fields = {field for record in (EDGE, VERTEX, PART) for field in record.names or ()}
    assert not [field for field in fields if hasattr(np.void, field)]
