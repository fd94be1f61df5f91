"""Lists in terminals of any width: an id is never broken, so that it can be copied."""

import io

import pytest
from rich.console import Console

from isopolity.command.console import listing

FIRST, SECOND = "01a218bf-dbb7-70fb-97c8-e5b5b89785cd", "01a218c2-2f1a-74f7-b839-ee6f115ab390"


def printed(width: int, *values: str | None) -> str:
    grid = listing("id, name, of, what changed", [values])
    assert grid is not None
    file = io.StringIO()
    Console(file=file, width=width).print(grid)
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_ids_stay_whole_at_every_width(width: int) -> None:
    text = printed(width, FIRST, "A city with a name of many words", SECOND, "name: A → B")
    assert FIRST in text
    assert SECOND in text
    assert max(map(len, text.splitlines())) <= width


def test_text_is_wrapped_before_an_id_is() -> None:
    lines = printed(80, FIRST, "A city with a name of many words", "7", "name: A → B").splitlines()
    assert lines[1].split() == ["id", "name", "of", "what", "changed"]
    assert lines[3].strip().startswith(FIRST)


def test_a_row_that_does_not_fit_is_a_block_without_what_is_missing() -> None:
    text = printed(80, FIRST, None, SECOND, "a: 1 → 2\nb: 3 → 4")
    assert text == f"id: {FIRST}\nof: {SECOND}\nwhat changed: a: 1 → 2\n  b: 3 → 4\n\n"
