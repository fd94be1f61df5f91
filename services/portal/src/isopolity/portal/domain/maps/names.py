"""Which names fit beside their dots, and on which side of them the others stand when they are asked for.

Invariant: a name that stands covers no other that stands, no dot but its own, and no edge of the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from isopolity.portal.domain.maps.projection import WIDTH
from isopolity.portal.domain.maps.windows import Point

Side = Literal["after", "before", "above", "below"]
_SIDES: Final[tuple[Side, ...]] = ("after", "before", "above", "below")
LARGE: Final = 38.0
"""Height of the text in a narrow picture."""
_LETTER: Final = 0.5
"""Width of a letter as a share of the height of the text; names are mostly small letters."""
_GAP: Final = 0.85
"""From the middle of a dot to its name, as a share of the height of the text."""
_DOT: Final = 0.45
"""Half of a dot, likewise."""


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Label:
    """Where a name stands, in units of the picture; `stands` says whether it is there unasked."""

    x: int
    y: int
    side: Side
    stands: bool


def labels(points: Sequence[Point], names: Sequence[str], *, text: float, height: float, most: int) -> list[Label]:
    """The places of the names, the first ones first, in letters that are `text` units high.

    Among more than `most` names none stands.
    """
    if len(points) > most:
        return [_asked_for(*each) for each in zip(points, names, strict=True)]
    half = text * _DOT
    dots = [_Box(x - half, y - half, x + half, y + half) for x, y in points]
    taken: list[_Box] = []
    found: list[Label] = []
    for number, (point, name) in enumerate(zip(points, names, strict=True)):
        others = [*dots[:number], *dots[number + 1 :], *taken]
        sides = [
            side
            for side in _SIDES
            if _is_inside(box := _box(point, name, side, text), height) and not any(map(box.meets, others))
        ]
        if not sides:
            found.append(_asked_for(point, name))
            continue
        taken.append(_box(point, name, sides[0], text))
        found.append(_label(_anchor(point, sides[0], text), sides[0], stands=True))
    return found


def _asked_for(point: Point, name: str) -> Label:
    """Where the name stands while its dot is pointed at: within the picture also in the large letters of a narrow one,
    beside the dot or else above or below it.
    """
    width = len(name) * LARGE * _LETTER
    sides: tuple[tuple[Side, bool], ...] = (
        ("after", point[0] + width < WIDTH - LARGE),
        ("before", point[0] - width > LARGE),
    )
    for side, is_inside in sides:
        if is_inside:
            return _label(_anchor(point, side, LARGE), side, stands=False)
    vertical: Side = "above" if point[1] > 2 * LARGE else "below"
    x = min(max(point[0], width / 2), WIDTH - width / 2)
    return _label(_anchor((x, point[1]), vertical, LARGE), vertical, stands=False)


def _label(anchor: Point, side: Side, *, stands: bool) -> Label:
    return Label(round(anchor[0]), round(anchor[1]), side, stands)


def _is_inside(box: _Box, height: float) -> bool:
    return box.left >= 0 and box.right <= WIDTH and box.top >= 0 and box.bottom <= height


def _anchor(point: Point, side: Side, text: float) -> Point:
    """Where the text begins, ends, or has its middle; on its base line."""
    x, y = point
    gap = text * _GAP
    match side:
        case "after":
            return x + gap, y + text * 0.35
        case "before":
            return x - gap, y + text * 0.35
        case "above":
            return x, y - gap
        case "below":
            return x, y + gap + text * 0.75


def _box(point: Point, name: str, side: Side, text: float) -> _Box:
    x, y = _anchor(point, side, text)
    width = len(name) * text * _LETTER
    left = {"after": x, "before": x - width}.get(side, x - width / 2)
    return _Box(left, y - text * 0.8, left + width, y + text * 0.25)
