"""Minimum loads of two sides, beside all choices of small problems."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isopolity.matching.assignment.solvers.minimum_loads import loaded_choice
from isopolity.matching.assignment.verification import verified
from tests.support.matching.round_problems import choices, random_problem, round_problem


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_minimum_loads_are_kept_or_missed_by_least_at_the_greatest_value(seed: int) -> None:
    problem = random_problem(seed, bipartite=True)
    lot, nodes = random.Random(seed), len(problem.capacity)
    asked = np.array([lot.choice((0, 0, 1, 2, 3)) for _ in range(nodes)], np.int64)
    permitted = [np.array(choice, np.int64) for choice in choices(problem)]
    assume(permitted)
    found = loaded_choice(problem, asked)
    verdict = verified(replace(problem, rules=found.rules), found.solution)
    missing = {}
    for choice in permitted:
        load = np.bincount(np.concatenate((problem.a[choice], problem.b[choice])), minlength=nodes)
        missing[tuple(choice)] = int(np.maximum(asked - load, 0).sum())
    fewest = min(missing.values())
    assert verdict.is_proved
    assert found.missing.sum() == missing[tuple(found.solution.chosen)] == fewest
    if not fewest:
        best = max(int(problem.weight[list(choice)].sum()) for choice, missed in missing.items() if not missed)
        assert verdict.value == verdict.bound == best


def test_where_no_pair_may_be_chosen_all_loads_are_missed() -> None:
    problem = round_problem([1, 1], [(0, 1, 500_000)], never=[0])
    found = loaded_choice(problem, np.array([1, 0], np.int64))
    assert (found.solution.chosen.tolist(), found.missing.tolist()) == ([], [1, 0])
    assert verified(problem, found.solution).is_proved
