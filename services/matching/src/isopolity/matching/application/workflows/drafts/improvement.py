"""Improvements of a draft: trials of edits, and a new choice of the pairs that people have not decided about.

Invariant: no edit of a person is taken back; the pins and bans of the draft stay as they are. A trial changes nothing,
and reports the effect that the edit would have.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.edits import (
    EditOrder,
    Effect,
    edited_numbers,
    effect_of,
    keep_edited,
)
from isopolity.matching.application.workflows.drafts.states import unchanged_draft
from isopolity.matching.application.workflows.rounds.budgets import numbers_under_budgets
from isopolity.matching.application.workflows.rounds.choice.round_choice import KEEPING
from isopolity.matching.application.workflows.rounds.floored_rounds import FlooredChoice
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import favoured
from isopolity.matching.assignment.problem import Dual, Solution, unreported
from isopolity.matching.domain.draft import Act, Draft, DraftEdit, DraftNumbers, PairsByHand
from isopolity.matching.domain.round import Round
from isopolity.matching.errors import ContradictoryRules, DraftIsClosed, NoPair, NoPermittedChoice


class Improved(NamedTuple):
    """A draft, its numbers with the rest chosen anew, and what that does."""

    seen: Draft
    numbers: DraftNumbers
    effect: Effect


async def improved_draft(round_id: str, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> Improved:
    """The rest chosen anew among the draft's candidates: what is pinned, out, or in by hand stays, what is forbidden or
    left out by hand stays out; changes nothing.

    Of choices that are worth nearly the same, the one that keeps most pairs is taken. The rules of the round are kept,
    budgets as they are now, and floors as far as that is possible. Raises UnknownDraft, DraftIsClosed,
    ContradictoryRules.
    """
    async with unit_of_work() as uow:
        seen = await uow.drafts.get(round_id)
        seen.require_open()
        numbers = await uow.drafts.numbers(round_id)
        by_hand = PairsByHand.of(await uow.drafts.edits(round_id))
        known = await uow.rounds.get(round_id)
        commitments, amounts = await uow.money.commitments(surroundings.clock()), await uow.money.amounts()
    market = await surroundings.markets.current(surroundings.clock().date())
    held = await asyncio.to_thread(_holding, numbers, by_hand)
    under_budgets = await asyncio.to_thread(numbers_under_budgets, held, market, commitments, amounts)
    chosen = await asyncio.to_thread(_chosen_anew, under_budgets, known, market, surroundings.engine.solver)
    better = numbers.with_choice(replace(numbers.choice, chosen=chosen))
    return Improved(seen, better, await asyncio.to_thread(effect_of, numbers, better))


async def improve_draft(
    found: Improved, by: str, uow: UnitOfWork, surroundings: Surroundings
) -> tuple[Draft, DraftEdit]:
    """Keep what was chosen anew as an edit. Raises DraftIsClosed if the draft has changed since."""
    known = await unchanged_draft(found.seen, uow)
    edit = DraftEdit(
        number=known.edits + 1,
        at=surroundings.clock(),
        by=by,
        act=Act.IMPROVE,
        pair=None,
        before=known.last_edit,
        **found.effect,
    )
    return await keep_edited(known, found.numbers, [edit], uow, last_edit=edit.number), edit


def _holding(numbers: DraftNumbers, by_hand: PairsByHand) -> DraftNumbers:
    """The numbers in which the pairs that are in or out by hand are pinned or forbidden."""
    choice = numbers.choice
    held = choice.held(numbers.edges(by_hand.put_in), numbers.edges(by_hand.left_out))
    return numbers.with_choice(held)


def _chosen_anew(numbers: DraftNumbers, known: Round, market: Market, solver: ServingSolver) -> Integers:
    rules, floors = KeptRules.of(known), known.plan.book.floors
    chosen = _best_anew(numbers, rules, market, solver)
    if floors is None or not floors.by:
        return chosen
    held = numbers.with_choice(replace(numbers.choice, problem=numbers.choice.ruled))
    problem = held.choice.problem if rules is None else rules.problem(held, market)
    stable = favoured(problem, numbers.choice.chosen, KEEPING)
    best = Solution(chosen=chosen, dual=Dual(scale=1, node=np.zeros_like(problem.capacity)))
    found = FlooredChoice.of(floors, numbers.holders, market, stable, best, solver, unreported)
    return chosen if found is None else found.solution.chosen


def _best_anew(numbers: DraftNumbers, rules: KeptRules | None, market: Market, solver: ServingSolver) -> Integers:
    if rules is not None:
        return rules.improved(numbers, market, solver, KEEPING)
    problem = numbers.choice.ruled
    try:
        return solver.solve(favoured(problem, numbers.choice.chosen, KEEPING)).chosen
    except NoPermittedChoice:  # the search that keeps pairs misses a budget that the other one keeps
        return solver.solve(problem).chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An edit as it would be made, or the reason why it would be refused."""

    edit: DraftEdit | None = None
    refused: str = ""


async def tried_edits(
    draft: Draft,
    numbers: DraftNumbers,
    orders: Sequence[EditOrder],
    by: str,
    reading: UnitOfWorkFactory,
    surroundings: Surroundings,
) -> Sequence[Trial]:
    """The trials of edits in their order, each alone and none after another; edits do not wait for it.

    The graph has caught up before. Raises DraftIsClosed, UnknownMember.
    """
    draft.require_open()
    trials = list[Trial]()
    async with reading() as uow:
        for order in orders:
            try:
                _, edit = await edited_numbers(order, draft.edits + 1, by, numbers, uow, surroundings)
                trials.append(Trial(edit=edit))
            except (ContradictoryRules, DraftIsClosed, NoPair) as refused:
                trials.append(Trial(refused=f"{refused}"))
    return trials
