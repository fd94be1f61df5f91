"""The report of a draft, printed and saved in each form."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from isopolity.command.client.http_client import Client
from isopolity.command.main import app
from tests.support.whole_answers import whole_answers

DRAFT = {"round_id": "r1", "created_at": "2026-11-27T09:00:00Z", "edits": 2, "pairs": 3, "value": 2.5, "bound": 2.6}
SHARE = {"name": "Africa", "cities": 4, "served": 3, "first_ties": 1}
REPORT = {
    "draft": DRAFT,
    "twinnings": 2,
    "sponsorships": 1,
    "all_cities": SHARE,
    "by_region": [SHARE],
    "by_size": [{**SHARE, "name": "under 100,000"}],
    "programmes": 2,
    "programmes_served": 1,
    "expected_agreements": 1.4,
    "answers": 1,
    "unserved": ["<b>Lomé</b>"],
    "without_capacity": 0,
}

RECORD = {
    "number": 2,
    "at": "2026-11-27T10:00:00Z",
    "pairs": 3,
    "undone_at": None,
    "undone": 0,
    "stands": True,
    "has_report": True,
    "proved": "These 3 pairs respect all capacities and rules.",
}
FIGURES = {name: value for name, value in REPORT.items() if name != "draft"}
FROZEN = {
    "publication": RECORD,
    "then": FIGURES | {"left": 0},
    "today": FIGURES | {"twinnings": 1, "left": 1, "all_cities": SHARE | {"cities": 3, "served": 2}, "by_size": []},
    "pairs": [],
    "pairs_total": 3,
}


@pytest.fixture(autouse=True)
def publications(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The publications of a server that knows one draft; none until a test adds some."""
    known: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        lists = {"/drafts": [DRAFT], "/publications": known}
        found = next((items for end, items in lists.items() if path.endswith(end)), None)
        if found is not None:
            return httpx.Response(200, json={"items": found, "next": None})
        return httpx.Response(200, json=FROZEN if "/publications/" in path else REPORT)

    client = Client("http://127.0.0.1:8000", "token", transport=whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    return known


def test_a_report_says_who_is_served_and_who_is_not() -> None:
    shown = CliRunner().invoke(app, ["drafts", "report"]).stdout
    for words in (
        "2 twinnings and 1 sponsorship, for 3 of 4 cities; 1 gets its first tie.",
        "Judging by 1 answer so far, with silence counted, both sides of about 1 of 3 pairs will say yes",
        "75 %",
        "Free places for a twinning or a sponsorship, but no pair: <b>Lomé</b>.",
    ):
        assert words in shown


def test_the_report_of_what_is_published_is_as_it_was_with_the_figures_of_today_apart(
    publications: list[dict[str, Any]], tmp_path: Path
) -> None:
    publications += [RECORD | {"number": 1, "stands": False}, RECORD]
    printed = CliRunner().invoke(app, ["drafts", "report"]).stdout
    for words in (
        "Publication 2, 2026-11-27",
        "2 twinnings and 1 sponsorship, for 3 of 4 cities; 1 gets its first tie.",
        "These 3 pairs respect all capacities and rules.",
        "The same pairs today: 1 twinning and 1 sponsorship, for 2 of 3 cities. Not counted: 1 pair of",
        "served today",
    ):
        assert " ".join(words.split()) in " ".join(printed.split())
    now = CliRunner().invoke(app, ["drafts", "report", "--now"]).stdout
    assert "Publication" not in now
    assert "The value of the choice is 2.50" in now
    assert CliRunner().invoke(app, ["drafts", "report", "--output", str(tmp_path / "r.xlsx")]).exit_code == 0
    book = load_workbook(tmp_path / "r.xlsx")
    assert [cell.value for cell in book["region today"][2]] == ["Africa", 4, 3]


def test_a_report_is_saved_as_a_page_a_workbook_or_json(tmp_path: Path) -> None:
    for name in ("r.html", "r.xlsx", "r.json"):
        assert CliRunner().invoke(app, ["drafts", "report", "--output", str(tmp_path / name)]).exit_code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Lomé&lt;/b&gt;" in page
    assert "<b>" not in page
    saved = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert {name: saved[name] for name in FIGURES} == FIGURES
    assert saved["draft"]["round_id"] == "r1"
    book = load_workbook(tmp_path / "r.xlsx")
    assert [cell.value for cell in book["region"][2]] == ["Africa", 4, 3, 1]
    assert book["no pair"]["A2"].value == "<b>Lomé</b>"
    other = CliRunner().invoke(app, ["drafts", "report", "--output", str(tmp_path / "r.pdf")])
    assert "does not end with .html, .xlsx or .json" in other.stderr
