"""The change that is offered after rules that cannot be kept is enough, and where it is said so, the smallest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.rules.bound_book import bound_book
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.ruled_choice import UnkeptBook, ruled_problem
from isopolity.matching.application.workflows.rounds.remedies import refuse_must, remedies
from isopolity.matching.assignment.problem import unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.rules.changes import Remedy, RuleChange, limits_of
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.rules.rule_book import RuleBook
from tests.support.matching.round_problems import integers
from tests.support.matching.ruled_networks import TryingSolver, drawn, drawn_book


def pair_of(pairs: PairColumns, holders: Sequence[str], edge: int) -> Pair:
    one, other = sorted(owner(holders[end[edge]]) for end in (pairs.problem.a, pairs.problem.b))
    return one, other


def unkept(
    book: RuleBook, pairs: PairColumns, room: Sequence[str], solver: TryingSolver | AssignmentSolver
) -> UnkeptBook | None:
    try:
        refuse_must(book, bound_book(book, pairs, {}))
        plain = solver.solve(pairs.problem)
        ruled_problem(book, pairs, plain, room, solver, unreported).solved(solver, unreported)
    except UnkeptBook as unmet:
        return unmet
    return None


def after(remedy: Remedy, book: RuleBook, pairs: PairColumns, holders: Sequence[str]) -> tuple[RuleBook, PairColumns]:
    """The book and the pairs after a remedy."""
    named = [pair_of(pairs, holders, edge) for edge in range(len(pairs.problem.a))]
    changed, _, never = remedy.applied(book, (), [named[edge] for edge in pairs.problem.never.tolist()])
    kept = integers([edge for edge in pairs.problem.never.tolist() if named[edge] in never])
    return changed, PairColumns(problem=replace(pairs.problem, never=kept), members=pairs.members)


def droppings(book: RuleBook, never: Sequence[Pair], size: int) -> Iterator[Remedy]:
    """All ways to drop so many limits and forbidden pairs."""
    limits = [
        RuleChange(position=position, limit=limit)
        for position, rule in enumerate(book.rules)
        for limit in limits_of(rule)
    ]
    bans = [RuleChange(pair=pair, is_forbidden=True) for pair in never]
    for chosen in combinations([*limits, *bans], size):
        yield Remedy(changes=chosen, is_smallest=False)


@given(network=st.integers(0, 2**32), rules=st.integers(0, 2**32), lot=st.randoms(use_true_random=False))
def test_what_is_offered_is_enough_and_no_fewer_changes_are(network: int, rules: int, lot: Random) -> None:
    market, pairs, _, holders = drawn(network)
    book, edges = drawn_book(rules), len(pairs.problem.a)
    never = sorted(lot.sample(range(edges), min(edges, lot.randint(0, 3))))
    pairs = PairColumns(problem=replace(pairs.problem, never=integers(never)), members=pairs.members)
    room, solver = list(market.able), AssignmentSolver()
    unmet = unkept(book, pairs, room, solver)
    if unmet is None:
        return
    found = remedies(book, pairs, holders, room, solver, unreported, unmet)
    for each in found:
        assert unkept(*after(each, book, pairs, holders), room, TryingSolver()) is None, (book.rules, each)
        if each.is_smallest:
            banned = [pair_of(pairs, holders, edge) for edge in never]
            for fewer in range(1, len(each.changes)):
                for other in droppings(book, banned, fewer):
                    assert unkept(*after(other, book, pairs, holders), room, TryingSolver()) is not None, (each, other)
