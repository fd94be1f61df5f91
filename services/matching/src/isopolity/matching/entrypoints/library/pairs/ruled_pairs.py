"""Pairs chosen under minimum loads and group rules.

Invariant: the choice keeps the rules of the problem that it comes with; requirements beyond these are in `short`.

A shortage is a minimum load or a rule that was not reached, in a sentence and as a row. Invariant: a row has the number
asked for, the number reached and the difference, which is above 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import CountRule, Dual, RoundProblem, Rule, RuleDual, Solution, edges_at
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.entrypoints.library.pairs.choices import Least
from isopolity.matching.entrypoints.library.pairs.group_rules import WordedRule
from isopolity.matching.entrypoints.library.pairs.loads import Nodes
from isopolity.matching.entrypoints.library.pairs.totals import short_totals
from isopolity.matching.entrypoints.library.tables import Id
from isopolity.matching.errors import ContradictoryRules, NoPermittedChoice, UnmetRules

_TURNS: Final = 3
"""The number of attempts; after each the rules are lowered to what the best choice so far reached."""


class Short(NamedTuple):
    """A minimum load or a rule that is not kept."""

    rule: str
    """The rule in words."""
    column: str | None
    """The column of `id` in a minimum load with two sides; else None."""
    id: Id | None
    """The id that has the minimum load; None for other rules."""
    asked: int
    reached: int
    missing: int
    """The number that is missing, or for an upper bound the number in excess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledPairs:
    """A choice of edges and the problem that it solves, in which unmet rules are lowered."""

    problem: RoundProblem
    solution: Solution
    short: Sequence[Short]
    solve: Callable[[RoundProblem], Solution]
    """Solves the problem again with more must pairs. Raises ContradictoryRules, NoPermittedChoice."""


def free_pairs(problem: RoundProblem) -> RuledPairs:
    """Choose edges without minimum loads and group rules."""
    solve = AssignmentSolver().solve
    if len(problem.a):
        return RuledPairs(problem=problem, solution=solve(problem), short=(), solve=solve)
    nobody = np.zeros(len(problem.capacity), np.int64)
    solution = Solution(chosen=np.empty(0, np.int64), dual=Dual(scale=1, node=nobody))
    return RuledPairs(problem=problem, solution=solution, short=(), solve=solve)


def even_pairs(problem: RoundProblem, nodes: Nodes, side: int) -> tuple[RuledPairs, Least]:
    """Choose edges so that the least sum of weights of any node of a side is as large as possible."""
    from isopolity.matching.assignment.evenness.most_even import most_even  # it loads scipy.optimize

    is_taker = (np.arange(len(nodes)) >= nodes.border) == bool(side)
    found = most_even(problem, is_taker)
    takers = np.setdiff1d(np.flatnonzero(is_taker), found.left_out)
    edges = edges_at(problem.a, problem.b, takers)
    rules = [CountRule(edges=at, at_least=found.least, amount=problem.weight[at]) for at in edges]
    dual = replace(found.solution.dual, rules=[RuleDual() for _ in rules])
    least = Least(column=nodes.names[side], reached=found.least, bound=found.bound, left_out=len(found.left_out))
    ruled = RuledPairs(
        problem=replace(problem, rules=rules),
        solution=replace(found.solution, dual=dual),
        short=(),
        solve=AssignmentSolver().solve,
    )
    return ruled, least


def refuse_short_totals(problem: RoundProblem, asked: Sequence[WordedRule], nodes: Nodes) -> None:
    """Raise UnmetRules if rules of one family ask for more pairs in all than one side has room for."""
    short = short_totals(problem, asked, nodes)
    if short:
        rows = [
            Short(f"{each.family}, in all", None, None, each.asked, each.room, each.asked - each.room) for each in short
        ]
        raise UnmetRules(" ".join(each.sentence for each in short), rows)


def loaded_pairs(problem: RoundProblem, least: Integers, asked: Sequence[WordedRule], *, strict: bool) -> RuledPairs:
    """Choose edges of two sides under the minimum loads `least`; `asked` has their words, in the order of nodes.

    Raises UnmetRules if no choice keeps them and `strict` is True.
    """
    if not asked:
        return free_pairs(problem)
    from isopolity.matching.assignment.solvers.minimum_loads import loaded_choice  # it loads scipy.optimize

    found = loaded_choice(problem, least)
    missing = [(position, int(found.missing[node])) for position, node in enumerate(np.flatnonzero(least).tolist())]
    short = short_rows(asked, [each for each in missing if each[1]])
    if short and strict:
        raise UnmetRules(unmet_sentence(short, (), is_proved=True), short)
    kept = least - found.missing

    def solve(more: RoundProblem) -> Solution:
        again = loaded_choice(replace(more, rules=()), kept)
        if again.missing.any():
            raise ContradictoryRules("What must be chosen leaves too little for the minimum loads; drop a rule.")
        return again.solution

    return RuledPairs(problem=replace(problem, rules=found.rules), solution=found.solution, short=short, solve=solve)


def ruled_pairs(problem: RoundProblem, asked: Sequence[WordedRule], *, strict: bool) -> RuledPairs:
    """Choose edges under rules. Raises UnmetRules if no choice is found that keeps them and `strict` is True."""
    if not asked:
        return free_pairs(problem)
    rules = [each.rule for each in asked]
    missing: dict[int, int] = {}
    for turn in range(_TURNS):
        ruled = replace(problem, rules=rules)
        try:
            solution = AssignmentSolver().solve(ruled)
        except NoPermittedChoice as error:
            rows = short_rows(asked, error.shortfalls)
            if strict or turn + 1 == _TURNS:
                conflict = [asked[position] for position in error.conflict]
                raise UnmetRules(unmet_sentence(rows, conflict, is_proved=error.is_proved), rows) from None
            for position, number in error.shortfalls:
                missing[position] = missing.get(position, 0) + number
                rules[position] = _lowered(rules[position], number)
        else:
            return RuledPairs(
                problem=ruled,
                solution=solution,
                short=short_rows(asked, sorted(missing.items())),
                solve=AssignmentSolver().solve,
            )
    raise AssertionError


def _lowered(rule: Rule, number: int) -> Rule:
    """The rule with its bound relaxed by `number`."""
    if isinstance(rule, CountRule) and rule.at_most is not None:
        return replace(rule, at_most=rule.at_most + number)
    return replace(rule, at_least=max(rule.at_least - number, 0))


_NAMED: Final = 3


def short_rows(rules: Sequence[WordedRule], missing: Sequence[tuple[int, int]]) -> Sequence[Short]:
    """The rows of the unmet rules; `missing` has their positions in `rules` and the missing numbers."""
    found = []
    for position, number in missing:
        each = rules[position]
        is_most = isinstance(each.rule, CountRule) and each.rule.at_most is not None
        asked = each.rule.at_most if isinstance(each.rule, CountRule) and is_most else each.rule.at_least
        reached = int(asked or 0) + number * (1 if is_most else -1)
        found.append(
            Short(
                rule=each.sentence,
                column=each.column,
                id=each.id,
                asked=int(asked or 0),
                reached=reached,
                missing=number,
            )
        )
    return found


def unmet_sentence(rows: Sequence[Short], conflict: Sequence[WordedRule], *, is_proved: bool) -> str:
    """The sentence of an error, which names rules that cannot be kept and says what to change."""
    if len(conflict) > 1:
        words = _conflicting(conflict)
        more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
        return f"These rules cannot be kept together: {'; '.join(words[:_NAMED])}{more}; lower one of them."
    start = "No choice keeps all rules" if is_proved else "No choice was found that keeps all rules"
    return f"{start}: {_missed(rows)}; lower what is asked, or give strict=False for the choice that comes nearest."


def _conflicting(conflict: Sequence[WordedRule]) -> Sequence[str]:
    """The rules of a conflict in words; those of one family beyond a few become one."""
    families: dict[str, list[WordedRule]] = {}
    for each in conflict:
        families.setdefault(each.family, []).append(each)
    words = list[str]()
    for family, rules in families.items():
        if family and len(rules) > _NAMED:
            words.append(f"{family} ({len(rules):,} of these, such as that {rules[0].group})")
        else:
            words.extend(f"“{each.sentence}”" for each in rules)
    return words


def short_sentences(rows: Sequence[Short]) -> Sequence[str]:
    """The sentence of a choice with shortages, as a list of one; an empty list without shortages."""
    return [f"Not all that was asked is reached: {_missed(rows)}."] if rows else []


def _missed(rows: Sequence[Short]) -> str:
    sentences = [f"{each.rule}, reached {each.reached:,}" for each in rows[:_NAMED]]
    return "; ".join([*sentences, *([f"{len(rows) - _NAMED} more rules"] if len(rows) > _NAMED else [])])
