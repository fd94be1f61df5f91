"""The part of the map that a picture shows.

Invariant: a window lies within the map; a picture is `WIDTH` units wide, however small its window is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.portal.domain.maps.projection import HEIGHT, WIDTH, on_map

Point = tuple[float, float]
_ROOM: Final = 1.3
"""How much larger a window is than what it must hold, so that nothing stands at its edge."""
_NEARLY_ALL: Final = 0.75
"""Share of the map's width from which a window becomes the whole map."""
WHOLE_SHAPE: Final = HEIGHT / WIDTH
"""Height of the whole map as a share of its width."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle on the map, in its units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def scale(self) -> float:
        """Units of the picture for one of the map."""
        return WIDTH / self.width

    @property
    def picture_height(self) -> int:
        """Units of the picture from top to bottom."""
        return round(self.height * self.scale)

    @property
    def is_whole(self) -> bool:
        """Whether it shows the whole map."""
        return self.width >= WIDTH

    @property
    def degrees(self) -> float:
        """Degrees of longitude from left to right, at the equator."""
        return self.width * 360 / WIDTH

    def shown(self, latitude: float, longitude: float) -> Point:
        """Units of the picture from its left and top; a place outside has units outside."""
        x, y = on_map(latitude, longitude)
        return (x - self.x) * self.scale, (y - self.y) * self.scale


WHOLE: Final = Window(0.0, 0.0, float(WIDTH), float(HEIGHT))


def window_around(places: Sequence[Point], *, least: float, shape: float = WHOLE_SHAPE) -> Window:
    """The smallest window with room for all `places`, in degrees, at least `least` units wide; without any, the map.

    Its height is `shape` times its width, or less where the map is not as high.
    """
    if not places:
        return WHOLE
    points = [on_map(*place) for place in places]
    (left, right), (top, bottom) = ((min(units), max(units)) for units in zip(*points, strict=True))
    width = max((right - left) * _ROOM, (bottom - top) * _ROOM / shape, least)
    if width >= WIDTH * _NEARLY_ALL:
        return WHOLE
    height = min(width * shape, float(HEIGHT))
    return Window(
        round(_within((left + right - width) / 2, WIDTH - width), 2),
        round(_within((top + bottom - height) / 2, HEIGHT - height), 2),
        round(width, 2),
        round(height, 2),
    )


def _within(start: float, most: float) -> float:
    return min(max(start, 0.0), most)
