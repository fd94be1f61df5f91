"""The rows of a file with their effects or problems, the digest of all of them, and words of theirs that are told.

Invariant: two runs with the same effects give the same digest.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from pydantic import BaseModel

from isopolity.registry.application.imports.prepared import PART, WRONG, PreparedRow
from isopolity.registry.application.imports.rows import Outcome
from isopolity.tables.rows import RawRow
from isopolity.tables.spool import Spool

BATCH: Final = 500


class OpenWordsLine(BaseModel):
    """Words of needs or offers that leave something open."""

    text: str
    lacks: list[str]
    """`subject`, `mode`, or both."""
    subjects: list[str] = []
    """The likeliest subjects."""
    modes: list[str] = []
    """The modes that the words name."""
    topics: list[str] = []
    """Topics that the words propose."""
    rows: int
    """How many needs and offers have these words."""
    first_line: int


class KeptWordsLine(BaseModel):
    """A row with needs or offers that would replace some in its city's own words."""

    line: int
    name: str
    is_replaced: bool
    """Whether somebody chose that it replaces them."""
    before: list[str]
    """What the city says itself and the row does not, at most twelve."""
    after: list[str]
    """What the row says, at most twelve."""


def prepared_rows(source: Spool, outcome: Outcome) -> Iterator[PreparedRow]:
    """The rows of the file with their effects or problems."""
    problems: dict[int, list[tuple[str | None, str]]] = {}
    for one in outcome.problems:
        problems.setdefault(one.line, []).append((one.column, one.detail))
    effects = {} if outcome.effects is None else outcome.effects.of_lines
    for raw in source:
        yield replace(_row(raw, problems, effects), choice=outcome.choices.get(raw.line, ""))


def _row(raw: RawRow, problems: Mapping[int, list[tuple[str | None, str]]], effects: Mapping[int, Any]) -> PreparedRow:
    row = PreparedRow(line=raw.line, state=PART, values=raw.values, unreadable=raw.problem)
    if (wrong := problems.get(raw.line)) is not None:
        return replace(row, state=WRONG, problems=wrong)
    if (effect := effects.get(raw.line)) is not None:
        candidates = effect.candidates
        return replace(row, state=effect.state, changes=effect.changes, about=effect.about, candidates=candidates)
    return row


def digest_of(rows: Iterator[PreparedRow]) -> str:
    """SHA-256, in hex, of the effects of all rows."""
    digest = sha256()
    while next_batch(rows, digest):
        pass
    return digest.hexdigest()


def next_batch(rows: Iterator[PreparedRow], digest: Any) -> list[PreparedRow]:
    """The next rows; `digest` is updated with their effects, which makes it the digest of all rows."""
    batch = list(islice(rows, BATCH))
    for row in batch:
        changes = [(one.column, one.before, one.after) for one in row.changes]
        told = [row.line, row.state, list(row.problems), changes, dict(row.about), list(row.candidates)]
        digest.update(json.dumps(told).encode() + b"\n")
    return batch
