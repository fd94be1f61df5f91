"""Who runs the command: what the audit names."""

from pathlib import Path

import jwt
import pytest

from isopolity.command.client.credentials import own_subject, token_for
from isopolity.command.failure import Failure

KEY = "a-key-that-only-the-tests-know-0123456789"


def subject(token: str | None) -> str:
    assert token is not None
    return str(jwt.decode(token, options={"verify_signature": False})["sub"])


def test_a_token_of_the_command_names_the_user_and_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISOPOLITY_COMMAND_KEY", KEY)
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr("isopolity.command.client.credentials.gethostname", lambda: "server")
    monkeypatch.setattr("isopolity.command.client.credentials.getuser", lambda: "mia")
    assert subject(token_for(["staff"], token=None, data=Path())) == "command:mia@server"
    monkeypatch.setenv("SUDO_USER", "otto")
    assert subject(token_for(["staff"], token=None, data=Path())) == "command:otto@server", "who became root"
    monkeypatch.setenv("ISOPOLITY_ACTOR", "person-1")
    assert subject(token_for(["staff"], token=None, data=Path())) == "command:person-1"


def test_a_user_without_a_name_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr("isopolity.command.client.credentials.getuser", nameless)
    monkeypatch.setattr("isopolity.command.client.credentials.gethostname", lambda: "a box")
    assert own_subject().startswith("command:uid-")
    assert own_subject().endswith("@a_box")


@pytest.mark.parametrize("actor", ["two words", "x" * 101, "<b>"])
def test_a_name_that_is_none_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch, actor: str) -> None:
    monkeypatch.setenv("ISOPOLITY_ACTOR", actor)
    with pytest.raises(Failure, match="up to 100 letters"):
        own_subject()
