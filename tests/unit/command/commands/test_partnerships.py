"""`isopolity partnerships` and `isopolity feedback`: what is asked of the services, and what is printed."""

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode
from isopolity.command.main import app
from tests.support.whole_answers import whole_answers

LYON, GRAZ = "0199f6a0-0000-7000-8000-000000000001", "0199f6a0-0000-7000-8000-000000000002"
STANDING: dict[str, Any] = {
    "partnership_id": "p1",
    "kind": "twinning",
    "stage": "exploratory",
    "members": [
        {"member_id": LYON, "name": "Lyon", "country": "FR", "programme_name": None},
        {"member_id": GRAZ, "name": "Graz", "country": "AT", "programme_name": None},
    ],
    "established_at": "2026-11-01T09:00:00Z",
    "ended_reason": None,
    "ended_at": None,
}
ENDED = STANDING | {
    "partnership_id": "p2",
    "stage": "ended",
    "ended_reason": "completed",
    "ended_at": "2026-11-20T09:00:00Z",
}
FEEDBACK = {
    "response_id": "r1",
    "proposal_id": "proposal-1",
    "side": "a",
    "choice": "no",
    "reason": "We have no budget this year.",
    "answered_at": "2026-11-02T09:00:00Z",
    "member": {"member_kind": "city", "member_id": "lyon", "name": "Lyon"},
    "other": {"member_kind": "city", "member_id": "graz", "name": "Graz"},
}


@pytest.fixture
def reachable() -> set[str]:
    """The members that have a contact."""
    return {LYON, GRAZ}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, reachable: set[str]) -> list[str]:
    """The requests that commands make to services with two partnerships and one feedback."""
    requests: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        requests.append(f"{request.method} {request.url.raw_path.decode()} {request.content.decode()}".rstrip())
        path = request.url.path
        if path == f"/registry/v1/cities/{LYON}":
            return httpx.Response(200, json={"city_id": LYON, "name": "Lyon", "country": "FR", "status": "endorsed"})
        if path == "/registry/v1/contacts":
            person = {"contact_id": "c1", "name": "Anne"}
            return httpx.Response(200, json={"items": [person] if request.url.params["member_id"] in reachable else []})
        if path.startswith("/registry/"):
            return httpx.Response(404, json={"detail": "No."})
        if path == "/notify/v1/feedback":
            return httpx.Response(200, json={"items": [FEEDBACK], "next": None})
        known = {"p1": STANDING, "p2": ENDED}
        for partnership_id, document in known.items():
            if f"/partnerships/{partnership_id}" in path:
                return httpx.Response(200, json=document)
        return httpx.Response(200, json={"items": [STANDING, ENDED], "next": None})

    client = Client("http://127.0.0.1:8000", "token", transport=whole_answers(reply))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    monkeypatch.setenv("COLUMNS", "200")
    return requests


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_partnerships_are_listed_with_names_and_dates(asked: list[str]) -> None:
    listed = run("partnerships", "list").stdout
    assert "Lyon (FR)" in listed
    assert "completed" in listed
    assert "2026-11-20" in listed
    assert run("partnerships", "list", "--member", LYON, "--standing", "--json").exit_code == 0
    assert asked[-1] == f"GET /matching/v1/partnerships?member_id={LYON}&standing=true&limit=50"


def test_end_asks_first_and_gives_the_reason(asked: list[str]) -> None:
    unasked = run("partnerships", "end", "p1", "--reason", "completed")
    done = run("partnerships", "end", "p1", "--reason", "completed", "--yes")
    again = run("partnerships", "end", "p2", "--reason", "completed", "--yes")
    assert unasked.exit_code == ExitCode.USAGE
    assert unasked.stderr.startswith(
        "End the partnership of Lyon (FR) and Graz (AT), for good? 2 mails go out, one to each side."
    )
    assert done.stdout.strip() == "The partnership of Lyon (FR) and Graz (AT) has ended."
    assert [each for each in asked if each.startswith("POST")] == [
        'POST /matching/v1/partnerships/p1/end {"reason":"completed"}'
    ]
    assert again.stderr.strip() == "The partnership of Lyon (FR) and Graz (AT) has ended already."


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ({GRAZ}, "1 mail goes out, since Lyon (FR) cannot be mailed without a contact."),
        (set(), "No mail goes out, since Lyon (FR) and Graz (AT) cannot be mailed without a contact."),
    ],
)
@pytest.mark.usefixtures("asked")
def test_end_says_who_cannot_be_mailed(reachable: set[str], left: set[str], sentence: str) -> None:
    reachable &= left
    unasked = run("partnerships", "end", "p1", "--reason", "completed")
    assert f"for good? {sentence}" in " ".join(unasked.stderr.split())


def test_partnership_is_shown_with_both_names(asked: list[str]) -> None:
    shown = run("partnerships", "show", "p1").stdout
    assert "Lyon (FR)" in shown
    assert "Graz (AT)" in shown
    told = json.loads(run("partnerships", "show", "p1", "--json").stdout)
    assert {name: told[name] for name in STANDING if name != "members"} == {
        name: value for name, value in STANDING.items() if name != "members"
    }


def test_feedback_is_listed_with_its_words(asked: list[str]) -> None:
    listed = run("feedback", "list").stdout
    assert "We have no budget this year." in listed
    assert "Lyon" in listed
    assert "Graz" in listed
    assert "proposal-1" in listed
