"""A rule book written as a file is read back as an equal book."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.rules.floors import FloorGrouping, Floors
from isopolity.matching.domain.rules.rule_book import Objective
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules
from isopolity.matching.entrypoints.rule_files.written import written_rules
from tests.support.matching.ruled_networks import drawn_book

FLOORS = st.none() | st.builds(
    Floors, by=st.sampled_from([(), (FloorGrouping.REGION,)]), tolerance_percent=st.sampled_from([0.0, 5.0])
)


@given(rules=st.integers(0, 2**32), objective=st.sampled_from(Objective), floors=FLOORS, name=st.text(max_size=80))
def test_the_file_of_a_book_is_read_as_the_same_book(
    rules: int, objective: Objective, floors: Floors | None, name: str
) -> None:
    book = replace(drawn_book(rules, rules=6), objective=objective, floors=floors)
    first, *others = book.rules
    book = replace(book, rules=(replace(first, name=name), *others))
    assert read_rules(written_rules(book)) == book
