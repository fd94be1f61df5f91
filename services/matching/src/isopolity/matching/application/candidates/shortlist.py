"""The best partners of every city by the first stage, kept and patched when a member changes.

Its invariant: the first `k` of every row are what weighing everybody anew would give. A row keeps a reserve beyond
them, and a floor that all who are not in it lie below, so that members can be taken out of it; when its reserve is used
up it is weighed anew.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from isopolity.matching.arrays import Booleans, Floats32, Integers, Integers32
from isopolity.matching.domain.first_stage_numbers import StageNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """The pairs of cities that are not to be proposed: of city i, `other[start[i]:start[i + 1]]`, ascending."""

    start: Integers
    other: Integers32

    @classmethod
    def of(cls, a: Integers, b: Integers, cities: int) -> "Barred":
        """The pairs (a[i], b[i]) of so many cities, in either order."""
        one, other = np.concatenate((a, b)), np.concatenate((b, a))
        order = np.lexsort((other, one))
        count = np.bincount(one, minlength=cities)
        return cls(start=np.concatenate(([0], np.cumsum(count))), other=other[order].astype(np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The best of some cities: (rows, k), best first, the lower index first where equal; -inf and -1 for nobody."""

    values: Floats32
    others: Integers32


class FirstStage(Protocol):
    """Weighs pairs of cities by the billion, nearly as the full score does."""

    def best(self, numbers: StageNumbers, rows: Integers, columns: Booleans, barred: Barred, k: int) -> Rows:
        """The k best of each row among `columns` (truths by city), without blocked pairs."""

    def row(self, numbers: StageNumbers, city: int, barred: Barred) -> Floats32:
        """(n,): the value of the city with each city; -inf for pairs that cannot be proposed."""


class Shortlist:
    """The rows of all cities; `numbers` and `barred` are what they were weighed by last."""

    def __init__(self, stage: FirstStage, numbers: StageNumbers, barred: Barred, *, k: int, reserve: int) -> None:
        self._stage = stage
        self._numbers, self._barred = numbers, barred
        self._k, self._width = k, k + reserve
        self._rows = Rows(
            values=np.empty((len(numbers), self._width), np.float32),
            others=np.empty((len(numbers), self._width), np.int32),
        )
        self._floor = np.empty(len(numbers), np.float32)
        self._floor_other = np.empty(len(numbers), np.int32)
        self._weigh(np.arange(len(numbers)))

    @property
    def best(self) -> Rows:
        """The k best of every city."""
        return Rows(values=self._rows.values[:, : self._k].copy(), others=self._rows.others[:, : self._k].copy())

    def change(self, city: int, numbers: StageNumbers, barred: Barred) -> None:
        """A city, or who is barred to it, has changed; all others are as they were."""
        self._numbers, self._barred = numbers, barred
        self._take_out(city)
        self._put_in(city)

    def add(self, city: int, numbers: StageNumbers, barred: Barred) -> None:
        """A city has come in at this index; those from there on have moved up by one."""
        rows = self._rows
        rows.others[rows.others >= city] += 1
        self._floor_other[self._floor_other >= city] += 1
        self._rows = Rows(
            values=np.insert(rows.values, city, -np.inf, axis=0), others=np.insert(rows.others, city, -1, axis=0)
        )
        self._floor = np.insert(self._floor, city, -np.inf)
        self._floor_other = np.insert(self._floor_other, city, -1)
        self.change(city, numbers, barred)

    def remove(self, city: int, numbers: StageNumbers, barred: Barred) -> None:
        """The city at this index has gone; those beyond have moved down by one."""
        self._take_out(city)
        others = np.delete(self._rows.others, city, axis=0)
        others[others > city] -= 1
        self._rows = Rows(values=np.delete(self._rows.values, city, axis=0), others=others)
        self._floor, floor_other = np.delete(self._floor, city), np.delete(self._floor_other, city)
        self._floor_other = floor_other - (floor_other > city).astype(np.int32)
        self._numbers, self._barred = numbers, barred
        self._refill()

    def _take_out(self, city: int) -> None:
        """Out of the rows of all others, who move up."""
        row, place = np.divmod(np.flatnonzero(self._rows.others.ravel() == city), self._width)
        column = np.arange(self._width - 1)
        later = column >= place[:, None]
        for values, nobody in ((self._rows.values, -np.inf), (self._rows.others, -1)):
            kept = values[row]
            values[row, :-1] = np.where(later, kept[:, 1:], kept[:, :-1])
            values[row, -1] = nobody

    def _put_in(self, city: int) -> None:
        """Weigh the city with all others, into its own row and into theirs; then fill the rows that became short."""
        values = self._stage.row(self._numbers, city, self._barred)
        self._set_own(city, values)
        above = (values > self._floor) | ((values == self._floor) & (city < self._floor_other))
        self._insert(np.flatnonzero(above & (values > -np.inf)), city, values)
        self._refill()

    def _set_own(self, city: int, values: Floats32) -> None:
        width = min(self._width, len(values))
        threshold = np.partition(values, len(values) - width)[len(values) - width]
        promising = np.flatnonzero((values >= threshold) & (values > -np.inf))
        best = promising[np.argsort(-values[promising], kind="stable")[:width]]
        self._rows.values[city], self._rows.others[city] = -np.inf, -1
        self._rows.values[city, : len(best)], self._rows.others[city, : len(best)] = values[best], best
        self._set_floor(np.array([city]))

    def _insert(self, rows: Integers, city: int, values: Floats32) -> None:
        old, others, value = self._rows.values[rows], self._rows.others[rows], values[rows][:, None]
        was_full = others[:, -1] >= 0
        place = ((old > value) | ((old == value) & (others < city))).sum(axis=1)[:, None]
        column = np.arange(self._width)
        for kept, new in ((self._rows.values, value), (self._rows.others, city)):
            before = kept[rows]
            moved = np.where(column == place, new, np.roll(before, 1, axis=1))
            kept[rows] = np.where(column < place, before, moved)
        self._set_floor(rows[was_full])

    def _refill(self) -> None:
        short = (self._rows.others[:, self._k - 1] < 0) & (self._floor > -np.inf)
        self._weigh(np.flatnonzero(short))

    def _weigh(self, rows: Integers) -> None:
        everyone = np.ones(len(self._numbers), bool)
        found = self._stage.best(self._numbers, rows, everyone, self._barred, self._width)
        self._rows.values[rows], self._rows.others[rows] = found.values, found.others
        self._set_floor(rows)

    def _set_floor(self, rows: Integers) -> None:
        """Whoever is not in a full row lies below its last; of a row that is not full, nobody is outside."""
        self._floor[rows], self._floor_other[rows] = self._rows.values[rows, -1], self._rows.others[rows, -1]
