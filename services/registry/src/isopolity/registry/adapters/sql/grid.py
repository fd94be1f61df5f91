"""A grid over the globe, by which neighbouring cities are grouped.

Invariant: each place lies in exactly one cell, and each cell of `CELL` degrees in exactly one larger cell for each size
in `COARSER`.
"""

from math import floor
from typing import Final

CELL: Final = 2
"""The size of a cell in degrees of latitude and longitude."""
COLUMNS: Final = 360 // CELL
ROWS: Final = 180 // CELL
COARSER: Final = (1, 2, 3, 5, 9, 15, 30)
"""Sizes of larger cells, in cells per side: from 2 to 60 degrees, which leaves at most 18 cells."""


def cell_of(latitude: float, longitude: float) -> int:
    """The number of the cell that contains a place, counted row by row from the south-west."""
    row = min(ROWS - 1, floor((latitude + 90) / CELL))
    column = min(COLUMNS - 1, floor((longitude + 180) / CELL))
    return row * COLUMNS + column


def larger_cell(cell: int, side: int) -> int:
    """The number of the larger cell, `side` by `side` cells large, that contains a cell."""
    row, column = divmod(cell, COLUMNS)
    return row // side * COLUMNS + column // side


def middle(larger: int, side: int) -> tuple[float, float]:
    """Latitude and longitude of the centre of the larger cell with this number."""
    row, column = divmod(larger, COLUMNS)
    return (row + 0.5) * side * CELL - 90, (column + 0.5) * side * CELL - 180
