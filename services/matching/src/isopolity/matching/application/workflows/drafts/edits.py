"""Editing of drafts: one pair put in, left out, pinned, forbidden or replaced; and the last edit taken back.

Invariant: an edit changes nothing but the draft, and is kept with who made it and what it cost.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np

from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.candidates.problem_encoding import pair_weight
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.drafts.states import save_draft
from isopolity.matching.application.workflows.member_names import holder_name, no_room, pair_named, with_names
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.assignment.edited_choice import EditedChoice, change
from isopolity.matching.domain.acceptance import expectations
from isopolity.matching.domain.draft import Act, Draft, DraftEdit, DraftNumbers
from isopolity.matching.domain.member import holders_of, owner
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.errors import ContradictoryRules, DraftIsClosed, EdgeIsOut, EditedMeanwhile, NodeIsFull


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOrder:
    """An edit, its members named as people do."""

    act: Act
    pair: Pair
    by_pair: Pair | None = None
    """The pair to put in the place of `pair`, of REPLACE."""


class Effect(TypedDict):
    """How an edit changed the value and the pairs of a draft; kept with the edit."""

    added: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    value: int
    left_alone: tuple[str, ...]


async def edit_draft(
    round_id: str,
    orders: Sequence[EditOrder],
    by: str,
    uow: UnitOfWork,
    surroundings: Surroundings,
    *,
    seen: int | None = None,
) -> tuple[Draft, Sequence[DraftEdit]]:
    """Edit an open draft and return what each edit did; all edits are made, or none.

    The graph has caught up before the transaction began. Raises UnknownDraft, DraftIsClosed, UnknownMember, NoPair,
    ContradictoryRules, and EditedMeanwhile where a later edit than the first `seen` ones has changed one of the pairs.
    """
    draft = await uow.drafts.get(round_id)
    draft.require_open()
    stored = numbers = await uow.drafts.numbers(round_id)
    if seen is not None and seen < draft.edits:
        later = [edit for edit in await uow.drafts.edits(round_id) if edit.number > seen]
        await asyncio.to_thread(_require_unedited, orders, later, numbers, surroundings.network)
    edits = list[DraftEdit]()
    for order in orders:
        numbers, edit = await edited_numbers(order, draft.edits + len(edits) + 1, by, numbers, uow, surroundings)
        before = edits[-1].number if edits else draft.last_edit
        edits.append(replace(edit, before=before))
    grown = int(numbers.choice.problem.weight.sum() - stored.choice.problem.weight.sum())
    return await keep_edited(draft, numbers, edits, uow, last_edit=edits[-1].number, grown=grown), edits


async def edited_numbers(
    order: EditOrder, number: int, by: str, stored: DraftNumbers, uow: UnitOfWork, surroundings: Surroundings
) -> tuple[DraftNumbers, DraftEdit]:
    """The numbers after an edit, and the edit; nothing is kept. Raises as `edit_draft`."""
    pair, by_pair = await asyncio.to_thread(_named, order, stored, surroundings.network)
    numbers = stored
    for wanted in (pair, *(() if by_pair is None else (by_pair,))):
        if numbers.edge(wanted) is None:
            numbers = await _with_pair(numbers, wanted, uow, surroundings)

    def made() -> tuple[DraftNumbers, Effect]:
        edited = numbers.with_choice(_edited(numbers, order.act, pair, by_pair, surroundings))
        return edited, effect_of(numbers, edited)

    edited, effect = await asyncio.to_thread(made)
    own = [pair] if by_pair is None else [pair, by_pair]
    edges, problem = [_position(numbers, each) for each in own], numbers.choice.problem
    edit = DraftEdit(
        number=number,
        at=surroundings.clock(),
        by=by,
        act=order.act,
        pair=pair,
        by_pair=by_pair,
        pinned=tuple(each for each, edge in zip(own, edges, strict=True) if edge in problem.must),
        forbidden=tuple(each for each, edge in zip(own, edges, strict=True) if edge in problem.never),
        **effect,
    )
    return edited, edit


def _require_unedited(
    orders: Sequence[EditOrder], later: Sequence[DraftEdit], numbers: DraftNumbers, network: Network
) -> None:
    wanted = {pair for order in orders for pair in _named(order, numbers, network)}
    for edit in later:
        for pair in wanted & {edit.pair, edit.by_pair, *edit.added, *edit.removed}:
            if pair is not None:
                names = " and ".join(holder_name(holder, network) for holder in pair)
                raise EditedMeanwhile(
                    f"Edit {edit.number} has changed {names} since you looked; look again, then decide."
                )


def _named(order: EditOrder, numbers: DraftNumbers, network: Network) -> tuple[Pair, Pair | None]:
    """The pairs of holders that an order names."""
    by_pair = None if order.by_pair is None else pair_named(order.by_pair, network, numbers.nodes)
    return pair_named(order.pair, network, numbers.nodes), by_pair


async def undo_edit(
    round_id: str, by: str, uow: UnitOfWork, surroundings: Surroundings, *, seen: int | None = None
) -> tuple[Draft, DraftEdit]:
    """Take back the last edit that is not taken back yet; the draft is as it was before, but for what is published.

    Raises UnknownDraft, and DraftIsClosed where no edit is left, where it is not the one that was `seen`, or where a
    pair that it put in is published.
    """
    draft = await uow.drafts.get(round_id)
    draft.require_open()
    if draft.last_edit is None:
        raise DraftIsClosed("There is no edit of this draft to undo.")
    if seen not in (None, draft.last_edit):
        raise DraftIsClosed(
            f"Edit {seen} is not the last one any more; that is edit {draft.last_edit}. Look at it, then undo it."
        )
    undone, numbers = await uow.drafts.edit(round_id, draft.last_edit), await uow.drafts.numbers(round_id)
    restored = numbers.with_choice(await asyncio.to_thread(_restored, numbers, undone))
    effect = await asyncio.to_thread(effect_of, numbers, restored)
    edit = DraftEdit(
        number=draft.edits + 1,
        at=surroundings.clock(),
        by=by,
        act=Act.UNDO,
        pair=undone.pair,
        by_pair=undone.by_pair,
        undoes=undone.number,
        **effect,
    )
    return await keep_edited(draft, restored, [edit], uow, last_edit=undone.before), edit


def _restored(numbers: DraftNumbers, undone: DraftEdit) -> EditedChoice:
    own = [pair for pair in (undone.pair, undone.by_pair) if pair is not None]
    parts = (own, undone.added, undone.removed, undone.pinned, undone.forbidden)
    try:
        return numbers.choice.restore(*map(numbers.edges, parts))
    except EdgeIsOut as error:
        raise DraftIsClosed("A pair that this edit put in is published; undo that first.") from error


async def keep_edited(
    known: Draft,
    edited: DraftNumbers,
    edits: Sequence[DraftEdit],
    uow: UnitOfWork,
    *,
    last_edit: int | None,
    grown: int = 0,
) -> Draft:
    """Keep an edited draft; `grown` is the weight of new candidates, which raise the bound by no more than that."""
    choice = edited.choice
    draft = replace(
        known,
        edits=known.edits + len(edits),
        pairs=len(choice.chosen),
        waiting=await asyncio.to_thread(edited.waiting),
        value=choice.value,
        bound=known.bound + grown,
        last_edit=last_edit,
    )
    await uow.drafts.save_numbers(known.round_id, edited, has_new_pairs=grown > 0)
    for edit in edits:
        await uow.drafts.note(known.round_id, edit)
    return await save_draft(known, draft, uow)


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
        raise ContradictoryRules(_full(numbers, error.node, surroundings)) from error
    except EdgeIsOut as error:
        raise DraftIsClosed(f"{names} are published; undo that first.") from error
    raise ContradictoryRules(f"Say which pair takes the place of {names}.")


def _full(numbers: DraftNumbers, node: int, surroundings: Surroundings) -> str:
    room = no_room(numbers.holders[node], surroundings.network)
    if not numbers.choice.problem.capacity[node]:
        return f"{room} in this draft; run a round for a new one if that has changed."
    return f"{room}: what it has is pinned or published; free one first."


def _position(numbers: DraftNumbers, pair: Pair) -> int:
    edge = numbers.edge(pair)
    assert edge is not None  # noqa: S101 - the caller has added pairs that were missing
    return edge


async def _with_pair(numbers: DraftNumbers, pair: Pair, uow: UnitOfWork, surroundings: Surroundings) -> DraftNumbers:
    """The numbers with a pair that was no candidate. Raises ContradictoryRules if a rule excludes it."""
    now = surroundings.clock()
    market = await surroundings.markets.current(now.date())
    candidate = scored_pair(market, *pair)
    members = [member.member_id for member in candidate.members]
    closed = await uow.proposals.closed_pairs(surroundings.frozen_since(), members)
    if reason := exclusion(candidate, market, closed):
        raise ContradictoryRules(
            with_names(f"{pair[0]} and {pair[1]} cannot be paired: {reason}.", surroundings.network)
        )
    taken = await uow.reservations.taken(pair)
    room = [max(0, market.capacities.get(holder, 0) - taken.get(holder, 0)) for holder in pair]
    counts = surroundings.learned_from(await uow.answers.counts(now, [each.key for each in candidate.members]))
    weight = pair_weight(candidate, market, expectations(counts) if counts else None)
    return numbers.with_pair(pair, weight, room)


def effect_of(before: DraftNumbers, after: DraftNumbers) -> Effect:
    """How the value and the pairs changed from the numbers before an edit to those after it."""
    found = change(before.choice, after.choice)
    alone = {owner(after.holders[node]) for node in found.left_alone.tolist()}
    is_paired = after.choice.is_paired if alone else np.empty(0, bool)

    def has_pair(city_or_programme: str) -> bool:  # a city may have one of the other kind
        return any(is_paired[after.nodes[each]] for each in holders_of(city_or_programme) if each in after.nodes)

    return {
        "added": tuple(after.pairs(found.added)),
        "removed": tuple(after.pairs(found.removed)),
        "value": found.value,
        "left_alone": tuple(sorted(each for each in alone if not has_pair(each))),
    }
