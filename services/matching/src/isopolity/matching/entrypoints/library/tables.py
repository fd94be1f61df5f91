"""Input tables, read as columns: rows of a plain iterable, or a pandas or polars frame.

Invariant: a frame is read column by column; nothing depends on pandas or polars being installed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

import narwhals as nw
import numpy as np
from narwhals.exceptions import DuplicateError, NarwhalsError

from isopolity.matching.arrays import Floats
from isopolity.matching.entrypoints.library.cells import Id, id_in, is_missing, listed, quoted
from isopolity.matching.errors import InvalidInput

Frame = nw.DataFrame[Any]
SIDES: Final = ("a", "b")
"""The names of the two columns of a table of pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of equal length; `frame` is the frame that was read, None for plain rows."""

    what: str
    """The table's name in a sentence: “pairs”."""
    columns: Mapping[str, Sequence[Any]]
    length: int
    frame: Frame | None = None

    def ids(self, name: str) -> Sequence[Id]:
        """A column of ids, texts or whole numbers. Raises InvalidInput."""
        values = self.columns[name]
        if not set(map(type, values)) <= {str, int} or "" in values:
            return [self._id(name, row, value) for row, value in enumerate(values)]
        return values

    def numbers(self, name: str) -> Floats:
        """A column of numbers, with NaN for an empty cell. Raises InvalidInput for a cell that holds anything else."""
        if self.frame is not None and self.frame[name].dtype.is_numeric():
            return np.asarray(self.frame[name].cast(nw.Float64).to_numpy(), np.float64)
        return np.array([self._number(name, row, each) for row, each in enumerate(self.columns[name])], np.float64)

    def row(self, position: int) -> str:
        """A row's name in a sentence; rows count from 0."""
        return f"Row {position} of {self.what}"

    def _id(self, name: str, row: int, value: object) -> Id:
        try:
            found = id_in(value)
        except ValueError as error:
            raise InvalidInput(f"{self.row(row)} has {quoted(value)} in column {name}; {error}.") from None
        if found is None:
            raise InvalidInput(f"{self.row(row)} has nothing in column {name}; give an id or take the row out.")
        return found

    def _number(self, name: str, row: int, value: object) -> float:
        if is_missing(value):
            return np.nan
        if isinstance(value, Real) and not isinstance(value, bool):
            try:
                return float(value)
            except (OverflowError, ValueError):
                return np.inf
        raise InvalidInput(f"{self.row(row)} has {quoted(value)} in column {name}; give a number.")


def read(table: object, what: str, names: Sequence[str]) -> Table:
    """The columns `names` of a frame, of mappings, or of tuples in that order. Raises InvalidInput."""
    frame = framed(table, what)
    if frame is not None:
        require_columns(what, names, column_names(frame, what))
        columns = {name: frame[name].to_list() for name in names}
        return Table(what=what, columns=columns, length=len(frame), frame=frame)
    rows = [_fields(row, position, what, names) for position, row in enumerate(plain_rows(table, what))]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return Table(what=what, columns=columns, length=len(rows))


def framed(table: object, what: str) -> Frame | None:
    """The table as a frame; None if it is not one. Raises InvalidInput for a lazy frame, which has no rows yet."""
    if isinstance(table, nw.DataFrame):
        return table
    if nw.dependencies.is_into_dataframe(table):
        try:
            return nw.from_native(table, eager_only=True)
        except DuplicateError:
            raise InvalidInput(f"The frame of {what} has two columns of one name; rename one.") from None
        except (NarwhalsError, TypeError) as error:
            raise InvalidInput(f"The frame of {what} cannot be read: {_first_line(error)}.") from None
    if hasattr(table, "collect"):
        raise InvalidInput(f"The frame of {what} is lazy; call its collect() first.")
    return None


def column_names(frame: Frame, what: str) -> Sequence[str]:
    """The names of a frame's columns. Raises InvalidInput if two columns have one name."""
    names = [str(name) for name in frame.columns]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"The column {quoted(name)} stands in {what} twice; rename one.")
    return names


def plain_rows(table: object, what: str) -> Sequence[Any]:
    """The rows of a plain iterable as a list. Raises InvalidInput for any other object."""
    if isinstance(table, str | bytes | Mapping) or not isinstance(table, Iterable):
        raise InvalidInput(f"The {what} are {quoted(table)}; give rows, or a pandas or polars frame.")
    return list(table)


def require_columns(what: str, names: Sequence[str], present: Sequence[str]) -> None:
    """Raise InvalidInput unless all `names` are among the columns `present`."""
    for name in names:
        if name not in present:
            raise InvalidInput(f"The {what} have no column {name!r}; there must be {listed(names)}.")


def _fields(row: object, position: int, what: str, names: Sequence[str]) -> Sequence[Any]:
    if isinstance(row, Mapping):
        for name in names:
            if name not in row:
                raise InvalidInput(f"Row {position} of {what} has no {name!r}; give {listed(names)}.")
        return [row[name] for name in names]
    if isinstance(row, Sequence | np.ndarray) and not isinstance(row, str | bytes) and len(row) == len(names):
        return list(row)
    raise InvalidInput(f"Row {position} of {what} is {quoted(row)}; give {listed(names)}.")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
