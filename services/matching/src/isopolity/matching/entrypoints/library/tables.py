"""Tables that come in: rows of a plain iterable, or a pandas or polars frame; and tables that go out, of the same kind.

Its invariant: a frame is read column by column, and what goes out of one keeps its columns, types and index.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

import narwhals as nw
import numpy as np
from narwhals.exceptions import DuplicateError, NarwhalsError

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.errors import InvalidInput

Id = str | int
Frame = nw.DataFrame[Any]
_SHOWN: Final = 40
_INEXACT: Final = 2.0**53
"""From here on a float may stand for another whole number."""
_MISSING_TYPES: Final = frozenset({"NAType", "NaTType"})
"""What pandas has for nothing; it need not be installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of equal length; `frame` is what they were read from, if they were."""

    what: str
    """What a sentence calls it: “pairs”."""
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
        """A column of numbers, NaN where there is none. Raises InvalidInput for what is no number."""
        if self.frame is not None and self.frame[name].dtype.is_numeric():
            return np.asarray(self.frame[name].cast(nw.Float64).to_numpy(), np.float64)
        return np.array([self._number(name, row, each) for row, each in enumerate(self.columns[name])], np.float64)

    def row(self, position: int) -> str:
        """A row in a sentence; as Python does, it counts from 0."""
        return f"Row {position} of {self.what}"

    def _id(self, name: str, row: int, value: object) -> Id:
        try:
            found = id_in(value)
        except ValueError as error:
            raise InvalidInput(f"{self.row(row)} has {shown(value)} in column {name}; {error}.") from None
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
        raise InvalidInput(f"{self.row(row)} has {shown(value)} in column {name}; give a number.")


def read(table: object, what: str, names: Sequence[str]) -> Table:
    """The columns `names` of a table: a frame, mappings, or tuples in that order. Raises InvalidInput."""
    frame = framed(table, what)
    if frame is not None:
        require_columns(what, names, column_names(frame, what))
        columns = {name: frame[name].to_list() for name in names}
        return Table(what=what, columns=columns, length=len(frame), frame=frame)
    rows = [_fields(row, position, what, names) for position, row in enumerate(plain_rows(table, what))]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return Table(what=what, columns=columns, length=len(rows))


def framed(table: object, what: str) -> Frame | None:
    """The table as a frame, if it is one. Raises InvalidInput for a lazy one, whose rows are not there yet."""
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
    """The names of a frame's columns. Raises InvalidInput if one stands twice."""
    names = [str(name) for name in frame.columns]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"The column {shown(name)} stands in {what} twice; rename one.")
    return names


def plain_rows(table: object, what: str) -> Sequence[Any]:
    """The rows of a plain iterable. Raises InvalidInput for what is none."""
    if isinstance(table, str | bytes | Mapping) or not isinstance(table, Iterable):
        raise InvalidInput(f"The {what} are {shown(table)}; give rows, or a pandas or polars frame.")
    return list(table)


def require_columns(what: str, names: Sequence[str], there: Sequence[str]) -> None:
    """Raise InvalidInput unless all `names` are among the columns `there`."""
    for name in names:
        if name not in there:
            raise InvalidInput(f"The {what} have no column {name!r}; there must be {listed(names)}.")


def taken(frame: Frame, rows: Integers) -> Any:
    """Some rows of a frame, as they are."""
    return frame[rows].to_native()


def whole_number(value: object, what: str, most: int) -> int:
    """A whole number from 0 to `most`, of any type; a frame may hold it as 2.0. Raises InvalidInput."""
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_) and not is_missing(value):
        number: Any = value
        if 0 <= number <= most and number == int(number):
            return int(number)
    raise InvalidInput(f"{what} must be a whole number from 0 to {most:,}, not {shown(value)}.")


def id_in(cell: object) -> Id | None:
    """The id in a cell, None if it is empty. Raises ValueError, in words that follow a name.

    2.0 is 2: a column of whole numbers in which a cell is empty is one of floats in pandas.
    """
    if is_missing(cell):
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, float | np.floating) and (number := float(cell)).is_integer() and abs(number) < _INEXACT:
        return int(number)
    raise ValueError("an id is a text or a whole number")


def is_missing(value: object) -> bool:
    """Whether a cell is empty, in the words of Python, numpy, pandas, polars or a CSV file."""
    if value is None or isinstance(value, str):
        return not value
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return type(value).__name__ in _MISSING_TYPES


def shown(value: object) -> str:
    """A value in a sentence, on one line and short."""
    try:
        text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    except Exception:  # noqa: BLE001  # a foreign repr may raise anything, and the sentence is about something else
        text = type(value).__name__
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def listed(names: Sequence[str]) -> str:
    """“a, b and c”."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _fields(row: object, position: int, what: str, names: Sequence[str]) -> Sequence[Any]:
    if isinstance(row, Mapping):
        for name in names:
            if name not in row:
                raise InvalidInput(f"Row {position} of {what} has no {name!r}; give {listed(names)}.")
        return [row[name] for name in names]
    if isinstance(row, Sequence | np.ndarray) and not isinstance(row, str | bytes) and len(row) == len(names):
        return list(row)
    raise InvalidInput(f"Row {position} of {what} is {shown(row)}; give {listed(names)}.")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
