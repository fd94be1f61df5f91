"""The file of an import that was done: it comes back with its corrections, for as long as files are kept."""

from typing import Any

from tests.support.registry.done_imports import preview, take_back
from tests.support.registry.prepared_files import PATH, prepare, rows, take
from tests.support.registry.service import RegistryUnderTest, staff

HEADING = "kind,name,country,population,contact_name,contact_email\n"
GOOD = HEADING + "city,Turku,FI,195000,Aino,Aino@turku.example\ncity,Oulu,FI,210000,,\n"


async def file_of(registry: RegistryUnderTest, prepared: Any) -> str:
    answer = await registry.client.get(f"{PATH}/{prepared['import_id']}/file?form=csv", headers=staff())
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_corrected_file_is_there_after_the_import_and_after_it_was_taken_back(
    registry: RegistryUnderTest,
) -> None:
    prepared = await prepare(registry, GOOD.replace("195000", "many") + "city,Espoo,XX,300000,,\n", ask=True)
    order = {"shown": prepared["shown"], "cells": [{"line": 2, "column": "population", "after": "195000"}]}
    address = f"{PATH}/{prepared['import_id']}"
    corrected = (await registry.client.post(f"{address}/correct", json=order, headers=staff())).json()
    assert (await take(registry, corrected, skip_wrong=True)).status_code == 200
    done = await file_of(registry, prepared)
    assert all(text in done for text in ("Turku,FI,195000,Aino,Aino@turku.example", "Oulu", "country: "))
    assert [each["line"] for each in await rows(registry, prepared, state="wrong")] == [4], "it was left behind"
    run_id = prepared["import_id"]
    assert (await take_back(registry, run_id, await preview(registry, run_id))).status_code == 200
    assert await file_of(registry, prepared) == done, "its people too, so that it can bring the members in again"
    again = await prepare(registry, done, ask=True)
    assert (again["created"], again["invalid"]) == (2, 1)


async def test_a_person_who_is_erased_is_in_no_file_that_was_imported(registry: RegistryUnderTest) -> None:
    files = []
    for content in (GOOD, GOOD.replace("Aino,", "Aino K.,")):
        files.append(await prepare(registry, content))
        assert (await take(registry, files[-1])).status_code == 200
    (city,) = [each for each in await cities(registry) if each["name"] == "Turku"]
    found = await registry.client.get(f"/registry/v1/contacts?member_id={city['city_id']}", headers=staff())
    (contact,) = found.json()["items"]
    order = {"reason": "She has asked for it."}
    gone = await registry.client.post(
        f"/registry/v1/contacts/{contact['contact_id']}/erase", json=order, headers=staff()
    )
    assert gone.status_code == 204, gone.text
    for one in files:
        back = await file_of(registry, one)
        assert "Turku,FI,195000" in back
        assert not any(text in back.lower() for text in ("aino", "turku.example"))
        assert not any("aino" in str(each).lower() for each in await rows(registry, one))


async def cities(registry: RegistryUnderTest) -> list[Any]:
    found = await registry.client.get("/registry/v1/cities?status=any", headers=staff())
    return list(found.json()["items"])


async def test_a_file_that_is_deleted_after_its_import_is_gone(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, GOOD)
    await take(on_sqlite, prepared)
    address = f"{PATH}/{prepared['import_id']}"
    assert (await on_sqlite.client.delete(address, headers=staff())).status_code == 204
    assert (await on_sqlite.client.get(f"{address}/file", headers=staff())).status_code == 404
    assert len(await cities(on_sqlite)) == 2


async def test_rows_that_an_import_left_behind_are_corrected_and_imported_later(registry: RegistryUnderTest) -> None:
    content = (
        "City;Country;Population;E-Mail\nTurku;FI;195.000.000;\nOulu;FI;210.000;\nEspoo;XX;300.000;\n"
        "Turkuu;FI;;\nEspoo;XX;;e@espoo.example\nTurkuu;FI;;t@turku.example\n"
    )
    prepared = await prepare(registry, content, ask=True)
    taken = (await take(registry, prepared, skip_wrong=True)).json()
    assert (taken["created"], [each["name"] for each in await cities(registry)]) == (2, ["Turku", "Oulu"])
    rest = (await registry.client.get(f"{PATH}/{taken['rest_id']}", headers=staff())).json()
    left = await rows(registry, rest)
    assert [(each["line"], each["state"]) for each in left] == [(4, "wrong"), (5, "asks"), (6, "wrong"), (7, "part")]
    assert (rest["taken_at"], rest["created"], rest["rows"], rest["invalid"], rest["asking"]) == (None, 0, 4, 2, 1)
    assert (rest["read_as"], rest["left_out"]) == ([], []), "which spoke of rows that are gone"
    order = {
        "shown": rest["shown"],
        "columns": [{"column": "country", "before": "XX", "after": "FI"}],
        "choices": [{"line": 5, "choice": "new"}],
    }
    corrected = await registry.client.post(f"{PATH}/{rest['import_id']}/correct", json=order, headers=staff())
    assert corrected.status_code == 200, corrected.text
    assert [corrected.json()[each] for each in ("created", "invalid", "asking", "to_confirm")] == [2, 0, 0, 0]
    assert (await take(registry, corrected.json())).json()["rest_id"] == ""
    found = {each["name"]: each["population"] for each in await cities(registry)}
    assert found == {"Espoo": 300_000, "Oulu": 210_000, "Turku": 195_000_000, "Turkuu": None}, "in the ways of writing"


async def test_all_rows_of_a_partner_are_left_behind_and_imported_later(on_sqlite: RegistryUnderTest) -> None:
    heading = "kind,name,home_country,programme_name,budget,currency,grant_min,grant_max\n"
    content = heading + (
        "ngo,Reads,NL,Books,900,EUR,1,9\nngo,Writes,NL,Pens,900,EUR,1,9\nngo,Writes,NL,Ink,many,EUR,1,9\n"
    )
    prepared = await prepare(on_sqlite, content, "partners")
    taken = (await take(on_sqlite, prepared, skip_wrong=True)).json()
    rest = (await on_sqlite.client.get(f"{PATH}/{taken['rest_id']}", headers=staff())).json()
    assert (taken["created"], rest["rows"]) == (1, 2)
    order = {"shown": rest["shown"], "cells": [{"line": 4, "column": "budget", "after": "800"}]}
    corrected = await on_sqlite.client.post(f"{PATH}/{rest['import_id']}/correct", json=order, headers=staff())
    assert (await take(on_sqlite, corrected.json())).json()["created"] == 1
    found = (await on_sqlite.client.get("/registry/v1/partners?status=any", headers=staff())).json()["items"]
    programmes = {each["name"]: [one["name"] for one in each["programmes"]] for each in found}
    assert programmes == {"Reads": ["Books"], "Writes": ["Pens", "Ink"]}


async def test_all_rows_of_needs_of_a_city_are_left_behind_and_imported_later(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.import_file("cities", "kind,name,country\ncity,Cork,IE\ncity,Vigo,ES\n")
    content = (
        "city_name,city_country,side,subject,intensity,mode\nCork,IE,need,sdg.4,3,webinar\n"
        "Vigo,ES,need,sdg.1,3,webinar\nVigo,ES,need,nonsense,3,webinar\n"
    )
    prepared = await prepare(on_sqlite, content, "needs-and-offers")
    taken = (await take(on_sqlite, prepared, skip_wrong=True)).json()
    rest = (await on_sqlite.client.get(f"{PATH}/{taken['rest_id']}", headers=staff())).json()
    assert [each["line"] for each in await rows(on_sqlite, rest)] == [3, 4]
    order = {"shown": rest["shown"], "cells": [{"line": 4, "column": "subject", "after": "sdg.2"}]}
    corrected = await on_sqlite.client.post(f"{PATH}/{rest['import_id']}/correct", json=order, headers=staff())
    assert (await take(on_sqlite, corrected.json())).json()["revised"] == 1
    vigo = next(each["city_id"] for each in await cities(on_sqlite) if each["name"] == "Vigo")
    needs = (await on_sqlite.client.get(f"/registry/v1/cities/{vigo}", headers=staff())).json()["needs"]
    assert sorted(each["subject"] for each in needs) == ["sdg.1", "sdg.2"]
