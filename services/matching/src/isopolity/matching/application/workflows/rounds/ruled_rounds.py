"""The choice of a round under its rules and its objective, and these rules in the draft, which people edit.

Invariant: where not all rules can be kept, sentences say why, and there is no choice. What was fixed when the round was
computed, floors and shares, stays in its draft; an edit that breaks a rule is reported.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.bound_book import bound_book
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.ruled_choice import (
    RuledProblem,
    UnkeptBook,
    fixed_by,
    ruled_problem,
    stored_book,
)
from isopolity.matching.application.wording.rule_outcomes import asked_sentence, outcome_sentence
from isopolity.matching.application.workflows.rounds.failure_sentences import unmet_sentences
from isopolity.matching.application.workflows.rounds.remedies import FailedRules, RefusedPair, refuse_must, remedies
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import favoured
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.round import Round
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.rules.rule_book import RuleBook, RuleOutcome, RulesResult, Source
from isopolity.matching.errors import ContradictoryRules, NoPermittedChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledRound:
    """A choice under rules: the problem under them, its solution, and what became of each rule."""

    ruled: RuledProblem
    solution: Solution
    plain: Solution
    """The solution without the rules of the book."""
    result: RulesResult

    def result_of(self, solution: Solution) -> RulesResult:
        """The result with the outcomes of another solution that keeps the rules; bounds that were proved stay."""
        duals = solution.dual.rules[: len(self.ruled.sources)]  # floors come after these
        own = replace(solution, dual=replace(solution.dual, rules=duals))
        return replace(self.result, outcomes=self.ruled.outcomes(own))


def choose_under_rules(
    book: RuleBook,
    problem: RoundProblem,
    holders: Sequence[str],
    market: Market,
    room: Collection[str],
    solver: ServingSolver,
    report: Report,
) -> RuledRound:
    """The best choice under a book; node i is `holders[i]`, and `room` are the holders with room.

    Raises FailedRules with sentences and remedies, and what `report` raises.
    """
    pairs = PairColumns(problem=problem, members=MemberColumns.of(holders, market))
    try:
        refuse_must(book, bound_book(book, pairs, {}))
        plain = solver.solve(problem, report)
        without = verified(problem, plain)
        ruled = ruled_problem(book, pairs, plain, room, solver, report)
        solution = ruled.solved(solver, report)
    except UnkeptBook as unmet:
        sentence = " ".join(_unmet_sentences(book, unmet, problem, holders))
        raise FailedRules(sentence, remedies(book, pairs, holders, room, solver, report, unmet)) from unmet
    value = int(problem.weight[solution.chosen].sum())
    return RuledRound(
        ruled=ruled,
        solution=solution,
        plain=plain,
        result=RulesResult(
            outcomes=ruled.outcomes(solution),
            value_without=max(without.value, value),
            bound_without=max(without.bound, value),
        ),
    )


def _unmet_sentences(book: RuleBook, unmet: UnkeptBook, problem: RoundProblem, holders: Sequence[str]) -> Sequence[str]:
    def pair_of(edge: int) -> Pair:
        return holders[problem.a[edge]], holders[problem.b[edge]]

    if not isinstance(unmet, RefusedPair):
        return unmet_sentences(book, unmet, pair_of)
    if unmet.node is None:
        names = " and ".join(pair_of(unmet.pairs.required[0]))
        rule = book.name(unmet.conflict[0].position or 0)
        return [f"{names} must be paired, but {rule} rules them out; drop one of the two."]
    wanted, most = len(unmet.pairs.required), unmet.most
    return [f"{holders[unmet.node]} must be in {wanted} pairs, but a rule lets it have {most}; drop one of the two."]


class UnkeptRules(NamedTuple):
    """The rules that do not hold in a part of a draft, in sentences."""

    broken: Sequence[str] = ()
    """Rules that do not hold with the rest of the draft either."""
    waiting: Sequence[str] = ()
    """Rules that hold once the rest of the draft is published, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRules:
    """The rules that a draft was made under."""

    book: RuleBook
    outcomes: Sequence[RuleOutcome]
    """Outcomes when the round was computed; they hold the limits that were fixed then."""

    @classmethod
    def of(cls, known: Round) -> "KeptRules | None":
        """The rules of a round; None if it has no rules."""
        result = known.result
        if known.plan.book.is_plain or result is None or result.rules is None:
            return None
        return cls(book=known.plan.book, outcomes=result.rules.outcomes)

    def now(self, numbers: DraftNumbers, market: Market, chosen: Integers | None = None) -> Sequence[RuleOutcome]:
        """Outcomes of the rules in the choice of a draft, or in the edges `chosen`."""
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
        return self.ruled(numbers, market)[0]

    def ruled(self, numbers: DraftNumbers, market: Market) -> tuple[RoundProblem, Sequence[Source]]:
        """The problem of a draft under the rules, and where each of its rules comes from."""
        return stored_book(self.book, _columns(numbers, market), self.outcomes).ruled()

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
            sentences = _unmet_sentences(self.book, unmet, fixed.choice.problem, numbers.holders)
            reasons = " ".join(sentences[1:])
            raise ContradictoryRules(
                "Nothing was changed: around what is pinned, published and edited no choice keeps the rules; undo "
                f"some of it. {reasons}"
            ) from unmet


def _columns(numbers: DraftNumbers, market: Market) -> PairColumns:
    return PairColumns(problem=numbers.choice.problem, members=MemberColumns.of(numbers.holders, market))
