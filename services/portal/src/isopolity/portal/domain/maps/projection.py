"""Degrees to units of the map, by the Equal Earth projection, which shows areas in their true proportions.

Source: B. Šavrič, T. Patterson, B. Jenny, The Equal Earth map projection, International Journal of Geographical
Information Science 33(3), 2019, 454-465, equations 8 to 10 and table 1.

Invariant: no point lies outside the map; one beyond an edge is moved to the edge.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Final

WIDTH: Final = 1000
"""Units of the map from west to east."""
LAND_FROM: Final = -58.0
"""Degrees of latitude at the lower edge: no city lies farther south."""
_LAND_TO: Final = 84.0

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_ROOT: Final = sqrt(3) / 2


def _projected(latitude: float, longitude: float) -> tuple[float, float]:
    """Radians to the east and the north, for a sphere of radius 1."""
    theta = asin(_ROOT * sin(radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = 9 * _A4 * sixth * square + 7 * _A3 * sixth + 3 * _A2 * square + _A1
    x = radians(longitude) * cos(theta) / (_ROOT * slope)
    y = theta * (_A4 * sixth * square + _A3 * sixth + _A2 * square + _A1)
    return x, y


_EAST: Final = _projected(0, 180)[0]
_SCALE: Final = WIDTH / (2 * _EAST)
_TOP: Final = _projected(_LAND_TO, 0)[1]
HEIGHT: Final = round((_TOP - _projected(LAND_FROM, 0)[1]) * _SCALE)
"""Units of the map from north to south."""


def on_map(latitude: float, longitude: float) -> tuple[float, float]:
    """Units from the left and from the top, for degrees north and east."""
    x, y = _projected(latitude, longitude)
    return (x + _EAST) * _SCALE, min(max((_TOP - y) * _SCALE, 0.0), float(HEIGHT))
