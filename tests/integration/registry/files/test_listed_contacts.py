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
