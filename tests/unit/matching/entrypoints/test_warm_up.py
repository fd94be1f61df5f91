"""The warm-up reaches every kernel that a round calls, and none of them holds the interpreter's lock."""

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.compiled import KERNELS
from isopolity.matching.warm_up import warm_up
from tests.support.matching.instance import network_of
from tests.support.matching.round_problems import random_problem
from tests.support.matching.service import NOW, complementary

_AFFINITY = "isopolity.matching.affinity"
"""No round asks for it unless the network gives it a weight."""


def signatures() -> int:
    """How many versions of kernels this process has compiled or loaded."""
    return sum(len(kernel.dispatcher.signatures) for kernel in KERNELS)


def test_every_kernel_lets_the_event_loop_run() -> None:
    warm_up()
    dispatchers = [kernel.dispatcher for kernel in KERNELS]
    assert [each.py_func.__name__ for each in dispatchers if not each.targetoptions.get("nogil")] == []
    assert len(dispatchers) > 40


def test_after_the_warm_up_every_kernel_is_known_to_be_compiled() -> None:
    warm_up()
    stale = [each.function.__name__ for each in KERNELS if not (each.is_compiled or _AFFINITY in each.__module__)]
    assert stale == [], "after a change to a kernel run `make setup`; if that was done, warm_up leaves them out"


def test_after_the_warm_up_no_round_waits_for_a_compiler() -> None:
    warm_up()
    before = signatures()
    assert before > 0
    network = network_of(complementary(40))
    market = MarketSource(network).market(NOW.date())
    CandidateSearch(stage=CompiledFirstStage()).candidates(market, market.capacities.keys(), {"city-0000:city-0001"})
    for seed in range(40):
        AssignmentSolver().solve(random_problem(seed, nodes=40, edges=150, rules=False, bipartite=seed % 4 == 0))
    assert signatures() == before
