"""Towns of one wish anywhere in Europe, and a search among them; the best partners of most are far away."""

from random import Random

from isopolity.contracts.registry import CityState
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from tests.support.matching.service import city, need, offer


def towns(count: int, seed: int = 7) -> list[CityState]:
    """Cities of one wish that lie anywhere, so that the best partners of most are far away."""
    random = Random(seed)  # places
    return [
        city(
            f"town-{number:03}",
            country=random.choice(["FR", "DE", "PL"]),
            languages=(random.choice(["fr", "de", "pl"]),),
            latitude=random.uniform(42, 56),
            longitude=random.uniform(-3, 24),
            population=random.choice([20_000, 90_000, 400_000]),
            needs=(need("sdg.4", intensity=random.randint(1, 5)),),
            offers=(offer("sdg.4", intensity=random.randint(1, 5)),),
        )
        for number in range(count)
    ]


def searching(per_city: int) -> CandidateSearch:
    return CandidateSearch(stage=CompiledFirstStage(1), per_city=per_city)
