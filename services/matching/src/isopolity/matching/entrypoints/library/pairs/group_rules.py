"""Rules on groups of pairs: at least, at most, served.

Invariant: a rule becomes the same rules of the engine in whatever order the rows came, and each gets a sentence that
names it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import CountRule, ServedRule, edges_at
from isopolity.matching.assignment.problem import Rule as EngineRule
from isopolity.matching.entrypoints.library.arguments import whole_number
from isopolity.matching.entrypoints.library.pairs.loads import Nodes
from isopolity.matching.entrypoints.library.tables import Id, Table, is_missing, listed, quoted
from isopolity.matching.errors import InvalidInput

_MOST: Final = 10**12
"""The greatest number in a rule."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Bounds on the number of chosen pairs of a group, or the least number of ids that get a pair.

    All rules are kept, whatever they cost. A pair counts if its columns have the values that `where` names.
    """

    at_least: int = 0
    at_most: int | None = None
    where: Mapping[str, Any] | None = None
    """By column: the value that a pair needs, or a list of allowed values. None: all pairs count."""
    per: str | Sequence[str] = ()
    """Columns by which pairs are grouped: the rule holds separately for each value or combination of values."""
    amount: str | None = None
    """A column of whole numbers: a chosen pair counts as its number instead of 1."""
    served: str | None = None
    """A column of ids: at least `at_least` of them get a pair. `where` may name ids of this column only."""
    name: str | None = None
    """The rule in a sentence; without it a sentence is made."""

    @property
    def grouping(self) -> Sequence[str]:
        """The names in `per`, as a sequence."""
        return (self.per,) if isinstance(self.per, str) else self.per

    @property
    def columns(self) -> Sequence[str]:
        """The columns that the rule names. Raises InvalidInput."""
        per = self.grouping
        where = () if self.where is None else self.where
        if not isinstance(where, Mapping | tuple) or not isinstance(per, Sequence):
            raise InvalidInput("A rule's where is a mapping from columns, and its per a column or a list of columns.")
        named = [*where, *per, *(each for each in (self.amount, self.served) if each is not None)]
        if wrong := [each for each in named if not isinstance(each, str) or not each]:
            raise InvalidInput(f"A rule names the column {quoted(wrong[0])}; give the name of a column.")
        return list(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedRule:
    """A rule of the engine, with a sentence for people."""

    rule: EngineRule
    sentence: str
    """The rule in words, such as “at most 3 pairs where area is 'nlp'”."""
    column: str | None = None
    id: Id | None = None
    """The id whose minimum load this is; None for other rules."""
    family: str = ""
    """The rules or minimum loads of which it is one, in words, such as “the minimum loads of column paper”."""
    group: str = ""
    """The group of the family that it is for, in words, such as “where paper is 'p1'”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """The edges of a problem: edge e joins nodes `a[e]` and `b[e]` and is row `row[e]` of `table`."""

    table: Table
    nodes: Nodes
    row: Integers
    a: Integers
    b: Integers


def checked_rules(given: object) -> Sequence[Rule]:
    """The rules given, one or several. Raises InvalidInput."""
    rules = list(given) if isinstance(given, Iterable) else [given]
    found = []
    for rule in rules:
        if not isinstance(rule, Rule):
            raise InvalidInput(f"The rules have {quoted(rule)}; give Rules, such as Rule(at_most=3, per='area').")
        found.append(rule)
        at_least = whole_number(rule.at_least, "The at_least of a rule", _MOST)
        if rule.at_most is None:
            if not at_least:
                raise InvalidInput("A rule asks for nothing; give it at_least or at_most.")
        elif whole_number(rule.at_most, "The at_most of a rule", _MOST) < at_least:
            raise InvalidInput(f"A rule asks for at least {at_least} and at most {rule.at_most}; correct one of them.")
    return found


def engine_rules(rules: Sequence[Rule], edges: Edges) -> Sequence[WordedRule]:
    """The rules as rules of the engine: one for each bound and each group. Raises InvalidInput."""
    return [
        worded
        for rule in rules
        for worded in (_served(rule, edges) if rule.served is not None else _counts(rule, edges))
    ]


def load_rules(least: Integers, edges: Edges) -> Sequence[WordedRule]:
    """The minimum loads of the nodes as rules; a node without a minimum has none."""
    found, nodes, loaded = [], edges.nodes, np.flatnonzero(least)
    for node, at in zip(loaded.tolist(), edges_at(edges.a, edges.b, loaded), strict=True):
        number = int(least[node])
        found.append(
            WordedRule(
                rule=CountRule(edges=at, at_least=number),
                sentence=f"{nodes.label(node)}: at least {_pairs(number)}",
                column=nodes.side(node) if nodes.two_sides else None,
                id=nodes.ids[node],
                family=f"the minimum loads of column {nodes.side(node)}" if nodes.two_sides else "the minimum loads",
                group=f"of {nodes.label(node)}",
            )
        )
    return found


def _counts(rule: Rule, edges: Edges) -> Iterable[WordedRule]:
    kept = _kept(rule, edges)
    for group, at in _groups(rule, edges, kept):
        amount = None if rule.amount is None else _amounts(edges, rule.amount, at)
        if amount is not None:
            at, amount = at[amount > 0], amount[amount > 0]
        for least, most in ((rule.at_least, None), (0, rule.at_most)):
            if least or most is not None:
                count = CountRule(
                    edges=at, at_least=int(least), at_most=None if most is None else int(most), amount=amount
                )
                family = _sentence(rule, least, most, "", rule.grouping)
                yield WordedRule(
                    rule=count,
                    sentence=_sentence(rule, least, most, group),
                    family=f"the rules “{family}”",
                    group=f"where {group}",
                )


def _served(rule: Rule, edges: Edges) -> Iterable[WordedRule]:
    nodes, column = edges.nodes, str(rule.served)
    if column not in nodes.names or rule.at_most is not None or rule.amount is not None or rule.per:
        raise InvalidInput(f"A rule with served has at_least and a column of ids, {listed(nodes.names)}; correct it.")
    if set(rule.where or ()) - {column}:
        raise InvalidInput(f"A rule with served may name in its where ids of column {column} only; correct it.")
    side = nodes.names.index(column)
    numbers = list(nodes.numbers[side].values())
    if rule.where:
        wanted = _values(rule.where[column])
        if unknown := [each for each in wanted if each not in nodes.numbers[side]]:
            raise InvalidInput(f"A rule names {_or(frozenset(unknown))}, which is in no pair; correct it.")
        numbers = sorted(number for each, number in nodes.numbers[side].items() if each in wanted)
    least = int(rule.at_least)
    ones = np.arange(len(numbers))
    served = ServedRule(nodes=np.array(numbers, np.int64), members=ones, at_least=least)
    yield WordedRule(
        rule=served, sentence=rule.name or f"at least {least} of {len(numbers)} of column {column} have a pair"
    )


def _kept(rule: Rule, edges: Edges) -> Booleans:
    """(edges,): whether each edge fits the `where` of the rule. Raises InvalidInput if no edge does."""
    kept = np.ones(len(edges.row), bool)
    for column, value in (rule.where or {}).items():
        wanted = _values(value)
        if not wanted:
            raise InvalidInput(f"A rule names no value of column {column}; name one, or leave the column out.")
        found = np.zeros(len(edges.row), bool)
        for values in _columns(edges, column):
            found |= np.fromiter((each in wanted for each in values), bool, len(edges.row))
        if not found.any():
            raise InvalidInput(f"No pair that can be chosen has {_or(wanted)} in column {column}; correct the rule.")
        kept &= found
    return kept


def _groups(rule: Rule, edges: Edges, kept: Booleans) -> Sequence[tuple[str, Integers]]:
    """The groups by `per`: the values of each in words, and the positions of its edges, ascending."""
    at = np.flatnonzero(kept)
    groups: dict[tuple[Any, ...], set[int]] = {(): set(at.tolist())}
    for column in rule.grouping:
        finer: dict[tuple[Any, ...], set[int]] = {}
        columns = _columns(edges, column)
        for values, members in groups.items():
            for edge in members:
                for cells in columns:
                    finer.setdefault((*values, (column, cells[edge])), set()).add(edge)
        groups = finer
    words = {" and ".join(f"{column} is {value!r}" for column, value in values): at for values, at in groups.items()}
    return [(group, np.array(sorted(words[group]), np.int64)) for group in sorted(words)]


def _columns(edges: Edges, column: str) -> Sequence[Sequence[Any]]:
    """The cells of a column by edge; without two sides an id may be at either end, so both columns of ids are given."""
    nodes = edges.nodes
    named = nodes.names if column in nodes.names and not nodes.two_sides else (column,)
    found = []
    for each in named:
        values = edges.table.ids(each) if each in nodes.names else edges.table.columns[each]
        found.append([_plain(values[row]) for row in edges.row.tolist()])
    return found


def _plain(cell: Any) -> Any:
    """The cell as a hashable value, so that it can be compared and counted; None if it is empty."""
    if is_missing(cell):
        return None
    plain = cell.item() if isinstance(cell, np.generic) else cell
    try:
        hash(plain)
    except TypeError:
        return repr(plain)
    return plain


def _values(given: Any) -> frozenset[Any]:
    several = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)
    return frozenset(map(_plain, given if several else (given,)))


def _amounts(edges: Edges, column: str, at: Integers) -> Integers:
    cells = edges.table.columns[column]
    numbers = [whole_number(cells[row], f"{column} of {edges.table.row(row)}", _MOST) for row in edges.row[at].tolist()]
    return np.array(numbers, np.int64)


def _sentence(rule: Rule, least: int, most: int | None, group: str, each: Sequence[str] = ()) -> str:
    """The rule in words, for the group in words, or for each value of the columns `each`."""
    if rule.name:
        return f"{rule.name} ({group})" if group else rule.name
    bound = f"at least {least:,}" if most is None else f"at most {most:,}"
    noun = f"of {rule.amount}" if rule.amount else "pair" if (least or most) == 1 else "pairs"
    where = [f"{column} is {_or(_values(value))}" for column, value in (rule.where or {}).items()]
    condition = " and ".join([*where, *([group] if group else [])])
    of_each = f" for each {listed(each)}" if each else ""
    return f"{bound} {noun}{of_each}{f' where {condition}' if condition else ''}"


def _or(values: frozenset[Any]) -> str:
    names = sorted(map(repr, values))
    return " or ".join(names if len(names) < 4 else [*names[:2], f"one of {len(names) - 2} more"])


def _pairs(number: int) -> str:
    return "1 pair" if number == 1 else f"{number:,} pairs"
