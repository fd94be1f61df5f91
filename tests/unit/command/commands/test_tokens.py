"""`isopolity keys`: each holder's secret, and the public halves that all others are given."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from isopolity.command.failure import ExitCode
from isopolity.command.main import app
from isopolity.command.offline.network_keys import key_findings
from isopolity.identity.network_keys import COMMAND, NOTIFY, REGISTRY, public_key, read_public_keys
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.settings import NotifySettings
from tests.support.notify.events import unsent

NAMES = ("REGISTRY_KEYS", "COMMAND_KEY", "NOTIFY_KEY", "LINK_KEYS", "TOKEN_KEYS", "PUBLIC_KEYS")
SHARED = "s" * 32


@pytest.fixture(autouse=True)
def _no_keys_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"ISOPOLITY_{name}", raising=False)


def made(*arguments: str, **environment: str) -> dict[str, str]:
    printed = CliRunner().invoke(app, ["keys", *arguments], env=environment).stdout
    return dict(re.findall(r"^ISOPOLITY_(\w+)=(.+)$", printed, re.MULTILINE))


def test_every_holder_gets_a_secret_and_everybody_the_public_halves() -> None:
    settings = made("make")
    assert read_public_keys(settings["PUBLIC_KEYS"]) == (
        public_key(settings["REGISTRY_KEYS"], REGISTRY),
        public_key(settings["COMMAND_KEY"], COMMAND),
        public_key(settings["NOTIFY_KEY"], NOTIFY),
    )
    assert made("show", **{f"ISOPOLITY_{name}": value for name, value in settings.items()}) == {
        "PUBLIC_KEYS": settings["PUBLIC_KEYS"]
    }


def test_one_holders_key_is_made_alone() -> None:
    settings = made("make", "notify")
    assert settings == settings.fromkeys(("NOTIFY_KEY",), settings["NOTIFY_KEY"]) | {
        "PUBLIC_KEYS": public_key(settings["NOTIFY_KEY"], NOTIFY).text
    }


def test_who_has_no_key_is_refused_in_one_sentence() -> None:
    result = CliRunner().invoke(app, ["keys", "make", "portal"])
    assert (result.exit_code, result.stderr) == (
        ExitCode.USAGE,
        "There is no key of portal; choose from registry, command, notify.\n",
    )


def test_links_that_were_mailed_with_made_keys_go_on_with_the_keys_that_it_prints() -> None:
    before = NotifySettings(token_keys=SHARED)
    after = NotifySettings(link_keys=made("make", ISOPOLITY_TOKEN_KEYS=SHARED)["LINK_KEYS"])
    one, address = unsent("proposal-1", "a", "mail-1"), "ana@city.example"
    link = SignedAnswerLinks(before.answer_link_keys, "http://network").issue(one, address).rpartition("/")[2]
    links = SignedAnswerLinks(after.answer_link_keys, "http://network")
    assert links.went_to(links.read(link), address)
    assert after.answer_link_keys[0] not in before.answer_link_keys


def test_link_keys_that_are_set_stay_as_they_are() -> None:
    given = {"ISOPOLITY_TOKEN_KEYS": SHARED, "ISOPOLITY_LINK_KEYS": "l" * 32}
    assert made("make", **given)["LINK_KEYS"] == "l" * 32


def test_a_key_tells_on_which_day_it_was_made_and_the_doctor_how_old_it_is() -> None:
    settings = made("make")
    today = datetime.now(UTC).date()
    assert {key.made for key in read_public_keys(settings["PUBLIC_KEYS"])} == {str(today)}
    old = public_key(f"{today - timedelta(days=400)}.{'r' * 40}", REGISTRY)
    command = public_key(settings["COMMAND_KEY"], COMMAND)
    environment = {
        "ISOPOLITY_COMMAND_KEY": settings["COMMAND_KEY"],
        "ISOPOLITY_PUBLIC_KEYS": f"{old.text},{command.text}",
    }
    found = {finding[0]: finding for finding in findings(environment)}
    assert found["registry's keys"][1:] == (
        True,
        f"{old.key_id} (400 days old: rotate it, see “Keys” in the runbook); the first signs",
    )
    assert found["command's key"][1:] == (True, f"{command.key_id} (0 days old)")


def findings(environment: dict[str, str]) -> list[tuple[str, bool, str]]:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        return list(key_findings({"notify": NotifySettings()}, Path("nowhere")))


def test_the_doctor_names_what_is_wrong_with_keys() -> None:
    own, other = public_key("c" * 32, COMMAND), public_key("x" * 32, COMMAND)
    for environment, subject, problem in (
        ({"TOKEN_KEYS": SHARED}, "token keys", "can sign any token"),
        ({"COMMAND_KEY": "c" * 32, "PUBLIC_KEYS": other.text}, "command's key", f"add {own.text}"),
        ({"COMMAND_KEY": "short"}, "command's key", "a key is short"),
        ({"REGISTRY_KEYS": "short"}, "registry's keys", "a key is short"),
        ({}, "command's key", "set ISOPOLITY_COMMAND_KEY"),
    ):
        told = findings({f"ISOPOLITY_{name}": value for name, value in environment.items()})
        wrong = [(name, detail) for name, fine, detail in told if not fine]
        assert [name for name, detail in wrong if problem in detail] == [subject], environment
