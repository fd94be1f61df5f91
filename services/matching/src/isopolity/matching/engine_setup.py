"""The engine of a process: the search for candidates, the solver, and the ports that both use."""

from secrets import token_bytes

from isopolity.machine.clock import Clock, IdFactory
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.settings import MatchingSettings


def engine_of(settings: MatchingSettings, solver: ServingSolver, clock: Clock, ids: IdFactory) -> Engine:
    """The engine of these settings: the compiled first stage, `solver`, a clock, ids and secrets."""
    return Engine(
        search=CandidateSearch(stage=CompiledFirstStage(), minimum_score=settings.minimum_score),
        solver=solver,
        versions=solver_versions(),
        secret=lambda: token_bytes(32),
        clock=clock,
        ids=ids,
    )
