"""The drafts in SQL: a document, its numbers in other columns, and a row for each edit.

The numbers are compressed arrays in NumPy's format; reading them executes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, Final
from zlib import compress, decompress

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import Documents, OnConnection
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers, DraftStatus
from isopolity.matching.errors import UnknownDraft

DOCUMENT: Final = TypeAdapter(Draft)
EDIT: Final = TypeAdapter(DraftEdit)
_DRAFT: Final = tables.drafts.c
NO_DRAFT: Final = "There is no draft with this id: only rounds under hold have one."


class SqlDraftRepository(OnConnection):
    """A DraftRepository on one connection; arrays are packed in a thread, as a large network's take a second."""

    async def add(self, draft: Draft, numbers: DraftNumbers) -> None:
        values = _row(draft) | await asyncio.to_thread(_packed, numbers)
        await self._connection.execute(insert(tables.drafts).values(values))

    async def get(self, round_id: str) -> Draft:
        found = await DRAFTS.find(self._connection, [round_id])
        if not found:
            raise UnknownDraft(NO_DRAFT)
        return found[0]

    async def numbers(self, round_id: str) -> DraftNumbers:
        query = select(_DRAFT.problem, _DRAFT.choice).where(_DRAFT.round_id == round_id)
        found = (await self._connection.execute(query)).one_or_none()
        if found is None:
            raise UnknownDraft(NO_DRAFT)
        return await asyncio.to_thread(read_numbers, found.problem, found.choice)

    async def save(self, draft: Draft) -> None:
        await DRAFTS.save(self._connection, [draft], ("status", "expires_at", "document"))

    async def save_numbers(self, round_id: str, numbers: DraftNumbers, *, has_new_pairs: bool) -> None:
        if has_new_pairs:
            values = await asyncio.to_thread(_packed, numbers)
        else:
            values = {"choice": await asyncio.to_thread(written_choice, numbers.choice)}
        await self._connection.execute(update(tables.drafts).where(_DRAFT.round_id == round_id).values(values))

    async def note(self, round_id: str, edit: DraftEdit) -> None:
        document = EDIT.dump_python(edit, mode="json")
        row = {"round_id": round_id, "number": edit.number, "document": document}
        await self._connection.execute(insert(tables.draft_edits).values(row))

    async def edit(self, round_id: str, number: int) -> DraftEdit:
        query = edits_of(round_id).where(tables.draft_edits.c.number == number)
        return EDIT.validate_python((await self._connection.execute(query)).scalar_one())

    async def edits(self, round_id: str) -> Sequence[DraftEdit]:
        found = await self._connection.execute(edits_of(round_id))
        return [EDIT.validate_python(document) for document in found.scalars()]

    async def open(self) -> Sequence[Draft]:
        return await DRAFTS.lock(self._connection, DRAFTS.select(_DRAFT.status == DraftStatus.OPEN))


def edits_of(round_id: str) -> Select[Any]:
    """The query for the edits of a draft as documents, in their order."""
    columns = tables.draft_edits.c
    return select(columns.document).where(columns.round_id == round_id).order_by(columns.number)


class LastNumbers:
    """A cache of the candidates of the last draft, which take long to unpack in a large network.

    Invariant: only edits add candidates, and each raises the draft's number of edits; the choice is always read anew.
    """

    def __init__(self) -> None:
        self._last: tuple[tuple[str, int], DraftNumbers] | None = None

    async def read(self, connection: AsyncConnection, round_id: str) -> tuple[Draft, DraftNumbers]:
        """A draft with its numbers. Raises UnknownDraft."""
        its_row, last = _DRAFT.round_id == round_id, self._last
        found = (await connection.execute(select(_DRAFT.document, _DRAFT.choice).where(its_row))).one_or_none()
        if found is None:
            raise UnknownDraft(NO_DRAFT)
        draft = DOCUMENT.validate_python(found.document)
        if last is not None and last[0] == (round_id, draft.edits):
            return draft, await asyncio.to_thread(with_choice, last[1], found.choice)
        query = select(_DRAFT.document, _DRAFT.problem, _DRAFT.choice).where(its_row)
        whole = (await connection.execute(query)).one()
        draft, numbers = DOCUMENT.validate_python(whole.document), await asyncio.to_thread(read_problem, whole.problem)
        self._last = ((round_id, draft.edits), numbers)
        return draft, await asyncio.to_thread(with_choice, numbers, whole.choice)


def _packed(numbers: DraftNumbers) -> dict[str, bytes]:
    return {"problem": written_problem(numbers), "choice": written_choice(numbers.choice)}


def _row(draft: Draft) -> dict[str, Any]:
    known = {name: getattr(draft, name) for name in ("round_id", "status", "expires_at")}
    return known | {"document": DOCUMENT.dump_python(draft, mode="json")}


DRAFTS: Final = Documents(DOCUMENT, tables.drafts, _row)


_LEVEL: Final = 1
"""The level of compression; low, because each edit waits for it."""


def written_problem(numbers: DraftNumbers) -> bytes:
    """The candidates and the holders as bytes."""
    problem = numbers.choice.problem
    return _compressed(
        capacity=problem.capacity,
        a=problem.a.astype(np.int32),
        b=problem.b.astype(np.int32),
        weight=problem.weight.astype(np.int32),
        seed=np.array(problem.seed),
        mode=np.array(problem.mode.value),
        holders=np.array(numbers.holders, np.str_),
    )


def written_choice(choice: EditedChoice) -> bytes:
    """The positions of the chosen, pinned, banned and published pairs as bytes."""
    return _compressed(chosen=choice.chosen, must=choice.problem.must, never=choice.problem.never, out=choice.out)


def read_numbers(problem: bytes, choice: bytes) -> DraftNumbers:
    """The numbers from the bytes of `written_problem` and `written_choice`."""
    return with_choice(read_problem(problem), choice)


def read_problem(problem: bytes) -> DraftNumbers:
    """The numbers from the bytes of `written_problem`, with no pair chosen, pinned, banned or published."""
    known = _decompressed(problem)
    return DraftNumbers(
        choice=EditedChoice(
            problem=RoundProblem(
                capacity=_whole(known["capacity"]),
                a=_whole(known["a"]),
                b=_whole(known["b"]),
                weight=_whole(known["weight"]),
                seed=int(known["seed"]),
                mode=Mode(str(known["mode"])),
            ),
            chosen=np.empty(0, np.int64),
        ),
        holders=known["holders"].tolist(),
    )


def with_choice(numbers: DraftNumbers, choice: bytes) -> DraftNumbers:
    """The numbers with the choice from the bytes of `written_choice`."""
    edited = {name: _whole(array) for name, array in _decompressed(choice).items()}
    problem = replace(numbers.choice.problem, must=edited["must"], never=edited["never"])
    return numbers.with_choice(EditedChoice(problem=problem, chosen=edited["chosen"], out=edited["out"]))


def _compressed(**arrays: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return compress(file.getvalue(), _LEVEL)


def _decompressed(content: bytes) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    with np.load(BytesIO(decompress(content)), allow_pickle=False) as arrays:
        return dict(arrays)


def _whole(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Integers:
    return array.astype(np.int64)
