"""The audit tells weaknesses, and says where a database could not be asked; it never hangs."""

import json
import sys
from typing import Any

import pytest

from deploy.audit import AUDITS, ROOT, Audit, of_npm, of_python, run

WEAK_PYTHON = {
    "dependencies": [
        {"name": "fine", "version": "1", "vulns": []},
        {"name": "weak", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]},
    ]
}
WEAK_NPM = {"vulnerabilities": {"weak": {"range": "<2", "severity": "high"}}}


def audit(program: str, weaknesses: Any = of_python) -> Audit:
    return Audit(name="the audit", command=(sys.executable, "-c", program), weaknesses=weaknesses)


@pytest.mark.parametrize(
    ("weaknesses", "answer", "said"),
    [
        (of_python, WEAK_PYTHON, "weak 2: PYSEC-1; mended in 2.1"),
        (of_npm, WEAK_NPM, "weak <2: high"),
    ],
)
def test_a_weakness_fails_the_audit(weaknesses: Any, answer: Any, said: str) -> None:
    assert run(audit(f"print({json.dumps(answer)!r}); raise SystemExit(1)", weaknesses)) == (False, [said])


def test_none_is_said_too() -> None:
    assert run(audit("""print('{"dependencies": []}')""")) == (True, ["the audit: no known weakness."])


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit('trace\\nno such host')", "no such host"),
        ("""print('{"message": "no such host"}'); raise SystemExit(1)""", "no such host"),
        ("", "it gave no answer"),
        ("import threading; threading.Event().wait(60)", "no answer within 2 s"),
    ],
)
def test_a_database_that_cannot_be_asked_is_said_and_fails_nothing(program: str, why: str) -> None:
    sentence = f"the audit could not ask its database, so nothing was checked: {why}"
    assert run(audit(program), seconds=2) == (True, [sentence])


def test_a_tool_that_is_not_there_is_said() -> None:
    fine, (sentence,) = run(Audit(name="npm audit", command=("no-such-program",), weaknesses=of_npm))
    assert fine
    assert "No such file or directory" in sentence


def test_python_and_npm_are_audited() -> None:
    inside = {"node_modules", ".venv"}
    locks = [path for path in ROOT.glob("*/**/package-lock.json") if not inside & {*path.parts}]
    folders = {path.parent.relative_to(ROOT).as_posix() for path in locks}
    assert len(folders) == 2
    assert {each.name for each in AUDITS} == {"pip-audit", *(f"npm audit of {folder}" for folder in folders)}
