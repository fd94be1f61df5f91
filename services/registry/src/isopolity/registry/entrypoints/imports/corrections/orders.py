"""Corrections of a prepared import: of cells, of a text in a whole column, and choices of the member of a row.

Invariant: all corrections of an order are made, or none if one names a row, column or member that does not exist. The
choice for a row is forgotten once its cells change, unless it is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from isopolity.registry.application.imports.prepared import NEW, OUT, PreparedRow
from isopolity.registry.application.office.words_of_rows import words_key
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.own_words import INTERESTS
from isopolity.registry.entrypoints.imports.cells.lists import joined, parts
from isopolity.registry.entrypoints.imports.cells.plain_interests import completed, entries_of
from isopolity.registry.entrypoints.imports.corrections.kept import KeptCorrections, text_of

ASKED_AGAIN: Final = "ask"
"""The choice that takes an earlier one back."""
_MOST_ENTRIES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsMeaning:
    """What words of needs and offers mean, wherever they stand; an empty part stays open."""

    text: str
    subject: str = ""
    mode: str = ""
    topics: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """An order of corrections, made by somebody who has seen the effects of the digest `shown`."""

    shown: str
    cells: Mapping[tuple[int, str], str]
    """New texts, by line and column."""
    columns: Mapping[tuple[str, str], str]
    """New texts of all cells of a column with a certain text, by column and text."""
    choices: Mapping[int, str]
    """By line: the id of a candidate, `new`, `out`, or `ask`."""
    words: Mapping[str, WordsMeaning] = field(default_factory=dict)
    """What words of needs and offers mean, by the words."""
    replaced: Mapping[int, bool] = field(default_factory=dict)
    """By line, whether its needs and offers replace what the city said in its own words."""

    @classmethod
    def of_order(cls, order: Mapping[str, Any]) -> Self:
        """The corrections in an order as it came over HTTP."""
        return cls(
            shown=order["shown"],
            cells={(one["line"], one["column"]): one["after"] for one in order["cells"]},
            columns={(one["column"], one["before"]): one["after"] for one in order["columns"]},
            choices={one["line"]: one["choice"] for one in order["choices"]},
            words={words_key(one["text"]): WordsMeaning(**one) for one in order.get("words", ())},
            replaced={one["line"]: one["replaced"] for one in order.get("own_words", ())},
        )

    def replacing(self, before: Collection[int]) -> list[int]:
        """The lines whose needs and offers replace a city's own words, after those of `before`."""
        return [line for line in sorted({*before, *self.replaced}) if self.replaced.get(line, line in before)]


class Corrector:
    """Corrects rows one after the other."""

    def __init__(
        self, corrections: Corrections, columns: Sequence[str], choices: Mapping[int, str], kept: KeptCorrections
    ) -> None:
        self._corrections, self._kept = corrections, kept
        named = {column for _, column in corrections.cells} | {column for column, _ in corrections.columns}
        if unknown := sorted(named - set(columns)):
            raise NotPossible(f"The file has no column {unknown[0]}.")
        self._left = {line for line, _ in corrections.cells} | set(corrections.choices)
        self._by_column: dict[str, dict[str, str]] = {}
        for (column, before), after in corrections.columns.items():
            self._by_column.setdefault(column, {})[before] = after
        self._of_line: dict[int, dict[str, str]] = {}
        for (line, column), text in corrections.cells.items():
            self._of_line.setdefault(line, {})[column] = text
        self.choices: dict[int, str] = dict(choices)
        """The choices for all rows, once they were corrected."""

    def values(self, row: PreparedRow) -> dict[str, Any]:
        """The cells of a row, corrected, without those that are empty. Raises NotPossible."""
        values = dict(row.values)
        for column, replaced in self._by_column.items():
            text = text_of(values.get(column))
            if text in replaced:
                values[column] = replaced[text]
        values |= self._of_line.get(row.line, {})
        values = {column: cell for column, cell in values.items() if not isinstance(cell, str) or cell.strip()}
        self._left.discard(row.line)
        if values != dict(row.values) and self.choices.get(row.line) != OUT:
            self.choices.pop(row.line, None)
        values |= {side: self._with_meanings(cell) for side in INTERESTS if isinstance(cell := values.get(side), str)}
        if (choice := self._corrections.choices.get(row.line)) is not None:
            self._choose(row, choice)
        self._kept.note(row, values, self.choices.get(row.line, ""))
        return values

    def _with_meanings(self, cell: str) -> str:
        """A cell of needs or offers whose words that somebody has explained say what they mean."""
        meanings = self._corrections.words
        if not meanings:
            return cell
        entries = [entry for part in parts(cell, _MOST_ENTRIES) for entry in entries_of(part)]
        if not any(words_key(entry) in meanings for entry in entries):
            return cell
        meant = ((entry, meanings.get(words_key(entry))) for entry in entries)
        return "|".join(
            joined(entry if one is None else completed(entry, one.subject, one.mode, one.topics))
            for entry, one in meant
        )

    def _choose(self, row: PreparedRow, choice: str) -> None:
        if choice == ASKED_AGAIN:
            self.choices.pop(row.line, None)
        elif choice in (NEW, OUT) or choice in {one["member_id"] for one in row.candidates}:
            self.choices[row.line] = choice
        else:
            raise NotPossible(
                f"The member chosen for line {row.line} is not among its candidates any more; choose again."
            )

    def require_all(self) -> None:
        """Raise NotPossible unless all named rows were corrected."""
        if self._left:
            raise NotPossible(f"The file has no line {min(self._left)}.")
