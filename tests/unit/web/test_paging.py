"""Pages and cursors of lists."""

import pytest

from isopolity.web.paging import cursor_after_full_page, identifier_in, one_page, opaque_cursor
from isopolity.web.problems import Problem


@pytest.mark.parametrize(
    ("found", "entries", "cursor"),
    [([], [], None), ([1], [1], None), ([1, 2], [1, 2], None), ([1, 2, 3], [1, 2], "2")],
)
def test_an_entry_too_many_shows_that_a_page_follows(found: list[int], entries: list[int], cursor: str | None) -> None:
    assert one_page(found, 2, str) == (entries, cursor)


@pytest.mark.parametrize(("found", "cursor"), [([], None), (["a"], None), (["a", "b"], "b")])
def test_a_page_that_is_not_full_is_the_last(found: list[str], cursor: str | None) -> None:
    assert cursor_after_full_page(found, 2) == cursor


@pytest.mark.parametrize("identifier", ["a", "018f-city", "a:b.c_d", "x" * 300])
def test_an_opaque_cursor_holds_its_identifier(identifier: str) -> None:
    cursor = opaque_cursor(identifier)
    assert "=" not in cursor
    assert identifier_in(cursor) == identifier


@pytest.mark.parametrize("cursor", ["ü", "a", "%%%%", opaque_cursor("a b"), opaque_cursor("x" * 301), ""])
def test_a_cursor_of_nobodys_making_is_refused(cursor: str) -> None:
    with pytest.raises(Problem, match="Send as cursor the `next` of a page, unchanged") as refused:
        identifier_in(cursor)
    assert refused.value.response().status_code == 422


def test_no_cursor_means_the_first_page() -> None:
    assert identifier_in(None) is None
