"""The search for candidates of both kinds: the pairs that could be proposed.

Invariant: a pair that a rule excludes is never a candidate, and the order of the members changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol

from isopolity.matching.application.candidates.candidate import SPONSORSHIP, TWINNING, CandidateArrays, Candidates
from isopolity.matching.application.candidates.free_capacity import Prospects
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.sponsorships import SponsorshipSearch
from isopolity.matching.application.candidates.twinnings import TwinningSearch
from isopolity.matching.application.ports.engine import FirstStage

KINDS: Final = (TWINNING, SPONSORSHIP)


class _Search(Protocol):
    """Finds the candidates of one kind."""

    def found(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], only: Collection[str] | None
    ) -> CandidateArrays: ...

    def prospects(self, market: Market, holder: str, closed: int) -> Sequence[Prospects]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSearch:
    """Finds candidates: pairs that score `minimum_score` or more, and are among the best of one of their sides."""

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
        """The candidates among the holders in `free`, without the pairs in `closed`; `only` those of these holders."""
        searches: Mapping[str, _Search] = {TWINNING: self._twinnings, SPONSORSHIP: self._sponsorships}
        wanted = [searches[kind].found for kind in KINDS if kind in kinds]
        if only is not None:
            return Candidates(market, [found(market, free, closed, only) for found in wanted])
        with ThreadPoolExecutor(len(KINDS)) as pool:  # compiled code and numpy let go of the interpreter
            blocks = [pool.submit(found, market, free, closed, None) for found in wanted]
            return Candidates(market, [block.result() for block in blocks])

    def prospects(self, market: Market, holders: Collection[str], closed: Collection[str]) -> Sequence[Prospects]:
        """The holders that `candidates` may pair with these holders, if the pairs in `closed` are left out."""
        searches: Sequence[_Search] = (self._twinnings, self._sponsorships)
        return [
            found
            for search in searches
            for holder in sorted(holders)
            for found in search.prospects(market, holder, len(closed))
        ]
