"""Lists in files: names and deadlines for people, and JSON whole."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from isopolity.client.matching.models import PartnershipView, ProposalView
from isopolity.client.notify.models import MailOut
from isopolity.client.registry.models import CityEntry, PartnerEntry
from isopolity.command.client.documents import (
    columns_of_cities,
    columns_of_mails,
    columns_of_partners,
    columns_of_partnerships,
    columns_of_proposals,
    form_of,
    save_list,
)
from isopolity.command.console import Columns, Item, print_view
from isopolity.command.failure import Failure
from tests.support.whole_answers import whole

SIDES: list[dict[str, Any]] = [
    {
        "name": "=Demo Foundation",
        "country": "FR",
        "programme_name": "Healthy Cities",
        "answer": "yes",
        "reasons": [{"code": "x", "text": "It looks for health."}, {"code": "y", "text": "It gives 10,000 EUR."}],
    },
    {"name": "Turku", "country": "FI", "programme_name": None, "request_title": "Books", "answer": None, "reasons": []},
]
PROPOSAL = {
    "proposal_id": "p-1",
    "kind": "sponsorship",
    "stage": "answered",
    "score": 0.72,
    "sides": SIDES,
    "round_id": "r-1",
    "issued_at": "2026-11-27T02:00:00.123000Z",
    "answer_by": "2026-12-17T23:59:00+02:00",
    "settled_at": None,
}
PARTNERSHIP = {
    "partnership_id": "x",
    "kind": "twinning",
    "stage": "exploratory",
    "members": [{name: value for name, value in side.items() if name not in ("answer", "reasons")} for side in SIDES],
    "established_at": "2026-11-27T02:00:00Z",
}
MAIL = {
    "mail_id": "m",
    "member": "Turku",
    "other": "=Demo Foundation",
    "purpose": "proposal",
    "state": "sent",
    "attempts": 1,
    "answer_by": "2026-12-17T21:59:00Z",
    "created_at": "2026-11-27T02:00:00Z",
    "updated_at": "2026-11-27T02:01:00Z",
}
CITY = {
    "city_id": "c",
    "name": "São Paulo",
    "kind": "city",
    "country": "BR",
    "region": "latin-america-caribbean",
    "status": "endorsed",
    "population": 12_400_232,
    "languages": ["pt", "en"],
    "needs": [
        {"subject": "sdg.4", "mode": "webinar", "intensity": 3},
        {"subject": "sdg.13", "mode": "training", "intensity": 1, "valid_until": "2027-12-31"},
    ],
    "offers": [],
    "capacity": 1,
}
PARTNER = {
    "partner_id": "q",
    "name": "A",
    "kind": "ngo",
    "home_country": "NL",
    "status": "applied",
    "programmes": [{"name": "One"}, {"name": "Two"}],
}


def in_workbook(folder: Path, found: list[Item], columns: Columns[Item]) -> dict[str, Any]:
    """The cells of the first row, by heading."""
    save_list(folder / "list.xlsx", found, columns)
    heading, row = openpyxl.load_workbook(folder / "list.xlsx").worksheets[0].iter_rows()
    assert {cell.data_type for cell in row} <= {"s", "n", "d"}
    return {str(name.value): cell.value for name, cell in zip(heading, row, strict=True)}


def test_a_proposal_has_names_deadline_and_what_each_side_is_told(tmp_path: Path) -> None:
    cells = in_workbook(tmp_path, [whole(ProposalView, PROPOSAL)], columns_of_proposals)
    assert str(cells["answer by (UTC)"]) == "2026-12-17 21:59:00"
    assert [cells[name] for name in ("a", "a country", "a programme", "a answer", "b", "b country", "request")] == [
        "=Demo Foundation",
        "France",
        "Healthy Cities",
        "yes",
        "Turku",
        "Finland",
        "Books",
    ]
    assert cells["a is told"] == "It looks for health.\nIt gives 10,000 EUR."
    assert (cells["id"], cells["score"], cells["settled (UTC)"]) == ("p-1", 0.72, None)


def test_members_partnerships_and_mails_have_what_people_want(tmp_path: Path) -> None:
    city = in_workbook(tmp_path, [whole(CityEntry, CITY)], columns_of_cities)
    assert (city["country"], city["region"]) == ("Brazil", "Latin America and the Caribbean")
    assert city["needs"] == "quality education (webinar, 3)\nclimate action (training, 1, until 2027-12-31)"
    assert (city["languages"], city["population"]) == ("pt, en", 12_400_232)
    partner = in_workbook(tmp_path, [whole(PartnerEntry, PARTNER)], columns_of_partners)
    assert (partner["country"], partner["programmes"]) == ("Netherlands (Kingdom of the)", "One\nTwo")
    partnership = in_workbook(tmp_path, [whole(PartnershipView, PARTNERSHIP)], columns_of_partnerships)
    assert (partnership["a"], partnership["b"], str(partnership["since (UTC)"])) == (
        "=Demo Foundation",
        "Turku",
        "2026-11-27 02:00:00",
    )
    mail = in_workbook(tmp_path, [whole(MailOut, MAIL)], columns_of_mails)
    assert (mail["to"], mail["about"], str(mail["answer by (UTC)"])) == (
        "Turku",
        "=Demo Foundation",
        "2026-12-17 21:59:00",
    )


def test_csv_has_the_same_columns_and_no_formulas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.CSV"
    print_view(save_list(file, [whole(ProposalView, PROPOSAL)], columns_of_proposals))
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert list(row) == columns_of_proposals.headings.split(", ")
    assert (row["a"], row["answer by (UTC)"], row["settled (UTC)"]) == ("'=Demo Foundation", "2026-12-17 21:59:00", "")
    assert "1 row." in capsys.readouterr().err.replace("\n", " ")


def test_json_holds_the_entries_whole(tmp_path: Path) -> None:
    save_list(tmp_path / "list.json", [whole(ProposalView, PROPOSAL)], columns_of_proposals)
    (told,) = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    named = ("proposal_id", "score", "round_id", "issued_at", "answer_by", "settled_at")
    assert {name: told[name] for name in named} == {name: PROPOSAL[name] for name in named}
    assert [side["name"] for side in told["sides"]] == ["=Demo Foundation", "Turku"]


def test_an_empty_list_has_its_heading(tmp_path: Path) -> None:
    save_list(tmp_path / "list.csv", list[MailOut](), columns_of_mails)
    assert (tmp_path / "list.csv").read_text(encoding="utf-8-sig").strip() == columns_of_mails.headings.replace(
        ", ", ","
    )


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"ends with \.csv, \.xlsx or \.json"):
        form_of(tmp_path / "list.pdf")
