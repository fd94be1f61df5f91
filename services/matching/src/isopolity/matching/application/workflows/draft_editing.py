"""Editing of drafts: one pair put in, left out, pinned, forbidden or replaced; the rest improved around the pins.

Invariant: an edit changes nothing but the draft, and is kept with who made it and what it cost.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from isopolity.matching.application.candidates.pair_score import scored_pair
from isopolity.matching.application.candidates.problem_encoding import pair_weight
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts import save_draft, unchanged_draft
from isopolity.matching.application.workflows.member_names import holder_name, only_holder, with_names
from isopolity.matching.application.workflows.round_computation import Situation, exclusion
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.assignment.edited_choice import EditedChoice, change
from isopolity.matching.domain.acceptance import REMEMBERED
from isopolity.matching.domain.draft import Act, Draft, DraftEdit
from isopolity.matching.domain.draft_numbers import DraftNumbers
from isopolity.matching.domain.member import city_holder
from isopolity.matching.domain.round_rules import Pair, pair_key
from isopolity.matching.errors import ContradictoryRules, DraftIsClosed, EdgeIsOut, NodeIsFull


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOrder:
    """An edit, its members named as people do."""

    act: Act
    pair: Pair
    by_pair: Pair | None = None
    """The pair to put in the place of `pair`, of REPLACE."""


async def edit_draft(
    round_id: str, order: EditOrder, by: str, uow: UnitOfWork, surroundings: Surroundings
) -> tuple[Draft, DraftEdit]:
    """Edit an open draft, and tell what that did. The graph has caught up before the transaction began.

    Raises UnknownDraft, DraftIsClosed, UnknownMember, NoPair, ContradictoryRules.
    """
    known = await uow.drafts.get(round_id)
    known.require_open()
    stored = await uow.drafts.numbers(round_id)
    pair = _named(order.pair, stored, surroundings)
    by_pair = None if order.by_pair is None else _named(order.by_pair, stored, surroundings)
    numbers = stored
    for wanted in (pair, *(() if by_pair is None else (by_pair,))):
        if numbers.edge(wanted) is None:
            numbers = await _with_pair(numbers, wanted, uow, surroundings)
    edited = replace(numbers, choice=_edited(numbers, order.act, pair, by_pair, surroundings))
    edit = _told(known, numbers, edited, by=by, act=order.act, pair=pair, by_pair=by_pair, at=surroundings.clock())
    return await _kept(known, edited, edit, uow, has_new_pairs=numbers is not stored), edit


async def improve_draft(
    round_id: str, by: str, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> tuple[Draft, DraftEdit]:
    """Choose the rest anew among the draft's candidates: pins and what is out stay, bans stay out.

    Raises UnknownDraft, DraftIsClosed.
    """
    async with unit_of_work() as uow:
        seen = await uow.drafts.get(round_id)
        seen.require_open()
        numbers = await uow.drafts.numbers(round_id)
    solution = await asyncio.to_thread(surroundings.engine.solver.solve, numbers.choice.ruled)
    better = replace(numbers, choice=replace(numbers.choice, chosen=solution.chosen))
    async with unit_of_work() as uow:
        known = await unchanged_draft(seen, uow)
        edit = _told(known, numbers, better, by=by, act=Act.IMPROVE, at=surroundings.clock())
        draft = await _kept(known, better, edit, uow)
        await uow.commit()
    return draft, edit


async def _kept(
    known: Draft, edited: DraftNumbers, edit: DraftEdit, uow: UnitOfWork, *, has_new_pairs: bool = False
) -> Draft:
    choice = edited.choice
    draft = replace(known, edits=edit.number, pairs=len(choice.chosen), value=choice.value)
    await uow.drafts.save_numbers(known.round_id, edited, has_new_pairs=has_new_pairs)
    await uow.drafts.note(known.round_id, edit)
    return await save_draft(known, draft, uow)


def _named(pair: Pair, numbers: DraftNumbers, surroundings: Surroundings) -> Pair:
    """The holders that are meant; those of the draft have their names though they have left the network."""
    one, other = sorted(_holder(name, numbers, surroundings) for name in pair)
    pair_key((one, other))  # refuses what cannot be a pair
    return one, other


def _holder(name: str, numbers: DraftNumbers, surroundings: Surroundings) -> str:
    in_draft = (holder for holder in (city_holder(name), f"programme/{name}") if holder in numbers.nodes)
    return next(in_draft, None) or only_holder(name, surroundings.network)


def _edited(
    numbers: DraftNumbers, act: Act, pair: Pair, by_pair: Pair | None, surroundings: Surroundings
) -> EditedChoice:
    choice, edge = numbers.choice, _position(numbers, pair)
    names = " and ".join(holder_name(holder, surroundings.network) for holder in pair)
    if act in (Act.LEAVE_OUT, Act.REPLACE) and edge not in choice.chosen:
        raise ContradictoryRules(f"{names} are not in this draft; nothing was changed.")
    try:
        match act:
            case Act.PUT_IN:
                return choice.put_in(edge)
            case Act.LEAVE_OUT:
                return choice.take_out(edge)
            case Act.PIN:
                return choice.pin(edge)
            case Act.FORBID:
                return choice.ban(edge)
            case Act.FREE:
                return choice.free(edge)
            case Act.REPLACE if by_pair is not None:
                return choice.take_out(edge).put_in(_position(numbers, by_pair))
    except NodeIsFull as error:
        name = holder_name(numbers.holders[error.node], surroundings.network)
        raise ContradictoryRules(
            f"{name} has no room for another pair: those that it has are pinned or published; free one first."
        ) from error
    except EdgeIsOut as error:
        raise DraftIsClosed(f"{names} are published; undo that first.") from error
    raise ContradictoryRules(f"Say which pair takes the place of {names}.")


def _position(numbers: DraftNumbers, pair: Pair) -> int:
    edge = numbers.edge(pair)
    assert edge is not None  # noqa: S101 - the caller has added pairs that were missing
    return edge


async def _with_pair(numbers: DraftNumbers, pair: Pair, uow: UnitOfWork, surroundings: Surroundings) -> DraftNumbers:
    """The numbers with a pair that was no candidate. Raises ContradictoryRules if a rule excludes it."""
    now, since = surroundings.clock(), surroundings.clock() - REMEMBERED
    market = await surroundings.markets.current(now.date())
    candidate = scored_pair(market, *pair)
    members = [member.member_id for member in candidate.members]
    situation = Situation(
        market=market,
        free={},
        closed=await uow.proposals.closed_pairs(surroundings.frozen_since(), members),
        now=now,
        outcomes=await uow.proposals.outcomes(now, since),
    )
    if reason := exclusion(candidate, situation):
        raise ContradictoryRules(
            with_names(f"{pair[0]} and {pair[1]} cannot be paired: {reason}.", surroundings.network)
        )
    taken = await uow.reservations.taken(pair)
    room = [max(0, market.capacities.get(holder, 0) - taken.get(holder, 0)) for holder in pair]
    return numbers.with_pair(pair, pair_weight(candidate, situation.expected), room)


def _told(
    known: Draft,
    before: DraftNumbers,
    after: DraftNumbers,
    *,
    by: str,
    act: Act,
    at: datetime,
    pair: Pair | None = None,
    by_pair: Pair | None = None,
) -> DraftEdit:
    found = change(before.choice, after.choice)
    return DraftEdit(
        number=known.edits + 1,
        at=at,
        by=by,
        act=act,
        pair=pair,
        by_pair=by_pair,
        added=tuple(after.pairs(found.added)),
        removed=tuple(after.pairs(found.removed)),
        value=found.value,
        left_alone=tuple(after.holders[node] for node in found.left_alone.tolist()),
    )
