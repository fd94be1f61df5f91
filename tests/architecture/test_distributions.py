"""Contents of each distribution, and words that no committed file may hold."""

import re
import subprocess
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "matching", "notify", "portal")


def _brought_by(name: str) -> frozenset[str]:
    """All distributions that installing `name` brings, itself included."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(name)]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in found:
            continue
        found.add((name, extras))
        for line in distribution(name).requires or ():
            needed = Requirement(line)
            environments = [{"extra": extra} for extra in (extras or {""})]
            if needed.marker is None or any(needed.marker.evaluate(environment) for environment in environments):
                waiting.append(needed)
    return frozenset(name for name, _ in found)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_brings_no_other_service(service: str) -> None:
    others = {f"isopolity-{other}" for other in SERVICES if other != service}
    assert not others & _brought_by(f"isopolity-{service}")


def test_only_matching_brings_networkx() -> None:
    assert "networkx" in _brought_by("isopolity-matching")
    assert not {"networkx", "numpy", "scipy"} & (_brought_by("isopolity-notify") | _brought_by("isopolity-registry"))


def test_everything_that_is_brought_is_pinned() -> None:
    pinned = {
        canonicalize_name(line.split("==")[0])
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    brought = {name for name in _brought_by("isopolity-command") if not name.startswith("isopolity-")}
    assert brought - pinned == set()


def test_the_namespace_has_no_init_file() -> None:
    assert not [path for path in ROOT.glob("*/**/isopolity/__init__.py") if ".venv" not in path.parts]


def test_no_committed_file_names_a_package_index() -> None:
    hosts = "|".join(["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"])
    committed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = [
        name
        for name in committed.splitlines()
        if (path := ROOT / name).is_file() and re.search(hosts, path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert named == []


def test_only_ci_reaches_outside_the_repository() -> None:
    outside = re.compile(r"(\.\./|/work/)" + r"shared/(data|kafka|postgres|images|bin|design|style|evaluation)")
    committed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    reaching = [
        name
        for name in committed.splitlines()
        if name != ".ci/run"
        and (path := ROOT / name).is_file()
        and outside.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert reaching == []


def test_all_distributions_have_one_version() -> None:
    versions = {
        tomllib.loads(path.read_text("utf-8"))["project"]["version"]
        for path in (
            ROOT / "shared" / "pyproject.toml",
            ROOT / "command" / "pyproject.toml",
            *ROOT.glob("services/*/pyproject.toml"),
        )
    }
    assert len(versions) == 1
    assert f"## {versions.pop()} " in (ROOT / "CHANGELOG.md").read_text("utf-8")
