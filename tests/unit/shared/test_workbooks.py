"""Tables for spreadsheets: texts stay texts, and come back as they were."""

import csv
import io
from collections.abc import Sequence
from datetime import date

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from isopolity.tables.text_files import Value, escaped, unescaped, write_csv
from isopolity.tables.workbooks import Sheet, write_workbook

TEXTS = [
    "=1+1",
    "+3",
    "-2",
    "@x",
    "'=1",
    "''=1",
    "'s-Hertogenbosch",
    "plain",
    "a|b",
    "a\nb",
    "2027-01-02",
    "TRUE",
    "1.5",
]


def lines(heading: list[str], rows: Sequence[Sequence[Value]]) -> list[list[str]]:
    file = io.BytesIO()
    write_csv(file, heading, rows)
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))


def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    written = [row[0] for row in lines(["text"], [[text] for text in TEXTS])[1:]]
    assert not [text for text in written if text[0] in "=+-@"]
    assert [unescaped(text) for text in written] == TEXTS


def test_values_of_a_csv_file_have_one_form() -> None:
    row: list[Value] = [True, False, None, 84_000, -0.00001, 12.5, date(2027, 1, 2)]
    assert lines(["x"], [row])[1] == ["yes", "no", "", "84000", "-0.00001", "12.5", "2027-01-02"]


@given(st.text(st.sampled_from("'=+-@\t\rab")))
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    file = io.BytesIO()
    write_workbook(file, Sheet(name="x", heading=["text"], rows=[[text] for text in TEXTS]))
    cells = [cell for (cell,) in openpyxl.load_workbook(file).worksheets[0].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == TEXTS
    assert {cell.data_type for cell in cells} == {"s"}


def test_numbers_and_dates_of_a_workbook_are_such() -> None:
    file = io.BytesIO()
    write_workbook(file, Sheet(name="x", heading=["a"], rows=[[84_000, 1.5, date(2027, 1, 2), True]]))
    (row,) = openpyxl.load_workbook(file).worksheets[0].iter_rows(min_row=2)
    assert [cell.value if cell.data_type == "n" else cell.data_type for cell in row] == [84_000, 1.5, "d", "s"]
