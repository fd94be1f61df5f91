"""The migrations of each service are one line: two that were written at once are noticed before any database is."""

import re
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
_NAMED = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)


@pytest.mark.parametrize("service", ["registry", "matching", "notify", "portal"])
def test_each_migration_follows_the_one_before(service: str) -> None:
    folder = SERVICES / service / "src" / "isopolity" / service / "migrations" / "versions"
    lines = [dict(_NAMED.findall(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("0*.py"))]
    assert lines
    names = [line["revision"] for line in lines]
    assert [line["down_revision"] for line in lines] == ["", *names[:-1]]
    assert len(set(names)) == len(names)
