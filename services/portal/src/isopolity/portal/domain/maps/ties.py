"""Arcs between what is drawn, kept by the dot at which they begin: a picture shows those of one dot at a time.

Invariants: an arc looks the same from both of its ends. A tie within one dot has no arc. A dot has at most `ARCS` arcs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final, Protocol

from isopolity.portal.domain.maps.groups import Group, cell_of
from isopolity.portal.domain.maps.windows import Point, Window

ARCS: Final = 12
_MOST: Final = 250
"""Arcs of a picture, those of the most ties first."""
_CELL: Final = 60
"""Side of the cells by which registry puts ties together, in tenths of a degree."""
_BEND: Final = 0.16
"""How far an arc swings out, as a share of its length."""
_FAR: Final = 3_000
"""Units outside a picture where an arc may end; whatever lies farther is not drawn."""


class Line(Protocol):
    """A tie, or several between neighbouring cities at both ends, in degrees."""

    @property
    def start(self) -> Point: ...

    @property
    def end(self) -> Point: ...

    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Arcs:
    """The paths of a dot's arcs and of their far ends, as commands of SVG."""

    lines: str = ""
    ends: str = ""


def arcs_of(groups: Sequence[Group], lines: Sequence[Line], window: Window, side: int) -> list[Arcs]:
    """The arcs of each group, whose cells have this side.

    A line of a single tie belongs to the group with a city at its end. A line of several belongs to the group of the
    cell in which it ends, where cells of groups hold whole cells of ties.
    """
    cities = {
        (place.latitude, place.longitude): number for number, group in enumerate(groups) for place in group.members
    }
    is_exact = side > 0 and side % _CELL == 0
    cells = {cell_of(each.latitude, each.longitude, side): at for at, each in enumerate(groups)} if is_exact else {}
    ties: list[Counter[int | Point]] = [Counter() for _ in groups]
    for line in lines:
        near, far = (_group_at(end, line.count, cities, cells, side) for end in (line.start, line.end))
        for here, there, place in ((near, far, line.end), (far, near, line.start)):
            if here is not None and here != there:
                ties[here][place if there is None else there] += line.count
    points = [window.shown(group.latitude, group.longitude) for group in groups]
    kept: list[list[Point]] = [[] for _ in groups]
    ranked = sorted(
        ((-count, number, str(far), far) for number, each in enumerate(ties) for far, count in each.items())
    )
    for _, at, _, other in ranked[:_MOST]:
        if len(kept[at]) < ARCS:
            kept[at].append(points[other] if isinstance(other, int) else window.shown(*other))
    return [_arcs(start, ends) for start, ends in zip(points, kept, strict=True)]


def _group_at(
    end: Point, count: int, cities: Mapping[Point, int], cells: Mapping[tuple[int, int], int], side: int
) -> int | None:
    if count == 1 and (end[0], end[1]) in cities:
        return cities[end[0], end[1]]
    return cells.get(cell_of(end[0], end[1], side)) if count > 1 and cells else None


def _arcs(start: Point, ends: Sequence[Point]) -> Arcs:
    near = [end for end in ends if max(map(abs, end)) <= _FAR]
    return Arcs("".join(arc(start, end) for end in near), "".join(f"M{x:.0f} {y:.0f}h0" for x, y in near))


def arc(start: Point, end: Point) -> str:
    """A curve from one place to the other, which swings to the north."""
    (ax, ay), (bx, by) = start, end
    dx, dy = bx - ax, by - ay
    turn = _BEND if dx >= 0 else -_BEND
    return f"M{ax:.0f} {ay:.0f}q{dx / 2 + dy * turn:.0f} {dy / 2 - dx * turn:.0f} {dx:.0f} {dy:.0f}"


def distance(one: Point, other: Point) -> float:
    """Units from one point to another."""
    return hypot(one[0] - other[0], one[1] - other[1])
