"""`isopolity people` against a registry: who is staff or operator, and signs in."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from isopolity.command.client.credentials import token_for
from isopolity.command.failure import ExitCode
from isopolity.identity.network_keys import REGISTRY
from isopolity.web.network_tokens import LocalTokens
from tests.support.hosting.registry_behind import run
from tests.support.registry.access import COMMAND, OFFICE, PEOPLE, add_to_office
from tests.support.registry.service import KEY, RegistryUnderTest, bearer

CODE = re.compile(r"Enrolment code: [2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){3}")


@pytest.fixture
def as_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is run signs its tokens with the command's key, as on the network's machine."""
    monkeypatch.setattr("tests.support.hosting.registry_behind.bearer", lambda *_: COMMAND)


@pytest.mark.usefixtures("as_command")
def test_an_operator_lists_adds_and_removes(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    assert "The list is empty" in run("people", "list").stdout
    mia = ("--name", "Mia Berg", "--email", str(OFFICE["email"]))
    added = run("people", "add", *mia, "--scope", "staff")
    assert "Mia Berg signs in as staff; the id is " in added.stdout
    assert CODE.search(added.stdout)
    changed = run("people", "add", *mia, "--scope", "staff", "--scope", "operator")
    assert ("signs in as operator and staff" in changed.stdout, "code" in changed.stdout) == (True, False)
    some = run("people", "add", *mia, "--scope", "staff:endorse", "--scope", "operator:read")
    assert "signs in as operator:read and staff:endorse" in some.stdout
    (person,) = portal.call(lambda: registry.client.get(PEOPLE, headers=bearer("operator"))).json()["items"]
    listed = run("people", "list").stdout
    assert (person["email"] in listed, "operator:read staff:endorse" in listed) == (True, True)
    assert CODE.search(run("people", "reset-app", person["email"]).stdout)
    assert run("people", "remove", person["person_id"], "--yes").exit_code == ExitCode.DONE
    again = run("people", "remove", person["person_id"], "--yes")
    assert (again.exit_code, "No person on the list has this id or address" in again.stderr) == (ExitCode.WRONG, True)


def test_a_wrong_scope_or_address_is_told(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    for option, value in (("--scope", "admin"), ("--email", "mia")):
        options = {"--name": "Mia", "--email": "mia@n.example", "--scope": "staff"} | {option: value}
        refused = run("people", "add", *(word for pair in options.items() for word in pair))
        assert refused.exit_code == ExitCode.WRONG
        assert "Traceback" not in refused.stderr


def test_a_named_person_gets_a_link_while_no_mail_goes_out(
    portal: BlockingPortal, registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.call(lambda: add_to_office(registry, scopes=["operator"]))
    refused = run("people", "link", str(OFFICE["email"]))
    assert "Only the command" in refused.stderr, "the token of somebody else"
    monkeypatch.setenv("ISOPOLITY_COMMAND_KEY", KEY)
    monkeypatch.setenv("ISOPOLITY_ACTOR", "root@server")
    signed = token_for(("operator",), token=None, data=Path())
    assert signed is not None
    monkeypatch.setattr(
        "tests.support.hosting.registry_behind.bearer", lambda *_: {"Authorization": f"Bearer {signed}"}
    )
    made = run("people", "link", str(OFFICE["email"]))
    assert "\nhttp://127.0.0.1:8000/sign-in/" in made.stdout
    assert "lets Mia Berg in once, for 10 minutes" in made.stderr
    unknown = run("people", "link", "nobody")
    assert (unknown.exit_code, "No person on the list" in unknown.stderr) == (ExitCode.WRONG, True)
    entries = portal.call(lambda: registry.client.get("/registry/v1/audit", headers=bearer("staff"))).json()["items"]
    assert (entries[0]["action"], entries[0]["actor"]) == ("people.sign-in-link", "command:root@server")


def test_where_nothing_runs_a_link_says_so(tmp_path: Path) -> None:
    told = run("people", "link", "mia", "--url", "http://127.0.0.1:9", "--data", str(tmp_path))
    assert (told.exit_code, "Nothing answers at" in told.stderr) == (ExitCode.UNREACHABLE, True)


def test_the_command_confirms_what_waits_for_a_second_person(
    portal: BlockingPortal, registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    kai_id = portal.call(lambda: add_to_office(registry, scopes=["staff", "operator"]))
    tokens = LocalTokens([KEY], lambda: datetime.now(UTC), name=REGISTRY)
    token = tokens.issue(kai_id, ["staff", "operator"], session_id="s1", lifetime=timedelta(minutes=5))
    path = "tests.support.hosting.registry_behind.bearer"
    assert "There is nothing to confirm" in run("people", "requests").stdout
    monkeypatch.setattr(path, lambda *_: {"Authorization": f"Bearer {token}"})
    asked = run("people", "add", "--name", "Lea", "--email", "lea@network.example", "--scope", "operator")
    assert "second person who manages staff must confirm" in asked.stdout
    monkeypatch.setattr(path, lambda *_: COMMAND)
    assert "lea@network" in run("people", "requests").stdout
    (request,) = portal.call(lambda: registry.client.get(f"{PEOPLE}/requests", headers=COMMAND)).json()["items"]
    confirmed = run("people", "confirm", request["request_id"])
    assert "Lea signs in as operator; the id is " in confirmed.stdout
    assert CODE.search(confirmed.stdout)
