"""A draft of a round as a table in XLSX or CSV with a column for decisions: writes it, and reads the decisions.

Invariant: a table with one wrong cell decides nothing; each wrong cell is reported with its row and column. A table
that is returned twice does not carry out a decision again.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from openpyxl.worksheet.datavalidation import DataValidation

from isopolity.client.matching.models import DraftPairView, PairEditOrder
from isopolity.tables.rows import RowFile, UnreadableFile
from isopolity.tables.spool import spooled
from isopolity.tables.text_files import write_csv
from isopolity.tables.workbooks import Sheet, write_workbook

FORMS: Final = ("xlsx", "csv")
_COLUMNS: Final = ("decision", "a_name", "b_name", "kind", "value", "state", "told_a", "told_b", "a", "b")
_NEEDED: Final = ("decision", "a", "b")
_WIDTHS: Final = (14, 34, 34, 13, 8, 20, 60, 60, 40, 40)
_ACTS: Final[Mapping[str, str | None]] = {
    "": None,
    "keep": None,
    "leave out": "leave-out",
    "pin": "pin",
    "forbid": "forbid",
    "free": "free",
}
"""The act of each decision; None for a decision that changes nothing."""

_DONE: Final[Mapping[str, str]] = {
    "leave-out": "the pair is not in the draft, and stays out",
    "pin": "the pair is pinned already",
    "forbid": "the pair is forbidden already",
    "free": "the pair is neither pinned nor forbidden",
}
"""By act, the state of a pair that the act would not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The decisions of a table."""

    orders: Sequence[PairEditOrder]
    """The edits for these decisions."""
    done: Sequence[str]
    """A sentence for each row whose decision is carried out already."""


class UnreadableDraftTable(ValueError):
    """The file is not a table of a draft, or has wrong cells; `sentences` say what to change."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def write_draft_table(file: BinaryIO, form: str, pairs: Iterable[DraftPairView]) -> int:
    """Write pairs as a table of one of the `FORMS`; returns how many."""
    between = " " if form == "csv" else "\n"  # in CSV a row is a line, so that people find the row in an error
    rows = [_row(pair, between) for pair in pairs]
    if form == "csv":
        write_csv(file, _COLUMNS, rows)
    else:
        choices = DataValidation(type="list", formula1=f'"{",".join(filter(None, _ACTS))}"', allow_blank=True)
        sheet = Sheet(
            name="draft", heading=_COLUMNS, rows=rows, widths=_WIDTHS, validations={"decision": choices}, freeze="D2"
        )
        write_workbook(file, sheet)
    return len(rows)


async def read_decisions(file: BinaryIO, pairs: Iterable[DraftPairView]) -> Decisions:
    """The decisions in a table of a draft; `pairs` are its chosen and forbidden pairs.

    `file`, a file on disk, is read by a process with limits. Raises UnreadableDraftTable with a sentence for each wrong
    cell.
    """
    try:
        async with spooled(file) as rows:
            return await asyncio.to_thread(_decided, rows, pairs)
    except UnreadableFile as error:
        raise UnreadableDraftTable(str(error)) from error


def _decided(rows: RowFile, pairs: Iterable[DraftPairView]) -> Decisions:
    missing = [name for name in _NEEDED if name not in (rows.columns or ())]
    if missing:
        raise UnreadableDraftTable(f"The table has no column {missing[0]}; take the table of this draft.")
    known = {(pair.a, pair.b): pair for pair in pairs}
    faults, done, orders = list[str](), list[str](), list[PairEditOrder]()
    for row in rows:
        cells = {name: str(row.values.get(name, "")).strip() for name in _NEEDED}
        pair, decision = (cells["a"], cells["b"]), cells["decision"].casefold()
        act, stands = _ACTS.get(decision), known.get(pair)
        if row.problem is not None:
            faults.append(f"Row {row.line}: {row.problem}")
        elif decision not in _ACTS:
            choices = ", ".join(filter(None, _ACTS))
            faults.append(f"Row {row.line}, column decision: “{cells['decision']}” is no decision; write {choices}.")
        elif act is not None and _is_so(act, stands):
            done.append(f"Row {row.line}: {_DONE[act]}.")
        elif decision and stands is None:
            faults.append(
                f"Row {row.line}, columns a and b: the draft does not have this pair now. It was left out or swapped "
                "after the table was taken, or its ids are others. Take the table once more."
            )
        elif act is not None:
            orders.append(PairEditOrder(act=act, pair=pair))
    if faults:
        raise UnreadableDraftTable(*faults)
    return Decisions(orders=orders, done=done)


def _is_so(act: str, pair: DraftPairView | None) -> bool:
    """Whether the act would change nothing about the pair; None for a pair that is neither chosen nor forbidden."""
    if pair is None:
        return act in ("leave-out", "free")
    if act == "free":
        return not pair.pinned and not pair.forbidden
    if act == "leave-out":
        return not pair.chosen
    return pair.pinned if act == "pin" else pair.forbidden


def _row(pair: DraftPairView, between: str) -> list[str | float]:
    states = {"pinned": pair.pinned, "forbidden": pair.forbidden, "published": pair.published}
    state = ", ".join(name for name, is_so in states.items() if is_so)
    sentences = [between.join(sentences or ()) for sentences in (pair.told_a, pair.told_b)]
    return ["", pair.a_name, pair.b_name, pair.kind, round(pair.value, 4), state, *sentences, pair.a, pair.b]
