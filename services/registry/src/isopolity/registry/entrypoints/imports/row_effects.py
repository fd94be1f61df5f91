"""The rows of a file with their effects or problems, and the digest of all of them.

Invariant: two runs with the same effects give the same digest.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from isopolity.registry.application.imports.prepared import PART, WRONG, PreparedRow
from isopolity.registry.application.imports.rows import Outcome
from isopolity.tables.rows import RawRow
from isopolity.tables.spool import Spool

BATCH: Final = 500


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
