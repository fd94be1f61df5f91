"""Contacts of lists made for reading: whom a file enters, whom it leaves as stored, and what it says of both."""

from typing import Any

from tests.support.registry.prepared_files import prepare, rows, take
from tests.support.registry.service import RegistryUnderTest, staff


async def contacts(registry: RegistryUnderTest, city: str) -> list[tuple[str, str, str]]:
    found = (await registry.client.get("/registry/v1/cities?status=any", headers=staff())).json()["items"]
    city_id = next(each["city_id"] for each in found if each["name"] == city)
    listed = (await registry.client.get(f"/registry/v1/contacts?member_id={city_id}", headers=staff())).json()
    return [(each["name"], each["email"], each["role"]) for each in listed["items"]]


async def taken(registry: RegistryUnderTest, content: str, **query: Any) -> Any:
    prepared = await prepare(registry, content, ask=True, **query)
    assert (prepared["questions"], prepared["invalid"]) == ([], 0), prepared["alike_problems"]
    answer = await take(registry, prepared)
    assert answer.status_code == 200, answer.text
    return prepared


async def test_a_list_with_name_and_address_in_one_column_is_imported_whole(on_sqlite: RegistryUnderTest) -> None:
    prepared = await taken(
        on_sqlite,
        "Ville;Pays;Point focal\n"
        'Montpellier;France;"M. Martin <martin@m.example>; Mme Petit <petit@m.example>"\n'
        'Lyon;France;"Mme Morel\nmorel@lyon.example"\nDakar;Sénégal;Mme Roux\n',
    )
    assert prepared["read_as"] == [
        "1 row names a contact without an address, who is left out, as in line 5, contact_name: “Mme Roux”."
    ]
    assert await contacts(on_sqlite, "Montpellier") == [
        ("M. Martin", "martin@m.example", "coordinator"),
        ("Mme Petit", "petit@m.example", "coordinator"),
    ]
    assert await contacts(on_sqlite, "Lyon") == [("Mme Morel", "morel@lyon.example", "coordinator")]
    assert await contacts(on_sqlite, "Dakar") == []


async def test_an_address_without_a_name_is_entered_as_its_member_and_renames_nobody(
    on_sqlite: RegistryUnderTest,
) -> None:
    named = "Stadt;Land;Kontakt;E-Mail;Role\nBonn;DE;Ada;ada@bonn.example;deputy\n"
    await taken(on_sqlite, named)
    prepared = await taken(on_sqlite, "Stadt;Land;E-Mail\nBonn;DE;ada@bonn.example\nKiel;DE;info@kiel.example\n")
    assert (prepared["created"], prepared["unchanged"]) == (1, 1)
    assert prepared["read_as"] == [
        "2 rows have a contact's address without a name, as in line 2, contact_email: “ada@bonn.example”. A new "
        "contact is called as its member, and a known one keeps its name."
    ]
    assert await contacts(on_sqlite, "Bonn") == [("Ada", "ada@bonn.example", "deputy")]
    assert await contacts(on_sqlite, "Kiel") == [("Kiel", "info@kiel.example", "coordinator")]


async def test_two_new_contacts_of_a_known_member_stand_beside_the_others(on_sqlite: RegistryUnderTest) -> None:
    await taken(on_sqlite, "Stadt;Land;Kontakt\nBonn;DE;Ada <ada@bonn.example>\n")
    prepared = await prepare(on_sqlite, 'Stadt;Land;E-Mail\nBonn;DE;"bo@bonn.example\ncy@bonn.example"\n', ask=True)
    (row,) = await rows(on_sqlite, prepared, state="changed")
    assert {each["column"]: (each["before"], each["after"]) for each in row["changes"]}["contacts"] == (
        "Ada (coordinator)",
        "Ada (coordinator); Bonn (coordinator); Bonn (coordinator)",
    )
    assert (await take(on_sqlite, prepared)).status_code == 200
    assert [name for name, _, _ in await contacts(on_sqlite, "Bonn")] == ["Ada", "Bonn", "Bonn"]


CORK = (
    "City,Country,Contact,Population,Languages,Needs\n"
    "Cork,Ireland,Mr O'Neill <oneill@cork.example>,210000,English,\n"
    "Limerick,Ireland,,102000,,\n"
    'CORK,Irlande,Ms Byrne <byrne@cork.example>,,"English, Irish","literacy, webinar"\n'
)


async def test_two_rows_of_one_city_are_joined_with_the_contacts_of_both(on_sqlite: RegistryUnderTest) -> None:
    prepared = await taken(on_sqlite, CORK.replace('"English, Irish"', "englisch"))
    assert (prepared["created"], prepared["invalid"], prepared["asking"]) == (2, 0, 0)
    assert "Rows about the same city are read as one: lines 2 and 4." in prepared["read_as"]
    assert await contacts(on_sqlite, "Cork") == [
        ("Mr O'Neill", "oneill@cork.example", "coordinator"),
        ("Ms Byrne", "byrne@cork.example", "coordinator"),
    ]
    found = (await on_sqlite.client.get("/registry/v1/cities?status=any", headers=staff())).json()["items"]
    (cork,) = [each for each in found if each["name"] == "Cork"]
    assert (cork["population"], len(cork["needs"])) == (210_000, 1)


async def test_cells_of_one_city_that_contradict_each_other_are_asked_for_in_both_rows(
    on_sqlite: RegistryUnderTest,
) -> None:
    prepared = await prepare(on_sqlite, CORK, ask=True)
    wrong = await rows(on_sqlite, prepared, state="wrong")
    assert [(each["line"], each["problems"]) for each in wrong] == [
        (
            line,
            [
                {
                    "column": "languages",
                    "detail": f"Line {other} is about the same city and says “{text}”. Give the same in both rows, or "
                    "empty one of the two cells.",
                }
            ],
        )
        for line, other, text in ((2, 4, "English, Irish"), (4, 2, "English"))
    ]
    order = {"shown": prepared["shown"], "cells": [{"line": 2, "column": "languages", "after": ""}]}
    place = f"/registry/v1/prepared-imports/{prepared['import_id']}/correct"
    corrected = (await on_sqlite.client.post(place, json=order, headers=staff())).json()
    assert (corrected["created"], corrected["invalid"]) == (2, 0)
    order = {"shown": corrected["shown"], "choices": [{"line": 2, "choice": "out"}]}
    corrected = (await on_sqlite.client.post(place, json=order, headers=staff())).json()
    assert (corrected["created"], corrected["rows_left_out"]) == (2, 1)


async def test_a_row_waits_for_the_other_row_of_its_city(on_sqlite: RegistryUnderTest) -> None:
    prepared = await prepare(on_sqlite, CORK.replace('"English, Irish"', "Klingonic"), ask=True)
    wrong = await rows(on_sqlite, prepared, state="wrong")
    assert [each["line"] for each in wrong] == [2, 4]
    prepared = await prepare(on_sqlite, CORK.replace("byrne@", "byrne at ").replace('"English, Irish"', ""), ask=True)
    first, other = await rows(on_sqlite, prepared, state="wrong")
    assert first["problems"] == [{"column": None, "detail": "Line 4 is about the same city; correct that row first."}]
    assert other["problems"][0]["column"] == "contact_name"


async def test_rows_of_one_partner_may_name_several_contacts(on_sqlite: RegistryUnderTest) -> None:
    content = (
        "kind,name,home_country,programme_name,budget,currency,contact_email\n"
        "NGO,Reads,NL,Books,500,EUR,ada@reads.example\nNGO,Reads,NL,Halls,500,EUR,bo@reads.example\n"
    )
    prepared = await prepare(on_sqlite, content, "partners")
    assert (prepared["created"], prepared["invalid"], prepared["to_confirm"]) == (1, 0, 0)
    assert (await take(on_sqlite, prepared)).status_code == 200
