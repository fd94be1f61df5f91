"""What `isopolity import` sends, and what it prints of the answer."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.client.registry.models import ImportResult
from isopolity.command.client.http_client import Client
from isopolity.command.client.member_files import Order, import_file, render_report
from isopolity.command.console import fields_of, print_view, progress
from isopolity.command.failure import Failure
from tests.support.whole_answers import whole, whole_answers

REPORT = {
    "rows": 1, "created": 1, "revised": 0, "unchanged": 0, "invalid": 0, "accepted": True, "problems": [],
    "not_endorsed": 0, "emptied": 0, "emptied_first": [], "alike": [],
    "read_as": ["Numbers are read as written like 1.234,5, as you chose."],
}  # fmt: skip


@pytest.fixture
def members(tmp_path: Path) -> Path:
    file = tmp_path / "members.csv"
    file.write_text("kind,name,country,population\ncity,Turku,FI,84.000\n")
    return file


def test_what_the_sender_says_is_sent_and_what_was_read_is_told(
    members: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return httpx.Response(200, text=json.dumps({"result": fields_of(whole(ImportResult, REPORT))}))

    order = Order(kind="cities", dry_run=True, decimal="comma")
    with progress() as shown:
        report = import_file(Client("http://x", None, whole_answers(answer)), order, members, shown)
    print_view(render_report(report, order))
    assert asked == ["kind=cities&dry_run=true&decimal=comma"]
    assert "Numbers are read as written like 1.234,5, as you chose." in capsys.readouterr().err


def test_a_parameter_in_a_refusal_is_told_as_an_option(members: Path) -> None:
    detail = "Line 2 can mean 84 or 84,000. Send decimal=point for 84, or decimal=comma for 84,000."
    transport = whole_answers(
        lambda _: httpx.Response(200, text=json.dumps({"error": {"title": "No.", "status": 400, "detail": detail}}))
    )
    with progress() as shown, pytest.raises(Failure) as refused:
        import_file(Client("http://x", None, transport), Order(kind="cities"), members, shown)
    assert str(refused.value).endswith("Send --decimal=point for 84, or --decimal=comma for 84,000.")


def printed(capsys: pytest.CaptureFixture[str], order: Order, **values: Any) -> tuple[str, str]:
    """What is printed of a report, on both outputs and each on one line."""
    print_view(render_report(whole(ImportResult, REPORT | values), order))
    out, err = capsys.readouterr()
    return " ".join(out.split()), " ".join(err.split())


def test_members_that_are_not_endorsed_are_told_with_what_endorses_them(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = printed(capsys, Order(kind="cities"), rows=3, created=3, not_endorsed=3)
    assert out == "3 rows: 3 created, 0 revised, 0 unchanged."
    assert "Not admitted yet: 3. They take no part in rounds; admit each with `isopolity members endorse`" in err
    _, err = printed(capsys, Order(kind="cities", dry_run=True), not_endorsed=1)
    assert "Not admitted yet: 1. They take no part in rounds; pass --endorse" in err
    out, err = printed(capsys, Order(kind="cities", endorse=True))
    assert out == "1 row: 1 created, 0 revised, 0 unchanged."
    assert "endorsed" not in err


def test_one_mistake_on_many_lines_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    every = [{"line": line, "column": "needs", "detail": "Write it."} for line in (2, 3, 4, 6, 7, 10)]
    one = {"line": 10, "column": "country", "detail": "There is no country “X”."}
    out, _ = printed(capsys, Order(kind="cities"), rows=9, invalid=6, accepted=False, problems=[*every, one])
    assert out.index("10 country There is no country “X”.") < out.index("2 to 4, 6 to 7, 10 needs Write it.")


def test_what_empty_cells_take_away_and_what_is_wrong_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = printed(capsys, Order(kind="cities"), emptied=2, emptied_first=["line 2: population, needs"])
    assert "Empty cells delete stored values: 2 in all, first line 2: population, needs." in err
    problem = {"line": 4, "column": "country", "detail": "There is no country “X”."}
    out, err = printed(capsys, Order(kind="cities"), rows=6, invalid=1, accepted=False, problems=[problem])
    assert "4 country There is no country “X”." in out
    assert "Nothing was imported. Rows to correct: 1 of 6. Correct them, or pass --skip-invalid" in err
