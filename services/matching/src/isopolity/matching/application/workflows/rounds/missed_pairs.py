"""Why a member, or a pair, is not in a round: which pairs took the place, and what the score lacks at least.

Invariant: for staff only, since it reveals others' pairs, capacity in use and expected answers. The rise is proved by
duals of the best choice among the round's candidates, with the pair and without, under pins, bans and what is out.
A round under hold has the numbers of its draft; those of one that went out at once are drawn up anew.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.candidates.problem_encoding import encoded_problem, pair_weight
from isopolity.matching.application.candidates.twinnings import FULL
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.wording.rule_outcomes import outcome_sentence
from isopolity.matching.application.workflows.member_names import no_room, owner_among, pair_named
from isopolity.matching.application.workflows.rounds.choice.all_pairs import WholeMarket
from isopolity.matching.application.workflows.rounds.execution import current_situation
from isopolity.matching.application.workflows.rounds.round_candidates import round_candidates
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.missed_edges import MissedEdge, missed_edges
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.member import holders_of, holders_of_pair
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.errors import NoPair, NoPermittedChoice, UnknownDraft, UnknownMember, UnknownRound

_EXACT: Final = 200_000
"""The most candidates for which the best choice is searched for exactly; beyond, its bound holds but is less tight."""
_WORK: Final = 500_000
"""Candidates of all problems that are solved again, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearPair:
    """A candidate that is not chosen."""

    pair: Pair
    score: float
    """The score as it is now."""
    rise: float | None
    """By how much the score would have to rise at least, as answers are expected now; None: no choice can have it."""
    is_exact: bool
    """Whether with that rise some best choice has it."""
    in_its_place: Sequence[Pair]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStanding:
    """The pairs of one owner of capacity in a round, or the state of one pair."""

    chosen: Sequence[Pair]
    near: Sequence[NearPair]
    """Candidates that are not chosen, those that lack least first."""
    kept_out: Sequence[str]
    """Why there are no candidates, in clauses without full stops."""
    breaks: Sequence[str] = ()
    """Of one pair: the rules of the draft that would not hold with it in place of those that took its place."""


async def standing_of_member(
    round_id: str, name: str, limit: int, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> RoundStanding:
    """The pairs of a member, named as people do, in a round, and the `limit` candidates that it misses by least.

    Raises UnknownRound, UnknownMember, ContradictoryRules.
    """
    numbers, situation, _ = await _read(round_id, unit_of_work, surroundings)
    owner = owner_among(numbers.nodes, name, surroundings.network)
    holders = holders_of(owner)
    edges = np.unique(np.concatenate([numbers.edges_of(holder) for holder in holders]))
    found = await asyncio.to_thread(_standing, numbers, edges, limit, situation, surroundings.engine)
    return found if len(edges) else replace(found, kept_out=_absent(holders, situation, surroundings))


async def standing_of_pair(
    round_id: str, names: Pair, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> RoundStanding:
    """The state of a pair, named as people do, in a round.

    Raises UnknownRound, UnknownMember, NoPair, ContradictoryRules.
    """
    numbers, situation, rules = await _read(round_id, unit_of_work, surroundings)
    pair = pair_named(names, surroundings.network, numbers.nodes)
    edge = numbers.edge(pair)
    if edge is None:
        reason = await asyncio.to_thread(_no_candidate, pair, situation, surroundings)
        return RoundStanding(chosen=(), near=(), kept_out=(reason,))
    found = await asyncio.to_thread(_standing, numbers, np.array([edge]), 1, situation, surroundings.engine)
    if rules is None or not found.near:
        return found
    breaks = await asyncio.to_thread(_broken_by, found.near[0], numbers, situation, rules)
    return replace(found, breaks=breaks)


def _broken_by(near: NearPair, numbers: DraftNumbers, situation: Situation, rules: KeptRules) -> Sequence[str]:
    """The rules that hold in a draft and would not with this pair in place of those that took its place."""
    chosen, market = numbers.choice.chosen, situation.market
    with_it = np.union1d(np.setdiff1d(chosen, numbers.edges(near.in_its_place)), numbers.edges([near.pair]))
    before = {each.source for each in rules.now(numbers, market) if not each.holds}
    after = (each for each in rules.now(numbers, market, with_it) if not each.holds and each.source not in before)
    return [outcome_sentence(rules.book, each) for each in after]


async def _read(
    round_id: str, unit_of_work: UnitOfWorkFactory, surroundings: Surroundings
) -> tuple[DraftNumbers, Situation, KeptRules | None]:
    """The numbers of a round, the network as it is now, and the rules of its draft, if it has one with rules."""
    async with unit_of_work() as uow:
        known = await uow.rounds.get(round_id)
        if known.result is None:
            raise UnknownRound(f"Round {round_id} is {known.status}; ask about one that is done.")
        try:
            numbers = await uow.drafts.numbers(round_id)
        except UnknownDraft:
            numbers = None
        out = [] if numbers else await uow.proposals.find(await uow.proposals.out_of_round(round_id))
    situation = await current_situation(unit_of_work, surroundings)
    rules = None if numbers is None else KeptRules.of(known)
    if numbers is None:
        numbers = await asyncio.to_thread(_numbers_again, known.plan, out, situation, surroundings.engine)
    return numbers, situation, rules


def _numbers_again(plan: RoundPlan, out: Sequence[Proposal], situation: Situation, engine: Engine) -> DraftNumbers:
    """The numbers of a round that went out at once, drawn up anew: members as they are now, what is out of it free."""
    market, held = situation.market, Counter(side.holder for proposal in out for side in proposal.sides)
    able = market.capacities.keys() - set(market.resting_holders)
    free = {holder: situation.free.get(holder, 0) + held[holder] for holder in able & {*situation.free, *held}}
    closed = {*situation.closed} - {proposal.pair_key for proposal in out}
    asked = replace(situation, free=free, closed=closed)
    whole = WholeMarket.of(plan, asked, engine.search) if len(market.profiles) <= FULL else None
    if whole is None:
        candidates = round_candidates(plan, market, free, closed, engine.search)
    else:
        candidates = whole.first_candidates(engine.search)
    encoded = encoded_problem(candidates, free, plan.seed, plan.mode, situation.expected)
    empty = EditedChoice(problem=encoded.problem, chosen=np.empty(0, np.int64))
    numbers = DraftNumbers(choice=empty, holders=encoded.holders)
    never = numbers.edges(holders_of_pair(*pair) for pair in plan.never)
    chosen = numbers.edges((proposal.sides[0].holder, proposal.sides[1].holder) for proposal in out)
    choice = EditedChoice(problem=replace(encoded.problem, never=never), chosen=chosen)
    return DraftNumbers(choice=choice, holders=encoded.holders)


def _standing(numbers: DraftNumbers, edges: Integers, most: int, situation: Situation, engine: Engine) -> RoundStanding:
    choice, candidates = numbers.choice, len(numbers.choice.problem.a)
    banned = np.intersect1d(edges, choice.problem.never)
    missed = np.setdiff1d(edges, np.concatenate((choice.chosen, banned)))
    near: Sequence[MissedEdge] = ()
    kept_out = ["staff has forbidden it in this round"] if len(edges) == len(banned) == 1 else []
    if len(missed):
        problem = replace(choice.ruled, mode=Mode.EXACT if candidates <= _EXACT else Mode.QUICK)
        tries = _WORK // candidates
        try:
            near = missed_edges(problem, engine.solver.solve, choice.chosen, missed, most, tries=tries)
        except NoPermittedChoice:
            kept_out = ["no choice keeps all rules of this round as it is edited now"]
    scored = [_near(numbers, each, situation) for each in near]
    return RoundStanding(
        chosen=numbers.pairs(np.intersect1d(edges, choice.chosen)),
        near=[each for each in scored if each is not None],
        kept_out=kept_out,
    )


def _near(numbers: DraftNumbers, found: MissedEdge, situation: Situation) -> NearPair | None:
    """The pair with its score as it is now; None where the two are no pair any more."""
    (pair,) = numbers.pairs(np.array([found.edge]))
    try:
        candidate = scored_pair(situation.market, *pair)
    except (UnknownMember, NoPair):
        return None
    expected = pair_weight(candidate, situation.market, situation.expected) / pair_weight(candidate)
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
