"""What `isopolity import` sends, and what it prints of the answer."""

import json
from pathlib import Path

import httpx
import pytest

from isopolity.command.client.files.import_upload import Order, import_file, print_report
from isopolity.command.client.http_client import Client
from isopolity.command.console import progress
from isopolity.command.failure import Failure

REPORT = {
    "rows": 1, "created": 1, "revised": 0, "unchanged": 0, "invalid": 0, "accepted": True, "problems": [],
    "read_as": ["Numbers are read as written like 1.234,5, as was said."],
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
        return httpx.Response(200, text=json.dumps({"result": REPORT}))

    order = Order(kind="cities", dry_run=True, decimal="comma")
    with progress() as shown:
        report = import_file(Client("http://x", None, httpx.MockTransport(answer)), order, members, shown)
    print_report(report, order)
    assert asked == ["kind=cities&dry_run=true&decimal=comma"]
    assert "Numbers are read as written like 1.234,5, as was said." in capsys.readouterr().err


def test_a_parameter_in_a_refusal_is_told_as_an_option(members: Path) -> None:
    detail = "Line 2 can mean 84 or 84,000. Send decimal=point for 84, or decimal=comma for 84,000."
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=json.dumps({"error": {"detail": detail}})))
    with progress() as shown, pytest.raises(Failure) as refused:
        import_file(Client("http://x", None, transport), Order(kind="cities"), members, shown)
    assert str(refused.value).endswith("Send --decimal=point for 84, or --decimal=comma for 84,000.")
