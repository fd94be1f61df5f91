"""Rows of an answer as a frame of the library of the caller's own tables."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals as nw

from isopolity.matching.entrypoints.library.tables import Frame, Id

_IDS: Final = frozenset({"partner", "a", "b", "request", "id"})
_COUNTS: Final = frozenset({"asked", "reached", "missing"})
_NUMBERS: Final = frozenset({"score", "confidence"})


def as_table(rows: Sequence[NamedTuple], kind: type[NamedTuple], like: Frame | None) -> Any:
    """The rows as a list if `like` is None, else as a frame of the same library as `like`."""
    if like is None:
        return list(rows)
    columns = {name: [row[at] for row in rows] for at, name in enumerate(kind._fields)}
    for name in _IDS & columns.keys():
        if not _is_of_one_type(columns[name]):
            columns[name] = [None if each is None else str(each) for each in columns[name]]
    schema = {name: _dtype(name, values) for name, values in columns.items()}
    cells = {name: _cells(values, schema[name], like) for name, values in columns.items()}
    return nw.from_dict(cells, schema, backend=like.implementation).to_native()


def _is_of_one_type(ids: Sequence[Id | None]) -> bool:
    """Whether one column of a frame can hold the ids: texts, or whole numbers of 64 bits."""
    numbers = [each for each in ids if isinstance(each, int)]
    return all(-(2**63) <= each < 2**63 for each in numbers) and not (
        numbers and any(isinstance(each, str) for each in ids)
    )


def _cells(values: Sequence[object], dtype: nw.dtypes.DType, like: Frame) -> Any:
    """The values as a column; for pandas in its nullable type if a number is missing."""
    if dtype == nw.Int64 and None in values and like.implementation.is_pandas():
        return like.implementation.to_native_namespace().array(values, dtype="Int64")
    return values


def _dtype(name: str, values: Sequence[object]) -> nw.dtypes.DType:
    if name in _NUMBERS:
        return nw.Float64()
    if name in _COUNTS:
        return nw.Int64()
    return nw.Int64() if int in set(map(type, values)) else nw.String()
