"""Records of publications: each is entered with its certificate and its frozen report, and marked when it is undone.

Invariant: the certificate that a round names is that of its last publication that stands; a certificate proves the
pairs of its publication together with those of earlier ones that stand.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.gains import node_gains
from isopolity.matching.application.workflows.drafts.report import NetworkFigures, draft_report, frozen_report
from isopolity.matching.application.workflows.rounds.choice.all_pairs import Priced, WholeMarket
from isopolity.matching.application.workflows.rounds.choice.seal import SaidOfAll
from isopolity.matching.application.workflows.rounds.computation import Proof, certified
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem, Solution
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord, last_standing, next_number
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.rule_book import PLAIN, RuleBook, Source
from isopolity.matching.errors import NoPermittedChoice


class Published(NamedTuple):
    """A draft with all that is published of it, and the network as its publication saw it."""

    numbers: DraftNumbers
    new: Integers
    """The edges that this publication brings."""
    situation: Situation
    figures: NetworkFigures
    rules: KeptRules | None

    def report(self) -> FrozenReport:
        """The report of all that is published."""
        choice, market = self.numbers.choice, self.situation.market
        numbers = self.numbers.with_choice(replace(choice, chosen=choice.out))
        figured = draft_report(numbers, self.situation, self.figures)
        outcomes = () if self.rules is None else tuple(self.rules.now(numbers, market))
        return frozen_report(figured, numbers, self.new, self.figures, outcomes)


async def keep_publication(record: PublicationRecord, proof: Proof, published: Published, uow: UnitOfWork) -> None:
    """Enter a publication under the next number of its round, with its proof and its report, and name the proof."""
    report = await asyncio.to_thread(published.report)
    known = await uow.publications.of_round(record.round_id)
    proved = with_proof(replace(record, number=next_number(known), has_report=True), proof)
    await uow.publications.add(proved, proof.certificate, report, proof.sealed)
    await _name_certificate(record.round_id, [*known, proved], uow)


async def mark_undone(round_id: str, taken_back: Sequence[Proposal], uow: UnitOfWork, now: datetime) -> None:
    """Mark the publications of a round whose proposals are taken back before they went out."""
    left, records = Counter(proposal.out_at for proposal in taken_back), []
    for record in await uow.publications.of_round(round_id):
        pairs = min(record.pairs - record.undone, left[record.out_at])
        left[record.out_at] -= pairs
        changed = record.undo(pairs, now) if pairs else record
        if changed is not record:
            await uow.publications.mark(changed)
        records.append(changed)
    await _name_certificate(round_id, records, uow)


def with_proof(record: PublicationRecord, proof: Proof) -> PublicationRecord:
    """The record with the figures that its certificate proves."""
    verdict = proof.verdict
    return replace(
        record,
        proved_pairs=verdict.pairs,
        value=verdict.value,
        bound=verdict.most,
        is_of_all=not verdict.omits_pairs,
        fingerprint=proof.fingerprint,
    )


async def _name_certificate(round_id: str, records: Sequence[PublicationRecord], uow: UnitOfWork) -> None:
    last, known = last_standing(records), await uow.rounds.get(round_id)
    if known.result is not None:
        mark = "" if last is None else last.fingerprint
        await uow.rounds.save(replace(known, result=replace(known.result, fingerprint=mark)))


def publication_proof(
    numbers: DraftNumbers,
    edges: Integers,
    rules: KeptRules | None,
    plan: RoundPlan,
    situation: Situation,
    engine: Engine,
) -> Proof:
    """The proof of all pairs that are out once these edges are out: the draft's rules hold, but for unpublished pins.

    With `rules` it is proved under the rules of the round, too, if the search for the bound finds any choice. It speaks
    of all pairs where the round of this plan did.
    """
    choice = numbers.choice
    chosen = np.union1d(choice.out, edges)
    problem: RoundProblem = replace(choice.problem, must=np.intersect1d(choice.problem.must, chosen))
    proving = _Proving(numbers, chosen, plan, situation, engine)
    if rules is not None:
        changed = numbers.with_choice(replace(choice, problem=problem))
        ruled, sources = rules.ruled(changed, situation.market)
        with suppress(NoPermittedChoice):
            return proving.proof(ruled, rules.book, sources)
    return proving.proof(problem, PLAIN, ())


class _Proving(NamedTuple):
    """What a proof of publication is about, whatever rules it is under."""

    numbers: DraftNumbers
    chosen: Integers
    plan: RoundPlan
    situation: Situation
    engine: Engine

    def proof(self, problem: RoundProblem, book: RuleBook, sources: Sequence[Source]) -> Proof:
        """The proof under the rules of a problem. Raises NoPermittedChoice."""
        solution = replace(self.engine.solver.solve(problem), chosen=self.chosen)
        return certified(problem, solution, self.situation, self.engine, self._said(problem, solution, book, sources))

    def _said(
        self, problem: RoundProblem, solution: Solution, book: RuleBook, sources: Sequence[Source]
    ) -> SaidOfAll | None:
        """The claims about all pairs of the network as it is now; None where the round looked at candidates only."""
        numbers, holders = self.numbers, self.numbers.holders
        room = {holder: slots for holder, slots in zip(holders, problem.capacity.tolist(), strict=True) if slots}
        situation = replace(self.situation, free={**room, **self.situation.free})
        plan = replace(self.plan, book=book)
        whole = WholeMarket.of(plan, situation, self.engine.search)
        if whole is None:
            return None
        pairs = PairColumns(problem=problem, members=MemberColumns.of(holders, situation.market))
        gains = node_gains(book, pairs, sources, solution.dual.rules)
        considered = whole.permitted.everything.are_of(numbers.pairs(np.arange(len(problem.a))))
        (surplus,) = whole.beyond(holders, considered, [Priced(problem, solution, gains, is_ruled=True)]).surplus
        if surplus is None:
            return None
        return SaidOfAll(
            claim=whole.claim(surplus),
            plan=plan,
            situation=situation,
            holders=holders,
            sources=sources,
            weighed_before=True,
        )
