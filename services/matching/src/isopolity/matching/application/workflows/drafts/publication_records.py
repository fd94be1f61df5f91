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
from isopolity.matching.application.workflows.drafts.report import NetworkFigures, draft_report, frozen_report
from isopolity.matching.application.workflows.rounds.computation import Proof, certified
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem, Solution
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord, last_standing, next_number
from isopolity.matching.domain.proposal import Proposal
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
    await uow.publications.add(proved, proof.certificate, report)
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
        record, proved_pairs=verdict.pairs, value=verdict.value, bound=verdict.bound, fingerprint=proof.fingerprint
    )


async def _name_certificate(round_id: str, records: Sequence[PublicationRecord], uow: UnitOfWork) -> None:
    last, known = last_standing(records), await uow.rounds.get(round_id)
    if known.result is not None:
        mark = "" if last is None else last.fingerprint
        await uow.rounds.save(replace(known, result=replace(known.result, fingerprint=mark)))


def publication_proof(
    numbers: DraftNumbers, edges: Integers, rules: KeptRules | None, situation: Situation, engine: Engine
) -> Proof:
    """The proof of all pairs that are out once these edges are out: the draft's rules hold, but for unpublished pins.

    With `rules` it is proved under the rules of the round, too, if the search for the bound finds any choice.
    """
    choice = numbers.choice
    chosen = np.union1d(choice.out, edges)
    problem: RoundProblem = replace(choice.problem, must=np.intersect1d(choice.problem.must, chosen))
    if rules is not None:
        changed = numbers.with_choice(replace(choice, problem=problem))
        with suppress(NoPermittedChoice):
            return _certified(rules.problem(changed, situation.market), chosen, situation, engine)
    return _certified(problem, chosen, situation, engine)


def _certified(problem: RoundProblem, chosen: Integers, situation: Situation, engine: Engine) -> Proof:
    best = engine.solver.solve(problem)
    return certified(problem, Solution(chosen=chosen, dual=best.dual), situation, engine)
