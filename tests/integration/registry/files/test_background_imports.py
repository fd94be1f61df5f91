"""Imports in the background: they tell how far they are, survive a restart, and do each thing once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from isopolity.registry.adapters.sql.imports.layouts import import_layouts
from isopolity.registry.application.imports import undo
from isopolity.registry.application.imports.work import RowsDone
from isopolity.registry.entrypoints.imports.import_run import ImportRun, Progress
from tests.support.registry.background_imports import (
    GOOD,
    cities,
    order_take,
    order_take_back,
    read,
    runner,
    sent,
)
from tests.support.registry.done_imports import PATH as DONE_PATH
from tests.support.registry.done_imports import preview, take_back
from tests.support.registry.prepared_files import PATH, rows
from tests.support.registry.service import RegistryUnderTest, staff


async def looked_at(registry: RegistryUnderTest, content: bytes | str = GOOD, **query: Any) -> Any:
    prepared = await sent(registry, content, **query)
    await runner(registry).work()
    return await read(registry, prepared)


async def imported(registry: RegistryUnderTest) -> Any:
    looked = await looked_at(registry)
    await order_take(registry, looked)
    await runner(registry).work()
    return await read(registry, looked)


async def test_a_file_is_looked_at_and_imported_in_the_background(registry: RegistryUnderTest) -> None:
    prepared = await sent(registry)
    assert (prepared["work"]["act"], prepared["work"]["state"]) == ("look", "waiting")
    assert prepared["rows"] == 0
    await runner(registry).work()
    looked = await read(registry, prepared)
    assert looked["work"] is None
    assert (looked["rows"], looked["created"], looked["invalid"]) == (2, 2, 0)
    assert [each["state"] for each in await rows(registry, looked)] == ["new", "new"]
    for _ in range(2):  # a double click
        ordered = await order_take(registry, looked)
        assert ordered.status_code == 200
        assert ordered.json()["work"]["act"] == "take"
    assert await cities(registry) == []
    await runner(registry).work()
    assert (await read(registry, looked))["taken_at"] is not None
    assert await cities(registry) == [("Oulu", "applied"), ("Turku", "applied")]
    again = await order_take(registry, looked)
    assert (again.status_code, again.json()["work"]) == (200, None)
    await runner(registry).work()
    assert sorted(await registry.event_names()) == ["city.registered", "city.registered", "contact.changed"]


async def test_members_are_endorsed_in_the_transaction_of_their_import(registry: RegistryUnderTest) -> None:
    looked = await looked_at(registry)
    await order_take(registry, looked, endorse=True)
    await runner(registry).work()
    done = await read(registry, looked)
    assert (done["endorsed"], done["not_endorsed"], done["to_endorse"]) == (2, 0, [])
    assert await cities(registry) == [("Oulu", "endorsed"), ("Turku", "endorsed")]


async def test_while_a_file_is_worked_on_other_acts_on_it_wait(registry: RegistryUnderTest) -> None:
    prepared = await sent(registry)
    refused = await order_take(registry, prepared | {"shown": "a" * 64})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-possible")
    await runner(registry).work()
    looked = await read(registry, prepared)
    await order_take(registry, looked)
    gone = await registry.client.delete(f"{PATH}/{looked['import_id']}", headers=staff())
    assert gone.status_code == 409
    direct = await registry.client.post(
        f"{PATH}/{looked['import_id']}/take", json={"shown": looked["shown"]}, headers=staff()
    )
    assert direct.status_code == 409


async def test_the_second_of_two_imports_is_told_that_another_comes_first(registry: RegistryUnderTest) -> None:
    first, second = await sent(registry), await sent(registry, GOOD + "city,Espoo,FI,300000,,\n")
    assert (first["work"]["ahead"], second["work"]["ahead"]) == (0, 1)
    await runner(registry).work()
    looked = [await read(registry, each) for each in (first, second)]
    for each in looked:
        await order_take(registry, each)
    await runner(registry).work()
    failed = await read(registry, second)
    assert failed["taken_at"] is None
    assert (failed["work"]["state"], failed["work"]["code"]) == ("failed", "changed-meanwhile")
    assert (failed["created"], failed["unchanged"]) == (1, 2)
    assert len(await cities(registry)) == 2


async def test_work_of_a_process_that_died_is_done_again_and_nothing_twice(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = await looked_at(registry)
    await order_take(registry, looked)
    reached = asyncio.Event()

    async def stand_still(*_: object) -> AsyncIterator[Progress]:
        yield Progress(1, 0.5)
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(ImportRun, "run", stand_still)
        working = asyncio.create_task(runner(registry).work())
        await reached.wait()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert await cities(registry) == []
    assert (await read(registry, looked))["work"]["state"] == "running"
    await runner(registry).work()
    assert (await read(registry, looked))["taken_at"] is not None
    assert len(await cities(registry)) == 2


async def test_work_that_breaks_off_each_time_is_given_up_in_a_sentence(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = await looked_at(registry)
    await order_take(registry, looked)

    async def die(*_: object) -> AsyncIterator[Progress]:
        yield Progress(1, 0.5)
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(ImportRun, "run", die)
        for _ in range(5):
            with pytest.raises(asyncio.CancelledError):
                await runner(registry).work()
    await runner(registry).work()
    work = (await read(registry, looked))["work"]
    assert (work["state"], work["code"]) == ("failed", "given-up")
    assert "nothing of it was done" in work["failure"]
    assert await cities(registry) == []


async def test_a_bug_ends_the_work_and_the_next_order_counts(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = await looked_at(registry)
    await order_take(registry, looked)

    async def fail(*_: object) -> AsyncIterator[Progress]:
        yield Progress(1, 0.5)
        raise AssertionError("of a test")

    with monkeypatch.context() as patched:
        patched.setattr(ImportRun, "run", fail)
        await runner(registry).work()
    assert (await read(registry, looked))["work"]["code"] == "failed"
    await order_take(registry, looked)
    await runner(registry).work()
    assert (await read(registry, looked))["work"] is None
    assert len(await cities(registry)) == 2


async def test_how_far_it_is_is_told_while_its_transaction_is_open(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = await looked_at(registry)
    await order_take(registry, looked)
    told: list[Any] = []
    note = runner(registry).progress.note

    async def note_and_read(import_id: str, done: RowsDone) -> None:
        await note(import_id, done)
        told.append((await read(registry, looked))["work"])

    monkeypatch.setattr(runner(registry).progress, "note", note_and_read)
    await runner(registry).work()
    assert (told[0]["state"], told[0]["rows"]) == ("running", 2)


async def test_corrections_and_layouts_are_made_in_the_background(registry: RegistryUnderTest) -> None:
    looked = await looked_at(registry, GOOD.replace("195000", "many"))
    address = f"{PATH}/{looked['import_id']}"
    order = {"shown": looked["shown"], "cells": [{"line": 2, "column": "population", "after": "195000"}]}
    ordered = await registry.client.post(f"{address}/correct?background=true", json=order, headers=staff())
    assert (ordered.status_code, ordered.json()["work"]["act"]) == (200, "correct")
    await runner(registry).work()
    corrected = await read(registry, looked)
    assert (corrected["invalid"], corrected["created"]) == (0, 2)
    columns = [None if each["title"] == "population" else each["column"] for each in corrected["layout"]["headings"]]
    wanted = {"sheet": 0, "heading": 1, "columns": columns, "constants": {}}
    laid = await registry.client.put(f"{address}/layout?background=true", json=wanted, headers=staff())
    assert (laid.status_code, laid.json()["work"]["act"]) == (200, "lay-out")
    await runner(registry).work()
    assert "population" not in (await read(registry, looked))["columns"]
    order["shown"] = "b" * 64
    stale = await registry.client.post(f"{address}/correct?background=true", json=order, headers=staff())
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    assert (await read(registry, looked))["work"] is None


async def test_a_file_that_is_deleted_before_it_was_looked_at_does_not_come_back(registry: RegistryUnderTest) -> None:
    prepared = await sent(registry)
    gone = await registry.client.delete(f"{PATH}/{prepared['import_id']}", headers=staff())
    assert gone.status_code == 204
    await runner(registry).work()
    answer = await registry.client.get(f"{PATH}/{prepared['import_id']}", headers=staff())
    assert answer.status_code == 404


async def test_work_on_a_file_that_is_gone_ends_and_holds_up_no_other(registry: RegistryUnderTest) -> None:
    gone, other = await looked_at(registry), await looked_at(registry, GOOD.replace("Turku", "Turku (again)"))
    await order_take(registry, gone)
    async with runner(registry).unit_of_work() as uow:  # as retention deletes it, or a release before
        await uow.prepared.remove(gone["import_id"])
        await uow.commit()
    await order_take(registry, other)
    async with asyncio.timeout(60):
        await runner(registry).work()
    assert (await read(registry, other))["taken_at"] is not None
    async with runner(registry).reading() as uow:
        assert not await uow.import_works.open()


async def test_a_layout_is_remembered_on_any_line_after_its_file_was_deleted(registry: RegistryUnderTest) -> None:
    heading = "Ort,Staat,Zahl\n"
    first = await looked_at(registry, heading + "Turku,FI,195000\n")
    address = f"{PATH}/{first['import_id']}"
    columns = ["name", "country", "population"]
    order = {"sheet": 0, "heading": 1, "columns": columns, "constants": {"kind": "district"}, "decimal": "comma"}
    assert (await registry.client.put(f"{address}/layout", json=order, headers=staff())).status_code == 200
    assert (await registry.client.delete(address, headers=staff())).status_code == 204
    other = "Unsere Orte,,\n" + heading + "Oulu,FI,210000\n"
    second = await looked_at(registry, other)
    layout = second["layout"]
    assert [each["column"] for each in layout["headings"]] == columns
    assert (layout["heading"], layout["constants"], layout["said"]) == (2, {"kind": "district"}, {"decimal": "comma"})
    async with registry.database.reading() as connection:
        (document,) = (await connection.execute(select(import_layouts.c.document))).scalars()
    assert not any(text in document for text in ("Ort", "Turku", "Staat"))


async def test_an_import_is_taken_back_in_the_background_once(registry: RegistryUnderTest) -> None:
    done = await imported(registry)
    seen = await preview(registry, done["import_id"])
    for _ in range(2):  # two tabs
        ordered = await order_take_back(registry, done, seen)
        assert (ordered.status_code, ordered.json()["work"]["act"]) == (200, "take-back")
    assert (await take_back(registry, done["import_id"], seen)).status_code == 409
    forgotten = await registry.client.delete(f"{PATH}/{done['import_id']}", headers=staff())
    assert forgotten.status_code == 409
    await runner(registry).work()
    after = (await order_take_back(registry, done, seen)).json()
    assert (after["work"], after["taken_back"], after["taken_back_by"]) == (None, 2, "tester")
    await runner(registry).work()
    assert await cities(registry) == [("Oulu", "withdrawn"), ("Turku", "withdrawn")]
    names = await registry.event_names()
    assert (names.count("city.withdrawn"), names.count("contact.erased")) == (2, 1)


async def test_taking_back_goes_on_after_its_process_died(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await imported(registry)
    await order_take_back(registry, done, await preview(registry, done["import_id"]))

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(undo, "erase_together", die)
        with pytest.raises(asyncio.CancelledError):
            await runner(registry).work()
    assert {status for _, status in await cities(registry)} == {"applied"}
    read_again = await registry.client.get(f"{DONE_PATH}/{done['import_id']}", headers=staff())
    assert read_again.json()["work"]["state"] == "running"
    await runner(registry).work()
    assert {status for _, status in await cities(registry)} == {"withdrawn"}
    assert (await registry.event_names()).count("city.withdrawn") == 2


async def test_what_changed_after_the_order_is_not_taken_back(registry: RegistryUnderTest) -> None:
    done = await imported(registry)
    await order_take_back(registry, done, await preview(registry, done["import_id"]))
    await registry.import_file("cities", GOOD.replace("195000", "1"))
    await runner(registry).work()
    failed = (await registry.client.get(f"{DONE_PATH}/{done['import_id']}", headers=staff())).json()
    assert (failed["work"]["code"], failed["taken_back_at"]) == ("changed-meanwhile", None)
    assert {status for _, status in await cities(registry)} == {"applied"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_offices_export_comes_back_and_changes_nothing(registry: RegistryUnderTest, form: str) -> None:
    await registry.import_file("cities", GOOD, endorse=True)
    exported = await registry.client.get("/registry/v1/exports/cities", params={"form": form}, headers=staff())
    looked = await looked_at(registry, exported.content, endorse=True)
    assert looked["questions"] == []
    assert (looked["created"], looked["revised"], looked["invalid"], looked["asking"]) == (0, 0, 0, 0)
    assert looked["unchanged"] == 2


async def test_the_file_comes_back_with_its_corrections(registry: RegistryUnderTest) -> None:
    looked = await looked_at(registry, GOOD.replace("195000", "many"))
    address = f"{PATH}/{looked['import_id']}"
    order = {"shown": looked["shown"], "cells": [{"line": 2, "column": "population", "after": "195000"}]}
    await registry.client.post(f"{address}/correct", json=order, headers=staff())
    back = (await registry.client.get(f"{address}/file?form=csv", headers=staff())).text
    assert "195000" in back
    assert "many" not in back


async def test_corrections_that_could_not_be_made_are_kept_until_others_are(registry: RegistryUnderTest) -> None:
    looked = await looked_at(registry, GOOD.replace("195000", "many"))
    order: Any = {"shown": looked["shown"], "cells": [{"line": 2, "column": "population", "after": "195000"}]}
    order["choices"] = [{"line": 3, "choice": "gone"}]
    address = f"{PATH}/{looked['import_id']}/correct?background=true"
    assert (await registry.client.post(address, json=order, headers=staff())).status_code == 200
    assert (await read(registry, looked))["not_corrected"] is None
    await runner(registry).work()
    failed = await read(registry, looked)
    assert (failed["work"]["state"], failed["work"]["code"]) == ("failed", "refused")
    assert "member chosen for line 3" in failed["work"]["failure"]
    kept = failed["not_corrected"]
    assert {name: kept[name] for name in order} == order
    listed = (await registry.client.get(PATH, headers=staff())).json()["items"]
    assert [each["not_corrected"] for each in listed] == [None]
    order["choices"] = []
    assert (await registry.client.post(address, json=order, headers=staff())).status_code == 200
    await runner(registry).work()
    corrected = await read(registry, looked)
    assert (corrected["work"], corrected["not_corrected"], corrected["invalid"]) == (None, None, 0)
