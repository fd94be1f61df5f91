"""Publication of drafts: what would go out and what falls out, then proposals that wait until undoing ends.

Invariant: nothing of a publication goes out before the time to undo it is over. What is published stood in the plan
that staff confirmed, was allowed and had capacity in the transaction that bound it, and its sentences were written from
the members as they were then.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.amounts import commitment_of
from isopolity.matching.application.workflows.drafts.pairs import Scope
from isopolity.matching.application.workflows.drafts.publication_records import (
    Published,
    keep_publication,
    mark_undone,
    publication_proof,
)
from isopolity.matching.application.workflows.drafts.report import NetworkFigures
from isopolity.matching.application.workflows.drafts.states import save_draft, unchanged_draft
from isopolity.matching.application.workflows.issuance import schedule
from isopolity.matching.application.workflows.member_names import holder_name, no_room, with_names
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.rounds.computation import Proof, next_best
from isopolity.matching.application.workflows.rounds.execution import current_situation
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules, UnkeptRules
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.draft import Draft, DraftNumbers
from isopolity.matching.domain.draft_report import PublicationRecord
from isopolity.matching.domain.member import SPONSORSHIP
from isopolity.matching.domain.money.grants import MoneyLeft
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.pair_rules import Pair, pair_key
from isopolity.matching.errors import DraftIsClosed, NoPair, UnknownMember

_AT_ONCE: Final = 1_000
"""Proposals that are scheduled together, so that the event loop turns."""
_NOT_PLANNED: Final = "it fell out of the plan that was confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FallsOut:
    """A pair of a draft that cannot be published, and why, in a few words."""

    pair: Pair
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPlan:
    """The outcome of publishing a draft now."""

    draft: Draft
    ready: Sequence[Proposal]
    """The proposals, with their sentences."""
    falls_out: Sequence[FallsOut]
    token: str
    """Identifies this plan; an order to publish names it."""
    unkept: UnkeptRules
    """The rules of the round that do not hold in what would be out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The outcome of publishing a draft."""

    draft: Draft
    published: int
    falls_out: Sequence[FallsOut]
    unkept: UnkeptRules
    """The rules of the round that do not hold in what is out; the certificate leaves all out then."""


class _Seen(NamedTuple):
    draft: Draft
    numbers: DraftNumbers
    situation: Situation
    rules: KeptRules | None
    plan: RoundPlan

    def unkept(self, edges: Integers, falls_out: Sequence["FallsOut"]) -> UnkeptRules:
        """The rules that do not hold once these edges are out, too, and the others but what falls out still wait."""
        if self.rules is None:
            return UnkeptRules()
        choice, missing = self.numbers.choice, self.numbers.edges(each.pair for each in falls_out)
        part = np.union1d(choice.out, edges)
        return self.rules.in_part(self.numbers, self.situation.market, part, np.setdiff1d(choice.chosen, missing))


async def plan_publication(
    round_id: str, scope: Scope, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> PublicationPlan:
    """The plan for publishing what is meant of a draft; changes nothing.

    The graph has caught up before. Raises UnknownDraft, DraftIsClosed, UnknownMember, ContradictoryRules.
    """
    seen = await _seen(round_id, unit_of_work, surroundings)
    return await asyncio.to_thread(_planned, seen, scope, surroundings)


class Prepared(NamedTuple):
    """A publication that is computed, and not entered yet."""

    seen: _Seen
    plan: PublicationPlan
    proof: Proof
    figures: NetworkFigures


async def prepare_publication(
    round_id: str, scope: Scope, token: str, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> Prepared:
    """The pairs of the plan with this token, but for those that fell out since, and their proof; changes nothing.

    Raises UnknownDraft, and DraftIsClosed if the draft was edited or published since, or the plan is of other pairs.
    """
    seen = await _seen(round_id, unit_of_work, surroundings)
    plan = await asyncio.to_thread(_planned, seen, scope, surroundings, token)
    edges = await asyncio.to_thread(_edges, seen, plan.ready)
    proof = await asyncio.to_thread(_proof, seen, edges, plan.unkept, surroundings.engine)
    figures = await asyncio.to_thread(NetworkFigures.of, seen.situation.market)
    return Prepared(seen, plan, proof, figures)


async def publish_draft(prepared: Prepared, by: str, uow: UnitOfWork, surroundings: Surroundings) -> Publication:
    """Publish what is prepared, as `by` of staff ordered. Raises DraftIsClosed if the draft has changed since."""
    seen, plan, proof, figures = prepared
    round_id, now = seen.draft.round_id, surroundings.clock()
    out_at = now + surroundings.undo_window
    await uow.gate.issue()
    known = await unchanged_draft(seen.draft, uow)
    entered, late = await _schedule(plan.ready, out_at, uow, surroundings)
    new, falls_out, unkept = await asyncio.to_thread(_edges, seen, entered), [*plan.falls_out, *late], plan.unkept
    if late:  # the proof must be of just the pairs that are published, so it is made once more
        unkept = await asyncio.to_thread(seen.unkept, new, falls_out)
        proof = await asyncio.to_thread(_proof, seen, new, unkept, surroundings.engine)
    choice = seen.numbers.choice.publish(new)
    numbers = seen.numbers.with_choice(choice)
    await uow.drafts.save_numbers(round_id, numbers, has_new_pairs=False)
    waiting = await asyncio.to_thread(numbers.waiting)
    changed = replace(known.with_published(len(choice.out), waiting), published_at=now, out_at=out_at)
    draft = await save_draft(known, changed, uow)
    alternates = await asyncio.to_thread(next_best, choice.problem, seen.numbers.holders, choice.out)
    await uow.rounds.keep_alternates(round_id, alternates)
    record = PublicationRecord(round_id=round_id, number=0, at=now, by=by, pairs=len(entered), out_at=out_at)
    published = Published(numbers, new, seen.situation, figures, seen.rules)
    if entered:
        await keep_publication(record, proof, published, uow)
    return Publication(draft=draft, published=len(entered), falls_out=falls_out, unkept=unkept)


async def undo_publication(round_id: str, uow: UnitOfWork, now: datetime) -> tuple[Draft, int]:
    """Take back all that a draft has published and that has not gone out; returns how many pairs.

    No proposal is left of it, not even of what ended before it went out; the publications stay, marked as undone.
    Raises UnknownDraft, and DraftIsClosed if nothing can be undone.
    """
    await uow.gate.issue()
    known = await uow.drafts.get(round_id)
    unsent = await uow.proposals.unsent(round_id)
    if not unsent:
        raise DraftIsClosed("Nothing of this draft waits to go out, so there is nothing to undo.")
    ids = [proposal.proposal_id for proposal in unsent]
    await uow.reservations.release(ids)
    await uow.proposals.remove(ids)
    known_numbers = await uow.drafts.numbers(round_id)
    choice = known_numbers.choice.take_back(known_numbers.edges(map(_pair_of, unsent)))
    numbers = known_numbers.with_choice(choice)
    await uow.drafts.save_numbers(round_id, numbers, has_new_pairs=False)
    await mark_undone(round_id, unsent, uow, now)
    if not len(choice.out):
        await uow.rounds.keep_alternates(round_id, [])
    waiting = await asyncio.to_thread(numbers.waiting)
    changed = replace(known.with_published(len(choice.out), waiting), out_at=None)
    return await save_draft(known, changed, uow), len(ids)


async def _seen(round_id: str, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> _Seen:
    async with unit_of_work() as uow:
        draft = await uow.drafts.get(round_id)
        draft.require_open()
        numbers = await uow.drafts.numbers(round_id)
        known = await uow.rounds.get(round_id)
    situation = await current_situation(unit_of_work, surroundings)
    return _Seen(draft, numbers, situation, KeptRules.of(known), known.plan)


def _edges(seen: _Seen, proposals: Sequence[Proposal]) -> Integers:
    return seen.numbers.edges(map(_pair_of, proposals))


def _planned(seen: _Seen, scope: Scope, surroundings: Surroundings, confirmed: str | None = None) -> PublicationPlan:
    """The plan as it is now; with a token, no pair that fell out of the plan of that token."""
    choice = seen.numbers.choice
    waiting = np.setdiff1d(choice.chosen, choice.out)
    ordered = waiting[np.lexsort((waiting, -choice.problem.weight[waiting]))]
    meant = scope.among(ordered, seen.numbers, seen.situation.market, surroundings.network)
    pairs = seen.numbers.pairs(meant)
    state = _state(seen.draft, pairs)
    behind = _left_behind(confirmed, state) if confirmed is not None else ()
    situation, ready, falls_out, missing = seen.situation, list[Proposal](), list[FallsOut](), list[str]()
    left = dict(situation.free)
    money = MoneyLeft(situation.market.programmes, situation.commitments, situation.amounts or {})
    for number, pair in enumerate(pairs):
        found = _NOT_PLANNED if str(number) in behind else _ready(pair, left, money, seen, surroundings)
        if isinstance(found, Proposal):
            ready.append(found)
            for holder in pair:
                left[holder] -= 1
        else:
            falls_out.append(FallsOut(pair=pair, reason=found))
            missing.append(str(number))
    token = "-".join([state, *missing])
    unkept = seen.unkept(_edges(seen, ready), falls_out)
    return PublicationPlan(draft=seen.draft, ready=ready, falls_out=falls_out, token=token, unkept=unkept)


def _ready(
    pair: Pair, left: dict[str, int], money: MoneyLeft, seen: _Seen, surroundings: Surroundings
) -> Proposal | str:
    """The proposal of a pair, or why there is none now."""
    situation, network = seen.situation, surroundings.network
    try:
        candidate = scored_pair(situation.market, *pair)
    except (UnknownMember, NoPair) as error:
        return with_names(str(error), network).rstrip(".")
    if reason := exclusion(candidate, situation.market, situation.closed):
        return with_names(reason, network)
    for holder in pair:
        if left.get(holder, 0) < 1:
            return no_room(holder, network)
    proposal = new_proposal(candidate, situation.market, surroundings.ids(), seen.draft.round_id, situation.now)
    if proposal.kind == SPONSORSHIP and not money.takes(commitment_of(proposal)):
        return f"the budget of {holder_name(proposal.a.holder, network)} has not enough left"
    return proposal


def _proof(seen: _Seen, edges: Integers, unkept: UnkeptRules, engine: Engine) -> Proof:
    """The proof of all pairs that are out once these edges are; under the rules of the round where all are kept."""
    rules = None if any(unkept) else seen.rules
    return publication_proof(seen.numbers, edges, rules, seen.plan, seen.situation, engine)


async def _schedule(
    ready: Sequence[Proposal], out_at: datetime, uow: UnitOfWork, surroundings: Surroundings
) -> tuple[Sequence[Proposal], Sequence[FallsOut]]:
    """Schedule proposals; those that something overtook since they were planned fall out."""
    entered, late = list[Proposal](), list[FallsOut]()
    for start in range(0, len(ready), _AT_ONCE):
        piece = ready[start : start + _AT_ONCE]
        issuance = await schedule(piece, out_at, uow, surroundings)
        entered += issuance.issued
        skipped = [proposal for proposal in piece if proposal.proposal_id in issuance.skipped]
        late += [FallsOut(pair=_pair_of(each), reason="something changed at this moment") for each in skipped]
    return entered, late


def _state(draft: Draft, pairs: Sequence[Pair]) -> str:
    """Stands for the draft as it is now, and for these pairs of it, in this order."""
    facts = [f"{draft.round_id} {draft.edits} {draft.published}", *map(pair_key, pairs)]
    return sha256("\n".join(facts).encode()).hexdigest()[:16]


def _left_behind(token: str, state: str) -> frozenset[str]:
    """The positions, in decimal, of the pairs that fell out of the plan with this token. Raises DraftIsClosed."""
    of, *missing = token.split("-")
    if of != state:
        raise DraftIsClosed("The draft has changed since you looked; look again, then confirm.")
    return frozenset(missing)


def _pair_of(proposal: Proposal) -> Pair:
    one, other = sorted(side.holder for side in proposal.sides)
    return one, other
