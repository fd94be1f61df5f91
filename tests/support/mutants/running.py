"""A copy of the tree, and runs of tests on it, each in a process that imports everything anew.

Invariant: the tree in which the program is started is only read.
"""

import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tests.support.mutants.reaching import SOURCES
from tests.support.mutants.watching import Watch, file_of

ROOT: Final = Path(__file__).parents[3]
_AT_ONCE: Final = 6
"""Test files that are collected together."""
_OPTIONS: Final = ("-q", "-n", "0", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--assert=plain")


def copy_of_tree(folder: Path) -> Path:
    """The tree with compiled kernels and the times of files, so that nothing is compiled anew."""
    left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "build", "var")
    return Path(shutil.copytree(ROOT, folder / "tree", symlinks=True, ignore=left_out))


def failed(tests: Sequence[str], root: Path, limit: float) -> str:
    """The test that failed first; "time" if they took more than `limit` seconds; empty if all passed."""
    ended = _apart(lambda: int(not all(map(_passes, _batches(tests)))), root, limit)
    if ended is None:
        return "time"
    found = _failures(root)
    return "" if ended == 0 else found[-1] if found else "crash"


def watch(files: Sequence[str], root: Path) -> Sequence[str]:
    """Run all tests of the files once, and record in the copy which places each executes; returns failing tests."""

    def run() -> int:
        for file in files:
            seen = Watch(root)
            pytest.main([*_OPTIONS, file], plugins=[seen])
            seen.keep()
        return 0

    _apart(run, root, limit=float("inf"))
    return _failures(root)


def _failures(root: Path) -> list[str]:
    """The failed tests in the log."""
    log = (root / "log.txt").read_text(encoding="utf-8", errors="replace")
    return re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", log, re.MULTILINE)


class _Only:
    """A plugin of pytest that selects these tests, and all tests of these files."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = frozenset(tests)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not self._tests.isdisjoint((item.nodeid, file_of(item.nodeid)))]


def _batches(tests: Sequence[str]) -> Iterator[Sequence[str]]:
    """The tests of some files at a time, in their order."""
    files = list(dict.fromkeys(map(file_of, tests)))
    for first in range(0, len(files), _AT_ONCE):
        chosen = files[first : first + _AT_ONCE]
        yield [test for test in tests if file_of(test) in chosen]


def _passes(tests: Sequence[str]) -> bool:
    ended = pytest.main([*_OPTIONS, "-x", *dict.fromkeys(map(file_of, tests))], plugins=[_Only(tests)])
    return ended in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def _apart(work: Callable[[], int], root: Path, limit: float) -> int | None:
    """The status with which a process of its own ends after `work`; None if it took more than `limit` seconds."""
    child = os.fork()
    if child == 0:
        _run(work, root)
    end = time.monotonic() + limit
    while (done := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < end:
        time.sleep(0.05)
    if done[0] == 0:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None
    return done[1]


def _run(work: Callable[[], int], root: Path) -> NoReturn:
    """End this process, which is the child, with what `work` returns."""
    ended = 2
    try:
        os.setsid()
        os.dup2(os.open(root / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(1, 2)
        os.chdir(root)
        sys.path[:0] = paths = [str(root), *(str(root / source) for source in SOURCES)]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "isopolity")]:
            del sys.modules[name]
        ended = work()
    except BaseException:  # noqa: BLE001  # this process must not go on as its parent would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(ended)
