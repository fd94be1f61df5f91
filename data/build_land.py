"""Makes the outlines of the land for the portal's maps: `python data/build_land.py land-110m.json`.

The file is Natural Earth's land at 1:110 million as TopoJSON, as the npm package world-atlas 2.0.2 holds it. What comes
out is one path of an SVG in whole units of the map, without Antarctica, and without borders. Same input, same output.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any, Final

from isopolity.portal.domain.drawings import LAND_FROM, on_map

Point = tuple[float, float]
OUTPUT: Final = Path(__file__).parents[1] / "services/portal/src/isopolity/portal/templates/land.svg"
_TOLERANCE: Final = 0.8
"""Units of the map by which an outline may differ from the source."""
_SMALLEST: Final = 6.0
"""Square units of the smallest island that is drawn."""


def main() -> None:
    """Read the file that is named, write the path."""
    topology = json.loads(Path(sys.argv[1]).read_text())
    rings = [drawn for ring in _rings(topology) if (drawn := _drawn(ring))]
    path = "".join(_path(ring) for ring in sorted(rings, key=_area, reverse=True))
    OUTPUT.write_text(f'<path class="land" d="{path}"/>\n')
    print(f"{len(rings)} outlines, {len(path):,} characters: {OUTPUT}")  # noqa: T201  # a program's output


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


def _drawn(ring: Sequence[Point]) -> list[tuple[int, int]]:
    """The outline in units of the map, simplified; empty where it is too far south or too small."""
    if max(latitude for _, latitude in ring) < LAND_FROM:
        return []
    projected = [on_map(latitude, longitude) for longitude, latitude in ring]
    half = len(projected) // 2
    simple = [*_simplified(projected[: half + 1]), *_simplified(projected[half:])[1:]]
    whole = [(round(x), round(y)) for x, y in simple]
    points = [point for point, before in zip(whole, [None, *whole], strict=False) if point != before]
    return points[:-1] if len(points) > 3 and _area(points) >= _SMALLEST else []


def _simplified(points: Sequence[Point]) -> list[Point]:
    """The line without points that lie within the tolerance (Douglas and Peucker, 1973)."""
    (ax, ay), (bx, by) = points[0], points[-1]
    length = hypot(bx - ax, by - ay)

    def distance(point: Point) -> float:
        x, y = point
        if not length:
            return hypot(x - ax, y - ay)
        return abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length

    farthest = max(range(1, len(points) - 1), key=lambda position: distance(points[position]), default=0)
    if not farthest or distance(points[farthest]) <= _TOLERANCE:
        return [points[0], points[-1]]
    return [*_simplified(points[: farthest + 1]), *_simplified(points[farthest:])[1:]]


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
