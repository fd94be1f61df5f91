"""The engine of a process: the one place that chooses the first stage.

Invariant: the services, the library and the warm-up search with the same first stage.
"""

from secrets import token_bytes

from isopolity.machine.clock import Clock, IdFactory
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.workflows.surroundings import Engine


def candidate_search(minimum_score: float) -> CandidateSearch:
    """The search for candidates that score `minimum_score` or more, with the compiled first stage."""
    return CandidateSearch(stage=CompiledFirstStage(), minimum_score=minimum_score)


def engine_of(search: CandidateSearch, solver: ServingSolver, clock: Clock, ids: IdFactory) -> Engine:
    """The engine with this search and solver, a clock, ids and secrets."""
    return Engine(
        search=search, solver=solver, versions=solver_versions(), secret=lambda: token_bytes(32), clock=clock, ids=ids
    )
