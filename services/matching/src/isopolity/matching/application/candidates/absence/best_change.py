"""The one change that helps a member most in the round over all public profiles, by solving again.

A change helps by the pairs that the member gets; where these are as many, by what they weigh, then by how many partners
would fit. Invariant: of the changes that were solved with, none helps more; in a small network all are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.matching.application.candidates.absence.changes import Change, city_changes, programme_changes
from isopolity.matching.application.candidates.absence.public_round import (
    Got,
    OwnPairs,
    PublicPairs,
    SolvedRound,
    counted,
    expected_weight,
    own_pairs,
    solved_round,
)
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.what_if import market_stating
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.member import City, Programme

_WORK: Final = 400_000
"""Pairs of all rounds that are solved for one member, about."""
_LEAST_SOLVED: Final = 3
_NOTICED: Final = WEIGHT_UNIT // 100
"""Differences of weight below this count as none."""
_TRIED_UNSOLVED: Final = 4
"""How many changes are tried where no round is solved, since the network is so large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """The prospects of a member: how many partners fit, and the pairs that it gets in the public round."""

    cities: int
    programmes: int
    got: Got | None
    """None where no round was solved."""

    @property
    def help(self) -> tuple[int, int, int]:
        """The key by which prospects are ordered; the better one has the greater key."""
        pairs, weight = self.got or (0, 0)
        return pairs, weight // _NOTICED, self.cities + self.programmes


@dataclass(frozen=True, slots=True, kw_only=True)
class BestChange:
    """The change that helps a city or programme most, and its prospects without it."""

    now: Prospect
    tried: int
    """The number of changes that were considered."""
    change: Change | None
    """The one that helps most; None where none helps."""
    then: Prospect | None
    """The prospects with that change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Finds the best change in one public market; `pairs` are None where rounds take too long to solve."""

    market: Market
    pairs: PublicPairs | None
    minimum: float
    solver: RoundSolver

    def best_change(self, owner: City | Programme, own: OwnPairs) -> BestChange:
        """The best change of a city or programme with these pairs."""
        changes = self.changes(owner, own)
        now = None if self.pairs is None else self._solved(self.pairs, own)
        before = self._prospect(own, now)
        prospects = self._tried(changes, now)
        best = max(prospects, key=lambda each: each[1].help, default=None)  # equal help: the likeliest change
        helps = best is not None and best[1].help > before.help
        change, then = best if best is not None and helps else (None, None)
        return BestChange(now=before, tried=len(changes), change=change, then=then)

    def changes(self, owner: City | Programme, own: OwnPairs) -> Sequence[Change]:
        """The changes of a city or programme with these pairs that are tried, the likeliest first."""
        if isinstance(owner, Programme):
            return programme_changes(self.market, owner, own.partners[0])
        return city_changes(self.market, owner, own.partners[0])

    def _tried(self, changes: Sequence[Change], now: SolvedRound | None) -> Sequence[tuple[Change, Prospect]]:
        if now is None or self.pairs is None:
            likeliest = _first_of_each_kind(changes)[:_TRIED_UNSOLVED]
            return [(each, self._prospect(self._own_with(each), None)) for each in likeliest]
        owns = [self._own_with(each) for each in changes]
        cities, dual = len(self.market.profiles), now.solution.dual
        guesses = [expected_weight(own, dual, cities, self.minimum) for own in owns]
        most = max(_LEAST_SOLVED, _WORK // max(len(self.pairs.a), 1))
        kept = sorted(sorted(range(len(changes)), key=lambda at: -guesses[at])[:most])
        return [(changes[at], self._prospect(owns[at], self._solved(self.pairs, owns[at]))) for at in kept]

    def _solved(self, pairs: PublicPairs, own: OwnPairs) -> SolvedRound:
        return solved_round(pairs, own, self.market, self.minimum, self.solver)

    def _own_with(self, change: Change) -> OwnPairs:
        return own_pairs(self.changed(change.member), change.member)

    def changed(self, member: City | Programme) -> Market:
        """The market with the member as it would be."""
        if isinstance(member, City):
            return market_stating(self.market, self.market.city(member.city_id), member)
        programmes = [member if each.holder == member.holder else each for each in self.market.programmes]
        return replace(self.market, programmes=programmes).keeping(components=self.market.components)

    def _prospect(self, own: OwnPairs, found: SolvedRound | None) -> Prospect:
        counts = [counted(each, self.minimum) for each in own.partners]
        return Prospect(
            cities=sum(each.fitting for each in counts if not each.are_programmes),
            programmes=sum(each.fitting for each in counts if each.are_programmes),
            got=None if found is None else found.got,
        )


def _first_of_each_kind(changes: Sequence[Change]) -> Sequence[Change]:
    found = dict[str, Change]()
    for change in changes:
        found.setdefault(change.kind, change)
    return list(found.values())
