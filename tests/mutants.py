"""Draws mutants of the services and lists those that live: `python -m tests.mutants --seed 1 --number 200`.

A mutant is one change of a comparison, a boolean or a number in `domain`, `application` or `adapters` of a service.
Each one is made in a copy of the tree in a temporary folder. The unit, property, contract and integration tests of the
service, and of persistence, run once to see which of them execute the places of the mutants; then each mutant meets
those, the quickest first, until one fails. One in code that runs at import meets all that import its module. Tests on
PostgreSQL and Kafka take part where ISOPOLITY_TEST_POSTGRES and ISOPOLITY_TEST_KAFKA are set.

A mutant that lives gets a test, or an entry with a reason in `tests/mutants.toml`.
"""

import argparse
import importlib
import random
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.support.mutants.drawing import Mutant, all_mutants
from tests.support.mutants.reaching import SERVICES, reaching
from tests.support.mutants.running import copy_of_tree, failed, watch
from tests.support.mutants.watching import Watched, file_of, set_marks, watched

HEAVY = ("numba", "scipy.sparse", "networkx", "sqlalchemy.ext.asyncio", "fastapi", "hypothesis", "httpx", "jinja2")
"""Imported once, before the processes of the mutants branch off."""
PATIENCE = 5
"""How many times as long as without a mutant the tests may take, beside the limit."""


def explained(root: Path) -> Mapping[tuple[str, str, str], str]:
    """Why a mutant changes nothing, by path, line before and line after."""
    entries = tomllib.loads((root / "tests/mutants.toml").read_text(encoding="utf-8")).get("lives", [])
    return {(each["path"], each["old"], each["new"]): each["reason"] for each in entries}


def seen(drawn: Sequence[Mutant], root: Path) -> tuple[Watched, frozenset[str]]:
    """Which tests execute the places of the mutants; and files of tests that fail with marks, as kernels do."""
    plain = set_marks(drawn, root)
    try:
        files = sorted({file for mutant in drawn for file in reaching(mutant.path, root)})
        failing = frozenset(map(file_of, watch(files, root)))
    finally:
        for file, content in plain.items():
            file.write_bytes(content)
    return watched(root), failing


def judged(drawn: Sequence[Mutant], root: Path, limit: float) -> Iterator[tuple[Mutant, str]]:
    """Each mutant of one service with its end: noticed by a test, known to change nothing, or alive."""
    known, sound = explained(root), set[str]()
    unknown = [mutant for mutant in drawn if (mutant.path, *mutant.lines(root)[1:]) not in known]
    by_test, failing = seen(unknown, root)
    for mutant in drawn:
        _, old, new = mutant.lines(root)
        if reason := known.get((mutant.path, old, new)):
            yield mutant, f"changes nothing: {reason}"
            continue
        number = unknown.index(mutant)
        if mutant.is_watched and number not in by_test.at_import:
            tests = by_test.executing(number)
        else:
            tests = by_test.of_files(reaching(mutant.path, root))
        tests += [test_file for test_file in reaching(mutant.path, root) if test_file in failing]
        file = root / mutant.path
        plain = file.read_bytes()
        file.write_bytes(mutant.changed(root))
        try:
            test = failed(tests, root, limit + PATIENCE * by_test.taking(tests))
        finally:
            file.write_bytes(plain)
        if "::" in test and test not in sound and failed([test], root, limit):
            yield mutant, f"UNCERTAIN: without the mutant fails {test}"
            continue
        sound.add(test)
        files = len(set(map(file_of, tests)))
        yield mutant, f"noticed: {test}" if test else f"LIVES through {len(tests)} tests of {files} files"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each mutant with its end; 1 if any lives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--limit", type=float, default=60, help="seconds for one mutant, beside those of its tests")
    parser.add_argument("--within", default="", help="only places, as `path:line:`, that contain this")
    chosen = parser.parse_args(arguments)
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = copy_of_tree(Path(folder))
        every = [mutant for mutant in all_mutants(root) if chosen.within in f"{mutant.path}:{mutant.lines(root)[0]}:"]
        drawn = random.Random(chosen.seed).sample(every, min(chosen.number, len(every)))
        alive = 0
        for service in SERVICES:
            of_service = [mutant for mutant in drawn if mutant.path.startswith(f"services/{service}/")]
            for mutant, end in judged(of_service, root, chosen.limit):
                number, old, new = mutant.lines(root)
                alive += end.startswith("LIVES")
                sys.stdout.write(f"{end}\n    {mutant.path}:{number}\n    - {old}\n    + {new}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{alive} of {len(drawn)} live; {len(every)} could be drawn\n")
    return min(alive, 1)


if __name__ == "__main__":
    sys.exit(main())
