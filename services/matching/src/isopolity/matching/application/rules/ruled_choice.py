"""The choice of a round under the rules of a book, and which rules leave another one less.

Invariant: the solution proves its bound for the problem under the rules; the plain one shows what they cost. A rule
that takes neither candidates nor room from another one is not named as in its way.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.bound_book import BoundBook, Fixed, Limit, bound_book, ruled_out
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.counts import Counts, RuledOut
from isopolity.matching.application.rules.limits import Basis, fixed_limits, level_limits, stored_level
from isopolity.matching.arrays import Booleans
from isopolity.matching.assignment.problem import CountRule, Report, RoundProblem, RuleDual, Solution
from isopolity.matching.domain.rules.rule_book import RuleBook, RuleOutcome, Source
from isopolity.matching.errors import MatchingError, NoPermittedChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A limit that the best attempt misses."""

    source: Source
    at_least: int
    at_most: int | None
    missing: int
    """By how much the attempt misses it."""


class NarrowingPairs(NamedTuple):
    """The edges that are required or forbidden, and so take candidates or room from rules in conflict."""

    required: Sequence[int] = ()
    forbidden: Sequence[int] = ()


NO_PAIRS: Final = NarrowingPairs()


class UnkeptBook(MatchingError):
    """No choice was found that keeps all rules of a book; what is short and what conflicts, by where it comes from.

    `narrowing`: the rules that take candidates, or room, from those in conflict; `pairs`: the pairs that do.
    """

    def __init__(
        self,
        shortfalls: Sequence[Shortfall],
        conflict: Sequence[Source],
        narrowing: Sequence[Source] = (),
        pairs: NarrowingPairs = NO_PAIRS,
        *,
        is_proved: bool,
    ) -> None:
        super().__init__("No choice was found that keeps all rules.")
        self.shortfalls, self.conflict, self.narrowing, self.pairs = shortfalls, conflict, narrowing, pairs
        self.is_proved = is_proved


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledProblem:
    """A problem under rules and an objective; rule i of `problem` comes from `sources[i]`."""

    problem: RoundProblem
    sources: Sequence[Source]
    bound: BoundBook

    def solved(self, solver: ServingSolver, report: Report) -> Solution:
        """The best choice under the rules. Raises UnkeptBook, and what `report` raises."""
        try:
            return solver.solve(self.problem, report)
        except NoPermittedChoice as error:
            raise _unmet(error, self.problem, self.sources, self.bound) from error

    def outcomes(self, solution: Solution) -> tuple[RuleOutcome, ...]:
        """The outcome of each rule, with the price of its last unit."""
        duals = zip(self.sources, solution.dual.rules, strict=True)
        prices = dict[Source, int]()
        for source, dual in duals:
            prices[source] = max(prices.get(source, 0), _unit_price(dual, solution.dual.scale))
        return tuple(
            replace(outcome, unit_price=prices.get(outcome.source, 0))
            for outcome in self.bound.outcomes(solution.chosen)
        )


def ruled_problem(
    book: RuleBook,
    pairs: PairColumns,
    plain: Solution | None,
    room: Collection[str],
    solver: ServingSolver,
    report: Report,
    *,
    fixed: Fixed | None = None,
) -> RuledProblem:
    """The problem under a book.

    Limits that are fixed beforehand come from the choice without rules, `plain`, unless they are given. Raises
    UnkeptBook where the levels of the objective have no permitted choice, and what `report` raises.
    """
    out = ruled_out(book, pairs)
    chosen = pairs.problem.must if plain is None else plain.chosen
    basis = Basis(pairs=pairs, plain=chosen, ruled_out=out, room=room, solver=solver, report=report)
    bound = bound_book(book, pairs, fixed_limits(book, basis) if fixed is None else fixed)
    problem, sources = bound.ruled()
    try:
        levels = [level for level in level_limits(book, problem, basis) if level.least]
    except NoPermittedChoice as error:
        raise _unmet(_in_full(error, problem, solver, report), problem, sources, bound) from error
    problem = replace(problem, rules=(*problem.rules, *(level.rule() for level in levels)))
    sources = [*sources, *(level.source for level in levels)]
    return RuledProblem(problem=problem, sources=sources, bound=bound.with_limits(levels))


def stored_book(book: RuleBook, pairs: PairColumns, outcomes: Sequence[RuleOutcome]) -> BoundBook:
    """A book bound to the problem of a draft; what was fixed or reached in its round stands in the outcomes."""
    levels = [stored_level(book.objective, each, pairs) for each in outcomes if each.source.position is None]
    return bound_book(book, pairs, fixed_by(outcomes)).with_limits(levels)


def fixed_by(outcomes: Sequence[RuleOutcome]) -> Fixed:
    """The limits that were fixed before a round, from what became of them."""
    return {each.source: each.at_least for each in outcomes if each.source.position is not None}


def _unit_price(dual: RuleDual, scale: int) -> int:
    return round(max(dual.least, dual.most) / scale)


def _in_full(
    error: NoPermittedChoice, problem: RoundProblem, solver: ServingSolver, report: Report
) -> NoPermittedChoice:
    """Why no choice keeps the rules, with the rules that conflict; a level's search does not look for them."""
    try:
        solver.solve(problem, report)
    except NoPermittedChoice as fuller:
        return fuller
    return error


def _unmet(error: NoPermittedChoice, problem: RoundProblem, sources: Sequence[Source], bound: BoundBook) -> UnkeptBook:
    conflict = list(dict.fromkeys(sources[position] for position in error.conflict))
    short = list(_shortfalls(error, problem, sources))
    found = narrowing(bound, conflict), narrowing_pairs(bound, conflict)
    return UnkeptBook(short, conflict, *found, is_proved=error.is_proved)


def _shortfalls(error: NoPermittedChoice, problem: RoundProblem, sources: Sequence[Source]) -> Iterator[Shortfall]:
    for position, missing in error.shortfalls:
        rule = problem.rules[position]
        most = rule.at_most if isinstance(rule, CountRule) else None
        yield Shortfall(source=sources[position], at_least=rule.at_least, at_most=most, missing=missing)


def narrowing(bound: BoundBook, of: Collection[Source]) -> Sequence[Source]:
    """Where limits come from that take candidates, or the room for them, from those that come from `of`."""
    problem, wanted, theirs = bound.problem, _named(of), _counted_by(bound, of)
    theirs[problem.never] = False
    theirs[problem.must] = False
    lowered = bound.capacity < problem.capacity
    has_less_room = lowered[problem.a] | lowered[problem.b]
    found = dict[Source, None]()
    for limit in bound.limits:
        takes = isinstance(limit, RuledOut) or (isinstance(limit, Counts) and limit.in_capacity and has_less_room)
        if limit.source not in wanted and np.any(_counting(limit, problem) & theirs & takes):
            found[limit.source] = None
    return list(found)


def narrowing_pairs(bound: BoundBook, of: Collection[Source]) -> NarrowingPairs:
    """The forbidden pairs that limits which come from `of` would count, and the required ones that take their room."""
    problem, theirs = bound.problem, _counted_by(bound, of)
    near = np.zeros(len(problem.capacity), bool)
    near[problem.a[theirs]] = near[problem.b[theirs]] = True
    must, never = np.unique(problem.must), np.unique(problem.never)
    takes_room = theirs[must] | near[problem.a[must]] | near[problem.b[must]]
    return NarrowingPairs(required=must[takes_room].tolist(), forbidden=never[theirs[never]].tolist())


def _named(of: Collection[Source]) -> set[Source]:
    return {source.of("") for source in of} | set(of)


def _counted_by(bound: BoundBook, of: Collection[Source]) -> Booleans:
    """(edges,): which edges between members with room the limits that come from `of` are about."""
    problem, wanted = bound.problem, _named(of)
    found = np.zeros(len(problem.a), bool)
    for limit in bound.limits:
        if limit.source in wanted:
            found |= _counting(limit, problem, wanted)
    return found & (problem.capacity[problem.a] > 0) & (problem.capacity[problem.b] > 0)


def _counting(limit: Limit, problem: RoundProblem, of: Collection[Source] = ()) -> Booleans:
    """(edges,): which a limit is about; where it has a limit for each region, those of the regions that `of` names."""
    found = np.zeros(len(problem.a), bool)
    if isinstance(limit, RuledOut):
        found[limit.edges] = True
    elif isinstance(limit, Counts):
        groups = [number for number, group in enumerate(limit.groups) if limit.source.of(group) in of]
        found[limit.edge[np.isin(limit.count, groups)] if limit.groups else limit.edge] = True
    else:
        has = np.zeros(len(problem.capacity), bool)
        has[limit.node] = True
        found = has[problem.a] | has[problem.b]
    return found
