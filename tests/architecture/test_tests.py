"""Tests share code through tests/support only, and know of other modules their public names only."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py"))
THIS = Path(__file__).relative_to(ROOT).as_posix()
PRIVATE = re.compile(r"_[A-Za-z]\w*")
PUBLIC_ALL_THE_SAME = {"_asdict", "_exit", "_fields", "_make", "_mapping", "_replace"}
"""Documented names of named tuples and rows, where the underscore keeps them apart from fields; and `os._exit`."""
WITHOUT_A_PUBLIC_WAY = {
    ("tests/integration/messaging/test_kafka_oddities.py", "_build"): "aiokafka refuses to write a bad header name",
    ("tests/integration/messaging/test_kafka_oddities.py", "_buffer"): "aiokafka refuses to write a bad header name",
    (
        "tests/integration/messaging/test_kafka_teardown.py",
        "_client",
    ): "aiokafka does not show a consumer's connections",
    ("tests/integration/messaging/test_kafka_teardown.py", "_conns"): "aiokafka does not show its connections",
    ("tests/integration/persistence/test_postgres.py", "_transport"): "asyncpg does not show its socket",
    ("tests/support/faults/wrong_events.py", "_client"): "aiokafka lists partitions only of topics that it consumes",
}
"""Private names of foreign packages, by file, each with its reason."""
SETTERS = {"delattr", "getattr", "hasattr", "object", "patch", "setattr"}
"""Functions that take a name as a text."""


@cache
def parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Modules, and names of modules, that are imported anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def reached_into(tree: ast.Module) -> Iterator[str]:
    """Private names of others: imported, looked up as attributes, or named in a text that `setattr` and others take."""
    for name in imported(tree):
        yield from filter(PRIVATE.fullmatch, name.split("."))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and PRIVATE.fullmatch(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                yield node.attr
        elif isinstance(node, ast.Call) and called(node) in SETTERS:
            texts = (each.value for each in node.args if isinstance(each, ast.Constant))
            yield from (part for text in texts for part in str(text).split(".") if PRIVATE.fullmatch(part))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_tests_import_of_tests_only_their_support() -> None:
    found = {(file, name) for file in FILES for name in imported(parsed(file))}
    assert {(file, name) for file, name in found if re.match(r"tests\.(?!support\b)", name)} == set()


def test_properties_say_their_examples_where_a_share_of_them_can_be_tried() -> None:
    told = {file for file in FILES if "max_examples" in (ROOT / file).read_text(encoding="utf-8")} - {THIS}
    assert told == {"tests/conftest.py", "tests/support/examples.py", "tests/support/fuzzing.py"}


def test_no_test_reaches_into_a_private_name() -> None:
    found = {(file, name) for file in FILES for name in reached_into(parsed(file)) if name not in PUBLIC_ALL_THE_SAME}
    assert found - WITHOUT_A_PUBLIC_WAY.keys() == set()


def test_every_exception_is_still_needed() -> None:
    needed = {(file, name) for file, _ in WITHOUT_A_PUBLIC_WAY for name in reached_into(parsed(file))}
    assert WITHOUT_A_PUBLIC_WAY.keys() <= needed


@pytest.mark.parametrize(
    "code",
    [
        "from isopolity.identity.actors import _current",
        "import isopolity._act",
        "service._task.cancel()",
        "monkeypatch.setattr(act, '_current', None)",
        "monkeypatch.setattr('isopolity.identity.actors._current', None)",
        "with patch('isopolity.identity.actors._current'): ...",
        "getattr(act, '_current')",
    ],
)
def test_reaching_into_a_private_name_is_seen(code: str) -> None:
    assert list(reached_into(ast.parse(code)))
