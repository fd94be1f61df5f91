"""`isopolity mail unarrived` and `mail again`: what is asked of notify, and what is printed."""

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode
from isopolity.command.main import app
from tests.support.whole_answers import whole_answers

NUMBERS: dict[str, Any] = {
    "mails": 2,
    "reasons": [
        {"reason": "smtp-550", "why": "It was refused (550).", "is_stale": False, "mails": 2},
        {"reason": "deadline-passed", "why": "The time was over.", "is_stale": True, "mails": 3},
    ],
    "hours": [{"since": "2026-11-25T09:00:00Z", "until": "2026-11-25T10:00:00Z", "mails": 2}],
}
KEPT = {"why": "Its reader asks for another.", "mails": 1}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Paths and bodies that commands send to a notify with two hundred and one mails that did not arrive."""
    requests: list[Any] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=NUMBERS)
        body = json.loads(request.content)
        requests.append((request.url.path.rpartition("/")[2], body))
        is_last = "after" in body or "mail_ids" in body
        counted = {"goes": 1 if is_last else 200, "left": int(not is_last), "next": None if is_last else "m200"}
        return httpx.Response(200, json=counted | {"kept": [KEPT] if is_last else []})

    client = Client("http://network.example", None, whole_answers(reply))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    return requests


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["mail", *arguments])


@pytest.mark.usefixtures("asked")
def test_they_are_counted_by_reason_and_hour() -> None:
    printed = " ".join(run("unarrived").stdout.split())
    for part in ("smtp-550 2 yes It was refused (550).", "deadline-passed 3 no, stale", "2026-11-25 09:00 UTC 2"):
        assert part in printed
    assert json.loads(run("unarrived", "--json").stdout) == NUMBERS


def test_all_of_a_reason_are_sent_after_they_were_counted(asked: list[Any]) -> None:
    done = run("again", "--reason", "smtp-550", "--yes")
    assert done.exit_code == 0
    assert [kind for kind, _ in asked] == ["preview", "again", "preview", "again"]
    assert asked[1][1] == {"reason": "smtp-550"}
    assert asked[3][1] == {"reason": "smtp-550", "after": "m200"}
    printed = done.stdout.splitlines()
    assert printed == ["200 mails sent again.", "1 mail not sent: Its reader asks for another.", "1 mail sent again."]


def test_nothing_is_sent_where_nobody_agrees(asked: list[Any]) -> None:
    done = run("again", "m1")
    assert done.exit_code == ExitCode.USAGE
    assert asked == [("preview", {"mail_ids": ["m1"]})]
