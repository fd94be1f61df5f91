"""The tables of docs/benchmarks.md: every row of the results stands in one of them."""

from collections import Counter

from benchmarks.headlines import HEADLINES
from benchmarks.report import DOCUMENT, RESULTS, headline_tables, read_results, table

KEPT = read_results([file.stem for file in sorted(RESULTS.glob("*.json"))])


def test_each_headline_names_one_row_of_the_results() -> None:
    rows = Counter((row["what"], row["size"], row["peer_name"]) for result in KEPT for row in result["rows"])
    headlines = [headline for group in HEADLINES.values() for headline in group]

    assert [rows[headline] for headline in headlines] == [1] * 20


def test_each_row_stands_in_one_of_the_two_tables_of_the_document() -> None:
    first, others = headline_tables(KEPT), table(KEPT, without_headlines=True)
    shown = [line for line in (first + others).splitlines() if line.startswith("| ") and "| what |" not in line]

    assert Counter(shown) == Counter(line for line in table(KEPT).splitlines()[2:] if line.startswith("| "))
    assert set(shown) <= set(DOCUMENT.read_text().splitlines())
