"""The report of a draft, printed and saved in each form."""

import json
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from isopolity.command.client.http_client import Client
from isopolity.command.main import app

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


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_list = request.url.path.endswith("/drafts")
        return httpx.Response(200, json={"items": [DRAFT], "next": None} if is_list else REPORT)

    client = Client("http://127.0.0.1:8000", "token", transport=httpx.MockTransport(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)


def test_a_report_says_who_is_served_and_who_is_not() -> None:
    shown = CliRunner().invoke(app, ["drafts", "report"]).stdout
    for words in (
        "2 twinnings and 1 sponsorship, for 3 of 4 cities; 1 gets its first tie.",
        "By 1 answer to proposals so far, silence counted, both sides of about 1 of 3 pairs will say yes",
        "75 %",
        "No pair, though they have room for a twinning or a sponsorship: <b>Lomé</b>.",
    ):
        assert words in shown


def test_a_report_is_saved_as_a_page_a_workbook_or_json(tmp_path: Path) -> None:
    for name in ("r.html", "r.xlsx", "r.json"):
        assert CliRunner().invoke(app, ["drafts", "report", "--output", str(tmp_path / name)]).exit_code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Lomé&lt;/b&gt;" in page
    assert "<b>" not in page
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == REPORT
    book = load_workbook(tmp_path / "r.xlsx")
    assert [cell.value for cell in book["region"][2]] == ["Africa", 4, 3, 1]
    assert book["no pair"]["A2"].value == "<b>Lomé</b>"
    other = CliRunner().invoke(app, ["drafts", "report", "--output", str(tmp_path / "r.pdf")])
    assert "none of .html, .xlsx and .json" in other.stderr
