"""Patches: one city's row is inserted, replaced or deleted in the market's arrays, without building these anew.

Invariant: patched arrays equal arrays built anew, except that the numbers of codes and components may differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Integers16, Integers32
from isopolity.matching.domain.scores.blockers import RuleColumns
from isopolity.matching.domain.scores.city_arrays import COLUMNS, ENTRIES, Profiles, Topics
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers
from isopolity.matching.domain.scores.first_stage.sketch import Sketch, sketch_of
from isopolity.matching.domain.scores.first_stage.slots import EMPTY
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.wants import WANT_COLUMNS, WantArrays
from isopolity.matching.domain.scores.weights import Weights

_TARGETS: Final = ("amount_min", "amount_max", "currency_of", "speaks")

Number = TypeVar("Number", bound=np.generic)
Entry = TypeVar("Entry")


class Change(Enum):
    """The kind of change of a row; the value is the number of places by which the rows after it move."""

    IN = 1
    REPLACED = 0
    OUT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPatch:
    """A change of one city's row; the same patch is applied to every array."""

    at: int
    """The position of the row."""
    change: Change
    shared: bool
    """Whether other threads may still read the arrays: if so, arrays are copied, else changed in place."""

    def applied(self, values: NDArray[Number], row: NDArray[Number], axis: int = 0) -> NDArray[Number]:
        """`values` with the one row of `row` along the first or last axis; when a row is deleted, `row` is ignored."""
        if self.change is Change.IN:
            return np.insert(values, self.at, np.take(row, 0, axis), axis)
        if self.change is Change.OUT:
            return np.delete(values, self.at, axis)
        changed = values.copy() if self.shared else values
        if axis == 0:
            changed[self.at] = row[0]
        else:
            changed[..., self.at] = row[..., 0]
        return changed

    def applied_to_list(self, entries: Sequence[Entry], entry: Entry) -> Sequence[Entry]:
        """`entries` with `entry` at the position of the row; when a row is deleted, `entry` is ignored."""
        if self.change is Change.REPLACED and not self.shared and isinstance(entries, list):
            entries[self.at] = entry
            return entries
        behind = self.at + (self.change is not Change.IN)
        return [*entries[: self.at], *([] if self.change is Change.OUT else [entry]), *entries[behind:]]


def profiles_with(profiles: Profiles, one: Profiles, patch: RowPatch) -> Profiles:
    """The profiles with the row of a city; `one` holds that city alone, made with the code numbers of `profiles`."""
    columns: dict[str, Any] = {name: patch.applied(getattr(profiles, name), getattr(one, name)) for name in COLUMNS}
    cities, index = patch.applied_to_list(profiles.cities, one.cities[0]), profiles.index
    if patch.change is not Change.REPLACED:
        index = dict(zip([city.city_id for city in cities], range(len(cities)), strict=True))
    needs, offers = _topics(profiles.needs, one.needs, patch), _topics(profiles.offers, one.offers, patch)
    return replace(profiles, cities=cities, index=index, needs=needs, offers=offers, **columns)


def targets_with(targets: Targets, one: Targets, patch: RowPatch, cities: int) -> Targets:
    """The targets with the row of a city, which has no request; `cities` is their number before the change."""
    city = targets.city
    if moved := patch.change.value:
        asked = city[cities:]
        city = np.concatenate((np.arange(cities + moved), asked + np.where(asked >= patch.at, moved, 0)))
    columns: dict[str, Any] = {name: patch.applied(getattr(targets, name), getattr(one, name)) for name in _TARGETS}
    return replace(
        targets,
        targets=patch.applied_to_list(targets.targets, one.targets[0]),
        city=city,
        wants=_wants(targets.wants, one.wants, patch),
        **columns,
    )


def numbers_with(
    numbers: FirstStageNumbers, profiles: Profiles, one: FirstStageNumbers, patch: RowPatch
) -> FirstStageNumbers:
    """The numbers with the row of a city, which `one` holds alone; `profiles` are patched already."""
    left, right = (
        patch.applied(numbers.sketch.left, one.sketch.left),
        patch.applied(numbers.sketch.right, one.sketch.right),
    )
    return replace(
        numbers,
        sketch=Sketch(left=left, right=right),
        needs=_slots_with(numbers.needs, one.needs, patch),
        offers=_slots_with(numbers.offers, one.offers, patch),
        mobility=profiles.mobility,
        rules=RuleColumns.of(profiles),
        spoken=patch.applied(numbers.spoken, one.spoken, axis=1),
    )


def numbers_with_ties(
    numbers: FirstStageNumbers, profiles: Profiles, before: Profiles, weights: Weights
) -> FirstStageNumbers:
    """The numbers after a change of ties: `profiles` differ from those `before` in `has_tie` only."""
    rows = np.flatnonzero(profiles.has_tie != before.has_tie)
    if not len(rows):
        return numbers
    left, right = numbers.sketch.left.copy(), numbers.sketch.right.copy()
    some = sketch_of(profiles.taken(rows), weights.twinning)
    left[rows], right[rows] = some.left, some.right
    return replace(numbers, sketch=Sketch(left=left, right=right))


def _topics(topics: Topics, one: Topics, patch: RowPatch) -> Topics:
    """The entries with those of the city."""
    run = _Run.of(topics.city, len(one.city), patch)
    return Topics(
        city=run.owners(topics.city, len(one.city)),
        words=[*topics.words[: run.first], *one.words[: run.entries], *topics.words[run.behind :]],
        **{name: run.applied(getattr(topics, name), getattr(one, name)) for name in ENTRIES},
    )


def _slots_with(slots: Integers16, one: Integers16, patch: RowPatch) -> Integers16:
    """The slots with those of a city; there are as many as either has, and those that are added are empty."""
    most = max(len(slots), len(one))
    return patch.applied(_widened(slots, most), _widened(one, most), axis=-1)


def _wants(wants: WantArrays, one: WantArrays, patch: RowPatch) -> WantArrays:
    """The entries with those of the city, whose position among the targets is that among the cities."""
    one, run = one.numbered(wants.codes), _Run.of(wants.target, len(one.target), patch)
    columns = {name: run.applied(getattr(wants, name), getattr(one, name)) for name in WANT_COLUMNS}
    return WantArrays(target=run.owners(wants.target, len(one.target)), codes=one.codes, **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The run of a city's entries among those of all cities, which are ordered by city."""

    first: int
    behind: int
    entries: int
    """The number of entries that take the place of the run."""
    patch: RowPatch

    @classmethod
    def of(cls, owner: Integers32, entries: int, patch: RowPatch) -> Self:
        """The run among entries with these owners, and the number of its new entries."""
        # of the array's own type: with another one numpy would convert the whole array
        ends = np.array([patch.at, patch.at + (patch.change is not Change.IN)], owner.dtype)
        first, behind = np.searchsorted(owner, ends).tolist()
        return cls(first=first, behind=behind, entries=0 if patch.change is Change.OUT else entries, patch=patch)

    def applied(self, values: NDArray[Number], own: NDArray[Number], moved: int = 0) -> NDArray[Number]:
        """`values` with the entries `own` in the run; those behind it are raised by `moved`."""
        first, behind = self.first, self.behind
        if behind - first == self.entries and not moved:
            changed = values.copy() if self.patch.shared else values
            changed[first:behind] = own[: self.entries]
            return changed
        rest = values[behind:] + moved if moved else values[behind:]
        return np.concatenate((values[:first], own[: self.entries], rest))

    def owners(self, owner: Integers32, entries: int) -> Integers32:
        """The owners of all entries, where the city has this number of entries."""
        return self.applied(owner, np.full(entries, self.patch.at, np.int32), self.patch.change.value)


def _widened(slots: Integers16, most: int) -> Integers16:
    if len(slots) == most:
        return slots
    return np.concatenate((slots, np.full((most - len(slots), *slots.shape[1:]), EMPTY, np.int16)))
