"""Numbers, dates and yes or no as people write them: one meaning, or none."""

from datetime import date
from typing import Any

import pytest

from isopolity.registry.application.imports.rows import RowProblem
from isopolity.registry.entrypoints.imports.cells.conventions import Undecided
from tests.support.registry.import_rows import read


def populations(*cells: str, **said: str) -> list[Any]:
    rows = (f"city;City {number};BR;{cell}" for number, cell in enumerate(cells))
    return [
        one[0].detail if isinstance(one, list) else one.population
        for one in read("cities", "kind;name;country;population", *rows, **said)[0]
    ]


def starts(*cells: str, **said: str) -> list[Any]:
    heading = "city_name;city_country;title;amount_min;amount_max;currency;starts"
    rows = (f"Turku;FI;Title {number};1;2;EUR;{cell}" for number, cell in enumerate(cells))
    return [
        one[0].detail if isinstance(one, list) else one[1].starts for one in read("requests", heading, *rows, **said)[0]
    ]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("84000", 84_000),
        ("84 000", 84_000),
        ("84\u00a0000", 84_000),
        ("84\u202f000", 84_000),
        ("84'000", 84_000),
        ("84\u2019000", 84_000),
        ("1.234.567", 1_234_567),
        ("1,234,567", 1_234_567),
        ("12,34,567", 1_234_567),
        ("84.500", 84_500),
        ("84,500", 84_500),
        ("1.500,00", 1_500),
        ("1,500.00", 1_500),
        ("84000.0", 84_000),
        ("84.0", 84),
        ("+84", 84),
    ],
)
def test_a_number_with_one_meaning_is_read(cell: str, number: int) -> None:
    assert populations(cell) == [number]


@pytest.mark.parametrize("cell", ["84.000", "84,000", "1.000", "999,000"])
def test_a_whole_number_with_two_meanings_is_refused_with_both(cell: str) -> None:
    small = int(cell[:-4])
    with pytest.raises(Undecided) as refused:
        populations("7", cell)
    assert str(refused.value) == (
        f"Line 3, population: “{cell}” can mean {small} or {small:,},000, and no other cell decides. "
        f"Send decimal=point for {small}, or decimal=comma for {small:,},000."
        if "." in cell
        else f"Line 3, population: “{cell}” can mean {small:,},000 or {small}, and no other cell decides. "
        f"Send decimal=point for {small:,},000, or decimal=comma for {small}."
    )


def test_another_cell_or_the_sender_decides() -> None:
    assert populations("84.000", "84.500") == [84_000, 84_500]
    assert populations("84,000", "1234567.0") == [84_000, 1_234_567]
    assert populations("84.000", decimal="comma") == [84_000]
    assert populations("84.000", decimal="point") == [84]


def test_no_other_number_makes_84_of_84_000() -> None:
    heading = "kind;name;country;population;latitude;longitude"
    with pytest.raises(Undecided, match=r"means 84 only if it is written like line 2, latitude: “47.25”\. Send dec"):
        read("cities", heading, "city;A;BR;84.000;47.25;6.5")
    (city,), told = read("cities", heading, "city;A;BR;84.000;47,25;6,125")
    assert (city.population, city.latitude, city.longitude) == (84_000, 47.25, 6.125)
    assert told == ["Numbers are read as written like 1.234,5, as in line 2, latitude: “47,25”."]


def test_a_latitude_has_one_meaning() -> None:
    heading = "kind;name;country;latitude;longitude"
    (city,), _ = read("cities", heading, "city;A;BR;12.345;-0.125")
    assert (city.latitude, city.longitude) == (12.345, -0.125)
    (city,), _ = read("cities", heading, "city;A;BR;\u221212,345;1,5e-05")
    assert (city.latitude, city.longitude) == (-12.345, 0.000015)


def test_a_column_with_both_ways_of_writing_is_read_cell_by_cell_and_asks_for_what_stays_open() -> None:
    assert populations("84.500", "84 000", "84,500") == [84_500, 84_000, 84_500]
    with pytest.raises(Undecided, match=r"and other cells are written both ways: .* Send decimal=point for 84"):
        populations("84.500", "84.000", "84,500")
    assert populations("84.500", "84,500", decimal="point") == ["Write it like 1,234.5.", 84_500]


def test_each_column_follows_a_convention_of_its_own() -> None:
    heading = "kind;name;country;population;latitude;longitude"
    rows = ("city;A;BR;84.000;47.25;6.5", "city;B;BR;1.250.000;47.5;6.25")
    cities, told = read("cities", heading, *rows)
    assert [(one.population, one.latitude) for one in cities] == [(84_000, 47.25), (1_250_000, 47.5)]
    assert told == [
        "Numbers in latitude, longitude are read as written like 1,234.5, as in line 2, latitude: “47.25”.",
        "Numbers in population are read as written like 1.234,5, as in line 3, population: “1.250.000”.",
    ]


@pytest.mark.parametrize(
    "cell", ["1 250 000", "1\u00a0250\u00a0000", "1\u202f250\u202f000", "1 250\u202f000", "1.250.000", "1,250,000"]
)
def test_a_million_may_have_any_space_between_its_thousands(cell: str) -> None:
    assert populations(cell) == [1_250_000]


def test_a_date_in_a_column_of_numbers_is_told_as_one() -> None:
    (problem,) = populations("2027-01-05")
    assert problem == "This is a date (5 January 2027) in a column of numbers. Give a whole number, such as 84000."


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("www.bonn.de", "https://www.bonn.de"),
        (" bonn.de/bildung ", "https://bonn.de/bildung"),
        ("HTTP://www.bonn.de", "http://www.bonn.de"),
        ("https:/bonn.de", "https://bonn.de"),
        ("<https://bonn.de>", "https://bonn.de"),
    ],
)
def test_a_web_address_may_lack_its_scheme(cell: str, address: str) -> None:
    (city,), _ = read("cities", "kind;name;country;web", f"city;Bonn;DE;{cell}")
    assert city.web == address


def test_what_is_no_web_address_is_refused_in_its_row() -> None:
    for cell in ("see below", "bonn", "ada@bonn.de", "ftp://bonn.de"):
        ((problem,),), _ = read("cities", "kind;name;country;web", f"city;Bonn;DE;{cell}")
        assert problem.detail.startswith("Give the whole address of a web page")


@pytest.mark.parametrize("cell", ["many", "84 00", "1.23.456", "8.4E+04", "84,5", "9" * 5_000, "1 234'567", "4.", "-"])
def test_what_is_no_whole_number_is_refused_in_its_row(cell: str) -> None:
    (problem,) = populations(cell)
    assert problem.startswith("Give a whole number")


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-27", date(2026, 11, 27)),
        ("2026/11/27", date(2026, 11, 27)),
        ("2026-11-27 00:00:00", date(2026, 11, 27)),
        ("27.11.2026", date(2026, 11, 27)),
        ("27. 11. 2026", date(2026, 11, 27)),
        ("11/27/2026", date(2026, 11, 27)),
        ("5.5.2027", date(2027, 5, 5)),
    ],
)
def test_a_date_with_one_meaning_is_read(cell: str, day: date) -> None:
    assert starts(cell) == [day]


def test_a_date_with_two_meanings_is_refused_unless_something_decides() -> None:
    with pytest.raises(Undecided) as refused:
        starts("05/06/2027")
    assert str(refused.value) == (
        "Line 2, starts: “05/06/2027” can mean 5 June 2027 or 6 May 2027, and no other cell decides. "
        "Send dates=day-first for 5 June 2027, or dates=month-first for 6 May 2027."
    )
    assert starts("05/06/2027", "27/11/2026")[0] == date(2027, 6, 5)
    assert starts("05/06/2027", "11/27/2026")[0] == date(2027, 5, 6)
    assert starts("05/06/2027", dates="month-first") == [date(2027, 5, 6)]
    assert starts("27/11/2026", "11/27/2026") == [date(2026, 11, 27)] * 2


@pytest.mark.parametrize("cell", ["27.11.26", "46353", "0", "32.1.2027", "2027-02-30", "tomorrow", "27.11/2026"])
def test_what_is_no_date_is_refused_in_its_row(cell: str) -> None:
    assert starts(cell) == ["Give the date as YYYY-MM-DD, such as 2027-12-31."]


def hosts(*cells: str) -> list[Any]:
    rows = (f"city;City {number};BR;{cell}" for number, cell in enumerate(cells))
    return [
        one[0].detail if isinstance(one, list) else one.can_host
        for one in read("cities", "kind;name;country;can_host", *rows)[0]
    ]


def test_yes_and_no_are_read_in_every_form() -> None:
    assert hosts("yes", "TRUE", "1", "x", "✓", "Y") == [True] * 6
    assert hosts("no", "False", "0", "n") == [False] * 4
    assert hosts("maybe", "2") == ["Give yes or no."] * 2


def test_an_empty_cell_is_a_no_only_beside_ticks() -> None:
    assert hosts("yes", "no", "") == [True, False, True]
    assert hosts("x", "", "yes") == [True, False, True]
    assert hosts("x", "no", "")[2].startswith("Write yes or no")
    _, told = read("cities", "kind;name;country;can_host", "city;A;BR;", "city;B;BR;X")
    assert told == ["An empty can_host is read as no, as yes is ticked in line 3, can_host: “X”."]


def test_texts_stay_texts() -> None:
    (city,), told = read("cities", "kind;name;country;local_names", "city;84.000;BR;05/06/2027|x")
    assert (city.name, city.local_names, told) == ("84.000", ("05/06/2027", "x"), [])


def test_problems_of_cells_and_of_the_row_are_told_together() -> None:
    (problems,), _ = read("cities", "kind;name;country;population;can_host", "village;A;BR;many;maybe")
    assert [(one.line, one.column) for one in problems] == [(2, "kind"), (2, "population"), (2, "can_host")]
    assert all(isinstance(one, RowProblem) for one in problems)
