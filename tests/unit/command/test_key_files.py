"""The keys in the data folder: made once, and only their owner can read them."""

import stat
from pathlib import Path

import pytest

from isopolity.command.key_files import ensure_link_keys, ensure_token_keys, known_token_keys


@pytest.fixture(autouse=True)
def _no_keys_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISOPOLITY_TOKEN_KEYS", raising=False)


def test_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = ensure_token_keys(tmp_path)
    assert ensure_token_keys(tmp_path) == first == known_token_keys(tmp_path)
    assert len(first[0]) >= 32
    assert stat.S_IMODE((tmp_path / "token.keys").stat().st_mode) == 0o600


def test_links_have_a_key_of_their_own(tmp_path: Path) -> None:
    links, tokens = ensure_link_keys(tmp_path), ensure_token_keys(tmp_path)
    assert ensure_link_keys(tmp_path) == links != tokens
    assert len(links[0]) >= 32
    assert stat.S_IMODE((tmp_path / "link.keys").stat().st_mode) == 0o600


def test_key_left_half_written_by_a_crash_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "token.keys.new").write_text("half")
    assert ensure_token_keys(tmp_path) != ("half",)


def test_keys_of_the_environment_come_before_those_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_token_keys(tmp_path)
    monkeypatch.setenv("ISOPOLITY_TOKEN_KEYS", " first ,, second ")
    assert known_token_keys(tmp_path) == ("first", "second")
