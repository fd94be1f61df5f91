"""Repairs a choice that nearly keeps the rules: one neighbourhood at a time is solved again to the optimum.

A neighbourhood is some hundred nodes around a broken rule, with the edges between them that cost little at the
multipliers; all other edges stay. Its mixed integer programme is solved by HiGHS (large neighbourhood search,
Shaw 1998). Invariant: bounded by work, not by time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.assignment.presolve import Cuts
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Report, unreported
from isopolity.matching.assignment.solvers.ruled.relaxation import Relaxation

SIZE: Final = 160
"""The number of nodes of the first neighbourhoods."""
MOST_SIZE: Final = 640
"""The number of nodes of the last neighbourhoods."""
PATIENCE: Final = 3
"""The number of successive neighbourhoods without a change after which the repair ends."""
TURNS: Final = 30
"""The greatest number of neighbourhoods."""
FINE: Final = 1e-4
"""The gap at which the choice of a neighbourhood is good enough, if it is the whole problem."""
COARSE: Final = 1e-3
"""The gap at which the choice of a neighbourhood is good enough, if it is a part of the problem."""
MOST_TIGHT: Final = 20
"""The number of tight rules whose edges a neighbourhood includes."""
MOST_NODES: Final = 100
"""The greatest number of nodes in the branch-and-bound tree of one neighbourhood."""
MOST_OPEN: Final = 2_000
"""The greatest number of open edges for which the best choice is searched."""
ENOUGH: Final = 0.0005
"""The relative gap of a choice at which no better one is searched."""
CHEAP: Final = WEIGHT_UNIT // 20
"""The greatest loss of an edge along which a neighbourhood grows."""
DEAR: Final = WEIGHT_UNIT * 3 // 10
"""The greatest loss of an edge that a neighbourhood may choose."""
PRICE: Final = 20.0
"""The price of a missing unit of a rule, in pairs of worth 1: above the gain of any exchange."""


@dataclass(slots=True, kw_only=True)
class Neighbourhoods:
    """A choice (m; 1 or 0) that is changed in place, and the loss of each edge at the multipliers.

    `loss` is the loss against the bound, in weights, by choosing an edge; if negative, by leaving it out.
    """

    relaxation: Relaxation
    incidence: csr_array
    """(n, m): 1 if the edge ends at the node."""
    cuts: Cuts
    """Odd sets, which make the linear programmes of neighbourhoods nearly integral."""
    chosen: Integers
    loss: Floats
    report: Report = unreported
    last_price: float = PRICE
    """The price of a member missing in the last ServedRules; lower if they ask for as many as possible."""
    soft: int = 1
    """The number of the last ServedRules that have `last_price`."""

    def missing(self, chosen: Integers) -> tuple[Integers, Integers]:
        """By CountRule: the missing amount, negative for an excess; by ServedRule: the number of missing members."""
        relaxation = self.relaxation
        count, member = relaxation.amounts @ chosen, relaxation.ends @ chosen
        low = np.maximum(relaxation.least - count, 0)
        high = np.where(relaxation.most >= 0, np.maximum(count - relaxation.most, 0), 0)
        served = np.bincount(relaxation.rule_of_member, member > 0, len(relaxation.servings)).astype(np.int64)
        return low - high, np.maximum(relaxation.wanted - served, 0)

    def breaks_rules(self, chosen: Integers) -> bool:
        """Whether a choice breaks any rule."""
        return any(np.any(each) for each in self.missing(chosen))

    @property
    def prices(self) -> Floats:
        """By ServedRule: the price of a missing member."""
        prices = np.full(len(self.relaxation.servings), PRICE)
        prices[-self.soft :] = self.last_price
        return prices

    def _short(self, chosen: Integers) -> float:
        count, served = self.missing(chosen)
        return float(PRICE * np.abs(count).sum() + self.prices @ served)

    def repair(self) -> None:
        """Change the choice until it keeps all rules, or no neighbourhood improves it."""
        size, patience = SIZE, 0
        for turn in range(TURNS):
            self.report("keeping rules", turn / TURNS)
            count, served = self.missing(self.chosen)
            short = self._short(self.chosen)
            if not short:
                return
            nodes = self._around(count, served, size, turn)
            better = self._solved(nodes, self._cheap(DEAR if size < len(self.relaxation.problem.capacity) else np.inf))
            if better is not None and self._short(better) < short:
                self.chosen, patience = better, 0
                continue
            patience += 1
            if patience == PATIENCE:
                return
            size = min(2 * size, MOST_SIZE)

    def finish(self, gap: float) -> None:
        """Search for the best choice within the rules; the current one keeps them, `gap` weights below the bound.

        A better choice has no edge that loses more than `gap`, and has every edge whose absence loses more. Nothing is
        done if more than MOST_OPEN edges are left.
        """
        open_edges, weight = np.abs(self.loss) < gap, self.relaxation.problem.weight
        if gap <= ENOUGH * float(weight[self.chosen == 1].sum()) or np.count_nonzero(open_edges) > MOST_OPEN:
            return
        better = self._solved(np.arange(len(self.relaxation.problem.capacity)), open_edges)
        if better is None or self.breaks_rules(better):
            return
        if weight[better == 1].sum() > weight[self.chosen == 1].sum():
            self.chosen = better

    def _around(self, count: Integers, served: Integers, size: int, turn: int) -> Integers:
        """Nodes near the cheapest edges whose change would mend a broken rule."""
        relaxation = self.relaxation
        starts = [self._cheapest(row, missing, 2 * abs(missing) + 6 + 4 * turn) for row, missing in _those(count)]
        starts += [self._cheapest(row, way, 4 + 2 * turn) for row, way in self._tight()]
        unserved = (relaxation.ends @ self.chosen == 0) & (served[relaxation.rule_of_member] > 0)
        if np.any(unserved):
            edges = np.flatnonzero(relaxation.ends.T @ unserved.astype(np.int64) > 0)
            starts.append(edges[np.argsort(self.loss[edges], kind="stable")[: 40 + 10 * turn]])
        return self._near(np.concatenate([np.empty(0, np.int64), *starts]), size)

    def _cheapest(self, row: int, missing: int, number: int) -> Integers:
        """The edges of a CountRule that are cheapest to choose, if some are missing, or else to leave out."""
        edges = self.relaxation.counts[row].edges
        edges = edges[(self.chosen[edges] == 1) == (missing < 0)]
        return np.asarray(edges[np.argsort(np.abs(self.loss[edges]), kind="stable")[:number]])

    def _tight(self) -> Iterator[tuple[int, int]]:
        """The largest tight CountRules, each with 1 if no edge can be dropped, or -1 if none can be added."""
        relaxation = self.relaxation
        total = relaxation.amounts @ self.chosen
        is_full, is_bare = total == relaxation.most, (total == relaxation.least) & (relaxation.least > 0)
        rows = np.flatnonzero(is_full | is_bare)
        sizes = np.diff(relaxation.amounts.indptr)[rows]
        for row in rows[np.argsort(-sizes, kind="stable")[:MOST_TIGHT]].tolist():
            yield row, -1 if is_full[row] else 1

    def _near(self, edges: Integers, size: int) -> Integers:
        """About `size` nodes, or all: the ends of these edges, then nodes that cheap edges join to them."""
        problem = self.relaxation.problem
        if size >= len(problem.capacity):
            return np.arange(len(problem.capacity))
        found = np.zeros(len(problem.capacity), bool)
        found[problem.a[edges]] = found[problem.b[edges]] = True
        links = self.incidence[:, np.flatnonzero(self._cheap(CHEAP))]
        while found.sum() < size:
            reached = (links @ (links.T @ found.astype(np.int64))) > 0
            if not np.any(reached & ~found):
                break
            fresh = np.flatnonzero(reached & ~found)[: max(size - int(found.sum()), 1)]
            found[fresh] = True
        return np.flatnonzero(found)

    def _cheap(self, most: float) -> Booleans:
        return np.asarray((self.chosen == 1) | (self.loss <= most))

    def _solved(self, nodes: Integers, is_open: Booleans) -> Integers | None:
        """The choice after solving again for the open edges between `nodes`; None if HiGHS found no choice."""
        problem, relaxation = self.relaxation.problem, self.relaxation
        inside = np.zeros(len(problem.capacity), bool)
        inside[nodes] = True
        open_edge = inside[problem.a] & inside[problem.b] & is_open
        open_edge[problem.must] = open_edge[problem.never] = False
        edges = np.flatnonzero(open_edge)
        if not len(edges):
            return None
        rest = self.chosen.copy()
        rest[edges] = 0
        cuts = np.flatnonzero(np.diff(csr_array(self.cuts.edges[:, edges]).indptr))
        limits = vstack([self.incidence[nodes], self.cuts.edges[cuts]], format="csr")
        room = np.concatenate([problem.capacity[nodes], self.cuts.most[cuts]]) - limits @ rest
        counts = np.flatnonzero(np.diff(csr_array(relaxation.amounts[:, edges]).indptr))  # the rules with an open edge
        amounts = relaxation.amounts[counts]
        rows = [limits[:, edges], amounts[:, edges]]
        low = np.concatenate([np.full(len(room), -np.inf), relaxation.least[counts] - amounts @ rest])
        most = np.where(relaxation.most >= 0, relaxation.most, np.inf)[counts]
        high = np.concatenate([room, most - amounts @ rest])
        counted, members, wanted = self._members(edges, rest)
        cost = np.concatenate(
            [
                -problem.weight[edges] / WEIGHT_UNIT,
                np.zeros(len(members)),
                np.full(2 * len(counts), PRICE),
                self.prices,
            ]
        )
        matrix, low, high = _elastic(rows, low, high, relaxation.ends[members][:, edges], counted, wanted)
        integral = np.concatenate([np.ones(len(edges) + len(members)), np.zeros(len(cost) - len(edges) - len(members))])
        top = np.where(integral == 1, 1.0, np.inf)
        found = milp(
            cost,
            integrality=integral,
            bounds=Bounds(0, top),
            constraints=LinearConstraint(matrix, low, high),
            options={"node_limit": MOST_NODES, "mip_rel_gap": FINE if len(problem.capacity) <= SIZE else COARSE},
        )
        if found.x is None:
            return None
        rest[edges] = np.rint(found.x[: len(edges)]).astype(np.int64)
        return rest

    def _members(self, edges: Integers, rest: Integers) -> tuple[csr_array, Integers, Integers]:
        """(ServedRules, members): 1 for each member that can be served; these members; the number each rule wants."""
        relaxation = self.relaxation
        served = relaxation.ends @ rest > 0
        reachable = np.asarray(relaxation.ends[:, edges].sum(axis=1)).ravel() > 0
        members = np.flatnonzero(reachable & ~served)
        rule = relaxation.rule_of_member
        number = len(relaxation.servings)
        counted = csr_array(
            (np.ones(len(members)), (rule[members], np.arange(len(members)))), shape=(number, len(members))
        )
        return counted, members, relaxation.wanted - np.bincount(rule, served, number)


def _those(count: Integers) -> Iterator[tuple[int, int]]:
    """The positions of the values that are not 0, with these values."""
    return ((row, int(count[row])) for row in np.flatnonzero(count).tolist())


def _elastic(
    rows: list[csr_array],
    low: Floats,
    high: Floats,
    ends: csr_array,
    counted: csr_array,
    wanted: Integers,
) -> tuple[csr_array, Floats, Floats]:
    """The constraints on edges, served members, missing units of rules, units in excess, and missing members."""
    limits, rules, members, servings = rows[0].shape[0], rows[1].shape[0], ends.shape[0], counted.shape[0]
    edges = rows[0].shape[1]

    def empty(height: int, width: int) -> csr_array:
        return csr_array((height, width))

    matrix = vstack(
        [
            hstack([rows[0], empty(limits, members + 2 * rules + servings)]),
            hstack([rows[1], empty(rules, members), eye_array(rules), -eye_array(rules), empty(rules, servings)]),
            hstack([ends, -eye_array(members), empty(members, 2 * rules + servings)]),
            hstack([empty(servings, edges), counted, empty(servings, 2 * rules), eye_array(servings)]),
        ],
        format="csr",
    )
    low = np.concatenate([low, np.zeros(members), wanted])
    high = np.concatenate([high, np.full(members + servings, np.inf)])
    return matrix, low, high
