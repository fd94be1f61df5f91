"""The data folder: one process at a time, keys for their owner only."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from isopolity.command.failure import Failure
from isopolity.command.hosting import data_folder


def _claim_elsewhere(folder: Path, results: "multiprocessing.Queue[str]") -> None:
    try:
        with data_folder.claimed(folder, "http://127.0.0.1:2"):
            results.put("claimed")
    except Failure as failure:
        results.put(str(failure))


def claim_in_another_process(folder: Path) -> str:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[str] = context.Queue()
    other = context.Process(target=_claim_elsewhere, args=(folder, results))
    other.start()
    outcome = results.get(timeout=30)
    other.join()
    return outcome


def test_second_process_is_refused_with_a_sentence_that_names_the_first(tmp_path: Path) -> None:
    with data_folder.claimed(tmp_path, "http://127.0.0.1:1"):
        outcome = claim_in_another_process(tmp_path)
    assert "is in use by process" in outcome
    assert "at http://127.0.0.1:1" in outcome


def test_folder_is_free_again_after_the_first_process(tmp_path: Path) -> None:
    with data_folder.claimed(tmp_path, "http://127.0.0.1:1"):
        pass
    assert claim_in_another_process(tmp_path) == "claimed"


def test_folder_that_cannot_be_created_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match="cannot be created"), data_folder.claimed(tmp_path / "file" / "data", "x"):
        pass


def test_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = data_folder.ensure_keys(tmp_path)
    assert data_folder.ensure_keys(tmp_path) == first == data_folder.keys(tmp_path)
    assert len(first[0]) >= 32
    assert stat.S_IMODE((tmp_path / "token.keys").stat().st_mode) == 0o600


def test_links_have_a_key_of_their_own(tmp_path: Path) -> None:
    links, tokens = data_folder.ensure_link_keys(tmp_path), data_folder.ensure_keys(tmp_path)
    assert data_folder.ensure_link_keys(tmp_path) == links != tokens
    assert len(links[0]) >= 32
    assert stat.S_IMODE((tmp_path / "link.keys").stat().st_mode) == 0o600


def test_key_left_half_written_by_a_crash_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "token.keys.new").write_text("half")
    assert data_folder.ensure_keys(tmp_path) != ("half",)
