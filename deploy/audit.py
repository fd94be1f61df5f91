"""`python -m deploy.audit`: known weaknesses of the pinned packages of Python and npm.

Invariant: it ends within minutes. A database that cannot be asked is named, and fails nothing: that is no weakness.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
SECONDS: Final = 120.0
"""How long one of the tools may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One tool that asks a database."""

    name: str
    command: tuple[str, ...]
    weaknesses: Callable[[Any], Iterator[str]]
    """A line for each weakness in the tool's JSON. Raises LookupError or TypeError where that is no answer."""


def of_python(answer: Any) -> Iterator[str]:
    """The weaknesses in an answer of pip-audit."""
    for package in answer["dependencies"]:
        for weakness in package.get("vulns", ()):
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {weakness['id']}; mended in {mended}"


def of_npm(answer: Any) -> Iterator[str]:
    """The weaknesses in an answer of npm audit."""
    for name, weakness in answer["vulnerabilities"].items():
        yield f"{name} {weakness['range']}: {weakness['severity']}"


AUDITS: Final = (
    Audit(
        name="pip-audit",
        command=(
            *(sys.executable, "-m", "pip_audit", "--requirement", "constraints.txt", "--disable-pip", "--no-deps"),
            *("--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off", "--timeout", "10"),
        ),
        weaknesses=of_python,
    ),
    *(
        Audit(
            name=f"npm audit of {folder}",
            command=(
                *("npm", "audit", "--json", "--prefix", folder),
                *("--fetch-retries=0", "--fetch-timeout=10000"),
            ),
            weaknesses=of_npm,
        )
        for folder in ("tests/support/servers/oidc_provider", "benchmarks/lighthouse")
    ),
)


def run(audit: Audit, *, seconds: float = SECONDS) -> tuple[bool, list[str]]:
    """Whether nothing is wrong, and what to say."""
    try:
        done = subprocess.run(  # noqa: S603 # a command of ours
            audit.command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds
        )
        found = list(audit.weaknesses(json.loads(done.stdout)))
    except subprocess.TimeoutExpired:
        return True, [_unasked(audit, f"no answer within {seconds:.0f} s")]
    except OSError as error:
        return True, [_unasked(audit, str(error))]
    except (ValueError, LookupError, TypeError, AttributeError):
        return True, [_unasked(audit, _why(done))]
    return not found, found or [f"{audit.name}: no known weakness."]


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """The reason that the tool gives: npm in its JSON, pip-audit in its last line."""
    try:
        return str(json.loads(done.stdout)["message"])[:300]
    except (ValueError, LookupError, TypeError):
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return lines[-1][:300] if lines else "it gave no answer"


def _unasked(audit: Audit, why: str) -> str:
    return f"{audit.name} could not ask its database, so nothing was checked: {why}"


def main() -> int:
    """Return 0 unless a weakness is known."""
    outcomes = [run(audit) for audit in AUDITS]
    for _, sentences in outcomes:
        print("\n".join(sentences))  # noqa: T201 # a command says its result
    return 0 if all(fine for fine, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
