"""Totals of what is asked: rules of one family that ask for more pairs than one side has room for.

Invariant: a total that is found short is short in every choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import CountRule, RoundProblem
from isopolity.matching.entrypoints.library.pairs.group_rules import WordedRule
from isopolity.matching.entrypoints.library.pairs.loads import Nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTotal:
    """Rules of one family that ask for more pairs than one side has room for."""

    family: str
    asked: int
    room: int
    """The most pairs that the side can be in, of those that the rules count."""
    column: str
    """The column of that side."""
    ids: int
    """The number of ids of that side in these pairs."""

    @property
    def sentence(self) -> str:
        """The sentence of the error, which says what to change."""
        return (
            f"{self.family[0].upper()}{self.family[1:]} ask for {self.asked:,} pairs in all, and the {self.ids:,} of "
            f"column {self.column} in such pairs have room for {self.room:,}; lower what is asked, or give more "
            "capacity or pairs."
        )


def short_totals(problem: RoundProblem, asked: Sequence[WordedRule], nodes: Nodes) -> Sequence[ShortTotal]:
    """The families of `asked` whose rules together ask for more pairs than a side has room for, if there are two sides.

    Only families whose rules count pairs and share none are looked at.
    """
    return [] if not nodes.two_sides else list(_short(problem, asked, nodes))


def _short(problem: RoundProblem, asked: Sequence[WordedRule], nodes: Nodes) -> Iterator[ShortTotal]:
    families: dict[str, list[CountRule]] = {}
    for each in asked:
        if isinstance(each.rule, CountRule) and each.rule.at_least and each.rule.amount is None:
            families.setdefault(each.family, []).append(each.rule)
    for family, rules in families.items():
        edges = np.concatenate([rule.edges for rule in rules])
        if len(rules) < 2 or len(np.unique(edges)) < len(edges):  # the solver names a single rule
            continue
        total = sum(rule.at_least for rule in rules)
        for side, ends in enumerate(_sides(problem, edges, nodes)):
            ids, pairs = np.unique(ends, return_counts=True)
            room = int(np.minimum(problem.capacity[ids], pairs).sum())
            if room < total:
                yield ShortTotal(family=family, asked=total, room=room, column=nodes.names[side], ids=len(ids))
                break


def _sides(problem: RoundProblem, edges: Integers, nodes: Nodes) -> tuple[Integers, Integers]:
    """The nodes of the first and of the second side of each edge."""
    a, b = problem.a[edges], problem.b[edges]
    is_first = a < nodes.border
    return np.where(is_first, a, b), np.where(is_first, b, a)
