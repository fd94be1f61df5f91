"""The form below the rows of an import: who each row is, and other texts for cells or for a whole column.

Invariant: a text that was not changed is no correction, and an empty choice is none.
"""

import re
from collections.abc import Mapping
from typing import Final

from isopolity.client.registry.models import CellCorrection, ColumnCorrection, CorrectionOrder, RowChoice

_CHOICE: Final = re.compile(r"choice-([0-9]{1,9})")
_CELL: Final = re.compile(r"cell-([0-9]{1,9})-(.{1,200})")


def correction_in(fields: Mapping[str, str]) -> CorrectionOrder:
    """What the fields of the form correct: `choice-<line>`, `cell-<line>-<column>` with `was-…` and `everywhere-…`."""
    cells: list[CellCorrection] = []
    columns: list[ColumnCorrection] = []
    choices: list[RowChoice] = []
    for name, text in fields.items():
        if (choice := _CHOICE.fullmatch(name)) and text:
            choices.append(RowChoice(line=int(choice[1]), choice=text))
        elif (cell := _CELL.fullmatch(name)) and text != (before := fields.get(f"was-{cell[1]}-{cell[2]}", "")):
            if f"everywhere-{cell[1]}-{cell[2]}" in fields:
                columns.append(ColumnCorrection(column=cell[2], before=before, after=text))
            else:
                cells.append(CellCorrection(line=int(cell[1]), column=cell[2], after=text))
    return CorrectionOrder(shown=fields.get("shown", ""), cells=cells, columns=columns, choices=choices)
