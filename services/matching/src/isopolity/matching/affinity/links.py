"""Known twinnings: as links between positions in Places (`Links`), and together with their places (`History`).

Invariant: in each link a < b, links are distinct and sorted; so the order in which links are given has no effect.
Additions to a history go to its end and change no existing entry.

History is read from CSV files: cities, countries and twinnings; and the table of pairs to score. Invariant: no row is
skipped. A row that cannot be read raises an error with one sentence that names file and line.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from scipy import sparse

from isopolity.matching.affinity.places import Country, Place, Places
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.errors import UnreadableTable


@dataclass(frozen=True, kw_only=True)
class Links:
    """Links between `size` places; `a` and `b` are the positions of each link's ends."""

    a: Integers
    b: Integers
    size: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]] | Integers, size: int) -> "Links":
        """Links between `pairs` of positions, in either order; a pair of one place with itself is left out."""
        ends = np.asarray(pairs if isinstance(pairs, np.ndarray) else list(pairs), np.int64).reshape(-1, 2)
        low, high = ends.min(axis=1), ends.max(axis=1)
        keys = np.unique(low[low != high] * size + high[low != high])
        return cls(a=keys // size, b=keys % size, size=size)

    def __len__(self) -> int:
        return len(self.a)

    @cached_property
    def degree(self) -> Integers:
        """(size,): the number of links of each place."""
        return np.bincount(np.concatenate([self.a, self.b]), minlength=self.size).astype(np.int64)

    @cached_property
    def keys(self) -> Integers:
        """A distinct number for each link, ascending."""
        return self.a * self.size + self.b

    @cached_property
    def adjacency(self) -> sparse.csr_matrix:
        """(size, size): symmetric, 1 for each link; column numbers ascend within a row."""
        rows, columns = np.concatenate([self.a, self.b]), np.concatenate([self.b, self.a])
        matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(self.size, self.size))
        matrix.sort_indices()
        return matrix

    def have(self, a: Integers, b: Integers) -> Booleans:
        """Whether each of the pairs (a[i], b[i]) is linked, in either order."""
        wanted = np.minimum(a, b) * self.size + np.maximum(a, b)
        if not len(self):
            return np.zeros(len(wanted), bool)
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self) - 1)
        return np.asarray(self.keys[found] == wanted, bool)

    def kept(self, keep: Booleans) -> "Links":
        """The links at which `keep` is true."""
        return Links(a=self.a[keep], b=self.b[keep], size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Places, and the links between positions in them."""

    places: Places
    links: Links

    def joined(self, places: Sequence[Place], pairs: Iterable[tuple[str, str]]) -> "History":
        """This history with added `places`, and with links between `pairs` of place ids.

        A place whose id is known already stays unchanged. Raises KeyError for an id in `pairs` that is unknown.
        """
        joined = self.places.joined([place for place in places if place.place_id not in self.places.index])
        ends = np.array([(joined.index[a], joined.index[b]) for a, b in pairs], np.int64).reshape(-1, 2)
        known = np.stack([self.links.a, self.links.b], axis=1)
        return History(places=joined, links=Links.of(np.concatenate([known, ends]), len(joined)))


Row = Mapping[str, str]
Read = TypeVar("Read")
_CITY: Final = ("id", "name", "country", "lat", "lon", "population", "timezone", "admin1", "official_languages")
_COUNTRY: Final = (
    "iso2",
    "continent",
    "un_region",
    "population",
    "gdp_ppp_usd",
    "official_languages",
    "languages_over_20pct",
)


def read_places(cities: Path, countries: Path) -> Places:
    """The cities in the order of their file. Raises UnreadableTable."""
    known = {country.code: country for country in _rows(countries, _COUNTRY, _country)}
    seen: set[str] = set()

    def read(row: Row) -> Place:
        place = _place(row)
        if place.place_id in seen:
            raise ValueError(f"the id {place.place_id} stands there twice; keep one row")
        seen.add(place.place_id)
        return place

    return Places.of(list(_rows(cities, _CITY, read)), known)


def read_links(twinnings: Path, places: Places) -> Links:
    """The links between `places`. Raises UnreadableTable, also for a city that is not among `places`."""
    return Links.of(_pairs(twinnings, ("city_a", "city_b"), places), len(places))


def read_pairs(pairs: Path, places: Places) -> tuple[Integers, Integers]:
    """The pairs to score as positions in `places`, in the order of their file. Raises UnreadableTable."""
    ends = _pairs(pairs, ("a", "b"), places)
    return ends[:, 0], ends[:, 1]


def _pairs(path: Path, columns: tuple[str, str], places: Places) -> Integers:
    first, second = columns

    def read(row: Row) -> tuple[int, int]:
        return _position(row[first], places), _position(row[second], places)

    return np.array(list(_rows(path, columns, read)), np.int64).reshape(-1, 2)


def _position(place_id: str, places: Places) -> int:
    try:
        return places.index[place_id.strip()]
    except KeyError:
        raise ValueError(f"there is no city “{place_id[:40]}” among the cities; add it or take the row out") from None


def _place(row: Row) -> Place:
    return Place(
        place_id=_needed(row, "id"),
        name=row["name"],
        country=_needed(row, "country"),
        latitude=_number(row, "lat", -90, 90),
        longitude=_number(row, "lon", -180, 180),
        population=_number(row, "population", 0, 1e9),
        timezone=row["timezone"],
        admin1=row["admin1"],
        languages=_codes(row["official_languages"]),
    )


def _country(row: Row) -> Country:
    return Country(
        code=_needed(row, "iso2"),
        continent=row["continent"],
        region=row["un_region"],
        population=_number(row, "population", 0, 1e11),
        gdp=_number(row, "gdp_ppp_usd", 0, 1e18),
        official_languages=_codes(row["official_languages"]),
        spoken_languages=_codes(row["languages_over_20pct"]),
    )


def _codes(text: str) -> Sequence[str]:
    return tuple(code for code in text.split("|") if code)


def _needed(row: Row, column: str) -> str:
    if not row[column].strip():
        raise ValueError(f"“{column}” is empty; give a value")
    return row[column].strip()


def _number(row: Row, column: str, low: float, high: float) -> float | None:
    text = row[column].strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"“{column}” is “{text[:40]}”; give a number") from None
    if not isfinite(number) or not low <= number <= high:
        raise ValueError(f"“{column}” is {text[:40]}; give a number from {low:g} to {high:g}")
    return number


def _rows(path: Path, columns: Sequence[str], read: Callable[[Row], Read]) -> Iterator[Read]:
    """The rows as `read` makes them; its ValueError becomes an UnreadableTable that names file and line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (rows.fieldnames or ())]
            if missing:
                raise UnreadableTable(f"{path.name} has no column “{missing[0]}”; it needs {', '.join(columns)}.")
            for row in rows:
                yield _read(path, rows.line_num, row, read)
    except OSError as error:
        raise UnreadableTable(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableTable(f"{path.name} is not UTF-8; save it so.") from error
    except csv.Error as error:
        raise UnreadableTable(f"{path.name}, line {rows.line_num}: {error}; mend the row.") from error


def _read(path: Path, line: int, row: Mapping[str, str | None], read: Callable[[Row], Read]) -> Read:
    try:
        if None in row or None in row.values():
            raise ValueError("the row has more or fewer fields than the header; mend it")
        return read({column: text or "" for column, text in row.items()})
    except ValueError as error:
        raise UnreadableTable(f"{path.name}, line {line}: {error}.") from None
