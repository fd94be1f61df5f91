"""Input tables, read as columns: rows of a plain iterable, or a pandas or polars frame.

Invariant: a frame is read column by column; nothing depends on pandas or polars being installed.

Single cells are read and quoted in sentences: ids, codes, numbers and dates. Invariant: an empty cell
becomes None, however Python, numpy, pandas, polars or a CSV file represents it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from numbers import Real
from typing import Any, Final

import narwhals as nw
import numpy as np
from narwhals.exceptions import DuplicateError, NarwhalsError

from isopolity.matching.arrays import Floats
from isopolity.matching.errors import InvalidInput

Frame = nw.DataFrame[Any]
SIDES: Final = ("a", "b")
"""The names of the two columns of a table of pairs."""
Id = str | int


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
    """Raise InvalidInput unless all `names` are among the columns `present`; it names the first one that is not."""
    for name in names:
        if name not in present:
            raise InvalidInput(f"The {what} have no column {name!r}; {_instead(name, names, present)}.")


def refuse_misspelt(there: Collection[str], names: Sequence[str], what: str) -> None:
    """Raise InvalidInput for an unknown column whose name is like one of `names` that is not there."""
    absent = [name for name in names if name not in there]
    for name in there:
        if name not in names and (alike := get_close_matches(name, absent, 1, _ALIKE)):
            raise InvalidInput(f"There is no column {quoted(name)} of {what}; did you mean {alike[0]!r}?")


def _fields(row: object, position: int, what: str, names: Sequence[str]) -> Sequence[Any]:
    if isinstance(row, Mapping):
        for name in names:
            if name not in row:
                raise InvalidInput(f"Row {position} of {what} has no {name!r}; {_instead(name, names, list(row))}.")
        return [row[name] for name in names]
    if isinstance(row, Sequence | np.ndarray) and not isinstance(row, str | bytes) and len(row) == len(names):
        return list(row)
    raise InvalidInput(f"Row {position} of {what} is {quoted(row)}; give {listed(names)}.")


def _instead(absent: str, names: Sequence[str], present: Sequence[object]) -> str:
    """A clause for an absent column: the column that may be meant, else the columns of the table."""
    there = [str(each) for each in present]
    if alike := get_close_matches(absent, [each for each in there if each not in names], 1, _LIKELY):
        return f"if {alike[0]!r} is meant, write that"
    if len(there) < 2:
        return f"the only column is {there[0]}" if there else "there are no columns"
    more = len(there) - _NAMED
    return f"the columns are {listed([*there[:_NAMED], *([f'{more} more'] if more > 0 else [])])}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


_ALIKE: Final = 0.8
_LIKELY: Final = 0.7
"""How alike the name of a column is that may be meant, where one is missing."""
_NAMED: Final = 8
"""The greatest number of names of columns in a sentence."""
_LONGEST: Final = 40
"""The greatest number of characters of a value in a sentence."""
_INEXACT: Final = 2.0**53
"""From here on floats skip whole numbers, so that a float may stand for another one."""
_MISSING_TYPES: Final = frozenset({"NAType", "NaTType"})
"""The types of empty cells in pandas, by name, since pandas need not be installed."""
_LARGEST: Final = 10**15
"""The greatest number in a cell."""


def id_in(cell: object) -> Id | None:
    """The id in a cell, None if the cell is empty. Raises ValueError, in words that follow “City 7, partner: ”.

    2.0 counts as 2, since pandas turns a column of whole numbers into floats if one of its cells is empty.
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
    """Whether a cell is empty: None, "", NaN, or a missing value of numpy or pandas."""
    if value is None or isinstance(value, str):
        return not value
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return type(value).__name__ in _MISSING_TYPES


def ordered(ids: Iterable[Id]) -> Sequence[Id]:
    """The distinct ids in ascending order: whole numbers first, then texts."""
    once = set(ids)
    return [
        *sorted(each for each in once if isinstance(each, int)),
        *sorted(each for each in once if isinstance(each, str)),
    ]


def single(cell: object) -> Any:
    """The text, number, date or truth value in a cell; None if it is empty. Raises ValueError, as `id_in` does."""
    if type(cell) is str:
        return _text(cell)
    if is_missing(cell):
        return None
    if isinstance(cell, np.datetime64):
        return cell.astype("datetime64[us]").item()
    plain = cell.item() if isinstance(cell, np.generic) else cell
    if isinstance(plain, str):
        return _text(plain)
    if isinstance(plain, bool | date):
        return plain
    if isinstance(plain, int | float):
        if not -_LARGEST <= plain <= _LARGEST:
            raise ValueError("give a number that is nearer to 0")
        return plain
    raise ValueError("give a text, a number or a date")


def codes(cell: object) -> tuple[Any, ...]:
    """The distinct codes in a cell, which is a list or a text with | between the codes. Raises ValueError."""
    return tuple(dict.fromkeys(found for each in entries(cell) if (found := single(each)) is not None))


def require_code(code: str, known: Iterable[str], what: str) -> None:
    """Raise ValueError, with similar codes, unless `code` is in `known`; `what` names that kind of code."""
    choices = list(known)
    if code not in choices:
        alike = get_close_matches(code, choices, 2, 0.5)
        hint = f"did you mean {' or '.join(map(repr, alike))}?" if alike else f"the codes are {', '.join(choices)}."
        raise ValueError(f"there is no {what} {quoted(code)}; {hint}")


def entries(cell: object) -> Sequence[Any]:
    """The entries of a cell, which is a list or a text with | between them. Raises ValueError."""
    if isinstance(cell, str):
        return [part.strip() for part in cell.split("|") if part.strip()]
    if isinstance(cell, Iterable) and not isinstance(cell, bytes | Mapping):
        return list(cell)
    if is_missing(cell):
        return ()
    raise ValueError("give a list, or a text with | between the entries")


def _text(text: str) -> str | None:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise ValueError("take out what is no character: half of a surrogate pair") from None
    return " ".join(text.split()) or None


def quoted(value: object) -> str:
    """A value quoted for a sentence: its repr, on one line and of at most 40 characters."""
    try:
        text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    except Exception:  # noqa: BLE001  # a foreign repr may raise anything, and the sentence reports another mistake
        text = type(value).__name__
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def listed(names: Sequence[str]) -> str:
    """The names joined for a sentence: “a, b and c”."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def near(wrong: object, known: Iterable[object]) -> str:
    """“ (did you mean 'lyon'?)” if a known text is similar to `wrong`, else an empty text."""
    texts = [each for each in known if isinstance(each, str)]
    found = get_close_matches(wrong, texts, 1) if isinstance(wrong, str) else ()
    return f" (did you mean {found[0]!r}?)" if found else ""
