"""The search for multipliers that make the bound of a relaxation small.

Each price moves by a step of its own, which grows while the price keeps its direction and is halved when it turns
(Riedmiller and Braun 1993); the bound is convex in the prices, so that they settle near the optimum.
Invariant: prices are whole numbers and depend on the problem alone; the number of turns is bounded.

An oracle solves the relaxation at some prices, by its linear programme or to the optimum.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.presolve import Cuts, presolve
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.half_integral import half_integral
from isopolity.matching.assignment.solvers.ruled.relaxation import Activity, Multipliers, Relaxation
from isopolity.matching.assignment.solvers.search_arrays import adjacency

FIRST_STEP: Final = WEIGHT_UNIT // 20
HIGHEST: Final = 64 * WEIGHT_UNIT
"""The greatest price of an edge: one dearer than 64 of the best pairs is out of reach."""
LINEAR_TURNS: Final = 40
"""The greatest number of prices that are tried on the linear programme."""
PATIENCE: Final = 6
"""The number of turns within which the bound must fall by SETTLED; otherwise the search ends."""
SETTLED: Final = 2e-5
"""The fall of the bound, as a share of it, below which the search has settled."""
PlainSolver = Callable[[RoundProblem, Report], Solution]
"""A solver of problems without rules on groups."""


class Priced(NamedTuple):
    """The relaxation at some prices: its bound, and the activity of its choice."""

    bound: float
    """The bound, in units of 1 / parts of a weight."""
    activity: Activity
    """The activity of each rule, in halves."""


@dataclass(slots=True, kw_only=True)
class SolvingOracle:
    """The oracle that solves by `plain`, and keeps the solution of the least bound."""

    relaxation: Relaxation
    plain: PlainSolver
    least: float = np.inf
    """The least bound, a whole number in units of 1 / parts of a weight; infinite before the first call."""
    solution: Solution = field(init=False)
    """The solution that proves it; its choice may break rules."""
    highest: float = field(init=False)
    """The highest price of a rule at the least bound, in pairs of worth 1 for each edge that it counts."""
    cuts: Cuts = field(init=False)
    """The odd sets of that solution."""
    loss: Floats = field(init=False)
    """(m,): the loss against that bound by choosing each edge, in weights; if negative, by leaving it out."""

    def __call__(self, prices: Multipliers) -> Priced:
        """Solve the relaxation at these prices."""
        relaxation = self.relaxation
        weights = relaxation.weights(prices)
        relaxed, kept = relaxation.relaxed(weights)
        found = self.plain(relaxed, unreported)
        solution = relaxation.solution(found, kept, prices)
        problem, scale = relaxation.problem, found.dual.scale
        cuts = Cuts.of(problem, solution.dual.odd_sets)
        node = found.dual.node
        loss = node[problem.a] + node[problem.b] + cuts.values_of_edges() - scale * weights
        counted = loss < 0
        counted[problem.must], counted[problem.never] = True, False
        total = int(problem.capacity @ node) + int(cuts.most @ cuts.value) - int(loss[counted].sum())
        bound = -(-total // scale) + relaxation.constant(prices)
        if bound < self.least:
            self.least, self.solution, self.cuts = bound, solution, cuts
            self.loss, self.highest = loss / (scale * relaxation.parts), relaxation.highest(prices)
        chosen = np.zeros(len(weights), np.int64)
        chosen[solution.chosen] = HALVES
        return Priced(bound, relaxation.activity(chosen))


def solved_at_good_prices(
    relaxation: Relaxation,
    plain: PlainSolver,
    turns: int,
    report: Report,
    *,
    served: int | None = None,
    enough: float = -np.inf,
) -> SolvingOracle:
    """The relaxation solved at prices that make its bound small, found first on its linear programme, then by solving.

    `turns` is the greatest number of prices that are solved. The search ends once a bound is below `enough`. `served`
    is a fixed price of the last ServedRule.
    """
    prices = relaxation.free
    if served is not None:
        prices.served[-1] = served
    search = Search.begun(relaxation, prices, is_fixed=served is not None)
    search.run(linear_oracle(relaxation), LINEAR_TURNS, report, enough=enough)
    search.again()
    oracle = SolvingOracle(relaxation=relaxation, plain=plain)
    search.run(oracle, turns, report, enough=enough)
    return oracle


Oracle = Callable[[Multipliers], Priced]


@dataclass(slots=True, kw_only=True)
class Search:
    """A search that moves prices, with the best ones so far."""

    relaxation: Relaxation
    prices: Multipliers
    best: Multipliers
    bound: float
    steps: Multipliers
    before: Multipliers
    """By price: the direction of its last move."""
    is_fixed: bool = False
    """Whether the price of the last ServedRule is fixed."""

    @classmethod
    def begun(cls, relaxation: Relaxation, prices: Multipliers, *, is_fixed: bool = False) -> "Search":
        """Start a search at these prices."""
        step = FIRST_STEP * relaxation.parts
        steps = Multipliers(
            count=np.maximum(step // relaxation.mean_amount, 1),
            served=np.full(len(prices.served), step),
            member=np.full(len(prices.member), step),
        )
        return cls(
            relaxation=relaxation,
            prices=prices,
            best=prices,
            bound=np.inf,
            steps=steps,
            before=relaxation.free,
            is_fixed=is_fixed,
        )

    def run(self, oracle: Oracle, turns: int, report: Report, *, enough: float) -> None:
        """Move the prices at most `turns` times, until they settle or the bound is below `enough`."""
        bounds = list[float]()
        for turn in range(turns):
            report("pricing rules", turn / turns)
            found = oracle(self.prices)
            if found.bound < self.bound:
                self.bound, self.best = found.bound, self.prices
            bounds.append(self.bound)
            wish = _wish(self.relaxation, self.prices, found.activity)
            if self.is_fixed:
                wish[1][-1] = 0
            if self.bound < enough or not any(np.any(each) for each in wish) or _has_settled(bounds):
                break
            self._move(wish)

    def again(self) -> None:
        """Restart at the best prices, for an oracle with another bound."""
        self.prices, self.bound = self.best, np.inf

    def _move(self, wish: tuple[Integers, Integers, Integers]) -> None:
        moved, steps = [], []
        for name, direction in zip(("count", "served", "member"), wish, strict=True):
            price, step, before = (getattr(each, name) for each in (self.prices, self.steps, self.before))
            turned = direction * before
            step = np.where(turned > 0, step + np.maximum(step * 6 // 10, 1), np.where(turned < 0, step // 2, step))
            step = np.maximum(step, 1)
            new = price + direction * step
            if name == "count":
                new = np.where(np.sign(new) * np.sign(price) < 0, 0, new)
            moved.append(new)
            steps.append(step)
        top = HIGHEST * self.relaxation.parts
        dearest = np.maximum(top // self.relaxation.mean_amount, 1)
        served = np.clip(moved[1], 0, top)
        member = np.clip(moved[2], 0, served[self.relaxation.rule_of_member])
        self.prices = Multipliers(count=np.clip(moved[0], -dearest, dearest), served=served, member=member)
        self.steps = Multipliers(count=steps[0], served=steps[1], member=steps[2])
        self.before = Multipliers(count=wish[0], served=wish[1], member=wish[2])


def _wish(relaxation: Relaxation, prices: Multipliers, activity: Activity) -> tuple[Integers, Integers, Integers]:
    """The direction in which each price should go: 1, 0 or -1, against the bound's slope."""
    least, most = HALVES * relaxation.least, HALVES * relaxation.most
    short = (activity.count < least) & (prices.count >= 0) | (activity.count < most) & (prices.count < 0)
    over = (activity.count > least) & (prices.count > 0)
    over |= (relaxation.most >= 0) & (activity.count > most) & (prices.count <= 0)
    count = short.astype(np.int64) - over
    price = prices.served[relaxation.rule_of_member]
    below = prices.member < price
    few = np.bincount(relaxation.rule_of_member, below, len(prices.served)) - relaxation.wanted
    spare = (
        np.bincount(relaxation.rule_of_member, below | (activity.member > 0), len(prices.served)) - relaxation.wanted
    )
    served = (few < 0).astype(np.int64) - ((spare > 0) & (few > 0) & (prices.served > 0))
    member = ((activity.member < HALVES) & below).astype(np.int64)
    member -= (activity.member > HALVES) & (prices.member > 0)
    return count, served, member


def _has_settled(bounds: list[float]) -> bool:
    return len(bounds) > PATIENCE and bounds[-1 - PATIENCE] - bounds[-1] < SETTLED * abs(bounds[-1])


HALVES: Final = 2
"""Activities are counted in halves, since a linear programme may choose edges by half."""


def linear_oracle(relaxation: Relaxation) -> Oracle:
    """The oracle that solves the linear programme, whose bound uses no odd sets."""

    def ask(prices: Multipliers) -> Priced:
        weights = relaxation.weights(prices)
        relaxed, kept = relaxation.relaxed(weights)
        presolved = presolve(relaxed)
        half = half_integral(presolved.reduced, adjacency(presolved.reduced))
        halves = np.zeros(len(weights), np.int64)
        halves[kept[presolved.kept]] = half.halves
        halves[relaxation.problem.must] = HALVES
        return Priced(int(weights @ halves) / HALVES + relaxation.constant(prices), relaxation.activity(halves))

    return ask
