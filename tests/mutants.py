"""Draws mutants of the services and lists those that live: `python -m tests.mutants --seed 1 --number 200`.

A mutant is one change of a comparison, a boolean or a number in `domain`, `application` or `adapters` of a service.
Each one is made in a copy of the tree in a temporary folder. The unit, property, contract and integration tests of the
service, and of persistence, that import the module run on it, the nearest first, until one fails; tests on PostgreSQL
and Kafka take part where ISOPOLITY_TEST_POSTGRES and ISOPOLITY_TEST_KAFKA are set. Left out are decorators,
annotations, and compiled kernels: each change of a kernel would compile for a minute, and property tests compare its
results to the bit.

A mutant that lives gets a test, or an entry with a reason in `tests/mutants.toml`. Two hundred take about an hour on
one processor: some ten seconds for one that a test notices, a minute or more for one that lives.

Invariant: the tree in which the program is started is only read.
"""

import argparse
import ast
import importlib
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[1]
SERVICES = ("registry", "matching", "notify")
ROOMS = ("domain", "application", "adapters")
KINDS = ("unit", "property", "contract", "integration")
SOURCES = ("shared/src", *(f"services/{service}/src" for service in SERVICES), "command/src")
HEAVY = ("numba", "scipy.sparse", "networkx", "sqlalchemy.ext.asyncio", "fastapi", "hypothesis", "httpx", "jinja2")
"""Imported once, before the processes of the mutants branch off."""
AT_ONCE = 6
"""Test files that are collected together."""
SWAPPED: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"), ast.And: ("and", "or"), ast.Or: ("or", "and"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One change: the bytes from `start` to `end` of a file become `new`."""

    path: str
    start: int
    end: int
    new: str

    @property
    def service(self) -> str:
        return self.path.split("/")[1]

    def changed(self, root: Path) -> bytes:
        content = (root / self.path).read_bytes()
        return content[: self.start] + self.new.encode() + content[self.end :]

    def lines(self, root: Path) -> tuple[int, str, str]:
        """Its line's number, and the line before and after."""
        content = (root / self.path).read_bytes()
        number, first = content.count(b"\n", 0, self.start), content.rfind(b"\n", 0, self.start) + 1
        last = content.find(b"\n", self.end)
        after = content[first : self.start] + self.new.encode() + content[self.end : last]
        return number + 1, content[first:last].decode().strip(), after.decode().strip()


def mutants_of(path: str, content: bytes) -> Iterator[Mutant]:
    """Every mutant of a file; none in annotations, and none of a kernel."""
    tree = ast.parse(content)
    if any(name in ("numba", "isopolity.matching.compiled") for name in imports(tree)):
        return
    starts = [0]
    for line in content.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)

    def swap(operator: ast.AST, before: ast.expr, after: ast.expr) -> Iterator[Mutant]:
        start = starts[(before.end_lineno or 0) - 1] + (before.end_col_offset or 0)
        old, new = SWAPPED[type(operator)]
        between = content[start : starts[after.lineno - 1] + after.col_offset]
        if (at := between.find(old.encode())) >= 0:
            yield Mutant(path, start + at, start + at + len(old), new)

    for node in decisions(tree):
        if isinstance(node, ast.Compare):
            terms = [node.left, *node.comparators]
            for operator, before, after in zip(node.ops, terms, terms[1:], strict=False):
                yield from swap(operator, before, after)
        elif isinstance(node, ast.BoolOp):
            for before, after in zip(node.values, node.values[1:], strict=False):
                yield from swap(node.op, before, after)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            start = starts[node.lineno - 1] + node.col_offset
            new = str(not node.value) if isinstance(node.value, bool) else repr(node.value + 1)
            yield Mutant(path, start, starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0), new)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            start = starts[node.lineno - 1] + node.col_offset
            yield Mutant(path, start, start + len("not "), "")


def decisions(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `node` that may be changed; Python 3.11 does not tell the places of parts of f-strings."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "decorator_list", "returns") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from decisions(child)


def imports(tree: ast.Module) -> Iterator[str]:
    """Modules, and names of modules, that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def all_mutants(root: Path) -> list[Mutant]:
    """Every mutant of the three services, in a fixed order."""
    found = list[Mutant]()
    for service in SERVICES:
        for room in ROOMS:
            for file in (root / f"services/{service}/src/isopolity/{service}/{room}").rglob("*.py"):
                found += mutants_of(file.relative_to(root).as_posix(), file.read_bytes())
    return sorted(found)


@cache
def modules(root: Path) -> Mapping[str, str]:
    """The path of each module under test or of tests, by its dotted name."""
    found = dict[str, str]()
    for source in (*SOURCES, "."):
        for file in (root / source / "tests" if source == "." else root / source).rglob("*.py"):
            dotted = file.relative_to(root / source).with_suffix("").as_posix().replace("/", ".")
            found[dotted.removesuffix(".__init__")] = file.relative_to(root).as_posix()
    return found


@cache
def importers(root: Path) -> Mapping[str, Sequence[str]]:
    """For each path, the paths of the files that import it; a conftest is imported by the tests beside it."""
    known, found = modules(root), dict[str, list[str]]()
    for path in known.values():
        needed = {known[name] for name in imports(ast.parse((root / path).read_bytes())) if name in known}
        beside = str(Path(path).parent / "conftest.py")
        for each in needed | ({beside} if (root / beside).exists() and not path.endswith("conftest.py") else set()):
            found.setdefault(each, []).append(path)
    return found


def reaching(mutant: Mutant, root: Path) -> list[str]:
    """Test files that import the mutant's module, directly or through others: the nearest first."""
    distance, waiting = {mutant.path: 0}, deque([mutant.path])
    while waiting:
        path = waiting.popleft()
        for each in importers(root).get(path, ()):
            if each not in distance:
                distance[each] = distance[path] + 1
                waiting.append(each)
    folders = tuple(f"tests/{kind}/{room}/" for kind in KINDS for room in (mutant.service, "persistence"))
    tests = [path for path in distance if path.startswith(folders) and Path(path).name.startswith("test_")]
    return sorted(tests, key=lambda path: ("/integration/" in path, mutant.service not in path, distance[path], path))


def copy_of_tree(folder: Path) -> Path:
    """The tree with compiled kernels and the times of files, so that nothing is compiled anew."""
    left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "build", "var")
    return Path(shutil.copytree(ROOT, folder / "tree", symlinks=True, ignore=left_out))


def failed(tests: Sequence[str], root: Path, limit: float) -> str:
    """The test that failed first; "time" if they took more than `limit` seconds; empty if all passed."""
    log = root / "log.txt"
    child = os.fork()
    if child == 0:
        run(tests, root, log)
    end = time.monotonic() + limit
    while (done := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < end:
        time.sleep(0.05)
    if done[0] == 0:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "time"
    told = re.findall(
        r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    )
    return "" if done[1] == 0 else told[-1] if told else "crash"


def run(tests: Sequence[str], root: Path, log: Path) -> NoReturn:
    """End this process, which is the mutant's own, with 0 if all tests pass."""
    ended = 2
    try:
        os.setsid()
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(1, 2)
        os.chdir(root)
        sys.path[:0] = paths = [str(root), *(str(root / source) for source in SOURCES)]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "isopolity")]:
            del sys.modules[name]
        ended = int(not all(map(passes, batches(tests))))
    except BaseException:  # noqa: BLE001  # this process must not go on as its parent would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(ended)


def batches(tests: Sequence[str]) -> Iterator[Sequence[str]]:
    return (tests[first : first + AT_ONCE] for first in range(0, len(tests), AT_ONCE))


def passes(tests: Sequence[str]) -> bool:
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--assert=plain"]
    return pytest.main([*options, *tests]) in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def explained(root: Path) -> Mapping[tuple[str, str, str], str]:
    """Why a mutant changes nothing, by path, line before and line after."""
    entries = tomllib.loads((root / "tests/mutants.toml").read_text(encoding="utf-8")).get("lives", [])
    return {(each["path"], each["old"], each["new"]): each["reason"] for each in entries}


def judged(drawn: Iterable[Mutant], root: Path, limit: float) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with its end: noticed by a test, known to change nothing, or alive."""
    known, sound = explained(root), set[str]()
    for mutant in drawn:
        _, old, new = mutant.lines(root)
        if reason := known.get((mutant.path, old, new)):
            yield mutant, f"changes nothing: {reason}"
            continue
        tests, file = reaching(mutant, root), root / mutant.path
        plain = file.read_bytes()
        file.write_bytes(mutant.changed(root))
        try:
            test = failed(tests, root, limit)
        finally:
            file.write_bytes(plain)
        if "::" in test and test not in sound and failed([test], root, limit):
            yield mutant, f"UNCERTAIN: without the mutant fails {test}"
            continue
        sound.add(test)
        yield mutant, f"noticed: {test}" if test else f"LIVES through {len(tests)} files"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each mutant with its end; 1 if any lives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--limit", type=float, default=300, help="seconds for one mutant; noticed if it takes longer")
    parser.add_argument("--within", default="", help="only places, as `path:line:`, that contain this")
    chosen = parser.parse_args(arguments)
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = copy_of_tree(Path(folder))
        every = [mutant for mutant in all_mutants(root) if chosen.within in f"{mutant.path}:{mutant.lines(root)[0]}:"]
        drawn = random.Random(chosen.seed).sample(every, min(chosen.number, len(every)))
        drawn.sort(key=lambda mutant: len(reaching(mutant, root)))
        alive = 0
        for mutant, end in judged(drawn, root, chosen.limit):
            number, old, new = mutant.lines(root)
            alive += end.startswith("LIVES")
            sys.stdout.write(f"{end}\n    {mutant.path}:{number}\n    - {old}\n    + {new}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{alive} of {len(drawn)} live; {len(every)} could be drawn\n")
    return min(alive, 1)


if __name__ == "__main__":
    sys.exit(main())
