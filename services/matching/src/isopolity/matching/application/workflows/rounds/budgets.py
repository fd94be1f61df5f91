"""Budgets in a round: for each programme whose money could run short, a rule on what its pairs take together.

Invariant: a request in another currency without an amount that staff has set is no candidate of a programme that names
its grants, unless staff wants the pair: then the most that is granted counts. A pair that asks for no money takes none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import SponsorshipCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.candidates.problem_encoding import EncodedProblem
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import CountRule, RoundProblem
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.money.grants import (
    Commitment,
    NoGrant,
    SetAmounts,
    Span,
    gives_money,
    grant_span,
    left_of,
    reserved,
)
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.errors import ContradictoryRules, NoPair, UnknownMember

_PROGRAMME: Final = "programme/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Takes:
    """A programme's edges, ascending, and what each takes of its budget."""

    programme: Programme
    node: int
    edges: Integers
    amount: Integers
    waits: Booleans
    """Whether each edge has no amount."""

    def among(self, kept: Integers) -> "_Takes":
        """The takes of the edges in `kept`, by their positions in it."""
        is_kept = np.isin(self.edges, kept)
        return replace(
            self,
            edges=np.searchsorted(kept, self.edges[is_kept]),
            amount=self.amount[is_kept],
            waits=self.waits[is_kept],
        )


def with_budgets(encoded: EncodedProblem, commitments: Sequence[Commitment], amounts: SetAmounts) -> EncodedProblem:
    """The problem with the rules of budgets, the first on groups, and without the pairs that no budget allows.

    Raises ContradictoryRules where pairs that must be chosen take more than is left.
    """
    takes = list(_takes(encoded, amounts))
    left = left_of([each.programme for each in takes], commitments, amounts)
    out = [np.empty(0, np.int64)]
    for each in takes:
        money = left[each.programme.holder]
        is_must = np.isin(each.edges, encoded.problem.must)
        _refuse_must(each, is_must, money)
        out.append(each.edges[(each.waits | (each.amount > money)) & ~is_must])
    kept = np.setdiff1d(np.arange(len(encoded.problem.a)), np.concatenate(out))
    remaining = encoded.only(kept)
    found = (_rule(each.among(kept), left[each.programme.holder], remaining.problem) for each in takes)
    rules = [rule for rule in found if rule is not None]
    return replace(remaining, problem=replace(remaining.problem, rules=tuple(rules)))


def numbers_under_budgets(
    numbers: DraftNumbers, market: Market, commitments: Sequence[Commitment], amounts: SetAmounts
) -> DraftNumbers:
    """The numbers of a draft with the rules of budgets as they are now; what is out is among the commitments.

    Raises ContradictoryRules where what is pinned or out takes more than there is.
    """
    choice, rules = numbers.choice, list[CountRule]()
    paying = [each for each in market.programmes if gives_money(each) and each.holder in numbers.nodes]
    left = left_of(paying, commitments, amounts)
    for programme in paying:
        node = numbers.nodes[programme.holder]
        if int(choice.problem.capacity[node]) * programme.grant_max <= left[programme.holder]:
            continue
        edges = numbers.edges_of(programme.holder)
        pairs = numbers.pairs(edges)
        amount = np.array([_taken(market, programme, pair, amounts) for pair in pairs], np.int64)
        takes = _Takes(programme=programme, node=node, edges=edges, amount=amount, waits=np.zeros(len(edges), bool))
        money = left[programme.holder] + int(amount[np.isin(edges, choice.out)].sum())
        _refuse_must(takes, np.isin(edges, choice.fixed), money)
        rule = _rule(takes, money, choice.problem)
        rules += [] if rule is None else [rule]
    return replace(numbers, choice=replace(choice, problem=replace(choice.problem, rules=tuple(rules))))


def _taken(market: Market, programme: Programme, pair: Pair, amounts: SetAmounts) -> int:
    """The part of the budget that a pair takes; the most that is granted where the city is gone."""
    try:
        found = scored_pair(market, *pair)
    except (UnknownMember, NoPair):
        return programme.grant_max
    if not isinstance(found, SponsorshipCandidate):
        return programme.grant_max
    return reserved(programme, _span(found, amounts))


def _takes(encoded: EncodedProblem, amounts: SetAmounts) -> Iterator[_Takes]:
    problem, candidates = encoded.problem, encoded.candidates
    nodes = [node for node, holder in enumerate(encoded.holders) if holder.startswith(_PROGRAMME)]
    is_programme = np.zeros(len(encoded.holders), bool)
    is_programme[nodes] = True
    end = np.where(is_programme[problem.a], problem.a, problem.b)  # a programme's pairs are with cities
    edges = np.flatnonzero(is_programme[end])
    edges = edges[np.argsort(end[edges], kind="stable")]
    for some in np.split(edges, np.flatnonzero(np.diff(end[edges])) + 1):
        found = [candidates[position] for position in encoded.order[some].tolist()]
        pairs = [each for each in found if isinstance(each, SponsorshipCandidate)]
        if pairs and gives_money(pairs[0].programme):
            programme, spans = pairs[0].programme, [_span(each, amounts) for each in pairs]
            yield _Takes(
                programme=programme,
                node=int(end[some[0]]),
                edges=some,
                amount=np.array([reserved(programme, each) for each in spans], np.int64),
                waits=np.array([each is NoGrant.WAITS for each in spans], bool),
            )


def _span(candidate: SponsorshipCandidate, amounts: SetAmounts) -> Span | NoGrant:
    request = candidate.target.request
    return grant_span(candidate.programme, request.request_id if request else None, request, amounts)


def _refuse_must(takes: _Takes, is_must: Booleans, money: int) -> None:
    wanted, programme = int(takes.amount[is_must].sum()), takes.programme
    if wanted > money:
        raise ContradictoryRules(
            f"{programme.holder} must be in pairs that take {wanted:,} {programme.currency} at least, but its budget "
            f"has {money:,} left; drop a rule or raise the budget."
        )


def _rule(takes: _Takes, money: int, problem: RoundProblem) -> CountRule | None:
    """The rule on what the edges take together; None where its places cannot take more than there is."""
    counts = ~np.isin(takes.edges, problem.never) & (takes.amount > 0)
    edges, amount = takes.edges[counts], takes.amount[counts]
    if not len(edges):
        return None
    places = int(problem.capacity[takes.node])
    if int(np.sort(amount)[::-1][:places].sum()) <= money:
        return None
    unit = int(np.gcd.reduce(amount))
    return CountRule(edges=edges, at_most=money // unit, amount=amount // unit)
