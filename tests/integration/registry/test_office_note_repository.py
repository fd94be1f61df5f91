"""The contract of notes of the office: the fake and the one on a database hold the same."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from isopolity.registry.domain.member import OfficeNote
from tests.support.registry.service import NOW

UnitOfWork = Callable[[], AbstractAsyncContextManager[Any]]
FIRST = OfficeNote(
    note_id="1",
    member_kind="city",
    member_id="espoo",
    about="left",
    day=date(2026, 2, 27),
    text="The council voted.",
    written_at=NOW,
    written_by="mia",
)
LATER = replace(FIRST, note_id="2", about="note", day=None, written_at=NOW + timedelta(days=1))


async def test_notes_come_back_equal_with_the_newest_first(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        for note in (FIRST, LATER, replace(FIRST, note_id="3", member_id="turku")):
            await unit.office_notes.add(note)
        await unit.commit()
    async with unit_of_work() as unit:
        assert list(await unit.office_notes.of_member("espoo")) == [LATER, FIRST]
        assert await unit.office_notes.count("espoo") == 2


async def test_a_note_is_deleted_only_under_its_own_member(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        await unit.office_notes.add(FIRST)
        assert not await unit.office_notes.remove("turku", "1")
        assert await unit.office_notes.remove("espoo", "1")
        assert not await unit.office_notes.remove("espoo", "1")
        assert await unit.office_notes.count("espoo") == 0


async def test_notes_move_to_another_member_as_they_are(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        await unit.office_notes.add(FIRST)
        await unit.office_notes.move("espoo", "esbo")
        assert list(await unit.office_notes.of_member("esbo")) == [replace(FIRST, member_id="esbo")]
        assert await unit.office_notes.count("espoo") == 0
