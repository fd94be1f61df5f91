"""Numbers and positions of cities and twinnings, grouped so that a map of any network is small.

Invariants: the counts of all places add up to all cities with a position. Each place lies in exactly one cell, and
each cell of `CELL` degrees in exactly one larger cell for each size in `COARSER`.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from math import floor
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal_column, select, union_all

from isopolity.persistence.database import Database
from isopolity.registry.adapters.sql.directory.conditions import conditions
from isopolity.registry.adapters.sql.tables import cities, partners, requests, twinnings
from isopolity.registry.application.directory import Box, Figures, Filter, Homes, Line, Place, Spread

_TIED_AS: Final = 3
"""Cells along a side of the larger cells by which many twinnings are grouped."""


class SqlAtlas:
    """Reads cities and twinnings for maps from their columns, without profiles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cities(self, wanted: Filter, *, most: int) -> Spread:
        columns, fitting = cities.c, conditions(cities.c, wanted)
        singly = select(columns.latitude, columns.longitude, columns.name, columns.id).where(*fitting)
        sums = (func.sum(columns.latitude), func.sum(columns.longitude))
        ends = (each(column) for each in (func.min, func.max) for column in (columns.latitude, columns.longitude))
        near = (*sums, func.min(columns.name), func.min(columns.id), *ends)
        everybody = select(func.count()).where(*conditions(columns, Filter(statuses=wanted.statuses)))
        cells = select(columns.cell, func.count(), *near).where(*fitting).group_by(columns.cell)
        async with self._database.reading() as connection:
            rows = (await connection.execute(singly.limit(most + 1))).all()
            among = (await connection.execute(everybody)).scalar_one()
            if len(rows) <= most:
                places = [
                    Place(latitude=row[0], longitude=row[1], count=1, name=row[2], city_id=row[3])
                    for row in sorted(rows, key=lambda row: str(row[3]))
                    if row[0] is not None
                ]
                return Spread(among=among, total=len(rows), placed=len(places), places=places)
            rows = (await connection.execute(cells)).all()
        placed = [row for row in rows if row[0] is not None]
        return Spread(
            among=among,
            total=sum(row[1] for row in rows),
            placed=sum(row[1] for row in placed),
            places=_together(placed, most),
        )

    async def figures(self) -> Figures:
        async with self._database.reading() as connection:
            row = (await connection.execute(_figures())).one()
        return Figures(cities=row[0], partners=row[1], requests=row[2], twinnings=row[3])

    async def homes(self) -> Homes:
        found: dict[str, dict[str, int]] = {"cities": {}, "partners": {}, "requests": {}}
        async with self._database.reading() as connection:
            for kind, country, number in await connection.execute(_homes()):
                found[kind][country] = number
        return Homes(cities=found["cities"], partners=found["partners"], requests=found["requests"])

    async def ties(self, *, most: int) -> tuple[int, Sequence[Line]]:
        singly, together = _ties(most)
        async with self._database.reading() as connection:
            rows = (await connection.execute(singly)).all()
            if len(rows) <= most:
                ordered = sorted(rows, key=lambda row: str(row[4]))
                return len(rows), [Line(start=(row[0], row[1]), end=(row[2], row[3]), count=1) for row in ordered]
            rows = (await connection.execute(together)).all()
        lines = [Line(start=middle(row[0], _TIED_AS), end=middle(row[1], _TIED_AS), count=row[2]) for row in rows]
        return int(rows[0][3]), lines


@cache
def _figures() -> Select[Any]:
    """One statement for four numbers, since a round trip takes longer than counting."""
    public = ((cities, "endorsed"), (partners, "endorsed"), (requests, "published"), (twinnings, "declared"))
    return select(*(select(func.count()).where(table.c.status == status).scalar_subquery() for table, status in public))


@cache
def _homes() -> CompoundSelect[Any]:
    """One statement for three kinds, each with its numbers by country."""
    of_members = [
        select(literal_column(f"'{table.name}'"), table.c.country, func.count())
        .where(table.c.status == "endorsed")
        .group_by(table.c.country)
        for table in (cities, partners)
    ]
    of_requests = (
        select(literal_column("'requests'"), cities.c.country, func.count())
        .select_from(requests.join(cities, cities.c.id == requests.c.city_id))
        .where(requests.c.status == "published", cities.c.status == "endorsed")
        .group_by(cities.c.country)
    )
    return union_all(*of_members, of_requests)


@lru_cache(maxsize=16)
def _ties(most: int) -> tuple[Select[Any], Select[Any]]:
    """Queries for the public twinnings, at most `most` + 1 rows, and for grouped ones, the largest group first."""
    one, other = cities.alias("one"), cities.alias("other")
    tied = twinnings.join(one, one.c.id == twinnings.c.city_a).join(other, other.c.id == twinnings.c.city_b)
    public = (
        twinnings.c.status == "declared",
        *(side.c.status == "endorsed" for side in (one, other)),
        *(side.c.cell.is_not(None) for side in (one, other)),
    )
    ends = [side.c[name] for side in (one, other) for name in ("latitude", "longitude")]
    singly = select(*ends, twinnings.c.id).select_from(tied).where(*public).limit(most + 1)
    areas = select(*(_larger(side.c.cell) for side in (one, other))).select_from(tied).where(*public).subquery()
    ends_of, number = tuple(areas.c), func.count()  # grouping by two numbers only is fast
    together = (
        select(*ends_of, number, func.sum(number).over())
        .group_by(*ends_of)
        .order_by(number.desc(), *ends_of)
        .limit(most)
    )
    return singly, together


def _larger(cell: ColumnElement[int]) -> ColumnElement[int]:
    """`larger_cell` in SQL."""
    return cell // COLUMNS // _TIED_AS * COLUMNS + cell % COLUMNS // _TIED_AS


def _together(cells: Sequence[Any], most: int) -> list[Place]:
    """At most `most` places, from cells with their number of cities, sums of coordinates, first name and id, and the
    least and largest coordinates.
    """
    side = next((one for one in COARSER if len({larger_cell(row[0], one) for row in cells}) <= most), COARSER[-1])
    joined: dict[int, list[Any]] = {}
    for cell, count, latitudes, longitudes, name, city_id, *ends in cells:
        place = joined.setdefault(larger_cell(cell, side), [0, 0.0, 0.0, name, city_id, *ends])
        place[0] += count
        place[1] += latitudes
        place[2] += longitudes
        place[3] = min(place[3], name)
        place[5:] = [*map(min, place[5:7], ends[:2]), *map(max, place[7:], ends[2:])]
    return [_place(*place) for _, place in sorted(joined.items())]


def _place(count: int, latitudes: float, longitudes: float, name: str, city_id: str, *extent: float) -> Place:
    """The centre of `count` cities, or a single city, which keeps its id."""
    return Place(
        latitude=latitudes / count,
        longitude=longitudes / count,
        count=count,
        name=name,
        city_id=city_id if count == 1 else None,
        extent=Box(*extent) if count > 1 else None,
    )


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
