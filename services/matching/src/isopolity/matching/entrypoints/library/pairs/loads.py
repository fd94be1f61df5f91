"""The ids of scored pairs as the nodes of a problem, with capacities and minimum loads from a number or a table.

Invariant: every node gets the number given for it, or an error says what to write; no number is guessed.

Invariant: the nodes depend on the ids of the pairs, not on their order in the table.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

import narwhals as nw
import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.entrypoints.library.arguments import whole_number
from isopolity.matching.entrypoints.library.tables import Id, framed, id_in, near, ordered, quoted, read
from isopolity.matching.errors import InvalidInput

_MOST: Final = 1_000_000_000
"""The greatest capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """The words for capacities or for minimum loads, used in errors."""

    one: str
    many: str
    argument: str
    column: str
    for_all: bool
    """Whether a mapping has to name every id; if not, a missing id has 0."""


_CAPACITIES: Final = _Kind(one="capacity", many="capacities", argument="capacities", column="capacity", for_all=True)
_MINIMA: Final = _Kind(one="minimum load", many="minimum loads", argument="at_least", column="at_least", for_all=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holders:
    """The nodes that one argument is about: all nodes, or the nodes of one side."""

    ids: Sequence[Id]
    rows: Sequence[Id] | None
    """The id of each row of pairs; None if the argument is about both ids of a row."""
    what: str
    """The argument in words, such as “capacities of column a”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The ids as nodes 0, 1, 2 …: whole numbers first, then texts, each kind in ascending order.

    With two sides, equal ids in the first and the second column are different nodes; those of the first column come
    first.
    """

    ids: Sequence[Id]
    names: Sequence[str]
    """The names of the two columns."""
    numbers: tuple[Mapping[Id, int], Mapping[Id, int]]
    """The node of each id, for the first and the second column."""
    two_sides: bool

    @classmethod
    def of(cls, a: Sequence[Id], b: Sequence[Id], names: Sequence[str], *, two_sides: bool) -> "Nodes":
        """Number the ids of two columns of equal length."""
        if not two_sides:
            both = _numbered({*a, *b}, 0)
            return cls(ids=list(both), names=names, numbers=(both, both), two_sides=False)
        left = _numbered(set(a), 0)
        right = _numbered(set(b), len(left))
        return cls(ids=[*left, *right], names=names, numbers=(left, right), two_sides=True)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def border(self) -> int:
        """The number of nodes of the first side."""
        return len(self.numbers[0])

    def column(self, side: int, ids: Sequence[Id]) -> Integers:
        """The node of each id in `ids`, which are of column `side`."""
        return np.fromiter(map(self.numbers[side].__getitem__, ids), np.int64, len(ids))

    def label(self, node: int) -> str:
        """A node's name in a sentence; each node has a label of its own."""
        return f"{self.ids[node]!r} of column {self.side(node)}" if self.two_sides else repr(self.ids[node])

    def side(self, node: int) -> str:
        """The name of the column of a node, if there are two sides."""
        return self.names[node >= self.border]


def capacities(given: object, nodes: Nodes, columns: tuple[Sequence[Id], Sequence[Id]]) -> Integers:
    """The capacity of every node; `columns` are the ids of each row. Raises InvalidInput.

    A single number for columns that look like two sides is refused, unless it is too large to limit any node.
    """
    if not nodes.two_sides:
        _ask_for_sides(given, nodes.names, columns)
    return _loads(given, nodes, columns, _CAPACITIES)


def minimum_loads(given: object, nodes: Nodes, columns: tuple[Sequence[Id], Sequence[Id]]) -> Integers:
    """The least number of pairs of every node; 0 if no number is given for it. Raises InvalidInput."""
    if isinstance(given, Real) and given == 0:
        return np.zeros(len(nodes), np.int64)
    if isinstance(given, tuple) and not nodes.two_sides:
        raise InvalidInput("The minimum loads are for two sides, the capacities for one group; give two capacities.")
    if nodes.two_sides and not isinstance(given, tuple):
        one, other = nodes.names
        raise InvalidInput(
            f"The minimum loads are for one group and the capacities for two sides; give a tuple of two, for column "
            f"{one} and for column {other}."
        )
    return _loads(given, nodes, columns, _MINIMA)


def _ask_for_sides(given: object, names: Sequence[str], columns: tuple[Sequence[Id], Sequence[Id]]) -> None:
    """Raise InvalidInput if one capacity was given for columns without a common id, which look like two sides."""
    sides, (one, other) = [Counter(column) for column in columns], names
    if sides[0].keys() & sides[1].keys() or not columns[0]:
        return
    asked = f"No id stands in both columns, so {one} and {other} look like two sides; give a tuple of two capacities"
    if isinstance(given, Real) and not isinstance(given, bool | np.bool_):
        number = whole_number(given, "The capacities", _MOST)
        if number and any(times > number for side in sides for times in side.values()):
            raise InvalidInput(f"{asked}, such as ({number}, {number}).")
    elif isinstance(given, Mapping):
        for side, missing in zip(sides, (other, one), strict=True):
            if given and given.keys() <= side.keys():
                raise InvalidInput(f"{asked}, one for each column; the mapping names nobody of column {missing}.")


def _loads(given: object, nodes: Nodes, columns: tuple[Sequence[Id], Sequence[Id]], kind: _Kind) -> Integers:
    if isinstance(given, list):
        raise InvalidInput(
            f"The {kind.many} are a list; give a tuple of two for two sides, else a number or a mapping."
        )
    if not isinstance(given, tuple):
        return _side_loads(given, _Holders(ids=nodes.ids, rows=None, what=kind.many), kind)
    if len(given) != len(nodes.names):
        one, other = nodes.names
        raise InvalidInput(
            f"There are {len(given)} {kind.many}; give two, one for column {one} and one for column {other}."
        )
    holders = [
        _Holders(ids=ids, rows=rows, what=f"{kind.many} of column {name}")
        for ids, rows, name in zip(
            (nodes.ids[: nodes.border], nodes.ids[nodes.border :]), columns, nodes.names, strict=True
        )
    ]
    return np.concatenate([_side_loads(each, side, kind) for each, side in zip(given, holders, strict=True)])


def _side_loads(given: object, holders: _Holders, kind: _Kind) -> Integers:
    if isinstance(given, Real):
        return np.full(len(holders.ids), whole_number(given, f"The {holders.what}", _MOST), np.int64)
    known, there = _mapped(given, holders, kind), set(holders.ids)
    for each in holders.ids if kind.for_all else ():
        if each not in known:
            hint = near(each, known)
            raise InvalidInput(f"The {holders.what} have no {each!r}, which stands in a pair{hint}; give it one.")
    for each in () if kind.for_all else known:
        if known[each] and each not in there:
            hint = near(each, holders.ids)
            raise InvalidInput(f"The {holders.what} name {each!r}, which is in no pair{hint}; correct it.")
    return np.array([known.get(each, 0) for each in holders.ids], np.int64)


def _mapped(given: object, holders: _Holders, kind: _Kind) -> Mapping[Id, int]:
    if isinstance(given, Mapping):
        return _checked(list(given), list(given.values()), kind)
    if nw.dependencies.is_into_series(given):
        return _in_series(given, holders, kind)
    if framed(given, holders.what) is None:
        raise InvalidInput(
            f"The {holders.what} are {quoted(given)}; give a whole number, a mapping from ids, a Series, or a frame "
            f"with id and {kind.column}."
        )
    table = read(given, holders.what, ("id", kind.column))
    return _checked(_once(table.ids("id"), holders.what), table.columns[kind.column], kind)


def _in_series(given: Any, holders: _Holders, kind: _Kind) -> Mapping[Id, int]:
    """The numbers of a pandas Series by its index, or of a polars Series, which has no index, by the rows of pairs."""
    series = nw.from_native(given, series_only=True)
    index = nw.maybe_get_index(series)
    if index is None:
        return _by_row(series.to_list(), holders, kind)
    try:
        ids = [id_in(each) for each in index.tolist()]
    except ValueError as error:
        raise InvalidInput(f"The {holders.what} have an index of something else than ids; {error}.") from None
    if len(known := [each for each in ids if each is not None]) < len(ids):
        raise InvalidInput(f"The {holders.what} have an empty label in their index; take it out.")
    return _checked(_once(known, holders.what), series.to_list(), kind)


def _by_row(values: Sequence[object], holders: _Holders, kind: _Kind) -> Mapping[Id, int]:
    if holders.rows is None or len(values) != len(holders.rows):
        raise InvalidInput(
            f"The {holders.what} are a Series without ids; give dict(zip(ids, series)), or, for one of two sides, a "
            "Series of one number a row of pairs."
        )
    found: dict[Id, int] = {}
    for row, (each, number) in enumerate(zip(holders.rows, values, strict=True)):
        checked = _checked([each], [number], kind)[each]
        if found.setdefault(each, checked) != checked:
            raise InvalidInput(
                f"The {holders.what} say {found[each]} for {each!r}, and {checked} in row {row}; keep one."
            )
    return found


def _once(ids: Sequence[Id], what: str) -> Sequence[Id]:
    if len(set(ids)) < len(ids):
        twice = next(each for each, times in Counter(ids).items() if times > 1)
        raise InvalidInput(f"The {what} have {twice!r} twice; keep one row.")
    return ids


def _checked(ids: Sequence[Id], values: Sequence[object], kind: _Kind) -> Mapping[Id, int]:
    numbers = [
        value
        if type(value) is int and 0 <= value <= _MOST
        else whole_number(value, f"The {kind.one} of {quoted(each)}", _MOST)
        for each, value in zip(ids, values, strict=True)
    ]
    return dict(zip(ids, numbers, strict=True))


def _numbered(ids: set[Id], start: int) -> Mapping[Id, int]:
    return {each: node for node, each in enumerate(ordered(ids), start)}
