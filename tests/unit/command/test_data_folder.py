"""The data folder: its holder, its keys, and the demo network in it."""

import multiprocessing
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isopolity.command.data_folder import (
    DemoState,
    Holder,
    claimed,
    ensure_link_keys,
    ensure_network_keys,
    holder_of,
    known_command_key,
    known_earlier_keys,
    known_registry_keys,
)
from isopolity.command.failure import Failure

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


def test_holder_is_known_while_it_holds_the_folder(tmp_path: Path) -> None:
    assert holder_of(tmp_path) is None
    with claimed(tmp_path, "http://127.0.0.1:8001"):
        found = holder_of(tmp_path)
    assert isinstance(found, Holder)
    assert found.url == "http://127.0.0.1:8001"
    assert holder_of(tmp_path) is None


def test_lock_file_that_cannot_be_read_names_nobody(tmp_path: Path) -> None:
    with claimed(tmp_path, "http://127.0.0.1:8001"):
        (tmp_path / "isopolity.lock").write_text("{")
        assert holder_of(tmp_path) is None


def _claim_elsewhere(folder: Path, results: "multiprocessing.Queue[str]") -> None:
    try:
        with claimed(folder, "http://127.0.0.1:2"):
            results.put("claimed")
    except Failure as failure:
        results.put(str(failure))


def claim_in_another_process(folder: Path) -> str:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[str] = context.Queue()
    other = context.Process(target=_claim_elsewhere, args=(folder, results))
    other.start()
    outcome = results.get(timeout=120)
    other.join()
    return outcome


def test_second_process_is_refused_with_a_sentence_that_names_the_first(tmp_path: Path) -> None:
    with claimed(tmp_path, "http://127.0.0.1:1"):
        outcome = claim_in_another_process(tmp_path)
    assert "is in use by process" in outcome
    assert "at http://127.0.0.1:1" in outcome


def test_folder_is_free_again_after_the_first_process(tmp_path: Path) -> None:
    with claimed(tmp_path, "http://127.0.0.1:1"):
        pass
    assert claim_in_another_process(tmp_path) == "claimed"


def test_folder_that_cannot_be_created_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match="cannot be created"), claimed(tmp_path / "file" / "data", "x"):
        pass


def test_only_a_fresh_folder_takes_the_demo_network_until_it_is_loaded(tmp_path: Path) -> None:
    state = DemoState(tmp_path)
    assert not state.present
    state.claim_fresh_folder()
    assert (state.unwritten, state.unfinished, state.start) == (True, True, None)
    state.written(None)
    assert (state.unwritten, state.unfinished, state.start) == (False, True, None)
    state.finished()
    state.claim_fresh_folder()
    assert (state.present, state.unfinished) == (True, False)


def test_a_history_that_is_written_is_not_written_again_and_its_end_is_remembered(tmp_path: Path) -> None:
    state, start = DemoState(tmp_path), datetime(2026, 12, 2, 3, 4, 5, 6, tzinfo=UTC)
    state.claim_fresh_folder()
    state.written(start)
    state.finished()
    assert (DemoState(tmp_path).unwritten, DemoState(tmp_path).start) == (False, start)


def test_a_folder_with_members_does_not_take_the_demo_network(tmp_path: Path) -> None:
    (tmp_path / "registry.db").touch()
    state = DemoState(tmp_path)
    state.claim_fresh_folder()
    assert not state.present
