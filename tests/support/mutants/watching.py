"""Which tests execute the place of a mutant, and how long each takes: all tests run once on a copy with marks.

A mark around the expression that a mutant would change reports each execution, also in processes that the test starts.

Invariant: marks change no value. Places that a fixture of several tests executes count for every test of the file.
"""

import ast
import json
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.mutants.drawing import Mutant

_MARKS: Final = """
import os
PLACE = {place!r}
told = set()
def mark(number):
    if number not in told:
        told.add(number)
        file = os.open(PLACE, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, b"%d\\n" % number)
        os.close(file)
    return True
"""
_MODULE: Final = "shared/src/isopolity/mutant_marks.py"
_KEPT: Final = "watched.json"
_IMPORT: Final = b"from isopolity.mutant_marks import mark as _mark\n"


@dataclass(frozen=True, slots=True)
class Watched:
    """For each test, its seconds, and the numbers of the mutants whose places it executes."""

    seconds: Mapping[str, float]
    numbers: Mapping[str, Sequence[int]]
    at_import: Sequence[int]
    """Numbers of the mutants whose places are executed when a module is imported."""

    def executing(self, number: int) -> list[str]:
        """Tests that execute the place of that mutant, the quickest file first."""
        found = [test for test, numbers in self.numbers.items() if number in numbers]
        seconds = defaultdict[str, float](float)
        for test in found:
            seconds[file_of(test)] += self.seconds[test]
        return sorted(found, key=lambda test: (seconds[file_of(test)], test))

    def taking(self, tests: Iterable[str]) -> float:
        """Seconds that the tests take."""
        return sum(self.seconds.get(test, 0) for test in tests)

    def of_files(self, files: Iterable[str]) -> list[str]:
        """All tests of the files, in the order of the files."""
        tests = defaultdict[str, list[str]](list)
        for test in self.seconds:
            tests[file_of(test)].append(test)
        return [test for file in files for test in tests[file]]


def file_of(test: str) -> str:
    return test.partition("::")[0]


def set_marks(drawn: Sequence[Mutant], root: Path) -> Mapping[Path, bytes]:
    """Mark the places of all mutants; returns the files as they were."""
    plain = dict[Path, bytes]()
    marked = defaultdict[str, list[int]](list)
    for number, mutant in enumerate(drawn):
        if mutant.is_watched:
            marked[mutant.path].append(number)
    for path, numbers in marked.items():
        file = root / path
        plain[file] = file.read_bytes()
        file.write_bytes(_marked(plain[file], {number: drawn[number] for number in numbers}))
    (root / _KEPT).unlink(missing_ok=True)
    (root / _MODULE).write_text(_MARKS.format(place=str(root / "marks.txt")), encoding="utf-8")
    return plain


def _marked(content: bytes, mutants: Mapping[int, Mutant]) -> bytes:
    body = ast.parse(content).body
    lines = content.split(b"\n")
    after_docstring = sum(len(line) + 1 for line in lines[: body[0].end_lineno]) if len(body) > 1 else 0
    texts = [(after_docstring, 0, 0, _IMPORT)]
    for number, mutant in mutants.items():  # at one place the inner mark ends first, and the outer one begins first
        texts.append((mutant.first, 1, -mutant.last, b"(_mark(%d) and (" % number))
        texts.append((mutant.last, 0, -mutant.first, b"))"))
    pieces, last = list[bytes](), 0
    for at, _, _, text in sorted(texts):
        pieces += [content[last:at], text]
        last = at
    return b"".join([*pieces, content[last:]])


@dataclass(slots=True, eq=False)
class Watch:
    """A plugin of pytest that records the places that the tests of one file execute."""

    root: Path
    seconds: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    at_import: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    """Numbers of the places that fixtures of several tests execute."""
    test: str = ""

    def pytest_collection_finish(self) -> None:
        self.at_import |= self._told()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self.test, start = item.nodeid, time.monotonic()
        result = yield
        self.seconds[self.test] = time.monotonic() - start
        self.numbers[self.test] |= self._told()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        self.numbers[self.test] |= self._told()
        result = yield
        self.shared |= self._told()
        return result

    def keep(self) -> None:
        """Add the record to the file of all records."""
        known = watched(self.root)
        numbers = {test: sorted(self.numbers[test] | self.shared) for test in self.seconds}
        found = {
            "seconds": {**known.seconds, **self.seconds},
            "numbers": {**known.numbers, **numbers},
            "at_import": sorted({*known.at_import, *self.at_import}),
        }
        (self.root / _KEPT).write_text(json.dumps(found), encoding="utf-8")

    def _told(self) -> set[int]:
        """Numbers of the marks that were executed since the last call."""
        import_module("isopolity.mutant_marks").told.clear()
        place = self.root / "marks.txt"
        numbers = {int(line) for line in place.read_bytes().split()} if place.exists() else set()
        place.unlink(missing_ok=True)
        return numbers


def watched(root: Path) -> Watched:
    """The record that was kept so far."""
    file = root / _KEPT
    return Watched(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Watched({}, {}, [])
