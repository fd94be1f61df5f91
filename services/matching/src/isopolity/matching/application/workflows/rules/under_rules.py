"""The choice of a round under its rules and its objective, beside the choice without them.

Invariant: rules that are not all kept are told in sentences, and there is no choice then.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.bound_book import BoundBook, bound_book
from isopolity.matching.application.rules.counts import RuledOut
from isopolity.matching.application.rules.member_columns import MemberColumns
from isopolity.matching.application.rules.pair_columns import PairColumns
from isopolity.matching.application.rules.ruled_choice import RuledProblem, UnkeptBook, ruled_problem
from isopolity.matching.application.wording.rules.outcome_sentences import unmet_sentences
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.domain.rules.rule_outcome import RulesResult
from isopolity.matching.errors import ContradictoryRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledRound:
    """A choice under rules: the problem under them, its solution, and what became of each rule."""

    ruled: RuledProblem
    solution: Solution
    result: RulesResult

    def with_choice(self, chosen: Integers) -> "RuledRound":
        """Another choice that keeps the rules in place of this one; what is proved stays."""
        solution = replace(self.solution, chosen=chosen)
        return replace(self, solution=solution, result=replace(self.result, outcomes=self.ruled.outcomes(solution)))


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

    Raises ContradictoryRules with sentences, and what `report` raises.
    """
    pairs = PairColumns(problem=problem, members=MemberColumns.of(holders, market))
    _refuse_must(book, bound_book(book, pairs, {}), holders)
    plain = solver.solve(problem, report)
    without = verified(problem, plain)
    try:
        ruled = ruled_problem(book, pairs, plain, room, solver, report)
        solution = ruled.solved(solver, report)
    except UnkeptBook as unmet:
        raise ContradictoryRules(" ".join(unmet_sentences(book, unmet))) from unmet
    value = int(problem.weight[solution.chosen].sum())
    return RuledRound(
        ruled=ruled,
        solution=solution,
        result=RulesResult(
            outcomes=ruled.outcomes(solution),
            value_without=max(without.value, value),
            bound_without=max(without.bound, value),
        ),
    )


def _refuse_must(book: RuleBook, bound: BoundBook, holders: Sequence[str]) -> None:
    """Raise ContradictoryRules where a pair that must be chosen is ruled out, or a member must have too many."""
    problem = bound.problem
    for limit in bound.limits:
        if isinstance(limit, RuledOut) and limit.source.position is not None:
            for edge in np.intersect1d(problem.must, limit.edges).tolist():
                names = f"{holders[problem.a[edge]]} and {holders[problem.b[edge]]}"
                name = book.name(limit.source.position)
                raise ContradictoryRules(f"{names} must be paired, but {name} rules them out; drop one of the two.")
    ends = np.concatenate((problem.a[problem.must], problem.b[problem.must]))
    wanted = np.bincount(ends, minlength=len(problem.capacity))
    for node in np.flatnonzero(wanted > bound.capacity).tolist():
        raise ContradictoryRules(
            f"{holders[node]} must be in {wanted[node]} pairs, but a rule lets it have {bound.capacity[node]}; "
            "drop one of the two."
        )
