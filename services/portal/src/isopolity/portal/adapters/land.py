"""The land of a part of the map, as the commands of one SVG path, from outlines that come with the portal.

A line of the file is an outline, with spaces between its points: hundredths of a unit from the left and from the top
of the map, with a comma between them. `data/build_land.py` makes the file.

Invariant: a path has no detail that is too small to be seen in its picture, so that a page stays small.
"""

import lzma
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from isopolity.portal.domain.maps.windows import Window

Point = tuple[float, float]
_FILE: Final = ("land", "outlines.txt.xz")
_STEPS: Final = 100
_MARGIN: Final = 4.0
"""Units of the picture by which land goes on outside of it, so that no edge is seen."""
_CORNERS: Final = 3
"""Points of the least area."""
_FINE: Final = 3.0
"""Units of the picture between two points of an outline, at least."""


@dataclass(frozen=True, slots=True)
class _Outline:
    points: Sequence[Point]
    left: float
    top: float
    right: float
    bottom: float


@cache
def _outlines() -> Sequence[_Outline]:
    """The outlines, in units of the map."""
    content = files("isopolity.portal").joinpath(*_FILE).read_bytes()
    return [_outline(line) for line in lzma.decompress(content).decode().splitlines()]


def _outline(line: str) -> _Outline:
    pairs = (pair.split(",") for pair in line.split())
    points = [(int(x) / _STEPS, int(y) / _STEPS) for x, y in pairs]
    xs, ys = zip(*points, strict=True)
    return _Outline(points, min(xs), min(ys), max(xs), max(ys))


@lru_cache(maxsize=256)
def land_in(window: Window) -> str:
    """The land that a window shows, in units of its picture."""
    margin, finest = _MARGIN / window.scale, _FINE / window.scale
    left, top = window.x - margin, window.y - margin
    right, bottom = window.x + window.width + margin, window.y + window.height + margin
    paths: list[str] = []
    for each in _outlines():
        is_apart = each.right < left or each.left > right or each.bottom < top or each.top > bottom
        if is_apart or max(each.right - each.left, each.bottom - each.top) < finest:
            continue
        points = each.points
        for axis, bound, side in ((0, left, 1), (0, -right, -1), (1, top, 1), (1, -bottom, -1)):
            points = _clipped(points, axis, bound, side)
        paths.append(_path(_seen(points, window)))
    return "".join(paths)


def _clipped(points: Sequence[Point], axis: int, bound: float, side: int) -> Sequence[Point]:
    """What lies on one side of a line (Sutherland and Hodgman, 1974): where `side` times a coordinate is at least
    `bound`.
    """
    if all(side * point[axis] >= bound for point in points):
        return points
    kept: list[Point] = []
    for one, other in zip(points, [*points[1:], *points[:1]], strict=True):
        here, there = side * one[axis], side * other[axis]
        if here >= bound:
            kept.append(one)
        if (here >= bound) != (there >= bound):
            share = (bound - here) / (there - here)
            kept.append((one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share))
    return kept


def _seen(points: Iterable[Point], window: Window) -> list[tuple[int, int]]:
    """The points in units of the picture, without those that lie too near to the one before."""
    kept: list[tuple[int, int]] = []
    for x, y in points:
        shown = round((x - window.x) * window.scale), round((y - window.y) * window.scale)
        if not kept or max(abs(shown[0] - kept[-1][0]), abs(shown[1] - kept[-1][1])) >= _FINE:
            kept.append(shown)
    return kept


def _path(points: Sequence[tuple[int, int]]) -> str:
    """The outline as commands, each point by its distance from the one before."""
    if len(points) < _CORNERS:
        return ""
    steps = "".join(f"{bx - ax:+d}{by - ay:+d}".replace("+", " ") for (ax, ay), (bx, by) in pairwise(points))
    return f"M{points[0][0]} {points[0][1]}l{steps.lstrip()}z"
