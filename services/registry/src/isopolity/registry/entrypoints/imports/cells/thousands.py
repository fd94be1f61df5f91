"""Numbers of inhabitants in thousands: seen in a heading or by stored values, read so only if the sender says so.

Invariant: nothing is multiplied by guess.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from isopolity.registry.application.imports.prepared import Effects
from isopolity.registry.entrypoints.imports.cells.columns import Column, Form
from isopolity.tables.rows import shortened

INHABITANTS: Final = "inhabitants"
"""The name of the choice, which is one of the following."""
ONES: Final = "ones"
THOUSANDS: Final = "thousands"
POPULATION: Final = "population"
FACTOR: Final = 1000
_UNIT: Final = re.compile(
    r"(?<!\w)(?:tsd|tausend|thousands?|milliers|millares|miles|milhares|mil|тыс|тысяч|k|['\u2019]000s?|000s?)(?!\w)|千|بالآلاف",
    re.IGNORECASE,
)
_FEWEST: Final = 2
"""The fewest stored values that have to be about a thousand times those of the file."""
_ABOUT: Final = (300, 3000)
_ASK: Final = f"Send {INHABITANTS}={THOUSANDS} if they are, or {INHABITANTS}={ONES} if they are not."


def in_thousands(column: Column) -> Column:
    """The column with the numbers in thousands that it takes, which may have decimals."""
    return replace(column, form=Form.NUMBER, least=column.least / FACTOR, most=column.most / FACTOR)


def asked_by_heading(titles: Iterable[str]) -> str | None:
    """The question if a heading of inhabitants names thousands; None if none does."""
    title = next((each for each in titles if _UNIT.search(each)), None)
    return None if title is None else f"The heading “{shortened(title)}” says that inhabitants are in thousands. {_ASK}"


def asked_by_changes(effects: Effects | None) -> str | None:
    """The question if most stored numbers of inhabitants would fall to about a thousandth; None if they would not."""
    pairs = [
        (int(each.before), int(each.after))
        for row in (effects.of_lines.values() if effects is not None else ())
        for each in row.changes
        if each.column == POPULATION and each.before.isdecimal() and each.after.isdecimal()
    ]
    least, most = _ABOUT
    small = [(before, after) for before, after in pairs if least * after <= before <= most * after]
    if len(small) < _FEWEST or 2 * len(small) <= len(pairs):
        return None
    before, after = small[0]
    return (
        f"Inhabitants may be in thousands: {len(small):,} members would have about a thousandth of what is stored, "
        f"such as {after:,} instead of {before:,}. {_ASK}"
    )
