"""The choice of a round: its candidates, its problem under all rules and floors, and the solution.

Invariant: a choice that looks at all pairs of its market leaves none out that is worth more than it would pay, or tells
what those that it leaves out could add.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.candidates.problem_encoding import EncodedProblem, encoded_problem
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.gains import node_gains
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.rounds.budgets import with_budgets
from isopolity.matching.application.workflows.rounds.choice.all_pairs import TURNS, Priced, Surplus, WholeMarket
from isopolity.matching.application.workflows.rounds.choice.seal import SaidOfAll
from isopolity.matching.application.workflows.rounds.exposed_rounds import exposed_choice
from isopolity.matching.application.workflows.rounds.floored_rounds import FlooredChoice
from isopolity.matching.application.workflows.rounds.remedies import FailedRules
from isopolity.matching.application.workflows.rounds.round_candidates import round_candidates
from isopolity.matching.application.workflows.rounds.ruled_rounds import RuledRound, choose_under_rules
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.assignment.edited_choice import favoured
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution
from isopolity.matching.domain.member import holders_of_pair
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.floors import FloorsResult
from isopolity.matching.domain.rules.pair_rules import Pair, PairRules
from isopolity.matching.domain.rules.rule_book import RuleBook, RulesResult
from isopolity.matching.errors import NoPermittedChoice

KEEPING: Final = 0.002
"""The share of its value that a choice may lose by keeping pairs of the last draft."""
_STEPS: Final[Mapping[str, str]] = {
    "bound": "bounding what is possible",
    "improving": "improving the choice",
    "odd cycles": "closing the gap",
    "assignment": "choosing pairs",
}
"""Names of the solvers' steps, in words for people who wait."""


class Chosen(NamedTuple):
    """The candidates, and the choice among them."""

    encoded: EncodedProblem
    problem: RoundProblem
    """The problem under all rules."""
    solution: Solution
    ruled: RuledRound | None = None
    """The choice before floors; None if there are no rules but those on pairs."""
    rules: RulesResult | None = None
    floors: FloorsResult | None = None
    """Outcomes of rules and floors; None if there are none but rules on pairs."""
    influence: float | None = None
    """The part of what was learned about pairs that counts; None where nothing is learned."""
    said: SaidOfAll | None = None
    """What is said of all pairs of the market; None if something is known of the candidates only."""

    def again(self, solution: Solution) -> "Chosen":
        """The choice with another solution that keeps its rules."""
        return self._replace(solution=solution, rules=None if self.ruled is None else self.ruled.result_of(solution))

    def priced(self, book: RuleBook, market: Market) -> Sequence[Priced]:
        """The problem with its prices, and the one without rules where there are any."""
        nothing = np.zeros(len(self.problem.capacity), np.int64)
        if self.ruled is None:
            return [Priced(self.problem, self.solution, nothing, is_ruled=True)]
        pairs = PairColumns(problem=self.problem, members=MemberColumns.of(self.encoded.holders, market))
        gains = node_gains(book, pairs, self.ruled.ruled.sources, self.solution.dual.rules)
        return [
            Priced(self.problem, self.solution, gains, is_ruled=True),
            Priced(self.encoded.problem, self.ruled.plain, nothing, is_ruled=False),
        ]

    def with_surplus(self, surplus: Sequence[Surplus | None], whole: WholeMarket) -> "Chosen":
        """The choice with what its pairs beyond the candidates could add, by problem of `priced`."""
        own, *plain = surplus
        rules = self.rules
        if rules is not None and self.ruled is not None and plain and plain[0] is not None:
            more = -(-sum(by for _, by in plain[0]) // self.ruled.plain.dual.scale)
            rules = replace(rules, bound_without=rules.bound_without + more, is_of_all=True)
        if own is None:
            return self._replace(rules=rules)
        said = SaidOfAll(
            claim=whole.claim(own),
            plan=whole.plan,
            situation=whole.situation,
            holders=self.encoded.holders,
            sources=() if self.ruled is None else self.ruled.ruled.sources,
        )
        return self._replace(rules=rules, said=said)


def choose(plan: RoundPlan, situation: Situation, engine: Engine, report: Report) -> Chosen:
    """The choice for a plan. Raises ContradictoryRules, and what `report` raises."""
    rules = _checked_rules(plan, situation)
    report("finding candidates", 0.0)
    whole = WholeMarket.of(plan, situation, engine.search)
    if whole is None:
        market, free, closed = situation.market, situation.free, situation.closed
        candidates = round_candidates(plan, market, free, closed, engine.search)
        return _among(_with_must(candidates, rules, situation), rules, plan, situation, engine, report)
    candidates = _with_must(whole.first_candidates(engine.search), rules, situation)
    for turn in count():
        try:
            found = _among(candidates, rules, plan, situation, engine, report)
        except FailedRules:
            wider = whole.wider(candidates)
            if not whole.is_searched or len(wider) == len(candidates):
                raise
            candidates = wider
            continue
        report("looking at all other pairs", 0.0)
        considered = whole.permitted.everything.are_among(candidates)
        beyond = whole.beyond(found.encoded.holders, considered, found.priced(plan.book, situation.market))
        if turn == TURNS or not whole.is_searched or not len(beyond.more):
            break
        candidates = candidates.joined(whole.permitted.candidates(beyond.more))
    return found.with_surplus(beyond.surplus, whole)


def _among(
    candidates: Candidates, rules: PairRules, plan: RoundPlan, situation: Situation, engine: Engine, report: Report
) -> Chosen:
    """The choice among candidates."""
    encoded = _encoded(candidates, rules, plan, situation)
    report("choosing pairs", 0.0)

    def in_words(step: str, done: float) -> None:
        report(_STEPS.get(step, step), done)

    if plan.book.is_plain:
        found = Chosen(encoded, encoded.problem, engine.solver.solve(encoded.problem, in_words))
    else:
        market, room = situation.market, situation.free.keys()
        ruled = choose_under_rules(plan.book, encoded.problem, encoded.holders, market, room, engine.solver, in_words)
        found = Chosen(encoded, ruled.ruled.problem, ruled.solution, ruled, ruled.result)
    exposed = exposed_choice(encoded, found.problem, found.solution, situation, engine.solver, in_words)
    if exposed is not None:
        found = found.again(exposed.solution)._replace(problem=exposed.problem, influence=exposed.influence)
    floors, plain = plan.book.floors, found.solution
    floored = FlooredChoice.of(floors, encoded.holders, situation.market, found.problem, plain, engine.solver, in_words)
    if floored is not None:
        found = found.again(floored.solution)._replace(problem=floored.problem, floors=floored.result)
    if not situation.kept:
        return found
    edges = np.flatnonzero([pair in situation.kept for pair in _pairs(encoded.problem, encoded.holders)])
    report("keeping pairs of the last draft", 0.0)
    try:
        chosen = engine.solver.solve(favoured(found.problem, edges, KEEPING), in_words).chosen
    except NoPermittedChoice:
        return found  # the search that keeps pairs misses a rule that the other one kept
    if exposed is not None and not exposed.permits(chosen):
        return found
    if floored is not None:
        if not floored.permits(chosen):
            return found
        found = found._replace(floors=floored.result_of(chosen))
    return found.again(replace(found.solution, chosen=chosen))


def _pairs(problem: RoundProblem, holders: Sequence[str]) -> Iterator[Pair]:
    """The pairs of all edges; a pair's holders are in the order of their names, as nodes are."""
    ends = zip(problem.a.tolist(), problem.b.tolist(), strict=True)
    return ((holders[a], holders[b]) for a, b in ends)


def _checked_rules(plan: RoundPlan, situation: Situation) -> PairRules:
    """The rules on pairs. Raises ContradictoryRules, UnknownMember."""
    market, closed = situation.market, situation.closed
    rules = PairRules.of(*([holders_of_pair(*pair) for pair in pairs] for pairs in (plan.must, plan.never)))
    capacities = {holder: situation.free.get(holder, 0) for holder in market.capacities}
    rules.check(capacities, closed=closed, blocked=lambda pair: exclusion(scored_pair(market, *pair), market, closed))
    return rules


def _with_must(candidates: Candidates, rules: PairRules, situation: Situation) -> Candidates:
    """The candidates with the pairs that must be chosen."""
    if not rules.must:
        return candidates
    wanted = [scored_pair(situation.market, *pair) for pair in rules.missing(candidates.pairs())]
    return candidates.together_with(wanted)


def _encoded(candidates: Candidates, rules: PairRules, plan: RoundPlan, situation: Situation) -> EncodedProblem:
    found = encoded_problem(candidates, situation.free, plan.seed, plan.mode, situation.expected)
    if rules.must or rules.never:
        found = replace(found, problem=_ruled(found, rules))
    return found if situation.amounts is None else with_budgets(found, situation.commitments, situation.amounts)


def _ruled(numbers: EncodedProblem, rules: PairRules) -> RoundProblem:
    must, never = rules.positions(_pairs(numbers.problem, numbers.holders))
    return replace(numbers.problem, must=must, never=never)
