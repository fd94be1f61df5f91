"""Every path in backticks in CONTRIBUTING.md and the documents on the architecture exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEGINNINGS = (
    *(path.name for path in ROOT.iterdir() if path.is_dir()),
    *(f"services/{service}/src/isopolity" for service in ("registry", "matching", "notify", "portal")),
    *(f"services/{service}/src/isopolity/{service}" for service in ("registry", "matching", "notify", "portal")),
    "shared/src/isopolity",
    "command/src/isopolity",
    "command/src/isopolity/command",
    "",
)
"""Folders in which a path may begin: the top, or the package that a sentence is about."""
PATH = re.compile(r"[\w.*-]*(?:/[\w.*{},-]*)+|[\w-]+\.(?:py|md|toml|html|txt|yml|csv|json|sh)")
MADE = ("build/", "var/")
"""Folders that are made on demand."""


def paths_in(text: str) -> list[str]:
    """Paths in backticks: what has a slash, or the ending of a file; not an address, an option or a media type."""
    code = re.findall(r"`([^`\s]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [each for each in code if PATH.fullmatch(each) and not each.startswith(("/", "http", *MADE))]


def exists(path: str) -> bool:
    """Whether the path, in which `*` and `{one,other}` may stand, is there from one of the beginnings."""
    if alternatives := re.search(r"\{([^{}]+)\}", path):
        head, tail = path[: alternatives.start()], path[alternatives.end() :]
        return all(exists(head + each.strip() + tail) for each in alternatives[1].split(","))
    pattern = path.rstrip("/")
    if "/" not in pattern and next(ROOT.glob(f"*/**/{pattern}"), None) is not None:
        return True  # a file's name alone: the sentence says in which folder it is
    return any(next((ROOT / beginning).glob(pattern), None) is not None for beginning in BEGINNINGS)


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md", "docs/matching.md", "docs/people.md"])
def test_every_path_exists(document: str) -> None:
    named = paths_in((ROOT / document).read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not exists(path)] == []


def test_a_path_that_does_not_exist_is_seen() -> None:
    (path,) = paths_in("see `services/registry/nowhere.py`, `make test`, `/mailbox` and `ISOPOLITY_TEST_FUZZ=10`")
    assert not exists(path)
    assert not exists("services/registry/{src,nowhere}")
    assert exists("services/{registry,notify}/src")
    assert exists("tests/architecture/test_*.py")
