"""Files and folders have a size to live in, and each folder a map; edges are typed and catch few errors."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    "shared/src",
    "services/registry/src",
    "services/matching/src",
    "services/notify/src",
    "services/portal/src",
    "command/src",
)
GENERATED = ROOT / "shared/src/isopolity/client"
"""Its folders are written by `make generate`."""
LINES, FILES = 300, 16
LONGER: dict[str, str] = {}
"""Files of more than LINES lines, each with its reason."""
FULLER: dict[str, str] = {}
"""Folders of more than FILES modules, each with its reason."""

NOUNS = {
    *("consuming", "encoding", "hosting", "joining", "masking", "matching", "meaning", "messaging", "paging"),
    *("parking", "partitioning", "renumbering", "rendering", "routing", "sampling", "scanning", "tracing"),
    *("training", "twinning", "wording"),
}
"""Words in -ing that name a thing or a trade; any other names an act, and modules and folders are no acts."""
WITHOUT_A_MAP = {
    "services/matching/src/isopolity/matching": "its docstring is that of the library, for those who install it",
    **{
        f"services/{name}/src/isopolity/{name}/migrations": "Alembic's layout"
        for name in ("registry", "matching", "notify", "portal")
    },
}
"""Folders whose docstring says something else, each with its reason."""


def sources() -> list[Path]:
    found = (path for source in SOURCES for path in (ROOT / source).rglob("*.py"))
    return sorted(path for path in found if "versions" not in path.parts and path.parent.parent != GENERATED)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long() -> None:
    long = {name(path) for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > LINES}
    assert long == LONGER.keys()


def test_no_folder_is_too_full() -> None:
    sizes = Counter(name(path.parent) for path in sources() if path.name != "__init__.py")
    assert {folder for folder, size in sizes.items() if size > FILES} == FULLER.keys()


def unmapped(folder: Path) -> list[str]:
    """Modules and folders that the docstring of a folder's `__init__.py` does not name."""
    start = folder / "__init__.py"
    told = ast.get_docstring(ast.parse(start.read_text(encoding="utf-8"))) or "" if start.exists() else ""
    inside = [path.stem for path in folder.glob("*.py") if path.stem not in ("__init__", "__main__")]
    inside += [path.name for path in folder.iterdir() if (path / "__init__.py").exists()]
    return sorted(f"{name(folder)}: {each}" for each in inside if not re.search(rf"\b{each}\b", told))


def test_every_folder_has_a_map_that_names_all_in_it() -> None:
    folders = {path.parent for path in sources() if path.parent.name != "isopolity"}
    folders -= {ROOT / folder for folder in WITHOUT_A_MAP}
    assert [missing for folder in sorted(folders) for missing in unmapped(folder)] == []


def test_modules_and_folders_are_nouns() -> None:
    named = {part for path in sources() for part in (path.stem, path.parent.name) if part.endswith("ing")}
    assert {each for each in named if each.rpartition("_")[2] not in NOUNS} == set()


PAGES = "services/portal/src/isopolity/portal/entrypoints/http"
ROOMS = ("own", "office", "operations", "programmes", "public")


def test_pages_leave_most_errors_to_their_form() -> None:
    modules = [
        ast.parse(path.read_text(encoding="utf-8")) for room in ROOMS for path in (ROOT / PAGES / room).rglob("*.py")
    ]
    caught = sum(isinstance(node, ast.ExceptHandler) for module in modules for node in ast.walk(module))
    assert caught <= 8, "let PageForm tell it, or a function that returns None"


@pytest.mark.parametrize("folder", ["services/portal/src", "command/src"])
def test_edges_know_the_types_of_what_they_hold(folder: str) -> None:
    lines = [line for path in (ROOT / folder).rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert sum(bool(re.search(r"\bAny\b", line)) for line in lines) <= 10, (
        "name the type; the client has those of answers"
    )
