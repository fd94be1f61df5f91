"""The levels of an objective: what it asks for before the total fit, as limits that the choice must keep.

Invariant: what a level asks for has been reached by a choice that keeps the rules and all levels before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from isopolity.matching.application.rules.counts import Served
from isopolity.matching.application.rules.floors import Basis, regions_of
from isopolity.matching.application.rules.pair_columns import PairColumns
from isopolity.matching.assignment.problem import RoundProblem, ServedCount
from isopolity.matching.domain.rules.filters import ANYBODY, MemberFilter, PairKind
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.domain.rules.rule_outcome import RuleOutcome, Source
from isopolity.matching.errors import NoPermittedChoice

_OBJECTIVE: Final = Source(position=None)
_DIGITS: Final = 9
"""A share that is whole but for rounding is whole."""


def level_limits(book: RuleBook, problem: RoundProblem, basis: Basis) -> Sequence[Served]:
    """The limits by which the objective of a book comes before the total fit; `problem` is under its rules.

    Raises NoPermittedChoice, about the rules of `problem`.
    """
    match book.objective:
        case Objective.MOST_TOTAL_FIT:
            return []
        case Objective.SERVE_EVERYBODY_FIRST:
            return [_greatest(ANYBODY, problem, basis)]
        case Objective.FIRST_TIES_FIRST:
            return [_greatest(MemberFilter(without_tie=True), problem, basis)]
        case Objective.AS_EVEN_AS_POSSIBLE_BY_REGION:
            return _Shares.of(problem, basis, book.tolerance_percent / 100).raised()


def stored_level(objective: Objective, outcome: RuleOutcome, pairs: PairColumns) -> Served:
    """A level as it was found when a round was computed."""
    is_of_ties = objective is Objective.FIRST_TIES_FIRST
    of = MemberFilter(region=(outcome.source.group,)) if outcome.source.group else ANYBODY
    level = _level(MemberFilter(without_tie=True) if is_of_ties else of, outcome.source, pairs)
    return replace(level, least=outcome.at_least, possible=outcome.possible)


def _greatest(of: MemberFilter, problem: RoundProblem, basis: Basis) -> Served:
    level = _level(of, _OBJECTIVE, basis.pairs)
    found = basis.solver.most_served(problem, level.rule(), basis.report)
    return replace(level, least=found.served, possible=found.bound)


def _level(of: MemberFilter, source: Source, pairs: PairColumns) -> Served:
    node, member, _ = pairs.nodes_of(of, PairKind.ALL)
    return Served(source=source, node=node, member=member, least=0)


@dataclass(slots=True, kw_only=True)
class _Shares:
    """Regions whose served shares are raised together; one that cannot be raised further is settled at its count."""

    problem: RoundProblem
    basis: Basis
    tolerance: float
    levels: Mapping[str, Served]
    size: Mapping[str, int]
    """By region, its cities with room."""
    top: dict[str, int]
    """By region, what it can reach at most as far as is known."""
    settled: dict[str, int]

    @classmethod
    def of(cls, problem: RoundProblem, basis: Basis, tolerance: float) -> "_Shares":
        """The regions that have any city with room and a candidate; each one's `top` is what it reaches alone."""
        size, levels = dict[str, int](), dict[str, Served]()
        for region in regions_of(basis.pairs):
            of = MemberFilter(region=(region,))
            size[region] = basis.with_room(of, PairKind.ALL)
            levels[region] = _level(of, _OBJECTIVE.of(region), basis.pairs)
        levels = {region: level for region, level in levels.items() if size[region] and level.members}
        found = {
            region: basis.solver.most_served(problem, level.rule(), basis.report) for region, level in levels.items()
        }
        levels = {region: replace(level, possible=found[region].bound) for region, level in levels.items()}
        top = {region: each.served for region, each in found.items()}
        return cls(problem=problem, basis=basis, tolerance=tolerance, levels=levels, size=size, top=top, settled={})

    def raised(self) -> Sequence[Served]:
        """A limit for each region, by which the least served share is greatest, then the next one, and so on."""
        share = 0.0
        while open_regions := [region for region in self.levels if region not in self.settled]:
            share = self._greatest_share(share, min(self.top[region] / self.size[region] for region in open_regions))
            wanted = self._wanted(share)
            done = [region for region in open_regions if wanted[region] >= self.top[region]]
            if not done:
                more = {region: self._could_gain(region, share) for region in open_regions}
                done = [region for region in open_regions if more[region] < self.tolerance]
                done = done or [min(open_regions, key=lambda region: (more[region], region))]
            self.settled |= {region: wanted[region] for region in done}
        return [replace(level, least=self.settled[region]) for region, level in self.levels.items()]

    def _greatest_share(self, low: float, high: float) -> float:
        """The greatest share that all open regions reach together, to the tolerance; they do reach `low`."""
        if self._is_reached(high):
            return high
        while high - low > self.tolerance:
            middle = (low + high) / 2
            low, high = (middle, high) if self._is_reached(middle) else (low, middle)
        return low

    def _wanted(self, share: float) -> dict[str, int]:
        """How many members each region must have served at a share of the open ones."""
        wanted = {
            region: min(self.top[region], ceil(round(share * self.size[region], _DIGITS))) for region in self.levels
        }
        return wanted | self.settled

    def _is_reached(self, share: float) -> bool:
        wanted = self._wanted(share)
        one = max(wanted, key=lambda region: (wanted[region], region))
        try:
            return self._most(one, wanted).served >= wanted[one]
        except NoPermittedChoice:
            return False

    def _could_gain(self, region: str, share: float) -> float:
        """By how much the share of a region could rise while all others keep theirs."""
        try:
            return self._most(region, self._wanted(share)).served / self.size[region] - share
        except NoPermittedChoice:
            return 0.0

    def _most(self, region: str, wanted: Mapping[str, int]) -> ServedCount:
        """The most members of a region that can be served while the others have what is wanted of them."""
        others = [
            replace(level, least=wanted[other]).rule()
            for other, level in self.levels.items()
            if other != region and wanted[other]
        ]
        problem = replace(self.problem, rules=(*self.problem.rules, *others))
        return self.basis.solver.most_served(problem, self.levels[region].rule(), self.basis.report)
