"""What to change in the order of a round that failed: remedies, each tried on the problem of the round.

Invariant: a remedy that is offered leaves a choice that keeps all other rules. The objective and soft floors take no
part, since each asks for no more than is possible.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.bound_book import BoundBook, bound_book
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.counts import Counts, RuledOut
from isopolity.matching.application.rules.ruled_choice import NarrowingPairs, UnkeptBook, ruled_problem
from isopolity.matching.application.rules.smallest_change import ChangeSearch, Failure, Item, Numbers, SmallestChange
from isopolity.matching.assignment.problem import Report
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.rules.changes import Remedy, RuleChange, limits_of, loosened
from isopolity.matching.domain.rules.rule_book import Objective, RegionFloors, RuleBook, Source
from isopolity.matching.errors import ContradictoryRules

_TRIES: Final = 24
"""The greatest number of attempts at a change."""
_FEWEST: Final = 4
_WORK: Final = 1_000_000
"""The number of candidates of all attempts together, apart from the fewest."""


class RefusedPair(UnkeptBook):
    """Pairs that must be chosen, and a rule that does not let them.

    `node`: the member that has to be in more pairs than a rule lets it, which are `most`; None where a rule rules the
    one pair out.
    """

    def __init__(self, required: Sequence[int], conflict: Sequence[Source], node: int | None = None, most: int = 0):
        super().__init__((), conflict, pairs=NarrowingPairs(required=required), is_proved=True)
        self.node, self.most = node, most


class FailedRules(ContradictoryRules):
    """The rules of a round cannot all be kept; `remedies` are the changes of its order after which it can be run."""

    def __init__(self, message: str, remedies: Sequence[Remedy]) -> None:
        super().__init__(message)
        self.remedies = remedies


def refuse_must(book: RuleBook, bound: BoundBook) -> None:
    """Raise RefusedPair where a pair that must be chosen is ruled out, or a member must have too many."""
    problem = bound.problem
    for limit in bound.limits:
        if isinstance(limit, RuledOut) and limit.source.position is not None:
            for edge in np.intersect1d(problem.must, limit.edges).tolist():
                raise RefusedPair([edge], [limit.source])
    ends = np.concatenate((problem.a[problem.must], problem.b[problem.must]))
    wanted = np.bincount(ends, minlength=len(problem.capacity))
    for node in np.flatnonzero(wanted > bound.capacity).tolist():
        those = problem.must[(problem.a[problem.must] == node) | (problem.b[problem.must] == node)]
        lowering = [each.source for each in bound.limits if isinstance(each, Counts) and each.in_capacity]
        raise RefusedPair(those.tolist(), lowering, node, int(bound.capacity[node]))


def remedies(
    book: RuleBook,
    pairs: PairColumns,
    holders: Sequence[str],
    room: Collection[str],
    solver: ServingSolver,
    report: Report,
    unmet: UnkeptBook,
) -> tuple[Remedy, ...]:
    """The smallest changes that were found for a book that is not kept; empty where none was. Raises what `report`
    raises.
    """
    tried = _Trial(
        book=replace(book, objective=Objective.MOST_TOTAL_FIT), pairs=pairs, room=room, solver=solver, report=report
    )
    tries = min(_TRIES, max(_FEWEST, _WORK // max(len(pairs.problem.a), 1)))
    search = ChangeSearch(attempt=tried, number_of=tried.number_of, tries=tries)
    return tuple(_remedy(each, pairs, holders) for each in search.after(tried.failure(unmet, {})))


def _remedy(found: SmallestChange, pairs: PairColumns, holders: Sequence[str]) -> Remedy:
    problem = pairs.problem

    def change(item: Item, number: float | None) -> RuleChange:
        if item.kind == "rule":
            return RuleChange(position=item.place, limit=item.limit, number=number)
        one, other = sorted(owner(holders[end[item.place]]) for end in (problem.a, problem.b))
        return RuleChange(pair=(one, other), is_forbidden=item.kind == "never")

    return Remedy(
        changes=tuple(change(item, number) for item, number in found.numbers.items()), is_smallest=found.is_smallest
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Tries a round with some changes of its rules."""

    book: RuleBook
    pairs: PairColumns
    room: Collection[str]
    solver: ServingSolver
    report: Report

    def number_of(self, item: Item) -> float | None:
        return limits_of(self.book.rules[item.place]).get(item.limit) if item.kind == "rule" else None

    def __call__(self, numbers: Numbers) -> Failure | None:
        self.report("looking for the smallest change", 0.0)
        book, pairs = self._changed(numbers)
        try:
            refuse_must(book, bound_book(book, pairs, {}))
            by_region = any(isinstance(rule, RegionFloors) for rule in book.rules)
            plain = self.solver.solve(pairs.problem, self.report) if by_region else None
            ruled_problem(book, pairs, plain, self.room, self.solver, self.report).solved(self.solver, self.report)
        except UnkeptBook as unmet:
            return self.failure(unmet, numbers)
        except ContradictoryRules:  # pairs that must be chosen take more than there is
            return self.failure(UnkeptBook((), (), is_proved=False), numbers)
        return None

    def failure(self, unmet: UnkeptBook, numbers: Numbers) -> Failure:
        """What cannot be kept together: limits and pairs that `numbers` leaves as they were ordered."""
        problem, sources = self._changed(numbers)[1].problem, [*unmet.conflict, *unmet.narrowing]
        positions = {each.position for each in sources if each.position is not None and not each.is_of_budget}
        must, never = unmet.pairs.required, unmet.pairs.forbidden
        # floors are shares of the choice without rules, which any pair may change
        has_floors = any(isinstance(self.book.rules[position], RegionFloors) for position in positions)
        if has_floors or not unmet.conflict or not unmet.is_proved:
            positions = set(range(len(self.book.rules)))
            must, never = problem.must.tolist(), problem.never.tolist()
        items = {*self._limits(positions), *(Item("must", e) for e in must), *(Item("never", e) for e in never)}
        dropped = {item for item, number in numbers.items() if number is None}
        missing = max((each.missing for each in unmet.shortfalls), default=1)
        return Failure(items=frozenset(items - dropped), is_proved=unmet.is_proved, missing=missing)

    def _limits(self, positions: Collection[int]) -> Iterator[Item]:
        for position in positions:
            for name in limits_of(self.book.rules[position]):
                yield Item("rule", position, name)

    def _changed(self, numbers: Numbers) -> tuple[RuleBook, PairColumns]:
        rules, free = list(self.book.rules), list[int]()
        for item, number in numbers.items():
            if item.kind == "rule":
                whole = None if number is None else int(number)
                rules[item.place] = loosened(rules[item.place], item.limit, whole)
            else:
                free.append(item.place)
        problem = self.pairs.problem
        must, never = (edges[~np.isin(edges, free)] for edges in (problem.must, problem.never))
        return replace(self.book, rules=tuple(rules)), PairColumns(
            problem=replace(problem, must=must, never=never), members=self.pairs.members
        )
