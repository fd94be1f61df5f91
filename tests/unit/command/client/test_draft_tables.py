"""A draft as a table: out with a column for decisions, and back; wrong cells are told, and nothing is changed then."""

import csv
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from isopolity.command.client.http_client import Client
from isopolity.command.main import app
from tests.support.whole_answers import whole_answers

DRAFT = {"round_id": "r1", "status": "open", "pairs": 3, "value": 2.5, "bound": 2.6}


def pair(a: str, b: str, **changes: Any) -> dict[str, Any]:
    marks = {"chosen": True, "pinned": False, "forbidden": False, "published": False}
    told = {"told_a": [f"{b} offers a webinar.", "It is near."], "told_b": [f"{a} offers training."]}
    return {
        "a": a,
        "b": b,
        "a_name": f"={a}",
        "b_name": b,
        "kind": "twinning",
        "value": 0.9,
        **marks,
        **told,
        **changes,
    }


PAIRS = [pair("lyon", "graz"), pair("porto", "lima", pinned=True), pair("oslo", "cork", chosen=False, forbidden=True)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was posted to a server that has one draft."""
    posted: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            posted.append(json.loads(request.content))
            return httpx.Response(200, json={"draft": DRAFT, "edits": []})
        if request.url.path.endswith("/r1"):
            return httpx.Response(200, json=DRAFT)
        items = PAIRS if request.url.path.endswith("/pairs") else [DRAFT]
        return httpx.Response(200, json={"items": items, "next": None})

    client = Client("http://127.0.0.1:8000", "token", transport=whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    return posted


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["drafts", *arguments])


def decide(file: Path, **cells: str) -> None:
    """Write into cells of the table, named as a spreadsheet names them."""
    if file.suffix == ".xlsx":
        book = load_workbook(file)
        for place, value in cells.items():
            book.worksheets[0][place] = value
        book.save(file)
        return
    with file.open(newline="", encoding="utf-8-sig") as content:
        rows = list(csv.reader(content))
    for place, value in cells.items():
        rows[int(place[1:]) - 1][ord(place[0]) - ord("A")] = value
    with file.open("w", newline="", encoding="utf-8") as content:
        csv.writer(content, delimiter=";").writerows(rows)  # as Excel saves it in half of Europe


@pytest.mark.parametrize("name", ["draft.xlsx", "draft.csv"])
def test_decisions_in_a_table_become_edits(asked: list[Any], tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert run("export", str(file)).stdout == f"Written to {file}: 3 pairs.\n"
    assert run("import", str(file)).stdout == "The table has no new decisions.\n"
    decide(file, A2="Forbid", A3="pin", A4="free")
    done = run("import", str(file))
    assert (done.exit_code, "Row 3: the pair is pinned already." in done.stdout) == (0, True)
    assert asked == [
        {"edits": [{"act": "forbid", "pair": ["lyon", "graz"]}, {"act": "free", "pair": ["oslo", "cork"]}]}
    ]


@pytest.mark.parametrize("name", ["draft.xlsx", "draft.csv"])
def test_what_is_written_wrongly_is_told_by_its_cell_and_nothing_is_changed(
    asked: list[Any], tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    run("export", str(file))
    decide(file, A2="forbid", A3="yess", A4="pin", I4="elsewhere")
    result = run("import", str(file))
    assert (result.exit_code, asked) == (1, [])
    assert result.stderr.splitlines() == [
        "Row 3, column decision: “yess” is no decision; write keep, leave out, pin, forbid, free.",
        "Row 4, columns a and b: the draft does not have this pair now. It was left out or swapped after the table was "
        "taken, or its ids are others. Take the table once more.",
        "Nothing was changed.",
    ]  # rows as a spreadsheet counts them, though the reasons are several sentences


def test_a_name_that_begins_like_a_formula_stays_a_name(asked: list[Any], tmp_path: Path) -> None:
    for name in ("draft.xlsx", "draft.csv"):
        run("export", str(tmp_path / name))
    cell = load_workbook(tmp_path / "draft.xlsx").worksheets[0]["B2"]
    assert (cell.data_type, cell.value) == ("s", "=lyon")
    assert ",'=lyon," in (tmp_path / "draft.csv").read_text(encoding="utf-8")
    assert asked == []


def test_another_table_is_refused_in_a_sentence(asked: list[Any], tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("name;country\nLyon;FR\n", encoding="utf-8")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert "has no column decision" in run("import", str(tmp_path / "other.csv")).stderr
    assert "neither a workbook nor a text" in run("import", str(tmp_path / "broken.xlsx")).stderr
    assert "neither .xlsx nor .csv" in run("export", str(tmp_path / "draft.ods")).stderr
    assert "No such file" in run("import", str(tmp_path / "none.csv")).stderr
    assert asked == []
