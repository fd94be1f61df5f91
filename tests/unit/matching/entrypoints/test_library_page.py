"""The page on the library says what is so: its examples are run, and what they print is compared."""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

import isopolity.matching
from isopolity.matching.entrypoints.library.columns import CITIES, PROGRAMMES, REQUESTS, Columns

PAGE = Path(__file__).parents[4] / "docs" / "library.md"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_its_examples_do_what_it_shows() -> None:
    text, runner, names = PAGE.read_text(encoding="utf-8"), doctest.DocTestRunner(), dict[str, Any]()
    runner.optionflags = doctest.NORMALIZE_WHITESPACE  # the page breaks long lines
    told: list[str] = []
    for block in FENCE.finditer(text):
        line = text[: block.start(1)].count("\n")
        example = doctest.DocTestParser().get_doctest(block[1], names, PAGE.name, str(PAGE), line)
        runner.run(example, out=told.append, clear_globs=False)
        names = example.globs
    assert not told, "".join(told)
    assert runner.tries >= 30


def test_it_names_everything_that_is_offered() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in isopolity.matching.__all__ if name not in text and name not in ANSWERS] == []


@pytest.mark.parametrize("table", [CITIES, PROGRAMMES, REQUESTS], ids=lambda table: table.what)
def test_it_names_the_columns_of_each_table(table: Columns) -> None:
    row = re.search(rf"^\| {table.what} \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    told = re.sub(r" \([^)]*\)", "", row[1]).split(", ")  # without what is said of a column
    assert sorted(name.strip("*") for name in told) == sorted(table.names), "write it in docs/library.md"
    assert {f"*{name}*" for name in ("id", *table.needed)} <= {*told}


ANSWERS = {
    "Alternate",
    "Choice",
    "Explanation",
    "Gains",
    "Pair",
    "Proposed",
    "ProposedRound",
    "Short",
    "Suggested",
    "Verdict",
    "Why",
}
"""Types of answers: the page tells their fields."""
