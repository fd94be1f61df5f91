"""One row of the market's arrays put in, taken out, or replaced, instead of drawing all of them anew.

Its invariant: what comes out tells the same as arrays drawn anew; only numbers of codes and components may differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Unsigned32
from isopolity.matching.domain.first_stage_numbers import StageNumbers
from isopolity.matching.domain.scores.city_arrays import COLUMNS, Profiles, Topics
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.domain.sketch import Sketch, sketched

_TARGETS: Final = ("amount_min", "amount_max", "currency_of", "speaks")

Number = TypeVar("Number", bound=np.generic)
Entry = TypeVar("Entry")


class Change(Enum):
    """What happens to a row, by how many places those behind it move."""

    IN = 1
    REPLACED = 0
    OUT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Which city's row, and what happens to it; arrays that others may still look at are copied first."""

    at: int
    change: Change
    shared: bool

    def put(self, values: NDArray[Number], row: NDArray[Number], axis: int = 0) -> NDArray[Number]:
        """The values with the row: an array with one row on the axis, which does not matter when a city goes."""
        if self.change is Change.IN:
            return np.insert(values, self.at, np.take(row, 0, axis), axis)
        if self.change is Change.OUT:
            return np.delete(values, self.at, axis)
        changed = values.copy() if self.shared else values
        if axis == 0:
            changed[self.at] = row[0]
        else:
            changed[:, self.at] = row[:, 0]
        return changed

    def listed(self, entries: Sequence[Entry], entry: Entry) -> Sequence[Entry]:
        """The same for a sequence."""
        if self.change is Change.REPLACED and not self.shared and isinstance(entries, list):
            entries[self.at] = entry
            return entries
        behind = self.at + (self.change is not Change.IN)
        return [*entries[: self.at], *([] if self.change is Change.OUT else [entry]), *entries[behind:]]


def profiles_with(profiles: Profiles, one: Profiles, spot: Spot) -> Profiles:
    """The profiles with those of one city, drawn with the same numbers."""
    columns: dict[str, Any] = {name: spot.put(getattr(profiles, name), getattr(one, name)) for name in COLUMNS}
    cities, index = spot.listed(profiles.cities, one.cities[0]), profiles.index
    if spot.change is not Change.REPLACED:
        index = {city.city_id: position for position, city in enumerate(cities)}
    needs, offers = _topics(profiles.needs, one.needs, spot), _topics(profiles.offers, one.offers, spot)
    return replace(profiles, cities=cities, index=index, needs=needs, offers=offers, **columns)


def targets_with(targets: Targets, one: Targets, spot: Spot, cities: int) -> Targets:
    """The targets with one city for its needs; there were so many `cities`, and no request is that city's."""
    city = targets.city
    if moved := spot.change.value:
        asked = city[cities:]
        city = np.concatenate((np.arange(cities + moved), asked + np.where(asked >= spot.at, moved, 0)))
    columns: dict[str, Any] = {name: spot.put(getattr(targets, name), getattr(one, name)) for name in _TARGETS}
    return replace(
        targets,
        targets=spot.listed(targets.targets, one.targets[0]),
        city=city,
        subjects=_columns(targets.subjects, one.subjects, spot, np.zeros(len(targets.targets))),
        supports=_columns(targets.supports, one.supports, spot, np.zeros(len(targets.targets), bool)),
        **columns,
    )


def _columns(
    columns: Mapping[str, NDArray[Number]], one: Mapping[str, NDArray[Number]], spot: Spot, nothing: NDArray[Number]
) -> Mapping[str, NDArray[Number]]:
    """The columns of all names that either has; `nothing` is one without any entry."""
    names = sorted(columns.keys() | one.keys())
    no_entry = np.zeros(1, nothing.dtype)
    return {
        name: spot.put(columns[name] if name in columns else nothing.copy(), one.get(name, no_entry)) for name in names
    }


def stage_with(stage: StageNumbers, profiles: Profiles, one: StageNumbers, spot: Spot) -> StageNumbers:
    """The numbers of the first stage; `profiles` are those with the city."""
    left, right = spot.put(stage.sketch.left, one.sketch.left), spot.put(stage.sketch.right, one.sketch.right)
    needs, more_needs = _widened(stage.needs, one.needs, stage, one)
    offers, more_offers = _widened(stage.offers, one.offers, stage, one)
    return replace(
        stage,
        sketch=Sketch(left=left, right=right),
        needs=spot.put(needs, more_needs, axis=1),
        offers=spot.put(offers, more_offers, axis=1),
        mobility=profiles.mobility,
        country=profiles.country,
        wants_own_country=profiles.wants_own_country,
        spoken=spot.put(stage.spoken, one.spoken, axis=1),
    )


def stage_with_ties(stage: StageNumbers, profiles: Profiles, before: Profiles, weights: Weights) -> StageNumbers:
    """The numbers of the first stage, where `profiles` differ from those `before` in who has a tie only."""
    rows = np.flatnonzero(profiles.has_tie != before.has_tie)
    if not len(rows):
        return stage
    left, right = stage.sketch.left.copy(), stage.sketch.right.copy()
    some = sketched(profiles.taken(rows), weights.twinning)
    left[rows], right[rows] = some.left, some.right
    return replace(stage, sketch=Sketch(left=left, right=right))


def _topics(topics: Topics, one: Topics, spot: Spot) -> Topics:
    """Entries stand city after city, so that those of one are together."""
    # numbers of another type would have the whole array converted
    ends = np.array([spot.at, spot.at + (spot.change is not Change.IN)], topics.city.dtype)
    first, behind = np.searchsorted(topics.city, ends).tolist()
    entries = 0 if spot.change is Change.OUT else len(one.city)

    def joined(values: NDArray[Number], own: NDArray[Number], moved: int = 0) -> NDArray[Number]:
        if behind - first == entries and not moved:
            changed = values.copy() if spot.shared else values
            changed[first:behind] = own[:entries]
            return changed
        return np.concatenate((values[:first], own[:entries], values[behind:] + moved if moved else values[behind:]))

    return Topics(
        city=joined(topics.city, np.full(len(one.city), spot.at, np.int32), spot.change.value),
        intensity=joined(topics.intensity, one.intensity),
        mode=joined(topics.mode, one.mode),
        subject=joined(topics.subject, one.subject),
    )


def _widened(
    slots: Unsigned32, others: Unsigned32, of: StageNumbers, of_others: StageNumbers
) -> tuple[Unsigned32, Unsigned32]:
    """Both with as many slots as the one that has more."""
    most = max(len(slots), len(others))
    return _filled(slots, most, of), _filled(others, most, of_others)


def _filled(slots: Unsigned32, most: int, of: StageNumbers) -> Unsigned32:
    if len(slots) == most:
        return slots
    return np.concatenate((slots, np.repeat(of.empty_slot[None, :], most - len(slots), axis=0)))
