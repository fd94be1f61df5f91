"""Mails stand on a page without the breaks of their own width."""

from textwrap import fill

from hypothesis import given
from hypothesis import strategies as st

from isopolity.portal.adapters.wording import unwrapped

PARAGRAPH = "Porto and Tampere are both looking for partners, and each of them offers what the other one asks for: " * 2


def test_a_paragraph_becomes_one_line_and_short_lines_and_lists_stay() -> None:
    entry = fill(PARAGRAPH.strip(), 76, initial_indent="- ", subsequent_indent="  ")
    text = f"Dear Ana\n\n{fill(PARAGRAPH.strip(), 76)}\n\n{entry}\n- Short.\n\nYours\nThe office"
    whole = PARAGRAPH.strip()
    assert unwrapped(text) == f"Dear Ana\n\n{whole}\n\n- {whole}\n- Short.\n\nYours\nThe office"


@given(st.text(alphabet="ab -1.\n", max_size=300))
def test_no_word_is_changed(text: str) -> None:
    assert unwrapped(text).split() == text.split()
