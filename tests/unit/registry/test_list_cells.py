"""Lists in one cell as people write them, and kinds that belong into another table."""

from typing import Any

import pytest

from tests.support.registry.import_rows import read


def cells(column: str, *texts: str) -> list[Any]:
    """The value of the column in each row, or the first problem."""
    rows = (f'city;City {number};BR;"{text}"' for number, text in enumerate(texts))
    found, _ = read("cities", f"kind;name;country;{column}", *rows)
    return [one[0].detail if isinstance(one, list) else getattr(one, column) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        *("Französisch / Englisch", "FR;EN", "français et anglais", "Französisch und Englisch", "French and English"),
        *("fr & en", "French + English", "FR\nEN", "francés y inglés", "francês e inglês", "fr|en", "FR/EN"),
        *("французский и английский", "• français\n• anglais", "français, et anglais"),
    ],
)
def test_languages_are_told_apart_at_what_people_put_between_them(text: str) -> None:
    assert cells("languages", text) == [("fr", "en")]


def test_a_name_with_an_and_in_it_stays_one() -> None:
    heading = "kind;name;home_country;programme_name;budget;currency;grant_min;grant_max;countries"
    row = "foundation;Reads;NL;Books;500;EUR;10;50;Bosnia and Herzegovina, Trinidad and Tobago, Togo"
    (partner,), _ = read("partners", heading, row)
    assert partner.programmes[0].countries == ("BA", "TT", "TG")


def test_a_list_with_an_unknown_entry_names_that_entry() -> None:
    (sentence,) = cells("languages", "français et klingonais")
    assert "“klingonais”" in sentence


def test_other_names_stand_on_lines_or_between_semicolons() -> None:
    assert cells("local_names", "Köln; Cologne", "Köln\nCologne", "Washington, D.C.", "a;b|c", "a\\;b") == [
        *(("Köln", "Cologne"), ("Köln", "Cologne"), ("Washington, D.C.",), ("a;b", "c"), ("a;b",))
    ]


@pytest.mark.parametrize("kind", ["STIFTUNG", "Fondation", "foundation", "Fundación", "ONG", "Unternehmen", "фонд"])
def test_a_foundation_among_cities_is_told_where_partners_are_imported(kind: str) -> None:
    (problems,), _ = read("cities", "kind;name;country", f"{kind};Reads;NL")
    assert [(one.column, one.detail) for one in problems] == [
        (
            "kind",
            f"“{kind}” is a kind of partner. Partners are imported apart from cities: leave this row out here, and "
            "choose “partners” as the kind of rows when you import a file with it.",
        )
    ]


def test_a_city_among_partners_is_told_where_cities_are_imported() -> None:
    (problems,), _ = read("partners", "kind;name;home_country", "Stadt;Bonn;DE")
    assert problems[0].detail.startswith("“Stadt” is a kind of city. Cities are imported apart from partners: leave")


def test_kinds_of_partners_are_read_in_the_languages_of_the_network() -> None:
    rows = (f"{kind};Reads {kind};NL" for kind in ("Stiftung", "ONG", "entreprise"))
    partners, _ = read("partners", "kind;name;home_country", *rows)
    assert [one.kind for one in partners] == ["foundation", "ngo", "corporation"]
