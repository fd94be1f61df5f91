"""Corrections of a file are kept where it is read in another way; those that do not fit are told, and come back."""

from typing import Any

from tests.support.registry.prepared_files import PATH, prepare, rows
from tests.support.registry.service import RegistryUnderTest, staff

FILE = (
    "Ville,Pays,Einwohner,Point focal,Code\n"
    "Bonn,Alemania del Sur,many,a@bonn.example,1\n"
    "Kiel,Alemania del Sur,240000,k@kiel.example,2\n"
    "Köln,Germany,1000000,,3\n"
    "Lyon,France,520000,,4\n"
)
COLUMNS = ["name", "country", "population", None, None]


async def laid_out(registry: RegistryUnderTest, prepared: Any, columns: list[str | None] = COLUMNS, **more: Any) -> Any:
    order = {"sheet": 0, "heading": 1, "columns": columns, "constants": {"kind": "city"}, **more}
    answer = await registry.client.put(f"{PATH}/{prepared['import_id']}/layout", json=order, headers=staff())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def corrected(registry: RegistryUnderTest, prepared: Any, **what: Any) -> Any:
    order = {"shown": prepared["shown"], **what}
    answer = await registry.client.post(f"{PATH}/{prepared['import_id']}/correct", json=order, headers=staff())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def made(registry: RegistryUnderTest) -> Any:
    """A file with a corrected cell, a text that is corrected everywhere, a row left out, and one that is new."""
    await registry.add_city(name="Köln am Rhein", country="DE", geonames_id=None)
    prepared = await laid_out(registry, await prepare(registry, FILE, ask=True))
    assert (prepared["invalid"], prepared["asking"], prepared["set_aside"]) == (2, 1, 0)
    return await corrected(
        registry,
        prepared,
        cells=[{"line": 2, "column": "population", "after": "330000"}],
        columns=[{"column": "country", "before": "Alemania del Sur", "after": "DE"}],
        choices=[{"line": 4, "choice": "new"}, {"line": 5, "choice": "out"}],
    )


def counts(prepared: Any) -> tuple[int, ...]:
    return tuple(prepared[name] for name in ("created", "invalid", "asking", "rows_left_out", "set_aside"))


async def test_corrections_stay_where_a_column_is_left_out_and_those_of_the_column_come_back(
    registry: RegistryUnderTest,
) -> None:
    prepared = await made(registry)
    assert counts(prepared) == (3, 0, 0, 1, 0)
    without = await laid_out(registry, prepared, ["name", "country", None, None, None])
    assert counts(without) == (3, 0, 0, 1, 1)
    assert without["set_aside_first"] == ["line 2, population: “330000”"]
    later = await corrected(registry, without, cells=[{"line": 3, "column": "name", "after": "Kiel am Meer"}])
    assert counts(later) == (3, 0, 0, 1, 1)
    again = await laid_out(registry, later)
    assert counts(again) == (3, 0, 0, 1, 0)
    found = await rows(registry, again, state="new")
    assert [(each["cells"]["name"], each["cells"]["country"], each["cells"]["population"]) for each in found] == [
        *(("Bonn", "DE", "330000"), ("Kiel am Meer", "DE", "240000"), ("Köln", "Germany", "1000000"))
    ]


async def test_a_correction_is_not_made_in_another_column_of_the_file(on_sqlite: RegistryUnderTest) -> None:
    prepared = await made(on_sqlite)
    other = await laid_out(on_sqlite, prepared, ["name", "country", None, None, "population"])
    assert (other["set_aside"], other["set_aside_first"]) == (1, ["line 2, population: “330000”"])
    found = await rows(on_sqlite, other, state="new")
    assert [each["cells"]["population"] for each in found] == ["1", "2", "3"]
    own = await corrected(on_sqlite, other, cells=[{"line": 2, "column": "population", "after": "7"}])
    same = await laid_out(on_sqlite, own, ["name", "country", None, None, "population"])
    assert [each["cells"]["population"] for each in await rows(on_sqlite, same, state="new")] == ["7", "2", "3"]


async def test_a_choice_is_kept_for_the_member_it_was_made_about(on_sqlite: RegistryUnderTest) -> None:
    prepared = await made(on_sqlite)
    other = await laid_out(on_sqlite, prepared, ["name", None, None, None, "country"], constants={"kind": "district"})
    assert "line 4: a new member" in other["set_aside_first"]
    assert other["rows_left_out"] == 1
    assert counts(await laid_out(on_sqlite, other)) == (3, 0, 0, 1, 0)


async def test_corrections_of_lines_above_the_headings_come_back_with_them(on_sqlite: RegistryUnderTest) -> None:
    prepared = await made(on_sqlite)
    below = await laid_out(on_sqlite, prepared, [], heading=2)
    asked = await laid_out(on_sqlite, below, ["name", "country", None, None, None], heading=2)
    assert {"line 2, country: “DE”", "line 2, population: “330000”"} <= {*asked["set_aside_first"]}
    first = await laid_out(on_sqlite, asked, [])
    assert counts(await laid_out(on_sqlite, first)) == (3, 0, 0, 1, 0)


async def test_an_emptied_cell_stays_empty_and_one_that_is_put_back_is_no_correction(
    on_sqlite: RegistryUnderTest,
) -> None:
    prepared = await made(on_sqlite)
    emptied = await corrected(on_sqlite, prepared, cells=[{"line": 3, "column": "population", "after": ""}])
    again = await laid_out(on_sqlite, emptied)
    assert "population" not in (await rows(on_sqlite, again))[1]["cells"]
    back = await corrected(on_sqlite, again, cells=[{"line": 3, "column": "population", "after": "240000"}])
    other = await laid_out(on_sqlite, back, ["name", "country", None, None, None])
    assert other["set_aside_first"] == ["line 2, population: “330000”"]
