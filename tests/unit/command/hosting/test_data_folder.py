"""The data folder: one process at a time, and never a demo network beside a real one."""

import multiprocessing
from pathlib import Path

import pytest

from isopolity.command.data_folder import DemoState, claimed
from isopolity.command.failure import Failure


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
    assert state.unfinished
    state.finished()
    state.claim_fresh_folder()
    assert (state.present, state.unfinished) == (True, False)


def test_a_folder_with_members_does_not_take_the_demo_network(tmp_path: Path) -> None:
    (tmp_path / "registry.db").touch()
    state = DemoState(tmp_path)
    state.claim_fresh_folder()
    assert not state.present
