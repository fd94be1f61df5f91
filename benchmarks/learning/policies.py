"""Policies: what a round may know of earlier answers when it chooses pairs.

- `nothing`: the score alone.
- `members`: the score times the chance that both sides say yes, by who answers (ADR 0014): the state before.
- `regression`: the peer, a logistic regression of three numbers on all answers, without a bound, a floor or a prior.
- `pairs`: the pair model (ADR 0128), within its bound and, unless left out, its floors of exposure.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.learning.simulation import Choice, Choose, History
from benchmarks.learning.tastes import facts
from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import encoded_problem, new_nodes
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.exposure import within_exposure
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.acceptance import Expectations, expectations
from isopolity.matching.domain.pair_model.pair_model import DEFAULT_PAIR_LEARNING, PairLearning
from isopolity.matching.domain.pair_model.regression import Gaussian, Trials, chance, learned


def nothing(candidates: Candidates, history: History, market: Market, seed: int) -> Choice:
    """The choice by scores alone."""
    return _chosen(candidates, market, seed, None)


def members(candidates: Candidates, history: History, market: Market, seed: int) -> Choice:
    """The choice by who answers."""
    expected = expectations(history.counts).of_members if history.members else None
    return _chosen(candidates, market, seed, expected)


def regression(candidates: Candidates, history: History, market: Market, seed: int) -> Choice:
    """The choice by a logistic regression of nearness, common language and score: as many agreements as it expects."""
    if not history.rows:
        return nothing(candidates, history, market, seed)
    ends, others, score, yes = (np.concatenate(each) for each in zip(*history.rows, strict=True))
    wide = Gaussian(mean=np.zeros(4), covariance=np.eye(4) * 100)
    found = Trials(columns=_three(market, ends, others, score), trials=np.ones(len(yes)), yes=yes)
    mean = learned(found, wide).mean
    both = ((candidates.a, candidates.b), (candidates.b, candidates.a))
    a, b = (chance(_three(market, *ends, candidates.score) @ mean) for ends in both)
    encoded = encoded_problem(candidates, market.able, seed)
    weight = np.clip(np.rint((a * b)[encoded.order] * WEIGHT_UNIT).astype(np.int64), 1, WEIGHT_UNIT)
    return Choice(encoded.order[_solved(replace(encoded.problem, weight=weight))])


def pairs(learning: PairLearning = DEFAULT_PAIR_LEARNING, *, floors: bool = True) -> Choose:
    """The policy by the pair model with these parameters, with floors of exposure or without."""
    return partial(_by_pairs, learning, floors)


def _by_pairs(
    learning: PairLearning, floors: bool, candidates: Candidates, history: History, market: Market, seed: int
) -> Choice:
    expected = expectations(history.counts, of_pairs=learning) if history.members else None
    encoded = encoded_problem(candidates, market.able, seed, expected=expected)
    found = AssignmentSolver().solve(encoded.problem)
    if expected is None or encoded.without_pairs is None:
        return Choice(encoded.order[found.chosen])
    if not floors:
        return Choice(encoded.order[found.chosen], influence=1.0)
    columns = PairColumns(problem=encoded.problem, members=MemberColumns.of(encoded.holders, market))
    new = new_nodes(encoded.holders, expected)
    exposed = within_exposure(columns, found, encoded.without_pairs, new, AssignmentSolver(), unreported)
    return Choice(encoded.order[exposed.solution.chosen], exposed.influence)


def _three(market: Market, one: Integers, other: Integers, score: Floats) -> Floats:
    pair = facts(market, one, other)
    return np.column_stack((np.ones(len(one)), pair.near, pair.language, score))


def _chosen(candidates: Candidates, market: Market, seed: int, expected: Expectations | None) -> Choice:
    encoded = encoded_problem(candidates, market.able, seed, expected=expected)
    return Choice(encoded.order[_solved(encoded.problem)])


def _solved(problem: RoundProblem) -> Integers:
    return AssignmentSolver().solve(problem).chosen
