"""Who could be proposed to whom.

Its invariant: a pair that a rule excludes is never a candidate, and the order of the members changes nothing.
"""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from isopolity.matching.application.candidates import SPONSORSHIP, TWINNING, Block, Candidate, Candidates
from isopolity.matching.application.market import Market
from isopolity.matching.application.shortlist import FirstStage
from isopolity.matching.application.sponsorship_candidates import SponsorshipSearch
from isopolity.matching.application.twinning_candidates import TwinningSearch

__all__ = ["KINDS", "SPONSORSHIP", "TWINNING", "Candidate", "Candidates", "Matchmaking"]
KINDS: Final = (TWINNING, SPONSORSHIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matchmaking:
    """Finds candidates; below `minimum_score` a pair is not worth anybody's time."""

    stage: FirstStage
    minimum_score: float = 0.35
    per_city: int = 20
    per_programme: int = 40
    _twinnings: TwinningSearch = field(init=False, repr=False)
    _sponsorships: SponsorshipSearch = field(init=False, repr=False)

    def __post_init__(self) -> None:
        twinnings = TwinningSearch(self.stage, minimum_score=self.minimum_score, per_city=self.per_city)
        object.__setattr__(self, "_twinnings", twinnings)
        sponsorships = SponsorshipSearch(minimum_score=self.minimum_score, per_programme=self.per_programme)
        object.__setattr__(self, "_sponsorships", sponsorships)

    def candidates(
        self,
        market: Market,
        free: AbstractSet[str],
        closed: Collection[str],
        *,
        only: Collection[str] | None = None,
        kinds: Collection[str] = KINDS,
    ) -> Candidates:
        """The candidates among the holders in `free`, without the pairs in `closed`; `only` those of some holders."""
        blocks: list[Block] = []
        if TWINNING in kinds:
            blocks.append(self._twinnings.found(market, free, closed, only))
        if SPONSORSHIP in kinds:
            blocks.append(self._sponsorships.found(market, free, closed, only))
        return Candidates(market, blocks)
