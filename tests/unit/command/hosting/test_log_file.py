"""The log of `isopolity up`."""

from pathlib import Path

import pytest

from isopolity.command.hosting.up import LogFile
from tests.support.shared.file_sizes import no_file_grows


def test_lines_are_appended_and_old_ones_go_to_older_files(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "isopolity.log")
    log.maxBytes = 100
    for number in range(20):
        log.write(f"line {number:015}\n")
    log.close()
    assert (tmp_path / "isopolity.log").read_text().splitlines()[-1] == "line 000000000000019"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["isopolity.log", "isopolity.log.1", "isopolity.log.2"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())


def test_full_disk_stops_nobody_and_loses_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = LogFile(tmp_path / "isopolity.log")
    with no_file_grows():
        for number in range(1000):
            log.write(f"line {number:015}\n")
    log.close()
    written = (tmp_path / "isopolity.log").read_text() + capsys.readouterr().err
    assert {int(line.split()[1]) for line in written.splitlines()} == set(range(1000))
