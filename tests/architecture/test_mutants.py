"""Mutants that are known to change nothing are of lines that stand in the code."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_mutant_that_changes_nothing_is_of_a_line_of_today() -> None:
    entries = tomllib.loads((ROOT / "tests/mutants.toml").read_text(encoding="utf-8"))["lives"]
    gone = [
        f"{entry['path']}: {entry['old']}"
        for entry in entries
        if not (file := ROOT / entry["path"]).exists()
        or entry["old"] not in map(str.strip, file.read_text(encoding="utf-8").splitlines())
    ]
    assert gone == []
