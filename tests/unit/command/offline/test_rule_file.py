"""`isopolity rules check`: a file of rules told in sentences, without a server."""

import json
from pathlib import Path

from typer.testing import CliRunner

from isopolity.command.main import app


def test_a_file_is_told_rule_by_rule(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('objective = "first-ties-first"\n[[rules]]\nat_most = 40\n')
    told = CliRunner().invoke(app, ["rules", "check", str(file)])
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "1. At most 40 pairs.",
        "Objective: As many cities without a tie as possible get a pair; then the pairs that fit best in total.",
    ]
    document = json.loads(CliRunner().invoke(app, ["rules", "check", str(file), "--json"]).output)
    assert document["rules"] == ["At most 40 pairs."]


def test_a_wrong_file_is_told_in_sentences_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("[[rules]]\nat_mst = 40\n[[rules]]\n")
    told = CliRunner().invoke(app, ["rules", "check", str(file)])
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "Rule 1: `at_mst`: There is no such key. Did you mean `at_most`?",
        "Rule 2: It does not say how many. Add `at_least`, `at_most`, or both.",
    ]


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(b"\xff\xfe\x00")
    told = CliRunner().invoke(app, ["rules", "check", str(file)])
    assert (told.exit_code, told.output.strip()) == (1, f"{file} is not a text in UTF-8; save it as one.")
