"""Execution of one round, from its row to its proposals or its draft: read, compute in a thread, keep in one
transaction.

Invariant: a crash leaves none of a round or the whole: all that it proposes goes out in the transaction that ends it.
Under hold nothing goes out, and the round ends in a draft.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final, TypeVar

from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.publication_records import with_proof
from isopolity.matching.application.workflows.drafts.states import save_draft
from isopolity.matching.application.workflows.issuance import add_proposals
from isopolity.matching.application.workflows.placement import closed_pairs, place_interests
from isopolity.matching.application.workflows.rounds.computation import (
    ComputedDraft,
    ComputedRound,
    Proof,
    compute_draft,
    compute_round,
)
from isopolity.matching.application.workflows.rounds.empty_rounds import why_empty
from isopolity.matching.application.workflows.rounds.orders import save_round
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.assignment.problem import Report
from isopolity.matching.domain.draft import Draft, DraftStatus
from isopolity.matching.domain.draft_report import PublicationRecord
from isopolity.matching.domain.round import Round, RoundResult
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import RoundCancelled, RoundOver
from isopolity.persistence.database import is_unavailable

_POLL: Final = 0.3
"""Seconds between two looks at a round that is computed."""
_AT_ONCE: Final = 1_000
"""Proposals that are put out together, so that the event loop turns."""


ComputedT = TypeVar("ComputedT")


class RoundProgress:
    """A Report that a thread fills and the event loop reads; after `stop` the next report raises RoundCancelled."""

    def __init__(self) -> None:
        self.seen: tuple[str, float] = ("", 0.0)
        """The step and how much of it is done; replaced as one, so that no half of it is ever read."""
        self._stopped = False

    def __call__(self, step: str, done: float) -> None:
        if self._stopped:
            raise RoundCancelled("The round was cancelled.")
        self.seen = (step, done)

    def stop(self) -> None:
        """Let the thread end at its next report."""
        self._stopped = True


async def run_round(waiting: Round, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> Round:
    """Compute a waiting round and put its proposals out, or hold them; the caller holds the lease.

    Raises GraphNotReady, then the round still waits; RoundCancelled, RoundOver. Nothing has gone out then.
    """
    await surroundings.graph.caught_up()
    # a place that has become free goes first to those whom its member has asked for
    await place_interests(unit_of_work, surroundings)
    round_id, plan, now, engine = waiting.round_id, waiting.plan, surroundings.clock(), surroundings.engine
    await _changed(round_id, unit_of_work, lambda known: known.start(now))
    situation = replace(
        await current_situation(unit_of_work, surroundings), kept=await _pairs_of_last_draft(unit_of_work)
    )
    if plan.as_draft or surroundings.sending_policy is SendingPolicy.HOLD:
        draft = await _computed(round_id, lambda report: compute_draft(plan, situation, engine, report), unit_of_work)
        pairs = len(draft.numbers.choice.chosen)
        blocked = () if pairs else await why_empty(plan, situation, unit_of_work, surroundings)
        return await _keep_draft(round_id, situation, draft, blocked, unit_of_work, surroundings)
    computing = _computed(
        round_id, lambda report: compute_round(plan, situation, round_id, engine, report), unit_of_work
    )
    left = [await computing]
    try:
        await _changed(round_id, unit_of_work, lambda known: known.at("putting proposals out", 0.0))
        blocked = () if left[0].proposals else await why_empty(plan, situation, unit_of_work, surroundings)
        return await _put_out(round_id, situation, left[0], blocked, unit_of_work, surroundings)
    finally:
        await asyncio.to_thread(left.clear)  # freeing 40,000 proposals takes some tenths of a second


async def current_situation(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> Situation:
    """All that a round, or the publication of its draft, depends on, as it is now; `kept` is left empty."""
    now = surroundings.clock()
    market = await surroundings.markets.current(now.date())
    async with unit_of_work() as uow:
        closed = await closed_pairs(market, uow, surroundings.frozen_since())
        taken = await uow.reservations.taken()
        counts = surroundings.learned_from(await uow.answers.counts(now))
        commitments, amounts = await uow.money.commitments(now), await uow.money.amounts()
    free = await asyncio.to_thread(free_capacities, market, taken)
    return Situation(
        market=market, free=free, closed=closed, now=now, counts=counts, commitments=commitments, amounts=amounts
    )


async def _pairs_of_last_draft(unit_of_work: UnitOfWorkFactory) -> Collection[Pair]:
    async with unit_of_work() as uow:
        drafts = await uow.drafts.open()
        if not drafts:
            return frozenset()
        last = await uow.drafts.numbers(drafts[-1].round_id)
    return frozenset(last.pairs(last.choice.chosen))


async def _computed(
    round_id: str, compute: Callable[[Report], ComputedT], unit_of_work: UnitOfWorkFactory
) -> ComputedT:
    """Compute in a thread, and note how far it is unless the database is away; ends early when the round is over."""
    progress = RoundProgress()
    computing = asyncio.create_task(asyncio.to_thread(compute, progress))
    try:
        while not (await asyncio.wait([computing], timeout=_POLL))[0]:
            try:
                await _changed(round_id, unit_of_work, lambda known: known.at(*progress.seen))
            except RoundOver:
                progress.stop()
            except Exception as error:
                if not is_unavailable(error):
                    raise
        return computing.result()
    finally:
        progress.stop()
        await asyncio.wait([computing])


async def _put_out(
    round_id: str,
    situation: Situation,
    computed: ComputedRound,
    blocked: tuple[str, ...],
    unit_of_work: UnitOfWorkFactory,
    surroundings: Surroundings,
) -> Round:
    async with unit_of_work() as uow:
        await uow.gate.issue()
        running = await uow.rounds.get(round_id)
        issued = skipped = 0
        for start in range(0, len(computed.proposals), _AT_ONCE):
            issuance = await add_proposals(computed.proposals[start : start + _AT_ONCE], uow, surroundings)
            issued += len(issuance.issued)
            skipped += len(issuance.skipped)
        result = replace(
            _result(situation, computed, computed.candidates, issued, blocked),
            issued=issued,
            skipped=skipped,
            fingerprint=computed.fingerprint,
        )
        done = running.finish(result, surroundings.clock())
        await uow.rounds.save(done)
        await uow.rounds.keep_alternates(round_id, computed.alternates)
        proof = Proof(computed.verdict, computed.certificate, computed.fingerprint, computed.sealed)
        record = PublicationRecord(round_id=round_id, number=1, at=done.finished_at or situation.now, pairs=issued)
        await uow.publications.add(with_proof(record, proof), proof.certificate, None, proof.sealed)
        await uow.commit()
    return done


async def _keep_draft(
    round_id: str,
    situation: Situation,
    computed: ComputedDraft,
    blocked: tuple[str, ...],
    unit_of_work: UnitOfWorkFactory,
    surroundings: Surroundings,
) -> Round:
    choice, now = computed.numbers.choice, surroundings.clock()
    draft = Draft(
        round_id=round_id,
        status=DraftStatus.OPEN,
        created_at=now,
        expires_at=now + surroundings.draft_life,
        pairs=len(choice.chosen),
        waiting=await asyncio.to_thread(computed.numbers.waiting),
        value=choice.value,
        bound=computed.verdict.bound,
    )
    async with unit_of_work() as uow:
        running = await uow.rounds.get(round_id)
        if not running.plan.keep_drafts:
            for earlier in await uow.drafts.open():
                await save_draft(earlier, earlier.close(DraftStatus.SUPERSEDED), uow)
        result = _result(situation, computed, len(choice.problem.a), draft.pairs, blocked)
        done = running.finish(result, now)
        await uow.rounds.save(done)
        await uow.drafts.add(draft, computed.numbers)
        await uow.commit()
    return done


def _result(
    situation: Situation,
    computed: ComputedRound | ComputedDraft,
    candidates: int,
    proposed: int,
    blocked: tuple[str, ...],
) -> RoundResult:
    """The result of a round of which nothing has gone out."""
    return RoundResult(
        members=situation.members,
        candidates=candidates,
        proposed=proposed,
        issued=0,
        skipped=0,
        value=computed.verdict.value,
        bound=computed.verdict.most,
        all_pairs=computed.all_pairs,
        gap=computed.verdict.gap,
        proved=computed.verdict.sentence,
        gains=computed.gains,
        weights_version=situation.market.version,
        answers=situation.answers,
        rules=computed.rules,
        floors=computed.floors,
        influence=computed.influence,
        blocked=blocked,
    )


async def _changed(round_id: str, unit_of_work: UnitOfWorkFactory, change: Callable[[Round], Round]) -> Round:
    async with unit_of_work() as uow:
        known = await uow.rounds.get(round_id)
        changed = await save_round(known, change(known), uow)
        await uow.commit()
    return changed
