"""Prepared imports over HTTP: seen row by row, the file back, then done exactly as shown."""

import csv
import io

import openpyxl
import pytest

from isopolity.registry.entrypoints.imports import import_run
from tests.support.registry.prepared_files import PATH, prepare, rows, take
from tests.support.registry.service import RegistryUnderTest, member, patching, staff

HEADING = "kind,name,country,geonames_id,population,needs,contact_name,contact_email,contact_role\n"
GOOD = HEADING + (
    "city,São Paulo,BR,3448439,12400232,sdg.4:3:webinar|sdg.13:1:training:2027-12-31,Ana,ana@sp.example,coordinator\n"
    "county,Turku,FI,633679,,,,,\n"
)
WRONG = HEADING + (
    "city,São Paulo,BR,3448439,many,,,,\n"
    "county,Turku,FI,633679,,,,,\n"
    "county,Åbo,FI,633679,,,,,\n"
    "city,=cmd|' /C calc'!A1,XX,,,,,,\n"
    "city,Oulu,FI,643492,,,,,,too,many\n"
)


async def cities(registry: RegistryUnderTest) -> list[str]:
    found = await registry.client.get("/registry/v1/cities?status=any", headers=staff())
    return [each["name"] for each in found.json()["items"]]


async def test_a_file_is_seen_first_and_then_taken_once(registry: RegistryUnderTest) -> None:
    prepared = await prepare(registry, GOOD, name="members.csv", endorse=True)
    assert (prepared["rows"], prepared["created"], prepared["invalid"]) == (2, 2, 0)
    assert await cities(registry) == []
    assert await registry.events() == []
    seen = await rows(registry, prepared)
    assert [(each["line"], each["state"]) for each in seen] == [(2, "new"), (3, "new")]
    assert seen[0]["cells"]["name"] == "São Paulo"
    for _ in range(2):
        taken = await take(registry, prepared)
        assert taken.status_code == 200, taken.text
        assert taken.json()["taken_at"] is not None
        assert taken.json()["created"] == 2
    assert await cities(registry) == ["São Paulo", "Turku"]
    assert sorted(await registry.event_names()) == ["city.registered", "city.registered", "contact.changed"]
    assert await rows(registry, prepared) == seen, "which its file needs"


async def test_an_import_that_was_done_tells_who_of_it_is_still_to_be_endorsed(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, GOOD)
    assert (prepared["not_endorsed"], prepared["to_endorse"], prepared["endorsed"]) == (2, [], 0)
    assert prepared["entered"] == []
    done = (await take(on_sqlite, prepared)).json()
    one, other = done["to_endorse"]
    assert done["entered"] == [one, other]
    await on_sqlite.client.post("/registry/v1/endorsements", json={"cities": [one]}, headers=staff())
    read = (await on_sqlite.client.get(f"{PATH}/{prepared['import_id']}", headers=staff())).json()
    assert (read["not_endorsed"], read["to_endorse"]) == (1, [other])
    (listed,) = (await on_sqlite.client.get(PATH, headers=staff())).json()["items"]
    assert listed["to_endorse"] == []


async def test_what_a_row_changes_is_told_field_by_field(registry: RegistryUnderTest) -> None:
    await registry.import_file("cities", GOOD)
    changed = GOOD.replace("12400232", "12500000").replace("sdg.13:1:training:2027-12-31", "sdg.5:2:webinar")
    prepared = await prepare(registry, changed.replace("Ana,", "Bia,"), endorse=True)
    assert (prepared["created"], prepared["revised"]) == (0, 2)
    (first, second) = await rows(registry, prepared, state="changed")
    assert first["changes"] == [
        {"column": "population", "before": "12400232", "after": "12500000"},
        {
            "column": "needs",
            "before": "sdg.4:3:webinar|sdg.13:1:training:2027-12-31",
            "after": "sdg.4:3:webinar|sdg.5:2:webinar",
        },
        {"column": "status", "before": "applied", "after": "endorsed"},
        {"column": "contact_name", "before": "Ana", "after": "Bia"},
    ]
    assert [each["column"] for each in second["changes"]] == ["status"]
    assert (await rows(registry, await prepare(registry, GOOD), state="same"))[1]["changes"] == []


async def test_programmes_are_compared_by_name(registry: RegistryUnderTest) -> None:
    heading = "kind,name,home_country,programme_name,budget,currency,grant_min,grant_max\n"
    old = heading + "foundation,Reads,NL,Books,500,EUR,10,50\nfoundation,Reads,NL,Halls,500,EUR,10,50\n"
    await registry.import_file("partners", old)
    new = heading + "foundation,Reads,NL,Books,900,EUR,10,50\nfoundation,Reads,NL,Halls,500,EUR,10,50\n"
    prepared = await prepare(registry, new, "partners")
    first, second = await rows(registry, prepared)
    assert (first["state"], second["state"]) == ("changed", "part")
    assert first["changes"] == [{"column": "budget (Books)", "before": "500", "after": "900"}]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_file_comes_back_whole_with_what_to_change(registry: RegistryUnderTest, form: str) -> None:
    prepared = await prepare(registry, WRONG)
    assert prepared["invalid"] == 4
    wrong = await rows(registry, prepared, state="wrong")
    assert [each["line"] for each in wrong] == [2, 4, 5, 6]
    answer = await registry.client.get(f"{PATH}/{prepared['import_id']}/file", params={"form": form}, headers=staff())
    assert answer.status_code == 200
    table = _table(answer.content, form)
    assert table[0][:3] == ["what_to_change", "kind", "name"]
    assert table[0][-2:] == ["column 10", "column 11"]
    assert table[5][-2:] == ["too", "many"]
    assert [bool(row[0]) for row in table[1:]] == [True, False, True, True, True]
    assert table[1][0].startswith("population: ")
    assert table[4][2] in ("=cmd|' /C calc'!A1", "'=cmd|' /C calc'!A1")
    again = await prepare(registry, _without_nameless(table))
    assert [each["line"] for each in await rows(registry, again, state="wrong")] == [2, 4, 5]


def _table(content: bytes, form: str) -> list[list[str]]:
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [list(row) for row in sheet.iter_rows()]
    assert all(cell.data_type != "f" for row in cells for cell in row)
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in cells]


def _without_nameless(table: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(row[:-2] for row in table)
    return text.getvalue()


async def test_wrong_rows_are_left_out_only_where_that_is_asked_for(registry: RegistryUnderTest) -> None:
    prepared = await prepare(registry, WRONG)
    refused = await take(registry, prepared)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (422, "bad-rows")
    assert await cities(registry) == []
    taken = await take(registry, prepared, skip_wrong=True)
    assert (taken.status_code, taken.json()["created"], taken.json()["invalid"]) == (200, 1, 4)
    assert await cities(registry) == ["Turku"]


async def test_what_changed_meanwhile_is_said_and_shown_before_anything_is_done(registry: RegistryUnderTest) -> None:
    city = await registry.add_city(geonames_id=3448439, name="São Paulo")
    prepared = await prepare(registry, GOOD)
    change = await registry.client.patch(
        f"/registry/v1/cities/{city}", json={"population": 5}, headers=staff(**patching(2))
    )
    assert change.status_code == 200, change.text
    refused = await take(registry, prepared)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (412, "changed-meanwhile")
    assert len(await cities(registry)) == 1
    assert (await take(registry, prepared)).status_code == 412
    looked = await registry.client.get(f"{PATH}/{prepared['import_id']}", headers=staff())
    assert looked.json()["shown"] != prepared["shown"]
    (row,) = await rows(registry, prepared, state="changed")
    assert {"column": "population", "before": "5", "after": "12400232"} in row["changes"]
    assert (await take(registry, looked.json())).status_code == 200


async def test_a_file_that_is_no_table_is_refused_in_a_sentence(on_sqlite: RegistryUnderTest) -> None:
    for content in (b"", b'{"kind": "city"}\n', b"name,nonsense\nA,B\n"):
        answer = await on_sqlite.client.post(PATH, params={"kind": "cities"}, content=content, headers=staff())
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"]


async def test_one_that_is_taken_back_is_gone_with_its_rows(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, GOOD)
    listed = await on_sqlite.client.get(PATH, headers=staff())
    assert [each["import_id"] for each in listed.json()["items"]] == [prepared["import_id"]]
    address = f"{PATH}/{prepared['import_id']}"
    assert (await on_sqlite.client.delete(address, headers=staff())).status_code == 204
    assert (await on_sqlite.client.get(address, headers=staff())).status_code == 404
    assert (await take(on_sqlite, prepared)).status_code == 404
    assert await rows(on_sqlite, prepared) == []


async def test_members_read_no_prepared_imports(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, GOOD)
    for path in ("", f"/{prepared['import_id']}", f"/{prepared['import_id']}/rows", f"/{prepared['import_id']}/file"):
        assert (await on_sqlite.client.get(PATH + path, headers=member("someone"))).status_code == 403


SAME_TWICE = (
    "kind,name,country,geonames_id,population\n"
    "city,Oulu,FI,643492,5\n"  # gives an id to the stored city of this name
    "city,Oulu,FI,,6\n"  # which this one means, too
    "city,Lahti,FI,649360,5\n"  # new
    "city,Lahti,FI,,6\n"  # which this one means
    "city,Turku,FI,633679,7\n"
)


@pytest.mark.parametrize("at_once", [1, 2, 500])
async def test_what_is_looked_at_is_told_and_done_alike_however_many_rows_are_read_at_once(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    await registry.add_city(name="Oulu", country="FI", geonames_id=None)
    monkeypatch.setattr(import_run, "CHUNK", at_once)
    prepared = await prepare(registry, SAME_TWICE)
    states = [each["state"] for each in await rows(registry, prepared)]
    assert states == ["changed", "wrong", "new", "wrong", "new"]
    taken = await take(registry, prepared, skip_wrong=True)
    assert (taken.status_code, taken.json()["created"], taken.json()["revised"]) == (200, 2, 1)


async def test_a_transaction_that_only_looks_writes_nothing_and_cannot_be_committed(
    registry: RegistryUnderTest,
) -> None:
    city_id = await registry.add_city()
    async with registry.app.state.registry.unit_of_work() as uow:
        looking = uow.look()
        city = await looking.cities.get(city_id)
        looking.cities.save(city.withdrawn())
        await looking.flush()
        assert (await looking.cities.get(city_id)).status == "endorsed"
        with pytest.raises(RuntimeError):
            await looking.commit()


async def test_a_large_file_with_one_contact_for_two_cities_does_what_it_showed(
    on_sqlite: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "CHUNK", 1)
    lines = (
        "kind,name,country,contact_name,contact_email",
        *(f"city,{one},FI,Aino,a@x.example" for one in ("Turku", "Oulu")),
    )
    prepared = await prepare(on_sqlite, "\n".join(lines), ask=True)
    assert (await take(on_sqlite, prepared)).json()["created"] == 2


RENAMES = "kind,name,country,geonames_id,population,local_names\n"


@pytest.mark.parametrize("at_once", [1, 500])
@pytest.mark.parametrize(
    ("later", "states"),
    [
        ("city,Nystad,FI,,6,\n", ["wrong"]),  # the name that the first row gives
        ("city,Nystadt,FI,,6,\n", ["asks"]),  # much like it
        ("city,Uusikaupunki,FI,,6,\n", ["wrong"]),  # the name that the first row takes away
        ("city,Uusikaupunki,FI,,6,\ncity,Nystad,FI,,6,\n", ["wrong", "wrong"]),
    ],
)
async def test_a_row_that_renames_a_member_and_a_later_one_of_its_names_do_what_they_showed(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch, later: str, states: list[str], at_once: int
) -> None:
    await registry.add_city(name="Uusikaupunki", country="FI", geonames_id=633441)
    monkeypatch.setattr(import_run, "CHUNK", at_once)
    prepared = await prepare(registry, f"{RENAMES}city,Nystad,FI,633441,5,\n{later}")
    assert [each["state"] for each in await rows(registry, prepared)] == ["changed", *states]
    taken = await take(registry, prepared, skip_wrong=True)
    assert taken.status_code == 200, taken.text


async def test_a_row_that_moves_a_member_to_another_country_and_a_later_one_there_do_what_they_showed(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registry.add_city(name="Flensburg", country="DK", geonames_id=2926271)
    monkeypatch.setattr(import_run, "CHUNK", 1)
    file = f"{RENAMES}city,Flensburg,DE,2926271,5,\ncity,Flensborg,DE,,6,\ncity,Flensburg,DK,,7,\n"
    prepared = await prepare(registry, file)
    taken = await take(registry, prepared, skip_wrong=True)
    assert taken.status_code == 200, taken.text


async def test_a_row_that_changes_the_kind_of_a_member_and_a_later_one_of_its_number_do_what_they_showed(
    registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await registry.add_city(kind="district", name="Pankow", country="DE", geonames_id=2855598)
    monkeypatch.setattr(import_run, "CHUNK", 1)
    file = f"{RENAMES}city,Pankow,DE,2855598,5,\ndistrict,Pankow,DE,2855598,6,\n"
    prepared = await prepare(registry, file)
    order = {"shown": prepared["shown"], "choices": [{"line": 2, "choice": stored}]}
    corrected = await registry.client.post(f"{PATH}/{prepared['import_id']}/correct", json=order, headers=staff())
    assert corrected.status_code == 200, corrected.text
    taken = await take(registry, corrected.json(), skip_wrong=True)
    assert taken.status_code == 200, taken.text
