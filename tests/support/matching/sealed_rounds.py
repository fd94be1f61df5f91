"""Rounds that are computed at once, with their certificates and the members that were sealed with these."""

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.rounds.computation import ComputedRound, compute_round
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.assignment.problem import Mode, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.rule_book import PLAIN, RuleBook
from tests.support.matching.service import NOW


def sealed_round(market: Market, book: RuleBook = PLAIN, mode: Mode = Mode.EXACT, per_city: int = 3) -> ComputedRound:
    """A round of all members of a market."""
    engine = Engine(
        search=CandidateSearch(stage=CompiledFirstStage(1), per_city=per_city),
        solver=AssignmentSolver(),
        versions={},
        secret=lambda: b"a secret of sixteen bytes or more",
        clock=lambda: NOW,
        ids=lambda: "",
    )
    situation = Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW)
    return compute_round(RoundPlan(seed=1, mode=mode, book=book), situation, "r", engine, unreported)
