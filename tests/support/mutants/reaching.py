"""Which test files import a module, directly or through others."""

import ast
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

SERVICES: Final = ("registry", "notify", "matching")
SOURCES: Final = ("shared/src", *(f"services/{service}/src" for service in SERVICES), "command/src")
KINDS: Final = ("unit", "property", "contract", "integration")


def imports(tree: ast.Module) -> Iterator[str]:
    """Modules, and names of modules, that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def reaching(path: str, root: Path) -> list[str]:
    """Test files of the service, and of persistence, that import the module at `path`: the nearest first."""
    distance, waiting = {path: 0}, deque([path])
    while waiting:
        each = waiting.popleft()
        for importer in _importers(root).get(each, ()):
            if importer not in distance:
                distance[importer] = distance[each] + 1
                waiting.append(importer)
    service = path.split("/")[1]
    folders = tuple(f"tests/{kind}/{room}/" for kind in KINDS for room in (service, "persistence"))
    tests = [path for path in distance if path.startswith(folders) and Path(path).name.startswith("test_")]
    return sorted(tests, key=lambda path: ("/integration/" in path, service not in path, distance[path], path))


@cache
def _modules(root: Path) -> Mapping[str, str]:
    """The path of each module under test or of tests, by its dotted name."""
    found = dict[str, str]()
    for source in (*SOURCES, "."):
        for file in (root / source / "tests" if source == "." else root / source).rglob("*.py"):
            dotted = file.relative_to(root / source).with_suffix("").as_posix().replace("/", ".")
            found[dotted.removesuffix(".__init__")] = file.relative_to(root).as_posix()
    return found


@cache
def _importers(root: Path) -> Mapping[str, Sequence[str]]:
    """For each path, the paths of the files that import it; a conftest is imported by the tests below it."""
    known, found = _modules(root), dict[str, list[str]]()
    for path in known.values():
        needed = {known[name] for name in imports(ast.parse((root / path).read_bytes())) if name in known}
        above = {each for parent in Path(path).parents if (root / (each := str(parent / "conftest.py"))).exists()}
        for each in needed | above - {path}:
            found.setdefault(each, []).append(path)
    return found
