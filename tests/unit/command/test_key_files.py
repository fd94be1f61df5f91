"""The keys in the data folder: made once, and only their owner can read them."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from isopolity.command.data_folder import (
    ensure_link_keys,
    ensure_network_keys,
    known_command_key,
    known_earlier_keys,
    known_registry_keys,
)

MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def _no_keys_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REGISTRY_KEYS", "COMMAND_KEY", "TOKEN_KEYS"):
        monkeypatch.delenv(f"ISOPOLITY_{name}", raising=False)


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    keys = ensure_network_keys(tmp_path, MONTH)
    assert ensure_network_keys(tmp_path, MONTH) == keys
    assert (known_registry_keys(tmp_path), known_command_key(tmp_path)) == (keys.registry, keys.command)
    assert keys.command not in keys.registry
    assert min(len(key) for key in (*keys.registry, keys.command)) >= 32
    for name in ("registry.keys", "command.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_links_have_a_key_of_their_own(tmp_path: Path) -> None:
    links, keys = ensure_link_keys(tmp_path), ensure_network_keys(tmp_path, MONTH)
    assert ensure_link_keys(tmp_path) == links != keys.registry
    assert len(links[0]) >= 32
    assert stat.S_IMODE((tmp_path / "link.keys").stat().st_mode) == 0o600


def test_key_left_half_written_by_a_crash_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "registry.keys.new").write_text("half")
    assert ensure_network_keys(tmp_path, MONTH).registry != ("half",)


def test_keys_of_the_environment_come_before_those_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_network_keys(tmp_path, MONTH)
    monkeypatch.setenv("ISOPOLITY_REGISTRY_KEYS", " first ,, second ")
    monkeypatch.setenv("ISOPOLITY_COMMAND_KEY", "own")
    assert known_registry_keys(tmp_path) == ("first", "second")
    assert known_command_key(tmp_path) == "own"


def test_keys_of_the_release_before_stay_as_long_as_their_tokens_can_live(tmp_path: Path) -> None:
    (tmp_path / "token.keys").write_text("before\n")
    keys = ensure_network_keys(tmp_path, MONTH)
    assert keys.earlier == ("before",)
    assert "before" not in (*keys.registry, keys.command)
    long_ago = (tmp_path / "registry.keys").stat().st_mtime - MONTH.total_seconds() - 1
    os.utime(tmp_path / "registry.keys", (long_ago, long_ago))
    assert ensure_network_keys(tmp_path, MONTH).earlier == ()
    assert not (tmp_path / "token.keys").exists()


def test_the_command_signs_as_before_where_only_the_shared_keys_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_network_keys(tmp_path, MONTH)
    monkeypatch.setenv("ISOPOLITY_TOKEN_KEYS", "shared")
    assert (known_command_key(tmp_path), known_earlier_keys(tmp_path)) == (None, ("shared",))
