"""`up --once --json`: the counts add up, and a crash in between changes none of them."""

import json
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from isopolity.machine.stores import owned
from tests.support.hosting.running_command import AS_USERS_DO, Program, isopolity, started
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

FirstRun = tuple[Path, dict[str, Any]]


def test_small_network_is_loaded_and_its_counts_add_up(small_run: FirstRun) -> None:
    counts = small_run[1]
    issued = sum(stages.get("issued", 0) for stages in counts["proposals"].values())
    assert counts["contradictions"] == []
    assert counts["members"]["city"] > 60
    assert counts["members"]["foundation"] > 0
    assert issued > 10
    assert counts["mails"] == {"proposal": {"sent": 2 * issued}}
    assert counts["mail_box"] == 2 * issued
    assert counts["waiting"] == {"outbox": 0, "lag": 0, "parked": 0}
    assert counts["dead_letters"] == 0
    assert set(counts["proposals"]) == {"sponsorship", "twinning"}


@pytest.mark.long
def test_demo_network_is_loaded_and_its_counts_add_up(first_run: FirstRun) -> None:
    counts = first_run[1]
    issued = sum(stages.get("issued", 0) for stages in counts["proposals"].values())
    sent = {purpose: tally["sent"] for purpose, tally in counts["mails"].items()}
    of_history = counts["mails_of_history"]
    assert counts["contradictions"] == []
    assert counts["members"]["city"] > 400
    assert counts["members"]["foundation"] > 5
    assert issued > 100
    assert {purpose for purpose, number in sent.items() if number > of_history.get(purpose, 0)} == {"proposal"}
    assert counts["mail_box"] == sent["proposal"] - of_history["proposal"]
    assert counts["waiting"] == {"outbox": 0, "lag": 0, "parked": 0}
    assert counts["dead_letters"] == 0


@pytest.mark.long
def test_something_waits_for_the_office_and_two_years_are_told(first_run: FirstRun) -> None:
    counts = first_run[1]
    assert counts["applications"] > 2
    assert counts["partnerships"]["ended"] > 0
    assert counts["partnerships"]["exploratory"] > 5
    assert counts["round"]["proposed"] > 5, "the draft has pairs"
    assert {stage for stages in counts["proposals"].values() for stage in stages} >= {"agreed", "declined", "expired"}


@pytest.mark.long
def test_both_kinds_of_proposals_are_made(first_run: FirstRun) -> None:
    assert set(first_run[1]["proposals"]) == {"sponsorship", "twinning"}


def test_second_run_on_the_same_data_changes_nothing(small_run: FirstRun, loaded: Any) -> None:
    again = isopolity("up", "--once", "--json", "--data", str(loaded()))
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == small_run[1]


def test_data_of_a_service_that_was_started_by_itself_is_left_to_it(tmp_path: Path) -> None:
    with owned(tmp_path / "broker.db"):
        done = isopolity("up", "--once", "--no-demo", "--data", str(tmp_path), **AS_USERS_DO)
    assert done.returncode == 1
    assert " ".join(done.stderr.split()) == (
        f"Another process has {tmp_path / 'broker.db'} open; stop it, or set ISOPOLITY_DATA to another folder."
    )


def test_without_demo_the_network_is_empty_and_the_demo_is_never_mixed_into_it(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    for options in (["--no-demo"], []):
        done = isopolity("up", "--once", "--json", *options, "--data", data)
        assert done.returncode == 0, done.stderr
        counts = json.loads(done.stdout)
        assert counts["members"] == {}
        assert counts["mail_box"] == 0


@pytest.mark.long
@pytest.mark.parametrize(
    "is_time",
    [
        pytest.param(lambda data: _size(data / "registry.db") >= 300_000, id="tables half made"),
        pytest.param(lambda data: bool(_cities(data)), id="cities imported"),
        pytest.param(lambda data: bool(_rounds(data)), id="the first round asked for"),
        pytest.param(lambda data: bool(_rounds(data) - {"waiting"}), id="the first round runs"),
        pytest.param(lambda data: _size(data / "mailbox/new") >= 30, id="mails going out"),
    ],
)
def test_kill_while_loading_loses_and_doubles_nothing(
    small_demo: dict[str, Any], small_run: FirstRun, tmp_path: Path, is_time: Callable[[Path], bool]
) -> None:
    data = tmp_path / "data"
    process = started("up", "--data", str(data), "--port", str(free_port()), **small_demo)
    try:
        _wait_until(lambda: is_time(data), process)
    finally:
        process.kill()
        process.communicate()
    proposed = _proposals(data)
    again = isopolity("up", "--once", "--json", "--data", str(data), **small_demo)
    assert again.returncode == 0, again.stderr
    counts = json.loads(again.stdout)
    assert counts["contradictions"] == []
    for what in ("members", "contacts", "requests", "twinnings"):
        assert counts[what] == small_run[1][what]
    assert _proposals(data) == (proposed or _proposals(data))
    assert counts["proposals"].keys() == small_run[1]["proposals"].keys(), "the first round was done in the end"
    assert set(counts["mails"]["proposal"]) <= {"sent", "unknown"}
    assert sum(counts["mails"]["proposal"].values()) == 2 * len(_proposals(data))


@pytest.mark.long
def test_interrupt_while_loading_is_a_sentence_and_the_next_start_goes_on(
    small_demo: dict[str, Any], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with started("up", "--once", "--json", "--data", str(data), **small_demo, **AS_USERS_DO) as process:
        _wait_until(lambda: bool(_cities(data)), process)
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "Stopped before the work was done; start it again to go on."
    again = isopolity("up", "--once", "--json", "--data", str(data), **small_demo)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["contradictions"] == []


def _proposals(data: Path) -> set[str]:
    return _column(data / "matching.db", "proposals", "proposal_id")


def _rounds(data: Path) -> set[str]:
    """Where the rounds stand."""
    return _column(data / "matching.db", "rounds", "status")


def _cities(data: Path) -> set[str]:
    return _column(data / "registry.db", "cities", "id")


def _column(path: Path, table: str, name: str) -> set[str]:
    """The values of a column; none before the service has made its tables."""
    if not path.exists():
        return set()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        if not database.execute("SELECT name FROM sqlite_master WHERE name = ?", [table]).fetchall():
            return set()
        return {value for (value,) in database.execute(f"SELECT {name} FROM {table}")}  # noqa: S608 - names of ours


def _wait_until(is_time: Callable[[], bool], process: Program) -> None:
    while not is_time():
        assert process.poll() is None, "the process ended before it had done so much"
        time.sleep(0.01)  # the process needs the processor more than we do


def _size(path: Path) -> int:
    """How many files a folder holds, or how many bytes a database and its journal have."""
    if path.is_dir():
        return sum(1 for _ in path.iterdir())
    size = 0
    for file in path.parent.glob(f"{path.name}*"):
        with suppress(FileNotFoundError):  # a journal may go while we look
            size += file.stat().st_size
    return size
