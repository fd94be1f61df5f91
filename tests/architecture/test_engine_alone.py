"""The engine is installed alone: what its distributions ask for is little, and nothing else has to be there."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
OURS: Final = {"isopolity-matching": "services/matching", "isopolity-shared": "shared"}
EXAMPLES: Final = {
    "assign": """
from isopolity.matching import assign
choice = assign([(1, "ada", 3), (1, "bo", 2), (2, "ada", 2)], (1, 1), mode="exact")
assert [(a, b) for a, b, score in choice.pairs] == [(1, "bo"), (2, "ada")]
assert choice.certificate.verify().is_proved
""",
    "members": """
from datetime import date
from isopolity.matching import REGIONS, Members
cities = [
    {"id": "graz", "country": "AT", "needs": "sdg.13:4:study-visit", "offers": "cluster.literacy:5:webinar"},
    {"id": "lyon", "country": "FR", "needs": "cluster.literacy:4:webinar", "offers": "sdg.13:4:study-visit"},
]
members = Members(cities, today=date(2026, 11, 25))
assert [(pair.a, pair.b) for pair in members.round(mode="exact").proposals] == [("graz", "lyon")]
assert members.suggest("graz")[0].partner == "lyon"
assert str(members.why("graz", "lyon"))
""",
}
BLOCKED: Final = """
import sys
blocked = set(sys.argv[1].split(","))

class Blocker:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is not part of the engine", name=name)

sys.meta_path.insert(0, Blocker)
"""


def asked_by(name: str) -> Sequence[Requirement]:
    """The requirements of a distribution without extras; ours are read from the sources, which may be newer."""
    if name in OURS:
        project = tomllib.loads((ROOT / OURS[name] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        lines = project["dependencies"]
    else:
        lines = distribution(name).requires or ()
    asked = map(Requirement, lines)
    return [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]


def brought() -> frozenset[str]:
    """All distributions that installing the engine brings."""
    found, waiting = set[str](), ["isopolity-matching"]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            waiting.extend(each.name for each in asked_by(name))
    return frozenset(found)


def test_it_asks_for_eight_packages() -> None:
    asked = {each.name for name in OURS for each in asked_by(name)} - set(OURS)
    assert asked == {
        "numpy",
        "scipy",
        "networkx",
        "narwhals",
        "uuid-utils",
        "pydantic",
        "pystemmer",
        "typing-extensions",
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_it_needs_nothing_that_it_does_not_bring(example: str) -> None:
    known = brought()
    foreign = {
        module
        for module, distributions in packages_distributions().items()
        if not known & {canonicalize_name(each) for each in distributions}
    }
    assert {
        "fastapi",
        "aiokafka",
        "sqlalchemy",
        "alembic",
        "asyncpg",
        "structlog",
        "pandas",
        "polars",
        "numba",
    } <= foreign
    program = [sys.executable, "-c", BLOCKED + EXAMPLES[example], ",".join(sorted(foreign - {"isopolity"}))]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


def test_choosing_among_pairs_loads_no_compiler_and_little_else() -> None:
    program = "import sys; from isopolity.matching import assign; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"numba", "llvmlite", "networkx", "scipy", "pandas", "pydantic"})


def test_a_small_choice_waits_for_no_compiler(tmp_path: Path) -> None:
    program = [sys.executable, "-c", EXAMPLES["assign"]]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert not list(tmp_path.rglob("*.nbi"))
