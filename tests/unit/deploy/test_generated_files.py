"""No generated file of a deployment is stale."""

from pathlib import Path

from deploy.generation.__main__ import main
from deploy.generation.files import generated_files

REPOSITORY = Path(__file__).parents[3]


def test_no_generated_file_is_stale() -> None:
    assert main(["--check", "--root", str(REPOSITORY)]) == 0


def test_a_file_that_was_changed_by_hand_is_told_and_written_anew(tmp_path: Path) -> None:
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert main(["--root", str(tmp_path)]) == 0
    changed = tmp_path / next(iter(generated_files()))
    changed.write_text("by hand", "utf-8")
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
