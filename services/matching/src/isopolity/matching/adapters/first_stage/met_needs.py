"""What each city of a pair gets from the other, for some rows against some columns, compiled.

The tables of the needs and of the offers of some rows lie side by side in memory, so that the processor works on all
rows at once. Invariant: what a city gets from another is the same to the last bit whichever of the two is the row: the
factors 1 - strength are multiplied in the order of its needs, and for each of these in that of the other's offers.
"""

from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import Inputs
from isopolity.matching.arrays import Floats32, Integers, Integers16, Unsigned8
from isopolity.matching.compiled import borrowing, compiled
from isopolity.matching.domain.scores.first_stage.slots import (
    ALL_TO_NEAREST,
    FAR_TOPICS,
    HALF_KNOWN,
    KIND,
    MEETING_STEPS,
    PER_STEP,
    SAME_TOPICS,
    SUBJECT,
    TOPICS,
    UNKNOWN_TOPICS,
)

_ZERO, _ONE = np.float32(0), np.float32(1)
_MEETING, _PER_STEP = np.float32(MEETING_STEPS), np.float32(PER_STEP)
_ALL_TO_NEAREST: Final[Floats32] = np.array(ALL_TO_NEAREST, np.float32)
_MOBILITIES: Final = 4
UNNAMED, NAMED, SAME = 0, 1, 2


class Side(NamedTuple):
    """The needs or the offers of some rows, as tables by what the other side has.

    The last axis is that of lanes: the first slot of each row, then the second one of each, and so on. A lane that is
    not used reaches nothing.
    """

    used: Integers
    """(1,): the number of lanes that are looked at, from the first on."""
    reach: Floats32
    """(mobilities, kinds, lanes): `REACHES` with each kind, by mobility of the other city; 0 where they cannot meet."""
    near: Floats32
    """(subjects, 3, lanes): the nearness to one that names no topics, the least nearness to one that does, and how much
    the same topics add to it."""
    closest: Unsigned8
    """(topics, lanes): steps of closeness of the nearest of its topics to each topic."""
    all_to_nearest: Floats32
    """(lanes,): see `ALL_TO_NEAREST`; 1 for offers."""


@compiled
def empty_side(lanes: int, inputs: Inputs) -> Side:
    """Tables with `lanes` lanes, to be filled by `fill`."""
    topics, subjects = len(inputs.near_start) - 1, inputs.nearness.shape[1]
    return Side(
        np.zeros(1, np.int64),
        np.zeros((_MOBILITIES, inputs.reachable.shape[2], lanes), np.float32),
        np.zeros((subjects, 3, lanes), np.float32),
        np.zeros((topics, lanes), np.uint8),
        np.ones(lanes, np.float32),
    )


@borrowing
def fill(cities: Integers, rows: int, entries: Integers16, are_needs: bool, inputs: Inputs, side: Side) -> None:
    """Fill the tables with the needs or the offers, `entries`, of at most `rows` cities; further rows get none."""
    slots = 0
    for row in range(len(cities)):
        while slots < len(entries) and entries[slots, KIND, cities[row]] >= 0:
            slots += 1
    side.used[0] = slots * rows
    for topic in range(len(side.closest)):
        side.closest[topic, : slots * rows] = 0
    for slot in range(slots):
        for row in range(rows):
            lane = slot * rows + row
            if row < len(cities) and entries[slot, KIND, cities[row]] >= 0:
                city = cities[row]
                _fill_lane(lane, entries[slot, :, city], inputs.mobility[city], are_needs, inputs, side)
            else:
                side.reach[:, :, lane] = _ZERO


@borrowing
def _fill_lane(lane: int, entry: Integers16, mobility: int, is_need: bool, inputs: Inputs, side: Side) -> None:
    kind, subject, has_topics = entry[KIND], entry[SUBJECT], entry[TOPICS] >= 0
    for other in range(_MOBILITIES):
        for beside in range(inputs.reachable.shape[2]):
            if is_need:
                side.reach[other, beside, lane] = inputs.reachable[mobility, other, kind, beside]
            else:
                side.reach[other, beside, lane] = inputs.reachable[other, mobility, beside, kind]
    for beside in range(inputs.nearness.shape[1]):
        near = inputs.nearness[:, subject, beside]
        side.near[beside, UNNAMED, lane] = near[HALF_KNOWN] if has_topics else near[UNKNOWN_TOPICS]
        side.near[beside, NAMED, lane] = near[FAR_TOPICS] if has_topics else near[HALF_KNOWN]
        side.near[beside, SAME, lane] = near[SAME_TOPICS] if has_topics else _ZERO
    side.all_to_nearest[lane] = _ratio(entry) if is_need else _ONE
    if has_topics:
        for place in range(TOPICS, len(entry)):
            topic = entry[place]
            for at in range(inputs.near_start[topic], inputs.near_start[topic + 1]):
                beside = inputs.near_numbers[at]
                side.closest[beside, lane] = max(side.closest[beside, lane], inputs.near_steps[at])


@borrowing
def _ratio(need: Integers16) -> np.float32:
    """See `ALL_TO_NEAREST`; where a need names fewer topics than it may, the first one stands there again."""
    if need[TOPICS] < 0:
        return _ONE
    count = 1
    for place in range(TOPICS + 1, len(need)):
        count += need[place] != need[TOPICS]
    return np.float32(_ALL_TO_NEAREST[count])


@borrowing
def meet(needs: Side, offers: Integers16, mobility: Integers, first: int, work: Floats32, gained: Floats32) -> None:
    """(columns, rows): what the needs of the rows get from the offers of the columns from `first` on.

    `work` is (2, lanes) for intermediate results, with as many lanes as `needs` or more.
    """
    rows, used, missed, factors = gained.shape[1], needs.used[0], work[0], work[1]
    for place in range(len(gained)):
        column = first + place
        for lane in range(used):
            missed[lane] = _ONE
        for slot in range(len(offers)):
            if offers[slot, KIND, column] < 0:
                break
            _miss(factors, needs, offers[slot, :, column], mobility[column], _ONE)
            for lane in range(used):
                missed[lane] *= factors[lane]
        for row in range(rows):
            gained[place, row] = _ONE
        _multiply(missed, used, gained[place])
        for row in range(rows):
            gained[place, row] = _ONE - gained[place, row]


@borrowing
def meet_others(
    offers: Side, needs: Integers16, mobility: Integers, first: int, work: Floats32, given: Floats32
) -> None:
    """(columns, rows): what the needs of the columns from `first` on get from the offers of the rows; see `meet`."""
    rows, used, factors = given.shape[1], offers.used[0], work[0]
    for place in range(len(given)):
        column = first + place
        for row in range(rows):
            given[place, row] = _ONE
        for slot in range(len(needs)):
            need = needs[slot, :, column]
            if need[KIND] < 0:
                break
            _miss(factors, offers, need, mobility[column], _ratio(need))
            _multiply(factors, used, given[place])
        for row in range(rows):
            given[place, row] = _ONE - given[place, row]


@borrowing
def _multiply(lanes: Floats32, used: int, rows: Floats32) -> None:
    """Multiply each row by the product of its lanes, in the order of its slots; three at once are faster."""
    if used == 0:
        return
    count, at = len(rows), len(rows)
    while at + 3 * count <= used:
        for row in range(count):
            lanes[row] = lanes[row] * lanes[at + row] * lanes[at + count + row] * lanes[at + 2 * count + row]
        at += 3 * count
    while at < used:
        for row in range(count):
            lanes[row] *= lanes[at + row]
        at += count
    for row in range(count):
        rows[row] *= lanes[row]


@borrowing
def _miss(factors: Floats32, side: Side, other: Integers16, mobility: int, ratio: np.float32) -> None:
    """By lane: 1 - strength of its need or offer with another one, of a city with this mobility.

    Indices are turned into unsigned numbers, so that compiled code need not ask whether they are negative.
    """
    reach, near = side.reach[np.uint64(mobility), np.uint64(other[KIND])], side.near[np.uint64(other[SUBJECT])]
    first, second, third = other[TOPICS], other[TOPICS + 1], other[TOPICS + 2]
    if first < 0:
        _miss_by_subject(factors, side.used[0], reach, near[UNNAMED])
        return
    one = side.closest[np.uint64(first)]
    if second == first and third == first:
        _miss_by_topic(factors, side.used[0], reach, near, side.all_to_nearest, ratio, one)
        return
    two, three = side.closest[np.uint64(second)], side.closest[np.uint64(third)]
    _miss_by_topics(factors, side.used[0], reach, near, side.all_to_nearest, ratio, one, two, three)


@borrowing
def _miss_by_subject(factors: Floats32, used: int, reach: Floats32, near: Floats32) -> None:
    for lane in range(used):
        factors[lane] = _ONE - reach[lane] * near[lane]


@borrowing
def _miss_by_topic(
    factors: Floats32,
    used: int,
    reach: Floats32,
    near: Floats32,
    all_to_nearest: Floats32,
    ratio: np.float32,
    closest: Unsigned8,
) -> None:
    far, nearer = near[NAMED], near[SAME]
    for lane in range(used):
        steps = np.float32(closest[lane]) * (all_to_nearest[lane] * ratio)
        way = min(max((steps - _MEETING) * _PER_STEP, _ZERO), _ONE)
        factors[lane] = _ONE - reach[lane] * (far[lane] + nearer[lane] * way)


@borrowing
def _miss_by_topics(
    factors: Floats32,
    used: int,
    reach: Floats32,
    near: Floats32,
    all_to_nearest: Floats32,
    ratio: np.float32,
    one: Unsigned8,
    two: Unsigned8,
    three: Unsigned8,
) -> None:
    far, nearer = near[NAMED], near[SAME]
    for lane in range(used):
        steps = np.float32(max(one[lane], max(two[lane], three[lane]))) * (all_to_nearest[lane] * ratio)
        way = min(max((steps - _MEETING) * _PER_STEP, _ZERO), _ONE)
        factors[lane] = _ONE - reach[lane] * (far[lane] + nearer[lane] * way)
