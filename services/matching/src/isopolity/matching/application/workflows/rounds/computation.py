"""Computation of a round from a market: candidates, the choice among them, its proof; then proposals, or a draft.

Invariant: it touches nothing but its arguments, so that it may run in a thread while events come in; a choice that
fails its check raises.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from isopolity.machine.clock import IdFactory
from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.candidates.problem_encoding import EncodedProblem, encoded_problem
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.rounds.budgets import with_budgets
from isopolity.matching.application.workflows.rounds.exposed_rounds import exposed_choice
from isopolity.matching.application.workflows.rounds.floored_rounds import FlooredChoice
from isopolity.matching.application.workflows.rounds.round_candidates import round_candidates
from isopolity.matching.application.workflows.rounds.ruled_rounds import RuledRound, choose_under_rules
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import Making, certify
from isopolity.matching.assignment.certificate_document import fingerprint, written
from isopolity.matching.assignment.edited_choice import EditedChoice, favoured
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.gains import Gains, NewTie, gains
from isopolity.matching.domain.member import Programme, holders_of_pair
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan, alternates
from isopolity.matching.domain.rules.floors import FloorsResult
from isopolity.matching.domain.rules.pair_rules import Pair, PairRules, pair_key
from isopolity.matching.domain.rules.rule_book import RulesResult
from isopolity.matching.errors import InvalidCertificate, NoPermittedChoice

KEEPING: Final = 0.002
"""The share of its value that a choice may lose by keeping pairs of the last draft."""
_ALTERNATES_EACH: Final = 3
"""How many next best pairs are kept of each member that a round has paired."""

_MODEL: Final = "affinity-model"
_STEPS: Final[Mapping[str, str]] = {
    "bound": "bounding what is possible",
    "improving": "improving the choice",
    "odd cycles": "closing the gap",
    "assignment": "choosing pairs",
}
"""Names of the solvers' steps, in words for people who wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedRound:
    """A computed round: the chosen pairs as proposals, and how good the choice is."""

    proposals: Sequence[Proposal]
    candidates: int
    alternates: Sequence[tuple[str, str, str]]
    """The next best pairs, by pair key and both holders."""
    gains: Gains
    verdict: Verdict
    rules: RulesResult | None
    """Outcomes of the rules; None if there are no rules."""
    floors: FloorsResult | None
    """Outcomes of the floors; None if there are no floors."""
    influence: float | None
    """The part of what was learned about pairs that counts; None where nothing is learned."""
    certificate: str
    """The certificate as a document of one line."""
    fingerprint: str
    """The fingerprint of the certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDraft:
    """A computed round under hold: the choice as numbers that can be edited, and how good it is."""

    numbers: DraftNumbers
    gains: Gains
    verdict: Verdict
    rules: RulesResult | None
    floors: FloorsResult | None
    influence: float | None


class _Chosen(NamedTuple):
    """The candidates, and the choice among them."""

    encoded: EncodedProblem
    problem: RoundProblem
    """The problem under all rules."""
    solution: Solution
    rules: RulesResult | None = None
    floors: FloorsResult | None = None
    """Outcomes of rules and floors; None if there are none but rules on pairs."""
    influence: float | None = None
    """The part of what was learned about pairs that counts; None where nothing is learned."""


class Proof(NamedTuple):
    """How good a choice is, and its certificate as written, with the fingerprint."""

    verdict: Verdict
    certificate: str
    fingerprint: str


def compute_round(
    plan: RoundPlan, situation: Situation, round_id: str, engine: Engine, report: Report
) -> ComputedRound:
    """The round for a plan, equal for equal plans and situations but for ids and the proof's numbers.

    Raises ContradictoryRules, InvalidCertificate, and what `report` raises.
    """
    found = _chosen(plan, situation, engine, report)
    encoded, solution = found.encoded, found.solution
    report("checking the proof", 0.0)
    proof = certified(found.problem, solution, situation, engine)  # before the proposals, as it takes as much memory
    chosen = encoded.chosen(solution.chosen)
    return ComputedRound(
        proposals=_new_proposals(chosen, situation, round_id, engine.ids, report),
        candidates=len(encoded.candidates),
        alternates=next_best(found.problem, encoded.holders, solution.chosen),
        gains=_gains(chosen, situation),
        verdict=proof.verdict,
        rules=found.rules,
        floors=found.floors,
        influence=found.influence,
        certificate=proof.certificate,
        fingerprint=proof.fingerprint,
    )


def compute_draft(plan: RoundPlan, situation: Situation, engine: Engine, report: Report) -> ComputedDraft:
    """The round for a plan as a draft; it writes no reasons and keeps no proof, as publishing does both.

    Raises ContradictoryRules, InvalidCertificate, and what `report` raises.
    """
    found = _chosen(plan, situation, engine, report)
    report("checking the proof", 0.0)
    encoded, solution = found.encoded, found.solution
    verdict = verified(found.problem, solution)
    if not verdict.is_proved:
        raise InvalidCertificate(f"The round fails its check and is not kept. {verdict.faults[0]}")
    return ComputedDraft(
        numbers=DraftNumbers(
            choice=EditedChoice(
                problem=replace(encoded.problem, weight=found.problem.weight, rules=()), chosen=solution.chosen
            ),
            holders=encoded.holders,
        ),
        gains=_gains(encoded.chosen(solution.chosen), situation),
        verdict=verdict,
        rules=found.rules,
        floors=found.floors,
        influence=found.influence,
    )


def _chosen(plan: RoundPlan, situation: Situation, engine: Engine, report: Report) -> _Chosen:
    report("finding candidates", 0.0)
    encoded = _encoded(plan, situation, engine.search)
    report("choosing pairs", 0.0)

    def in_words(step: str, done: float) -> None:
        report(_STEPS.get(step, step), done)

    if plan.book.is_plain:
        ruled, found = None, _Chosen(encoded, encoded.problem, engine.solver.solve(encoded.problem, in_words))
    else:
        market, room = situation.market, situation.free.keys()
        ruled = choose_under_rules(plan.book, encoded.problem, encoded.holders, market, room, engine.solver, in_words)
        found = _Chosen(encoded, ruled.ruled.problem, ruled.solution, ruled.result)
    exposed = exposed_choice(encoded, found.problem, found.solution, situation, engine.solver, in_words)
    if exposed is not None:
        found = _again(found, exposed.solution, ruled)._replace(problem=exposed.problem, influence=exposed.influence)
    floors, plain = plan.book.floors, found.solution
    floored = FlooredChoice.of(floors, encoded.holders, situation.market, found.problem, plain, engine.solver, in_words)
    if floored is not None:
        found = _again(found, floored.solution, ruled)._replace(problem=floored.problem, floors=floored.result)
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
    return _again(found, replace(found.solution, chosen=chosen), ruled)


def _again(found: _Chosen, solution: Solution, ruled: RuledRound | None) -> _Chosen:
    """The choice with another solution that keeps its rules."""
    return found._replace(solution=solution, rules=None if ruled is None else ruled.result_of(solution))


def _pairs(problem: RoundProblem, holders: Sequence[str]) -> Iterator[Pair]:
    """The pairs of all edges; a pair's holders are in the order of their names, as nodes are."""
    ends = zip(problem.a.tolist(), problem.b.tolist(), strict=True)
    return ((holders[a], holders[b]) for a, b in ends)


def _gains(chosen: Sequence[Candidate], situation: Situation) -> Gains:
    return gains(situation.market.profiles.cities, situation.market.ties, map(_tie, chosen))


def _encoded(plan: RoundPlan, situation: Situation, search: CandidateSearch) -> EncodedProblem:
    market, free, closed = situation.market, situation.free, situation.closed
    rules = PairRules.of(*([holders_of_pair(*pair) for pair in pairs] for pairs in (plan.must, plan.never)))
    capacities = {holder: free.get(holder, 0) for holder in market.capacities}
    rules.check(capacities, closed=closed, blocked=lambda pair: exclusion(scored_pair(market, *pair), market, closed))
    candidates = round_candidates(plan, market, free, closed, search)
    if rules.must:
        wanted = [scored_pair(market, *pair) for pair in rules.missing(candidates.pairs())]
        candidates = candidates.together_with(wanted)
    found = encoded_problem(candidates, free, plan.seed, plan.mode, situation.expected)
    if rules.must or rules.never:
        found = replace(found, problem=_ruled(found, rules))
    return found if situation.amounts is None else with_budgets(found, situation.commitments, situation.amounts)


def certified(problem: RoundProblem, solution: Solution, situation: Situation, engine: Engine) -> Proof:
    """The proof of a solution. Raises InvalidCertificate."""
    affinity, versions = situation.market.affinity, engine.versions
    making = Making(
        solver=engine.solver.name,
        versions=versions if affinity is None else {**versions, _MODEL: affinity.version},
        computed_at=situation.now,
        seconds=(engine.clock() - situation.now).total_seconds(),
    )
    certificate = certify(problem, solution, making, engine.secret())  # only what is proved gets one
    verdict = Verdict(faults=(), pairs=len(solution.chosen), value=certificate.value, bound=certificate.upper_bound)
    mark = fingerprint(certificate)
    return Proof(verdict, written(certificate, mark), mark)


def _new_proposals(
    chosen: Sequence[Candidate], situation: Situation, round_id: str, ids: IdFactory, report: Report
) -> Sequence[Proposal]:
    proposals = []
    for position, each in enumerate(chosen):
        report("writing reasons", position / len(chosen))
        proposals.append(new_proposal(each, situation.market, ids(), round_id, situation.now))
    return proposals


def next_best(problem: RoundProblem, holders: Sequence[str], chosen: Integers) -> Sequence[tuple[str, str, str]]:
    """The next best pairs of the members that are paired, by pair key and both holders."""
    spare = alternates(problem, chosen, _ALTERNATES_EACH)
    pairs = zip(problem.a[spare].tolist(), problem.b[spare].tolist(), strict=True)
    named = [(holders[a], holders[b]) for a, b in pairs]
    return [(pair_key(pair), *pair) for pair in named]


def _ruled(numbers: EncodedProblem, rules: PairRules) -> RoundProblem:
    must, never = rules.positions(_pairs(numbers.problem, numbers.holders))
    return replace(numbers.problem, must=must, never=never)


def _tie(candidate: Candidate) -> NewTie:
    a, b = candidate.members
    return NewTie(a=a.member_id, b=b.member_id, programme=a.holder if isinstance(a, Programme) else None)
