"""Explanations of why a pair is chosen or not, and of the result for one id.

Invariant: a reported rise is never too large: with a smaller one, no best choice has the pair. For up to `RESOLVED` ids
it is verified by solving again with the pair in the choice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.missed_edges import MissedEdge, missed_edges
from isopolity.matching.assignment.problem import CountRule, RoundProblem, Solution
from isopolity.matching.entrypoints.library.pairs.scored_pairs import ScoredPairs
from isopolity.matching.entrypoints.library.tables import id_in, listed, near
from isopolity.matching.errors import InvalidInput, UnknownMember

Pairs = TypeVar("Pairs")
RESOLVED: Final = 5_000
"""The greatest number of ids for which a rise is verified by solving again; above it only dual values give it."""
_TRIES: Final = 5
_NAMED: Final = 3
"""The greatest number of other ids that a sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Generic[Pairs]):
    """The reason for which a pair is chosen or not, or the result for one id; `str` gives the sentence."""

    status: str
    """`chosen`, `not chosen`, `never` (a rule forbids it), `no room` (a capacity of 0), `worth nothing`, `no pair`."""
    sentence: str
    rise: float | None = None
    """The least rise of the score after which a best choice can have the pair; for one id, that of its nearest pair."""
    in_its_place: Pairs
    """The chosen pairs at full ends of the pair; for one id, its chosen pairs. A table like `pairs` of the choice."""

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """The problem and its solution, from which explanations are made."""

    scored: ScoredPairs
    problem: RoundProblem
    """The problem of `scored`, with the rules that the choice keeps."""
    solution: Solution
    solve: Callable[[RoundProblem], Solution]
    given: Callable[[Integers], Any]
    """Returns the rows of the table at some positions, in the form of the choice's `pairs`."""
    by_value: bool
    """Whether the choice has the greatest sum; if not, rises are not reported."""

    def pair(self, a: object, b: object) -> Explanation[Any]:
        """Explain why two ids are paired or not. Raises UnknownMember, InvalidInput."""
        nodes, problem = self.scored.nodes, self.problem
        one, other = self._node(a, 0), self._node(b, 1)
        names = f"{nodes.label(one)} and {nodes.label(other)}"
        edge = self._edge(one, other)
        if edge is None:
            status, reason = self._no_edge(one, other)
            return self._explanation(status, f"{names} {reason}.", ())
        score = f"{problem.weight[edge] / self.scored.unit:g}"
        if edge in self.solution.chosen:
            must = ", because they must be" if edge in problem.must else ""
            return self._explanation("chosen", f"{names} are paired, with a score of {score}{must}.", ())
        if edge in problem.never:
            return self._explanation("never", f"{names} must never be paired, as a rule says; drop it.", ())
        if full := [each for each in (one, other) if not self.scored.capacity[each]]:
            return self._explanation("no room", f"{nodes.label(full[0])} has a capacity of 0; raise it.", ())
        missed = self._missed(np.array([edge]), 1)[0]
        clauses = [
            f"{names} score {score}",
            *self._taken(missed, (one, other)),
            *self._full_rules(edge),
            self._rise(missed),
        ]
        return self._explanation("not chosen", f"{'; '.join(clauses)}.", missed.in_its_place, missed)

    def member(self, each: object, side: int) -> Explanation[Any]:
        """Explain the result for one id of column a (`side` 0) or b (`side` 1). Raises UnknownMember, InvalidInput."""
        node, problem = self._node(each, side), self.problem
        label, room = self.scored.nodes.label(node), int(self.scored.capacity[node])
        own = np.flatnonzero((problem.a == node) | (problem.b == node))
        chosen = np.intersect1d(own, self.solution.chosen)
        partners = [self._partner(edge, node) for edge in chosen.tolist()]
        paired = f"is paired with {_some(partners)}" if partners else "is in no pair"
        clauses = [f"{label} {paired}, and has room for {room}"]
        never = np.intersect1d(own, problem.never)
        empty = own[self.scored.capacity[np.where(problem.a[own] == node, problem.b[own], problem.a[own])] == 0]
        if len(never):
            clauses.append(f"{len(never)} of its {len(own)} pairs must never be")
        if len(empty):
            clauses.append(f"{len(empty)} of them lead to a capacity of 0")
        if not len(own):
            clauses.append("all its scores are 0")
        left = np.setdiff1d(own, np.concatenate((chosen, never, empty)))
        missed = self._missed(left, 1)[0] if room and len(left) else None
        if missed is not None:
            score = f"{problem.weight[missed.edge] / self.scored.unit:g}"
            clauses.append(f"the nearest other one is {self._partner(missed.edge, node)}, with a score of {score}")
            clauses.append(self._rise(missed))
        return self._explanation("chosen" if partners else "not chosen", f"{'; '.join(clauses)}.", chosen, missed)

    def _explanation(
        self, status: str, sentence: str, edges: Sequence[int] | Integers, missed: MissedEdge | None = None
    ) -> Explanation[Any]:
        rise = missed.rise if missed is not None and self.by_value else None
        return Explanation(
            status=status,
            sentence=sentence,
            rise=None if rise is None else rise / self.scored.unit,
            in_its_place=self.given(np.sort(self.scored.row[np.asarray(edges, np.int64)])),
        )

    def _missed(self, edges: Integers, most: int) -> Sequence[MissedEdge]:
        problem = self.problem
        tries = _TRIES if len(problem.capacity) <= RESOLVED and self.by_value else 0
        return missed_edges(problem, self._solved, self.solution.chosen, edges, max(most, tries), tries=tries)

    def _solved(self, problem: RoundProblem) -> Solution:
        return self.solution if problem is self.problem else self.solve(problem)

    def _rise(self, missed: MissedEdge) -> str:
        if not self.by_value:
            return "what it lacks is not told, as the least counts before the sum"
        if missed.rise is None:
            return "what must be kept leaves no room for it"
        if not missed.rise:
            equal = "a choice that is worth as much has it"
            return equal if missed.is_exact else "how much it lacks could not be proved"
        return f"its score would have to rise by {missed.rise / self.scored.unit:g} at least"

    def _taken(self, missed: MissedEdge, ends: Sequence[int]) -> list[str]:
        problem, clauses = self.problem, []
        for end in ends:
            its = [edge for edge in missed.in_its_place.tolist() if end in (problem.a[edge], problem.b[edge])]
            if its:
                partners = _some([self._partner(edge, end) for edge in its])
                clauses.append(f"{self.scored.nodes.label(end)} is paired with {partners} instead")
        return clauses

    def _full_rules(self, edge: int) -> list[str]:
        """Clauses on the rules whose `at_most` leaves no room for an edge beside the chosen ones."""
        found, chosen = [], np.zeros(len(self.problem.a), bool)
        chosen[self.solution.chosen] = True
        for worded, rule in zip(self.scored.rules, self.problem.rules, strict=False):
            if not isinstance(rule, CountRule) or rule.at_most is None or edge not in rule.edges:
                continue
            amount = np.ones(len(rule.edges), np.int64) if rule.amount is None else rule.amount
            own = int(amount[np.searchsorted(rule.edges, edge)])
            if int(amount[chosen[rule.edges]].sum()) + own > rule.at_most:
                found.append(f"the rule “{worded.sentence}” has no room for it")
        return found

    def _partner(self, edge: int, node: int) -> str:
        problem = self.problem
        return repr(self.scored.nodes.ids[int(problem.b[edge] if problem.a[edge] == node else problem.a[edge])])

    def _node(self, each: object, side: int) -> int:
        nodes = self.scored.nodes
        try:
            found = id_in(each)
        except ValueError as error:
            raise InvalidInput(f"Nobody can be {each!r}; {error}.") from None
        numbers = nodes.numbers[side]
        if found is None or found not in numbers:
            column = f" in column {nodes.names[side]}" if nodes.two_sides else ""
            raise UnknownMember(f"There is no {each!r}{column}{near(each, numbers)}; correct the id.")
        return numbers[found]

    def _edge(self, one: int, other: int) -> int | None:
        problem, size = self.problem, len(self.scored.nodes)
        wanted = min(one, other) * size + max(one, other)
        place = int(np.searchsorted(problem.a * size + problem.b, wanted))
        found = place < len(problem.a) and problem.a[place] * size + problem.b[place] == wanted
        return place if found else None

    def _no_edge(self, one: int, other: int) -> tuple[str, str]:
        nodes, table = self.scored.nodes, self.scored.table
        ends = {(nodes.ids[one], nodes.ids[other])}
        ends |= set() if nodes.two_sides else {(nodes.ids[other], nodes.ids[one])}
        rows = zip(table.ids(nodes.names[0]), table.ids(nodes.names[1]), strict=True)
        if any(row in ends for row in rows):
            return "worth nothing", "have a score of 0"
        return "no pair", "stand in no row of the pairs; add one with a score"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return listed(list(names) if more <= 0 else [*names[:_NAMED], f"{more} more"])
