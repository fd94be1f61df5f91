"""Rules bound to a problem permit exactly the choices that keep them, judged pair by pair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.rules.bound_book import bound_book, ruled_out
from isopolity.matching.application.rules.limits import Basis, fixed_limits
from isopolity.matching.assignment.problem import unreported
from tests.support.matching.ruled_networks import TryingSolver, all_choices, drawn, drawn_book, permits


@given(network=st.integers(0, 2**32), rules=st.integers(0, 2**32))
def test_the_problem_permits_what_keeps_the_rules(network: int, rules: int) -> None:
    market, pairs, world, _ = drawn(network)
    book, solver = drawn_book(rules), TryingSolver()
    basis = Basis(
        pairs=pairs,
        plain=solver.solve(pairs.problem).chosen,
        ruled_out=ruled_out(book, pairs),
        room=market.able.keys(),
        solver=solver,
        report=unreported,
    )
    fixed = fixed_limits(book, basis)
    bound = bound_book(book, pairs, fixed)
    problem, sources = bound.ruled()
    assert len(sources) == len(problem.rules)
    never = set(problem.never.tolist())
    for choice in all_choices(pairs.problem):
        used = np.bincount([end[edge] for edge in choice for end in (problem.a, problem.b)] or [0], minlength=1)
        if not choice:
            used = np.zeros(1, np.int64)
        within = bool((used <= problem.capacity[: len(used)]).all())
        permitted = within and never.isdisjoint(choice) and permits(problem, choice)
        chosen = [world.pairs[edge] for edge in choice]
        assert permitted == world.keeps(book, chosen, fixed), (book.rules, chosen)
        held = all(outcome.holds for outcome in bound.outcomes(np.array(choice, np.int64)))
        assert held == permitted, (book.rules, chosen, bound.outcomes(np.array(choice, np.int64)))
