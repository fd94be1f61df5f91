"""How many pairs each may be in: one number for all, a number by id, or one of these for each side.

Its invariant: whoever stands in a pair has a capacity.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.entrypoints.library.nodes import SIDES, Nodes, near
from isopolity.matching.entrypoints.library.tables import Id, framed, read, shown, whole_number
from isopolity.matching.errors import InvalidInput

MOST: Final = 1_000_000_000


def capacities_of(given: object, nodes: Nodes) -> Integers:
    """The capacity of every node. Raises InvalidInput."""
    if isinstance(given, list):
        raise InvalidInput("The capacities are a list; give a tuple of two for two sides, else a number or a mapping.")
    if not isinstance(given, tuple):
        return _by_id(given, nodes.ids, "capacities")
    if len(given) != len(SIDES):
        raise InvalidInput(f"There are {len(given)} capacities; give two, one for column a and one for column b.")
    border = len(nodes.numbers[0])
    sides = zip(given, (nodes.ids[:border], nodes.ids[border:]), SIDES, strict=True)
    return np.concatenate([_by_id(each, ids, f"capacities of column {name}") for each, ids, name in sides])


def capacity(value: object, what: str) -> int:
    """A number of pairs. Raises InvalidInput."""
    return whole_number(value, what, MOST)


def _by_id(given: object, ids: Sequence[Id], what: str) -> Integers:
    if isinstance(given, Real):
        return np.full(len(ids), capacity(given, f"The {what}"), np.int64)
    known = _mapped(given, what)
    for each in ids:
        if each not in known:
            hint = near(each, known)
            raise InvalidInput(f"The {what} have no {each!r}, which stands in a pair{hint}; give it one.")
    return np.array([known[each] for each in ids], np.int64)


def _mapped(given: object, what: str) -> Mapping[Id, int]:
    if isinstance(given, Mapping):
        return _checked(list(given), list(given.values()))
    if framed(given, what) is None:
        raise InvalidInput(
            f"The {what} are {shown(given)}; give a whole number, a mapping from ids, or a frame with id and capacity."
        )
    table = read(given, what, ("id", "capacity"))
    ids = table.ids("id")
    if len(set(ids)) < len(ids):
        twice = next(each for each, times in Counter(ids).items() if times > 1)
        raise InvalidInput(f"The {what} have {twice!r} twice; keep one row.")
    return _checked(ids, table.columns["capacity"])


def _checked(ids: Sequence[Id], values: Sequence[object]) -> Mapping[Id, int]:
    numbers = [
        value if type(value) is int and 0 <= value <= MOST else capacity(value, f"The capacity of {shown(each)}")
        for each, value in zip(ids, values, strict=True)
    ]
    return dict(zip(ids, numbers, strict=True))
