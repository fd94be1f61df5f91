"""The forms on the page of an import: how the file is read, and corrections of its rows.

Invariant: a text that was not changed is no correction, and an empty choice is none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from isopolity.client.registry.models import (
    CellCorrection,
    ColumnCorrection,
    CorrectionOrder,
    LayoutDocument,
    LayoutOrder,
    OwnWordsChoice,
    PreparedRowDocument,
    RowChoice,
    WordsMeaning,
)

KINDS: Final = ("cities", "partners", "needs-and-offers", "requests", "twinnings")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": KINDS,
    "endorse": ("true",),
    "decimal": ("point", "comma"),
    "dates": ("day-first", "month-first"),
    "inhabitants": ("ones", "thousands"),
}
_NUMBER: Final = re.compile("[0-9]{1,6}")
_CHOICE: Final = re.compile(r"choice-([0-9]{1,9})")
_WORDS: Final = re.compile("words-[0-9]{1,3}")
_TOPIC: Final = re.compile(r"(topic\.[0-9]{1,6})")
_OWN: Final = re.compile("own-was-([0-9]{1,9})")
_CELL: Final = re.compile(r"cell-([0-9]{1,9})-(.{1,200})")


def choices_in(fields: Mapping[str, str]) -> dict[str, str]:
    """The kind of file, whether its members are admitted, and how it writes numbers and dates, where they are valid."""
    return {name: value for name, value in fields.items() if value in _CHOICES.get(name, ())}


def layout_in(fields: Mapping[str, str], layout: LayoutDocument) -> LayoutOrder:
    """The sheet, the line of headings, the columns and ways of writing that the form chooses, in place of `layout`.

    A heading that the form does not list keeps its column.
    """
    chosen = choices_in(fields)
    columns = [fields.get(f"column-{n}", each.column) or None for n, each in enumerate(layout.headings)]
    wanted = {
        "sheet": _number_in(fields, "sheet", layout.sheet),
        "heading": _number_in(fields, "heading", layout.heading),
        "columns": columns,
        "repeated": [
            column for n, column in enumerate(columns) if column is not None and _repeats(fields, n, column, layout)
        ],
        "constants": {name: code for name in layout.choosable if (code := fields.get(f"constant-{name}"))},
        "decimal": chosen.get("decimal"),
        "dates": chosen.get("dates"),
        "inhabitants": chosen.get("inhabitants"),
    }
    return LayoutOrder.unchecked(wanted)


def _repeats(fields: Mapping[str, str], place: int, column: str, layout: LayoutDocument) -> bool:
    """Whether the empty cells of a column repeat the one above: by its tick, if the form lists it, else as before."""
    return f"repeat-{place}" in fields if f"column-{place}" in fields else column in layout.repeated


def _number_in(fields: Mapping[str, str], name: str, usual: int) -> int:
    """The number in a field of the form; `usual` if it holds no number."""
    text = fields.get(name, "")
    return int(text) if _NUMBER.fullmatch(text) else usual


def lines_of(order: CorrectionOrder) -> list[int]:
    """The lines in which somebody typed the corrections."""
    lines = {one.line for one in order.cells} | {one.line for one in order.choices}
    return sorted(lines | {one.line for one in order.columns if one.line is not None})


def fields_of(order: CorrectionOrder, rows: Iterable[PreparedRowDocument]) -> dict[str, str]:
    """The fields of the page, as they were when the order was sent; `rows` are those that it corrects."""
    cells = {row.line: row.cells for row in rows}
    fields = {f"choice-{one.line}": one.choice for one in order.choices}
    for one in order.cells:
        place = f"{one.line}-{one.column}"
        fields[f"cell-{place}"] = one.after
        fields[f"was-{place}"] = str(cells.get(one.line, {}).get(one.column) or "")
    for each in order.columns:
        place = f"{each.line}-{each.column}"
        fields |= {f"cell-{place}": each.after, f"was-{place}": each.before, f"everywhere-{place}": "true"}
    return fields


def correction_in(fields: Mapping[str, str]) -> CorrectionOrder:
    """The corrections in the fields `choice-<line>` and `cell-<line>-<column>`, with `was-…` and `everywhere-…`.

    What words mean is in `words-<n>` and the fields that begin so, and whose own words are replaced in `own-<line>`.
    """
    cells: list[CellCorrection] = []
    columns: list[ColumnCorrection] = []
    choices: list[RowChoice] = []
    for name, text in fields.items():
        if (choice := _CHOICE.fullmatch(name)) and text:
            choices.append(RowChoice(line=int(choice[1]), choice=text))
        elif (cell := _CELL.fullmatch(name)) and text != (before := fields.get(f"was-{cell[1]}-{cell[2]}", "")):
            if f"everywhere-{cell[1]}-{cell[2]}" in fields:
                line = int(cell[1])
                columns.append(ColumnCorrection(column=cell[2], before=before, after=text, line=line))
            else:
                cells.append(CellCorrection(line=int(cell[1]), column=cell[2], after=text))
    return CorrectionOrder(
        shown=fields.get("shown", ""),
        cells=cells,
        columns=columns,
        choices=choices,
        words=list(_meanings_in(fields)),
        own_words=[
            OwnWordsChoice(line=int(found[1]), replaced=f"own-{found[1]}" in fields)
            for name, before in fields.items()
            if (found := _OWN.fullmatch(name)) and (f"own-{found[1]}" in fields) != bool(before)
        ],
    )


def _meanings_in(fields: Mapping[str, str]) -> Iterator[WordsMeaning]:
    """What the form says of words; words of which it says nothing are left out."""
    for name, text in fields.items():
        if _WORDS.fullmatch(name):
            subject, mode = (fields.get(f"{name}-{part}", "") for part in ("subject", "mode"))
            topics = [found[1] for each in fields if (found := _TOPIC.fullmatch(each.removeprefix(f"{name}-")))]
            if subject or mode:
                yield WordsMeaning.unchecked({"text": text, "subject": subject, "mode": mode, "topics": topics})
