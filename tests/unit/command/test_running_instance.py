"""The instance that runs on a data folder."""

from pathlib import Path

from isopolity.command.data_folder import Holder, claimed, holder_of


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
