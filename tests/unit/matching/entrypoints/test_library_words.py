"""Own words and topics in the library: from cells, mappings, frames and files, and refused where they are none."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import pandas as pd
import polars as pl
import pytest

from isopolity.matching import InvalidInput, Members, UnknownMember

TODAY = date(2026, 11, 25)
CITIES = [{"id": "quito", "country": "EC"}, {"id": "bern", "country": "CH"}]
NEED = {"city": "quito", "side": "need", "subject": "cluster.literacy", "intensity": 5, "mode": "webinar"}
OFFER = NEED | {"city": "bern", "side": "offer"}
WORDS = {"title": "Evening classes", "text": "For families.", "language": "en", "topics": "topic.1480|topic.1476"}
ROWS = [NEED | WORDS, OFFER | WORDS | {"topics": "topic.1480"}]
ENTRIES = [{name: value for name, value in row.items() if name not in ("city", "side")} for row in ROWS]
AS_CELLS = [
    CITIES[0] | {"needs": ENTRIES[:1]},
    CITIES[1] | {"offers": [ENTRIES[1] | {"topics": ["topic.1480"]}]},
]
PROGRAMME: dict[str, Any] = {
    "id": "reading", "country": "CH", "currency": "EUR", "budget": 200_000, "grant_min": 1_000, "grant_max": 20_000,
    "subjects": ["cluster.literacy"], "supports": "funding", "topics": "topic.1480", "purpose": "Books.",
    "language": "en",
}  # fmt: skip
REQUEST: dict[str, Any] = {
    "id": 7, "city": "quito", "amount_min": 5_000, "amount_max": 9_000, "currency": "EUR", "title": "Books for all",
    "description": "Two for each home.", "language": "es", "subjects": "cluster.literacy", "topics": ["topic.1480"],
    "beneficiaries": 300, "starts": "2027-01-01", "payee": "Town library",
}  # fmt: skip


def told(members: Members) -> str:
    return str(members.why("quito", "bern"))


def read_back(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows written to a CSV file and read again."""
    return pd.read_csv(StringIO(pd.DataFrame(rows).to_csv(index=False)), keep_default_na=False)


def test_words_in_cells_and_in_a_table_of_their_own_tell_the_same() -> None:
    expected = told(Members(AS_CELLS, today=TODAY))
    assert "“Evening classes”" in expected
    assert "adult literacy" in expected
    for table in (ROWS, pd.DataFrame(ROWS), pl.DataFrame(ROWS), read_back(ROWS)):
        assert told(Members(CITIES, interests=table, today=TODAY)) == expected
    without = [{k: v for k, v in row.items() if k not in WORDS} for row in ROWS]
    assert told(Members(CITIES, interests=without, today=TODAY)) != expected


def test_entries_of_the_table_come_beside_those_in_cells() -> None:
    cities = [CITIES[0] | {"offers": "sdg.13:3:training"}, CITIES[1] | {"needs": "sdg.13:3:training"}]
    both = told(Members(cities, interests=ROWS, today=TODAY))
    assert "climate action" in both
    assert "“Evening classes”" in both


@pytest.mark.parametrize("table", [list, pd.DataFrame, read_back])
def test_topics_and_words_of_programmes_and_requests_are_read(table: Callable[[Any], Any]) -> None:
    programme = {name: "|".join(value) if isinstance(value, list) else value for name, value in PROGRAMME.items()}
    request = {name: "|".join(value) if isinstance(value, list) else value for name, value in REQUEST.items()}
    with_topics = Members(CITIES, programmes=table([programme]), requests=table([request]), today=TODAY)
    bare = [{k: v for k, v in each.items() if k != "topics"} for each in (programme, request)]
    without = Members(CITIES, programmes=table(bare[:1]), requests=table(bare[1:]), today=TODAY)
    assert "Books for all" in str(with_topics.why("reading", "quito"))
    assert with_topics.why("reading", "quito").score >= without.why("reading", "quito").score


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (NEED | {"side": "both"}, "Row 0 of interests has 'both' in column side; give need or offer."),
        (NEED | {"topics": "topic.0"}, "City 'quito', needs: there is no topic 'topic.0'"),
        (NEED | {"topics": "topic.1480|topic.1476|topic.1500|topic.1490"}, "City 'quito', needs[0].topics"),
        (NEED | {"title": "x" * 81}, "City 'quito', needs[0].title"),
        (NEED | {"language": "english"}, "'english': give codes of ISO 639"),
        (NEED | {"titel": "Classes"}, "There is no column 'titel' of interests; did you mean 'title'?"),
        ({k: v for k, v in NEED.items() if k != "mode"}, "The interests have no column 'mode'"),
        ("sdg.4", "Row 0 of interests is 'sdg.4'; give a mapping with"),
    ],
)
def test_what_is_no_entry_is_refused_in_a_sentence(row: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Members(CITIES, interests=[row], today=TODAY)
    assert sentence in str(refused.value)


def test_an_entry_of_a_city_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownMember, match="did you mean 'quito'"):
        Members(CITIES, interests=[NEED | {"city": "quitto"}], today=TODAY)
