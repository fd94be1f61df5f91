"""Corrections of a prepared import, kept beside its rows: they are made again where the file is read in another way.

Invariants: a correction fits where its cell of the sheet has the text that it replaced; a choice fits where the row has
the same name, country and id. One that does not fit stays, and is made again once it does.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO, Final

from isopolity.registry.application.imports.prepared import CORRECTED, FIRST_CORRECTED, NEW, OUT, PreparedRow
from isopolity.registry.application.ports import UnitOfWorkFactory
from isopolity.registry.entrypoints.imports.row_effects import BATCH
from isopolity.tables.rows import RawRow, shortened
from isopolity.tables.spool import Spool

_OF_WHOM: Final = ("kind", "name", "country", "home_country", "geonames_id", "registration_id")
_CHOICES: Final = {NEW: "a new member", OUT: "left out"}
SET_ASIDE: Final = ("set_aside", "set_aside_first")
"""Fields of a report: how many corrections do not fit, and the first of them."""
_LISTED: Final = 100
"""The most corrections that are listed because they do not fit."""


class KeptCorrections:
    """The corrections of one import."""

    def __init__(self, sheet: int) -> None:
        self._sheet = str(sheet)
        self._lines: dict[int, dict[str, Any]] = {}
        """By line and place of the sheet: `cells` with both texts by column, `choice`, and `whom` it was made about."""
        self.choices: dict[int, str] = {}
        """The choices that fit, by line."""
        self._unfit: list[str] = []
        self._seen: set[int] = set()

    def load(self, row: PreparedRow) -> None:
        """Take over what was kept of a line."""
        self._lines[-row.line] = dict(row.values)

    def rows(self) -> Iterator[PreparedRow]:
        """What is to be kept, a row for each line."""
        for line, sheets in self._lines.items():
            if kept := {sheet: one for sheet, one in sheets.items() if one["cells"] or one["choice"]}:
                yield PreparedRow(line=-line, state=CORRECTED, values=kept)

    def note(self, row: PreparedRow, after: Mapping[str, Any], choice: str) -> None:
        """Keep what an order corrects in a row, and the choice for it that the order makes or takes back."""
        before = row.values
        if before == after and choice == row.choice:
            return
        kept = self._of(row.line)
        for column in {*before, *after}:
            was, now = text_of(before.get(column)), text_of(after.get(column))
            if was != now:
                first, last = kept["cells"].pop(column, (was, was))
                kept["cells"][column] = [first if last == was else was, now]
        kept["cells"] = {column: both for column, both in kept["cells"].items() if both[0] != both[1]}
        if choice != row.choice:
            kept["choice"], kept["whom"] = choice, _whom(after)

    def fitted(self, row: RawRow, columns: Collection[str]) -> dict[str, Any]:
        """The cells of a row, corrected as far as corrections fit."""
        values = dict(row.values)
        if self._sheet not in self._lines.get(row.line, {}):
            return values
        kept = self._of(row.line)
        self._seen.add(row.line)
        for column, (before, after) in kept["cells"].items():
            if column not in columns or text_of(values.get(column)) != before:
                self._unfit.append(_told(row.line, column, after))
            elif after:
                values[column] = after
            else:
                values.pop(column, None)
        if kept["choice"] == OUT or (kept["choice"] and kept["whom"] == _whom(values)):
            self.choices[row.line] = kept["choice"]
        elif kept["choice"]:
            self._unfit.append(_told(row.line, "", kept["choice"]))
        return values

    def unfit(self) -> list[str]:
        """The corrections that do not fit, once all rows were fitted."""
        unfit = [*self._unfit]
        for line in sorted(self._lines.keys() - self._seen):
            for one in self._lines[line].values():
                unfit += [_told(line, column, after) for column, (_, after) in one["cells"].items()]
                unfit += [_told(line, "", one["choice"])] if one["choice"] else []
        return unfit

    def _of(self, line: int) -> dict[str, Any]:
        sheets = self._lines.setdefault(line, {})
        found: dict[str, Any] = sheets.setdefault(self._sheet, {"cells": {}, "choice": "", "whom": []})
        return found


def write_fitted(source: Spool, kept: KeptCorrections, file: BinaryIO) -> Spool:
    """Write the rows of `source`, corrected as far as corrections fit, in the format of the reading process."""
    columns = source.columns or ()
    file.write(json.dumps(columns).encode() + b"\n")
    for row in source:
        file.write(json.dumps([row.line, kept.fitted(row, columns), row.problem]).encode() + b"\n")
    file.flush()
    return Spool(file)


def set_aside(kept: KeptCorrections) -> dict[str, Any]:
    """The part of a report about corrections that do not fit."""
    unfit = kept.unfit()
    return dict(zip(SET_ASIDE, (len(unfit), unfit[:_LISTED]), strict=True))


async def kept_corrections(unit_of_work: UnitOfWorkFactory, import_id: str, sheet: int) -> KeptCorrections:
    """The corrections of an import whose rows are read from this sheet."""
    kept, after = KeptCorrections(sheet), FIRST_CORRECTED - 1
    while True:
        async with unit_of_work() as uow:
            batch = await uow.prepared.rows(import_id, states=(CORRECTED,), after=after, limit=BATCH)
        for row in batch:
            kept.load(row)
        if len(batch) < BATCH:
            return kept
        after = batch[-1].line


def _told(line: int, column: str, text: str) -> str:
    if not column:
        return f"line {line}: {_CHOICES.get(text, 'the member that was chosen')}"
    return f"line {line}, {column}: {f'“{shortened(text)}”' if text else 'empty'}"


def _whom(values: Mapping[str, Any]) -> list[str]:
    return [text_of(values.get(column)) for column in _OF_WHOM]


def text_of(value: object) -> str:
    """A cell as pages show it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
