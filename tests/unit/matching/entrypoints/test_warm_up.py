"""The warm-up reaches every kernel that a round calls, and none of them holds the interpreter's lock."""

import sys
from collections.abc import Collection

import numpy as np
from numba.core.dispatcher import Dispatcher

from isopolity.matching.adapters.affinity.model_choice import chosen_affinity
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.network import Tie
from isopolity.matching.warm_up import warm_up
from tests.support.matching.affinity import history, model
from tests.support.matching.instance import network_of
from tests.support.matching.round_problems import random_problem
from tests.support.matching.service import NOW, complementary


def kernels() -> Collection[Dispatcher]:
    """All kernels of what is imported."""
    modules = [module for name, module in sys.modules.items() if name.startswith("isopolity.matching")]
    found = {id(each): each for module in modules for each in vars(module).values() if isinstance(each, Dispatcher)}
    return found.values()


def signatures() -> int:
    """How many versions of kernels this process has compiled or loaded."""
    return sum(len(kernel.signatures) for kernel in kernels())


def test_every_kernel_lets_the_event_loop_run() -> None:
    warm_up()
    assert [kernel.py_func.__name__ for kernel in kernels() if not kernel.targetoptions.get("nogil")] == []
    assert len(kernels()) > 50


def test_after_the_warm_up_no_round_waits_for_a_compiler() -> None:
    warm_up()
    before = signatures()
    assert before > 0
    network = network_of(complementary(40))
    for number in range(0, 20, 2):
        network.put_tie(Tie(f"tie-{number}", 1, True, f"city-{number:04}", f"city-{number + 1:04}", "twinning"))
    market = MarketSource(network, affinity=chosen_affinity(None)).market(NOW.date())
    CandidateSearch(stage=CompiledFirstStage()).candidates(market, market.capacities.keys(), {"city-0000:city-0001"})
    for seed in range(40):
        AssignmentSolver().solve(random_problem(seed, nodes=40, edges=150, rules=False, bipartite=seed % 4 == 0))
    assert signatures() == before


def test_after_the_warm_up_no_pair_waits_for_a_compiler() -> None:
    warm_up()
    before = signatures()
    known = history()
    bound = model().bound(known.places, known.links)
    assert bound.scores(np.array([0]), np.array([1])) == bound.scores(np.array([0, 0]), np.array([1, 2]))[:1]
    assert signatures() == before
