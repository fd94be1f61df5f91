"""Why a member, or a pair, is not in a draft: who took the place, and what the score lacks at least.

Invariant: for staff only, since it tells of others' pairs, capacity in use and expected answers. The rise is proved by
duals of the best choice among the draft's candidates, with the pair and without, under pins, bans and what is out.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.pair_score import scored_pair
from isopolity.matching.application.candidates.problem_encoding import pair_weight
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.member_names import no_room, owner_among, pair_named
from isopolity.matching.application.workflows.round_computation import Situation, exclusion
from isopolity.matching.application.workflows.round_execution import current_situation
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode
from isopolity.matching.assignment.standing import Standing, standings
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.domain.member import holders_of
from isopolity.matching.domain.round_rules import Pair
from isopolity.matching.errors import NoPair, UnknownMember

_EXACT: Final = 200_000
"""Up to so many candidates the best choice is searched for exactly; beyond, its bound holds and is less tight."""
_WORK: Final = 500_000
"""Candidates of all problems that are solved again, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPair:
    """A candidate that is not chosen."""

    pair: Pair
    score: float
    """As it is now."""
    rise: float | None
    """By how much the score would have to rise at least, as answers are expected now; None: no choice can have it."""
    is_exact: bool
    """Whether with that rise some best choice has it."""
    in_its_place: Sequence[Pair]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStanding:
    """What a draft has of one owner of capacity, or of one pair."""

    chosen: Sequence[Pair]
    near: Sequence[NearPair]
    """Candidates that are not chosen, those that lack least first."""
    kept_out: Sequence[str]
    """Why there are no candidates, in clauses without full stops."""


async def standing_of_member(
    round_id: str, name: str, limit: int, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> DraftStanding:
    """What a draft has of a member, named as people do, and the `limit` candidates that it misses by least.

    Raises UnknownDraft, UnknownMember, ContradictoryRules.
    """
    numbers, situation = await _read(round_id, unit_of_work, surroundings)
    owner = owner_among(numbers.nodes, name, surroundings.network)
    holders = holders_of(owner)
    edges = np.unique(np.concatenate([numbers.edges_of(holder) for holder in holders]))
    found = await asyncio.to_thread(_standing, numbers, edges, limit, situation, surroundings.engine)
    return found if len(edges) else replace(found, kept_out=_absent(holders, situation, surroundings))


async def standing_of_pair(
    round_id: str, names: Pair, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> DraftStanding:
    """What a draft has of a pair, named as people do.

    Raises UnknownDraft, UnknownMember, NoPair, ContradictoryRules.
    """
    numbers, situation = await _read(round_id, unit_of_work, surroundings)
    pair = pair_named(names, surroundings.network, numbers.nodes)
    edge = numbers.edge(pair)
    if edge is None:
        reason = await asyncio.to_thread(_no_candidate, pair, situation, surroundings)
        return DraftStanding(chosen=(), near=(), kept_out=(reason,))
    return await asyncio.to_thread(_standing, numbers, np.array([edge]), 1, situation, surroundings.engine)


async def _read(
    round_id: str, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> tuple[DraftNumbers, Situation]:
    async with unit_of_work() as uow:
        numbers = await uow.drafts.numbers(round_id)
    return numbers, await current_situation(unit_of_work, surroundings)


def _standing(numbers: DraftNumbers, edges: Integers, most: int, situation: Situation, engine: Engine) -> DraftStanding:
    choice, candidates = numbers.choice, len(numbers.choice.problem.a)
    banned = np.intersect1d(edges, choice.problem.never)
    missed = np.setdiff1d(edges, np.concatenate((choice.chosen, banned)))
    near: Sequence[Standing] = ()
    if len(missed):
        problem = replace(choice.ruled, mode=Mode.EXACT if candidates <= _EXACT else Mode.QUICK)
        tries = _WORK // candidates
        near = standings(problem, engine.solver.solve, choice.chosen, missed, most, tries=tries)
    told = [_near(numbers, each, situation) for each in near]
    return DraftStanding(
        chosen=numbers.pairs(np.intersect1d(edges, choice.chosen)),
        near=[each for each in told if each is not None],
        kept_out=["staff has forbidden it in this draft"] if len(edges) == len(banned) == 1 else (),
    )


def _near(numbers: DraftNumbers, found: Standing, situation: Situation) -> NearPair | None:
    """The pair with its score as it is now; None where the two are no pair any more."""
    (pair,) = numbers.pairs(np.array([found.edge]))
    try:
        candidate = scored_pair(situation.market, *pair)
    except (UnknownMember, NoPair):
        return None
    expected = pair_weight(candidate, situation.expected) / pair_weight(candidate)
    return NearPair(
        pair=pair,
        score=candidate.score,
        rise=None if found.rise is None else found.rise / WEIGHT_UNIT / expected,
        is_exact=found.is_exact,
        in_its_place=numbers.pairs(found.in_its_place),
    )


def _no_candidate(pair: Pair, situation: Situation, surroundings: Surroundings) -> str:
    candidate = scored_pair(situation.market, *pair)
    if reason := exclusion(candidate, situation.market, situation.closed):
        return reason
    for holder in pair:
        if holder not in situation.free:
            return no_room(holder, surroundings.network)
    minimum = surroundings.engine.search.minimum_score
    if candidate.score < minimum:
        return f"they score {candidate.score:.2f}, and proposals need {minimum:.2f}"
    return f"they score {candidate.score:.2f}, which is not among the best of either, or changed since"


def _absent(holders: Sequence[str], situation: Situation, surroundings: Surroundings) -> Sequence[str]:
    """Why an owner of capacity has no candidates."""
    market = situation.market
    able = [holder for holder in holders if market.capacities.get(holder, 0) > 0]
    if not able:
        return ["it is not endorsed or open now, or states that it can handle none"]
    if any(holder in situation.free for holder in able):
        return ["nobody fits it well enough who had room when the round ran"]
    if able[0] in market.resting_holders:
        return ["it pauses, or cannot be mailed"]
    return [no_room(holder, surroundings.network) for holder in able]
