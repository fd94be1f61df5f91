"""The rules of a round in its draft: what became of each in the choice as it is now, and the problem under them.

Invariant: what was fixed when the round was computed, floors and shares, stays; an edit that breaks a rule is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.member_columns import MemberColumns
from isopolity.matching.application.rules.pair_columns import PairColumns
from isopolity.matching.application.rules.ruled_choice import UnkeptBook, fixed_by, ruled_problem, stored_book
from isopolity.matching.application.wording.rules.outcome_sentences import (
    asked_sentence,
    outcome_sentence,
    unmet_sentences,
)
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import favoured
from isopolity.matching.assignment.problem import RoundProblem, unreported
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.domain.round import Round
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.domain.rules.rule_outcome import RuleOutcome
from isopolity.matching.errors import ContradictoryRules, NoPermittedChoice


class UnkeptRules(NamedTuple):
    """The rules that do not hold in a part of a draft, in sentences."""

    broken: Sequence[str] = ()
    """Those that the rest of the draft does not mend."""
    waiting: Sequence[str] = ()
    """Those that hold once the rest of the draft is out, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRules:
    """The rules that a draft was made under."""

    book: RuleBook
    outcomes: Sequence[RuleOutcome]
    """What became of them when the round was computed; what was fixed then stands in them."""

    @classmethod
    def of(cls, known: Round) -> "KeptRules | None":
        """Those of a round; None if it has none."""
        result = known.result
        if known.plan.book.is_plain or result is None or result.rules is None:
            return None
        return cls(book=known.plan.book, outcomes=result.rules.outcomes)

    def now(self, numbers: DraftNumbers, market: Market, chosen: Integers | None = None) -> Sequence[RuleOutcome]:
        """What becomes of them in the choice of a draft, or in these of its edges."""
        bound = stored_book(self.book, _columns(numbers, market), self.outcomes)
        return bound.outcomes(numbers.choice.chosen if chosen is None else chosen)

    def broken(self, numbers: DraftNumbers, market: Market, chosen: Integers | None = None) -> Sequence[str]:
        """A sentence for each rule that does not hold."""
        return [outcome_sentence(self.book, each) for each in self.now(numbers, market, chosen) if not each.holds]

    def in_part(self, numbers: DraftNumbers, market: Market, part: Integers, whole: Integers) -> "UnkeptRules":
        """The rules that do not hold in the edges of `part`, which are some of `whole`."""
        kept_later = {each.source for each in self.now(numbers, market, whole) if each.holds}
        unkept = [each for each in self.now(numbers, market, part) if not each.holds]
        return UnkeptRules(
            broken=[outcome_sentence(self.book, each) for each in unkept if each.source not in kept_later],
            waiting=[asked_sentence(self.book, each.source) for each in unkept if each.source in kept_later],
        )

    def problem(self, numbers: DraftNumbers, market: Market) -> RoundProblem:
        """The problem of a draft under the rules and levels as they were fixed."""
        ruled, _ = stored_book(self.book, _columns(numbers, market), self.outcomes).ruled()
        return ruled

    def improved(self, numbers: DraftNumbers, market: Market, solver: ServingSolver, share: float) -> Integers:
        """The rest of a draft chosen anew: floors as they were fixed, the objective's levels found anew.

        Pairs that are chosen are favoured by `share` of what they weigh. Raises ContradictoryRules where what is
        held leaves no choice that keeps the rules.
        """
        fixed = replace(numbers, choice=replace(numbers.choice, problem=numbers.choice.ruled))
        room = [holder for holder, slots in zip(numbers.holders, numbers.choice.problem.capacity, strict=True) if slots]
        pairs, limits = _columns(fixed, market), fixed_by(self.outcomes)
        try:
            ruled = ruled_problem(self.book, pairs, None, room, solver, unreported, fixed=limits)
            try:
                return solver.solve(favoured(ruled.problem, numbers.choice.chosen, share)).chosen
            except NoPermittedChoice:
                return ruled.solved(solver, unreported).chosen
        except UnkeptBook as unmet:
            told = " ".join(unmet_sentences(self.book, unmet)[1:])
            raise ContradictoryRules(
                "Nothing was changed: around what is pinned, published and edited no choice keeps the rules; undo "
                f"some of it. {told}"
            ) from unmet


def _columns(numbers: DraftNumbers, market: Market) -> PairColumns:
    return PairColumns(problem=numbers.choice.problem, members=MemberColumns.of(numbers.holders, market))
