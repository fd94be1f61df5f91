"""Makes the outlines of the land for the portal's maps: `python data/build_land.py land-110m.json land-50m.json`.

The files are Natural Earth's land at 1:110 and 1:50 million as TopoJSON, as the npm package world-atlas 2.0.2 holds
them. The first becomes one path of an SVG in whole units of the map, for pictures of the world; the second becomes
outlines in hundredths of a unit, a line each, for pictures of its parts. Both are without Antarctica, and without
borders. Same input, same output.
"""

import json
import lzma
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any, Final

from isopolity.portal.domain.maps.projection import LAND_FROM, on_map

Point = tuple[float, float]
_PORTAL: Final = Path(__file__).parents[1] / "services/portal/src/isopolity/portal"
WORLD: Final = _PORTAL / "templates/land.svg"
PARTS: Final = _PORTAL / "land/outlines.txt.xz"


@dataclass(frozen=True, slots=True)
class _Detail:
    """How exact outlines are, in units of the map."""

    tolerance: float
    """By which an outline may differ from the source."""
    smallest: float
    """Square units of the smallest island that is drawn."""
    steps: int
    """Steps of a coordinate in a unit."""


_OF_WORLD: Final = _Detail(tolerance=0.8, smallest=6.0, steps=1)
_OF_PARTS: Final = _Detail(tolerance=0.03, smallest=0.02, steps=100)


def main() -> None:
    """Read the files that are named, write the outlines."""
    world, parts = (_outlines(name, detail) for name, detail in zip(sys.argv[1:], (_OF_WORLD, _OF_PARTS), strict=True))
    path = "".join(_path(ring) for ring in world)
    WORLD.write_text(f'<path class="land" d="{path}"/>\n')
    lines = "".join(" ".join(f"{x},{y}" for x, y in ring) + "\n" for ring in parts)
    PARTS.write_bytes(lzma.compress(lines.encode(), check=lzma.CHECK_CRC32, preset=9))
    for rings, written in ((world, WORLD), (parts, PARTS)):
        print(f"{len(rings)} outlines, {written.stat().st_size:,} bytes: {written}")  # noqa: T201  # a program's output


def _outlines(name: str, detail: _Detail) -> list[list[tuple[int, int]]]:
    """The outlines in a file, the largest first."""
    rings = [drawn for ring in _rings(json.loads(Path(name).read_text())) if (drawn := _drawn(ring, detail))]
    return sorted(rings, key=_area, reverse=True)


def _rings(topology: Any) -> Iterable[list[Point]]:
    """Each outline as longitudes and latitudes."""
    (stretch_x, stretch_y), (start_x, start_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points: list[Point] = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * stretch_x + start_x, y * stretch_y + start_y))
        arcs.append(points)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                joined: list[Point] = []
                for number in ring:
                    points = arcs[number] if number >= 0 else arcs[~number][::-1]
                    joined += points[1:] if joined else points
                yield from _cut(joined)


def _cut(ring: Sequence[Point]) -> Iterable[list[Point]]:
    """The parts of an outline on this side of 180 degrees and beyond; the source has them in one piece."""
    unwrapped = [ring[0]]
    for longitude, latitude in ring[1:]:
        turns = round((unwrapped[-1][0] - longitude) / 360)
        unwrapped.append((longitude + 360 * turns, latitude))
    for turn in (-360, 0, 360):
        moved = [(longitude + turn, latitude) for longitude, latitude in unwrapped]
        inside = _clipped(_clipped(moved, 1), -1)
        if inside:
            yield [*inside, inside[0]]


def _clipped(ring: Sequence[Point], side: int) -> list[Point]:
    """What lies on one side of a meridian (Sutherland and Hodgman, 1974): east of -180 degrees, or west of 180."""
    kept: list[Point] = []
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        if side * ax >= -180:
            kept.append((ax, ay))
        if (side * ax > -180) != (side * bx > -180) and ax != bx:
            edge = -180.0 * side
            kept.append((edge, ay + (by - ay) * (edge - ax) / (bx - ax)))
    return kept


def _drawn(ring: Sequence[Point], detail: _Detail) -> list[tuple[int, int]]:
    """The outline in steps, simplified; empty where it is too far south or too small."""
    if max(latitude for _, latitude in ring) < LAND_FROM:
        return []
    projected = [on_map(latitude, longitude) for longitude, latitude in ring]
    half = len(projected) // 2
    simple = [
        *_simplified(projected[: half + 1], detail.tolerance),
        *_simplified(projected[half:], detail.tolerance)[1:],
    ]
    whole = [(round(x * detail.steps), round(y * detail.steps)) for x, y in simple]
    points = [point for point, before in zip(whole, [None, *whole], strict=False) if point != before]
    return points[:-1] if len(points) > 3 and _area(points) >= detail.smallest * detail.steps**2 else []


def _simplified(points: Sequence[Point], tolerance: float) -> list[Point]:
    """The line without points that lie within the tolerance (Douglas and Peucker, 1973)."""
    (ax, ay), (bx, by) = points[0], points[-1]
    length = hypot(bx - ax, by - ay)

    def distance(point: Point) -> float:
        x, y = point
        if not length:
            return hypot(x - ax, y - ay)
        return abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length

    farthest = max(range(1, len(points) - 1), key=lambda position: distance(points[position]), default=0)
    if not farthest or distance(points[farthest]) <= tolerance:
        return [points[0], points[-1]]
    return [*_simplified(points[: farthest + 1], tolerance), *_simplified(points[farthest:], tolerance)[1:]]


def _area(points: Sequence[tuple[int, int]]) -> float:
    """Square units that a ring encloses."""
    following = [*points[1:], points[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, following, strict=True))) / 2


def _path(ring: Sequence[tuple[int, int]]) -> str:
    """The ring as commands of an SVG path, each point by its distance from the one before."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring)]
    return f"M{_pair(*ring[0])}l{''.join(_pair(*step, glued=number > 0) for number, step in enumerate(steps))}z"


def _pair(x: int, y: int, *, glued: bool = False) -> str:
    """Two numbers with no more between them than is needed: a minus sign parts, too."""
    return f"{' ' if glued and x >= 0 else ''}{x}{'' if y < 0 else ' '}{y}"


if __name__ == "__main__":
    main()
