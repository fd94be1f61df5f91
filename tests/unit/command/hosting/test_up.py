"""The log of `isopolity up`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from isopolity.command.failure import Failure
from isopolity.command.hosting import up
from isopolity.command.hosting.up import LogFile
from isopolity.messaging.errors import TopicMismatch
from tests.support.shared.storage import no_file_grows


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


@pytest.fixture
def same_mask() -> Iterator[None]:
    """The command sets the mask of its process for files."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("same_mask")
def test_a_log_of_another_generation_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "the log holds topics of generation 1, and 2 is set: set ISOPOLITY_TOPIC_GENERATION as it was"

    def refused(*_: object, **__: object) -> None:
        raise TopicMismatch(sentence)

    monkeypatch.setattr(up, "open_network", refused)
    monkeypatch.setattr(up, "LogFile", lambda _path: None)  # nobody closes it before the process ends
    monkeypatch.setattr(up, "configure_logging", lambda *_, **__: None)
    plan = up.Plan(data=tmp_path, port=0, demo=False, once=True, deadline=1, as_json=False)
    with pytest.raises(Failure) as caught:
        up.run(plan)
    assert sentence in str(caught.value)
