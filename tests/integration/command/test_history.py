"""A first start that writes a history before it loads the demo network; on a seventh of the demo."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosting.running_command import isopolity
from tests.support.hosting.small_demo import FEW, VARIABLE

pytestmark = [pytest.mark.slow, pytest.mark.long]

SCRIPT = """
reasons = ["Not this year."]
joining = [{ days = 300, every = 3, partners_every = 3 }]
rounds = [{ days = 290 }, { days = 20 }]
ends = [{ days = 100, every = 2, reasons = ["completed"] }]

[[applications]]
days = 3
[applications.city]
kind = "city"
name = "Zadar"
country = "HR"
illustrative = true
contact = { name = "Office", email = "office@zadar.example" }

[[changes]]
days = 2
member = "Abu Dhabi"
values = { local_names = ["Abu Zabi"] }
"""
TIMEOUT = 400


@pytest.fixture(scope="module")
def with_history(small_demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The environment in which the command loads a small demo with a history."""
    folder = Path(shutil.copytree(small_demo[VARIABLE], tmp_path_factory.mktemp("told") / "demo"))
    (folder / "history.toml").write_text(SCRIPT, encoding="utf-8")
    return {VARIABLE: str(folder), **FEW}


def counts(data: Path, environment: dict[str, Any]) -> dict[str, Any]:
    """What `up --once --json` prints."""
    done = isopolity("up", "--once", "--json", "--data", str(data), timeout=TIMEOUT, **environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_is_history_is_over_what_waits_waits_and_its_mails_are_not_in_the_mail_box(
    with_history: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demo").write_text("claimed", encoding="ascii")  # a process was killed within its history
    (tmp_path / "data" / "matching.db").write_bytes(b"half a database")
    found = counts(tmp_path / "data", with_history)
    assert found["contradictions"] == []
    assert found["dead_letters"] == 0
    assert found["applications"] == 1
    assert found["partnerships"]["ended"] > 0
    settled = {stage for stages in found["proposals"].values() for stage in stages}
    assert {"agreed", "expired", "issued"} <= settled
    went_out = sum(tally["sent"] for tally in found["mails"].values())
    assert found["mail_box"] == went_out - sum(found["mails_of_history"].values())
    assert found["mails_of_history"].keys() >= {"proposal", "introduction", "ending"}
    assert found["mails"]["closing"]["sent"] == found["mails_of_history"].get("closing", 0), (
        "none goes out at the start"
    )
    assert counts(tmp_path / "data", with_history) == found
