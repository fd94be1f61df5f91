"""`python -m isopolity.matching.warm_up` compiles the kernels of rounds, so that no round waits for a compiler.

Those of affinity are left out: they are compiled when a network first asks for it.
Compiled code is cached beside the source, or in NUMBA_CACHE_DIR where that cannot be written; a second run loads it.
"""

import sys
from datetime import date

import numpy as np

from isopolity.contracts.registry import CityState, Need, Offer
from isopolity.matching.adapters.engine import candidate_search
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import ExcludedPairs
from isopolity.matching.assignment.evenness.most_even import most_even
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.compiled import HAS_COMPILER, compiling
from isopolity.matching.domain.network import Network

_TRIANGLE = ((0, 1), (0, 2), (1, 2))
_TWO_SIDES = ((0, 2), (0, 3), (1, 2), (1, 3))
_SUBJECT, _MODE, _MINIMUM = "cluster.literacy", "webinar", 0.3


def warm_up() -> None:
    """Value the smallest network and solve the smallest rounds that reach every kernel, in both modes."""
    with compiling():
        _value_network()
        for edges in (_TRIANGLE, _TWO_SIDES):
            for mode in Mode:
                AssignmentSolver().solve(_problem(edges, mode))
        most_even(_problem(_TWO_SIDES, Mode.QUICK), np.array([True, True, False, False]))


def _value_network() -> None:
    network, search = Network(), candidate_search(_MINIMUM)
    for country in ("CO", "FI", "KE", "PE"):
        state = _city(country)
        network.put_member("city", state.city_id, state.version, state.status, state.model_dump_json().encode())
    market = MarketSource(network).market(date.min)
    search.candidates(market, market.capacities.keys(), ())
    nobody, everybody = np.empty(0, np.int64), np.arange(len(market.profiles))
    stage, numbers, excluded = (
        search.stage,
        market.first_stage_numbers,
        ExcludedPairs.of(nobody, nobody, len(everybody)),
    )
    stage.best(numbers, everybody, np.ones(len(everybody), bool), excluded, 1)
    stage.row(numbers, 0, excluded)


def _city(country: str) -> CityState:
    return CityState(
        city_id=country,
        version=1,
        status="endorsed",
        kind="city",
        name=country,
        country=country,
        region="africa",
        languages=("en",),
        needs=(Need(subject=_SUBJECT, intensity=3, mode=_MODE),),
        offers=(Offer(subject=_SUBJECT, intensity=3, mode=_MODE),),
    )


def _problem(edges: tuple[tuple[int, int], ...], mode: Mode) -> RoundProblem:
    a, b = np.array(edges, np.int64).T
    nodes = int(b.max()) + 1
    weight = np.arange(WEIGHT_UNIT - len(edges), WEIGHT_UNIT, dtype=np.int64)
    return RoundProblem(capacity=np.ones(nodes, np.int64), a=a, b=b, weight=weight, mode=mode)


if __name__ == "__main__":
    if not HAS_COMPILER:
        sys.exit("Nothing can be compiled, because numba is not installed; install isopolity-matching[fast].")
    warm_up()
