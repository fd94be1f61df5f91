"""Contacts as people write them in lists: in one cell or two, with or without a name, several in one cell."""

from typing import Any

import pytest

from isopolity.registry.entrypoints.imports.cells.people import ADDRESS, NAME, Unclear, people_in
from tests.support.registry.import_rows import read


def found(name: str | None, address: str | None = None) -> list[tuple[str, str]]:
    return [(each.name, each.address) for each in people_in({NAME: name, ADDRESS: address}).people]


@pytest.mark.parametrize(
    ("cell", "name", "address"),
    [
        ("Mme Dupont <a.dupont@mlj.example>", "Mme Dupont", "a.dupont@mlj.example"),
        ("Dupont, Marie (a@b.example)", "Dupont, Marie", "a@b.example"),
        ("Dupont, Marie <a@b.example>", "Dupont, Marie", "a@b.example"),
        ("a@b.example (Marie Dupont)", "Marie Dupont", "a@b.example"),
        ("Mme Koné <kone@cocody.example", "Mme Koné", "kone@cocody.example"),
        ("Mme Trabelsi (trabelsi@ariana.example)", "Mme Trabelsi", "trabelsi@ariana.example"),
        ('"Dupont, Marie" <a@b.example>', "Dupont, Marie", "a@b.example"),
        ("Marie Dupont: a@b.example", "Marie Dupont", "a@b.example"),
        ("Marie Dupont \u2013 a@b.example", "Marie Dupont", "a@b.example"),
        ("Mr O'Neill <o'neill@cork.example>", "Mr O'Neill", "o'neill@cork.example"),
        ("Mme Dupont\na@b.example", "Mme Dupont", "a@b.example"),
        ("Mme Dupont\r\nDirectrice\r\na@b.example", "Mme Dupont, Directrice", "a@b.example"),
        ("Marie Dupont (Mairie) <mailto:a@b.example>", "Marie Dupont (Mairie)", "a@b.example"),
        (" 'espoo@stadt.example' ", "", "espoo@stadt.example"),
        ("<a @ b.example>;", "", "a@b.example"),
        ("a@b.example.", "", "a@b.example"),
        (" a@b.example,", "", "a@b.example"),
        ("mailto:a@b.example", "", "a@b.example"),
    ],
)
def test_a_name_and_an_address_are_told_apart_in_either_cell(cell: str, name: str, address: str) -> None:
    assert found(cell) == [(name, address)]
    assert found(None, cell) == [(name, address)]


@pytest.mark.parametrize(
    ("name", "address", "people"),
    [
        ("Mme Dupont", "a@b.example", [("Mme Dupont", "a@b.example")]),
        ("Mme Dupont", "Marie <a@b.example>", [("Marie", "a@b.example")]),
        (
            *("M. Martin <martin@m.example>; Mme Petit <petit@m.example>", None),
            [("M. Martin", "martin@m.example"), ("Mme Petit", "petit@m.example")],
        ),
        (
            *("M. Martin <martin@m.example>, Mme Petit <petit@m.example>", None),
            [("M. Martin", "martin@m.example"), ("Mme Petit", "petit@m.example")],
        ),
        (None, "a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        (None, "a@b.example\nc@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        (None, "a@b.example, c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ("Ada; Bo", "a@b.example; c@d.example", [("Ada", "a@b.example"), ("Bo", "c@d.example")]),
        ("Ada\nBo", "a@b.example", [("Ada, Bo", "a@b.example")]),
        ("Ada <a@b.example>", "a@B.example", [("Ada", "a@b.example")]),
        ("Ada <a@b.example>", "c@d.example", [("", "c@d.example"), ("Ada", "a@b.example")]),
        ("Mme Roux", None, []),
    ],
)
def test_people_of_a_row(name: str | None, address: str | None, people: list[Any]) -> None:
    assert found(name, address) == people


@pytest.mark.parametrize(
    ("name", "address"),
    [
        *(("Ada", "a@b.example; c@d.example"), (None, "a@b.example (Ada), c@d.example (Bo)")),
        *(("Ada <ada at b.example>", None), ("Ada (ada(at)b.example)", None)),
    ],
)
def test_names_that_could_go_with_several_addresses_are_asked_for(name: str | None, address: str) -> None:
    with pytest.raises(Unclear):
        people_in({NAME: name, ADDRESS: address})


def test_a_long_cell_without_spaces_is_read_at_once() -> None:
    assert found(None, "a" * 32_000) == [("", "a" * 32_000)]


def rows(heading: str, *cells: str) -> tuple[list[Any], list[str]]:
    return read("cities", f"name;kind;country;{heading}", *(f"City {n};city;FR;{each}" for n, each in enumerate(cells)))


def test_an_address_without_a_name_and_a_name_without_an_address_are_told() -> None:
    _, sentences = rows("contact_email", "a@b.example", "c@d.example", "")
    assert sentences == [
        "2 rows have a contact's address without a name, as in line 2, contact_email: “a@b.example”. A new contact is "
        "called as its member, and a known one keeps its name."
    ]
    _, sentences = rows("contact_name", "Mme Roux", "Ada <ada@b.example>")
    assert sentences == [
        "1 row names a contact without an address, who is left out, as in line 2, contact_name: “Mme Roux”."
    ]


def test_what_is_no_address_is_refused_where_it_stands() -> None:
    found, _ = rows("contact_name;contact_email", "Ada;nitra(at)stadt.example", "Ada;a@b.example, c@d.example")
    assert [(one.column, one.detail.partition(",")[0].partition(" beside")[0]) for (one,) in found] == [
        ("contact_email", "Give one e-mail address"),
        ("contact_name", "Write each name"),
    ]
