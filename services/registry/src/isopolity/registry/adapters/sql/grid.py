"""A grid over the globe, by which cities that lie near each other are counted together.

Invariant: each place lies in exactly one cell; cells of `CELL` degrees fill larger ones of `COARSER` whole.
"""

from math import floor
from typing import Final

CELL: Final = 2
"""Degrees that a cell spans, in latitude and in longitude."""
COLUMNS: Final = 360 // CELL
ROWS: Final = 180 // CELL
COARSER: Final = (1, 2, 3, 5, 9, 15, 30)
"""How many cells make a side of a larger one: from 2 to 60 degrees, so that no more than 18 are left."""


def cell_of(latitude: float, longitude: float) -> int:
    """The number of the cell around a place, row by row from the south-west."""
    row = min(ROWS - 1, floor((latitude + 90) / CELL))
    column = min(COLUMNS - 1, floor((longitude + 180) / CELL))
    return row * COLUMNS + column


def larger_cell(cell: int, side: int) -> int:
    """The number of the larger cell, of `side` times `side` cells, around a cell."""
    row, column = divmod(cell, COLUMNS)
    return row // side * COLUMNS + column // side


def middle(larger: int, side: int) -> tuple[float, float]:
    """Latitude and longitude of the middle of the larger cell that `larger_cell` numbers so."""
    row, column = divmod(larger, COLUMNS)
    return (row + 0.5) * side * CELL - 90, (column + 0.5) * side * CELL - 180
