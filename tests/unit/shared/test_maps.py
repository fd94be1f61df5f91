"""The docstring of a folder is its map: it names each module of shared and registry."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / "shared/src/isopolity", ROOT / "services/registry/src/isopolity/registry")
GENERATED = SOURCES[0] / "client"
"""Whose folders are written by `make generate`."""
MAPS = sorted(
    path
    for source in SOURCES
    for path in source.rglob("__init__.py")
    if "migrations" not in path.parts and path.parent.parent != GENERATED
)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_a_folders_map_names_each_module_and_nothing_else(path: Path) -> None:
    rows = re.findall(r"^- (`[^:]+`):", path.read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    modules = {module.stem for module in path.parent.glob("[!_]*.py")}
    assert {name for name in named if not name.endswith("/")} == modules
    assert all((path.parent / name).is_dir() for name in named - modules)
