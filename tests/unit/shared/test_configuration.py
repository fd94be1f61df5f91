"""Names of settings, secrets in files, and the release that runs."""

import subprocess
import sys
from pathlib import Path
from platform import python_version

import pytest
from typer.testing import CliRunner

from isopolity.command.main import app
from isopolity.configuration.setting_names import BUILD, Release, release_line, release_of, unknown_settings
from isopolity.configuration.settings import Settings
from isopolity.messaging.kafka.settings import KafkaSecurity
from isopolity.runtime.process import WrongSettings, read_settings

KEY = "k" * 32


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the token keys stand; nothing is there yet."""
    monkeypatch.setenv("ISOPOLITY_TOKEN_KEYS_FILE", str(tmp_path / "keys"))
    monkeypatch.delenv("ISOPOLITY_TOKEN_KEYS", raising=False)
    return tmp_path / "keys"


def refusal() -> str:
    with pytest.raises(WrongSettings) as problem:
        read_settings(Settings)
    return str(problem.value)


def test_a_secret_is_read_from_its_file_without_the_line_end(file: Path) -> None:
    file.write_text(f"{KEY}\n")
    assert Settings().earlier_keys == (KEY,)


def test_what_is_given_counts_before_the_file(file: Path) -> None:
    file.write_text(KEY)
    assert Settings(token_keys="g" * 32).earlier_keys == ("g" * 32,)


def test_kafkas_password_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("ISOPOLITY_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("ISOPOLITY_KAFKA_SASL_USERNAME", "notify")
    monkeypatch.setenv("ISOPOLITY_KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "password"))
    assert KafkaSecurity().options()["sasl_plain_password"] == "s3cret"


def test_a_file_that_is_missing_is_named(file: Path) -> None:
    assert refusal() == (
        f"Correct ISOPOLITY_TOKEN_KEYS_FILE: {file} cannot be read (No such file or directory); "
        "correct the path, or who may read it."
    )


def test_a_file_that_is_empty_is_named(file: Path) -> None:
    file.write_text("\n")
    assert refusal() == f"Correct ISOPOLITY_TOKEN_KEYS_FILE: {file} is empty; write the secret into it."


def test_a_file_that_is_no_text_is_named(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    assert "cannot be read (it is no text)" in refusal()


def test_a_secret_in_two_places_is_refused_and_not_shown(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(KEY)
    monkeypatch.setenv("ISOPOLITY_TOKEN_KEYS", "e" * 32)
    assert refusal() == ("Correct ISOPOLITY_TOKEN_KEYS_FILE: ISOPOLITY_TOKEN_KEYS is set too; leave one of both out.")


def test_a_secret_in_a_file_is_checked_as_any_other(file: Path) -> None:
    file.write_text("short")
    assert "each key needs 32 characters or more" in refusal()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ISOPOLITY_LOGLEVEL", "ISOPOLITY_LOGLEVEL is no setting; did you mean ISOPOLITY_LOG_LEVEL?"),
        ("ISOPOLITY_KAFKA_SASL_USER", "ISOPOLITY_KAFKA_SASL_USER is no setting; did you mean"
         " ISOPOLITY_KAFKA_SASL_USERNAME?"),
        ("ISOPOLITY_LOG_LEVEL_FILE", "ISOPOLITY_LOG_LEVEL_FILE is no setting; did you mean ISOPOLITY_LOG_LEVEL?"),
        ("ISOPOLITY_Q", "ISOPOLITY_Q is no setting; take it out."),
    ],
)  # fmt: skip
def test_unknown_setting_is_told_with_the_nearest_one(name: str, told: str) -> None:
    assert list(unknown_settings({name: "x"})) == [(name, told)]


@pytest.mark.parametrize(
    "name",
    ["ISOPOLITY_DATA", "isopolity_data", "ISOPOLITY_TOKEN_KEYS_FILE", "ISOPOLITY_URL", "ISOPOLITY_TEST_KAFKA", "PATH"],
)
def test_known_setting_and_what_is_none_of_ours_pass(name: str) -> None:
    assert list(unknown_settings({name: "x"})) == []


def test_a_release_is_its_version_with_the_build_where_one_is_named() -> None:
    assert str(Release(version="0.1.0")) == "0.1.0"
    assert str(Release(version="0.1.0", build="3f2a91c")) == "0.1.0+3f2a91c"
    assert release_line("isopolity", {BUILD: "3f2a91c"}).endswith(f"+3f2a91c (Python {python_version()})")


def test_the_command_tells_its_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUILD, "3f2a91c")
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"{release_line('isopolity')}\n")
    assert "+3f2a91c" in told.output


def test_a_service_tells_its_release() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "isopolity.portal", "--version"], check=True, capture_output=True, text=True
    )
    assert told.stdout.startswith(f"isopolity-portal {release_of().version}")
