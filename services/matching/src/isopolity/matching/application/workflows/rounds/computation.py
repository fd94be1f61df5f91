"""Computation of a round from a market: candidates, the choice among them, its proof; then proposals, or a draft.

Invariant: it touches nothing but its arguments, so that it may run in a thread while events come in; a choice that
fails its check raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from isopolity.machine.clock import IdFactory
from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.rounds.choice.round_choice import choose
from isopolity.matching.application.workflows.rounds.choice.seal import SaidOfAll
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import Making, Renumbering, certify
from isopolity.matching.assignment.certificate_document import fingerprint, written
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.assignment.verification import verified
from isopolity.matching.audit.sealed_members import hash_of
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.gains import Gains, NewTie, gains
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan, alternates
from isopolity.matching.domain.rules.floors import FloorsResult
from isopolity.matching.domain.rules.pair_rules import pair_key
from isopolity.matching.domain.rules.rule_book import RulesResult
from isopolity.matching.errors import InvalidCertificate

_ALTERNATES_EACH: Final = 3
"""How many next best pairs are kept of each member that a round has paired."""

_MODEL: Final = "affinity-model"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedRound:
    """A computed round: the chosen pairs as proposals, and how good the choice is."""

    proposals: Sequence[Proposal]
    candidates: int
    alternates: Sequence[tuple[str, str, str]]
    """The next best pairs, by pair key and both holders."""
    gains: Gains
    verdict: Verdict
    all_pairs: int | None
    """The number of pairs of members with room that the verdict is about; None if it is about the candidates only."""
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
    sealed: str
    """The members that were sealed with the certificate, empty if it says nothing of all pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDraft:
    """A computed round under hold: the choice as numbers that can be edited, and how good it is."""

    numbers: DraftNumbers
    gains: Gains
    verdict: Verdict
    all_pairs: int | None
    """The number of pairs of members with room that the verdict is about; None if it is about the candidates only."""
    rules: RulesResult | None
    floors: FloorsResult | None
    influence: float | None


class Proof(NamedTuple):
    """How good a choice is, and its certificate as written, with the fingerprint."""

    verdict: Verdict
    certificate: str
    fingerprint: str
    sealed: str = ""
    """The sealed members, by which what it says of all pairs can be checked; empty if it says nothing of them."""


def compute_round(
    plan: RoundPlan, situation: Situation, round_id: str, engine: Engine, report: Report
) -> ComputedRound:
    """The round for a plan, equal for equal plans and situations but for ids and the proof's numbers.

    Raises ContradictoryRules, InvalidCertificate, and what `report` raises.
    """
    found = choose(plan, situation, engine, report)
    encoded, solution = found.encoded, found.solution
    report("checking the proof", 0.0)
    # before the proposals, as it takes as much memory
    proof = certified(found.problem, solution, situation, engine, found.said)
    chosen = encoded.chosen(solution.chosen)
    return ComputedRound(
        proposals=_new_proposals(chosen, situation, round_id, engine.ids, report),
        candidates=len(encoded.candidates),
        alternates=next_best(found.problem, encoded.holders, solution.chosen),
        gains=_gains(chosen, situation),
        verdict=proof.verdict,
        all_pairs=None if found.said is None else found.said.claim.pairs,
        rules=found.rules,
        floors=found.floors,
        influence=found.influence,
        certificate=proof.certificate,
        fingerprint=proof.fingerprint,
        sealed=proof.sealed,
    )


def compute_draft(plan: RoundPlan, situation: Situation, engine: Engine, report: Report) -> ComputedDraft:
    """The round for a plan as a draft; it writes no reasons and keeps no proof, as publishing does both.

    Raises ContradictoryRules, InvalidCertificate, and what `report` raises.
    """
    found = choose(plan, situation, engine, report)
    report("checking the proof", 0.0)
    encoded, solution = found.encoded, found.solution
    claim = None if found.said is None else found.said.claim
    verdict = verified(found.problem, solution, None if claim is None else claim.surplus)
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
        verdict=replace(verdict, omits_pairs=claim is None),
        all_pairs=None if claim is None else claim.pairs,
        rules=found.rules,
        floors=found.floors,
        influence=found.influence,
    )


def _gains(chosen: Sequence[Candidate], situation: Situation) -> Gains:
    return gains(situation.market.profiles.cities, situation.market.ties, map(_tie, chosen))


def certified(
    problem: RoundProblem, solution: Solution, situation: Situation, engine: Engine, said: SaidOfAll | None = None
) -> Proof:
    """The proof of a solution, with what is said of all pairs of the market. Raises InvalidCertificate."""
    affinity, versions = situation.market.affinity, engine.versions
    making = Making(
        solver=engine.solver.name,
        versions=versions if affinity is None else {**versions, _MODEL: affinity.version},
        computed_at=situation.now,
        seconds=(engine.clock() - situation.now).total_seconds(),
    )
    secret, claim, sealed = engine.secret(), None, ""
    if said is not None:
        numbers = Renumbering.shuffled(problem, secret).node
        sealed = said.sealed(problem, numbers, engine.search.minimum_score, engine.secret())
        claim = replace(said.claim, sealed=hash_of(sealed))
    certificate = certify(problem, solution, making, secret, claim)  # only what is proved gets one
    of_all = certificate.all_pairs
    verdict = Verdict(
        faults=(),
        pairs=len(solution.chosen),
        value=certificate.value,
        bound=certificate.upper_bound,
        bound_of_all=None if of_all is None else of_all.bound,
        omits_pairs=of_all is None,
    )
    mark = fingerprint(certificate)
    return Proof(verdict, written(certificate, mark), mark, sealed)


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


def _tie(candidate: Candidate) -> NewTie:
    a, b = candidate.members
    return NewTie(a=a.member_id, b=b.member_id, programme=a.holder if isinstance(a, Programme) else None)
