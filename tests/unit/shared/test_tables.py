"""Tables out and back: drafts, workbooks, CSV, and needs and offers in cells."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.client.matching.models import DraftPairView
from isopolity.contracts.codes import INTEREST_FIELDS, interest_fields, interest_text
from isopolity.contracts.registry import Need, Offer
from isopolity.registry.entrypoints.inputs import InterestInput
from isopolity.tables.draft_tables import Decisions, UnreadableDraftTable, read_decisions, write_draft_table
from isopolity.tables.text_files import Value, escaped, unescaped, write_csv
from isopolity.tables.workbooks import Sheet, write_workbook

SHEET = "xl/worksheets/sheet1.xml"
PAIR = DraftPairView.model_validate({
    "a": "lyon", "b": "graz", "a_name": "Lyon", "b_name": "Graz", "kind": "twinning", "value": 0.9, "chosen": True,
    "pinned": False, "forbidden": False, "published": False, "told_a": [], "told_b": [],
})  # fmt: skip


def workbook(without: str = "", *, cut: bool = False) -> BytesIO:
    """The workbook of a draft without one of its parts, or with its sheet cut short."""
    whole, damaged = BytesIO(), BytesIO()
    write_draft_table(whole, "xlsx", [PAIR])
    with ZipFile(whole) as old, ZipFile(damaged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name != without:
                new.writestr(name, content[: len(content) // 2] if cut and name == SHEET else content)
    damaged.seek(0)
    return damaged


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Callable[[BytesIO], BinaryIO]]:
    """Lays a file on disk, where the reading process finds it."""
    with ExitStack() as files:

        def laid(content: BytesIO) -> BinaryIO:
            path = tmp_path / "draft"
            path.write_bytes(content.getvalue())
            return files.enter_context(path.open("rb"))

        yield laid


async def test_a_whole_workbook_is_read(on_disk: Callable[[BytesIO], BinaryIO]) -> None:
    assert await read_decisions(on_disk(workbook()), [PAIR]) == Decisions(orders=[], done=[])


async def test_a_table_that_comes_back_twice_passes_over_what_is_carried_out(
    on_disk: Callable[[BytesIO], BinaryIO],
) -> None:
    decisions = {"bonn": "leave out", "cork": "pin", "dakar": "forbid", "espoo": "free", "fulda": "", "graz": "keep"}
    before = [PAIR.model_copy(update={"a": name, "pinned": name == "espoo"}) for name in decisions]
    table = "\n".join(["decision,a,b", *(f"{decision},{name},graz" for name, decision in decisions.items())]).encode()
    first = await read_decisions(on_disk(BytesIO(table)), before)
    assert [order.act for order in first.orders] == ["leave-out", "pin", "forbid", "free"]
    assert first.done == []
    changes: dict[str, dict[str, bool]] = {"cork": {"pinned": True}, "dakar": {"forbidden": True}}
    there = [name for name in decisions if name not in ("bonn", "fulda")]
    left = [PAIR.model_copy(update={"a": name, **changes.get(name, {})}) for name in there]
    second = await read_decisions(on_disk(BytesIO(table)), left)
    assert (len(second.orders), len(second.done)) == (0, 4)
    assert second.done[0] == "Row 2: the pair is not in the draft, and stays out."


@pytest.mark.parametrize("decision", ["pin", "forbid", "keep"])
async def test_a_decision_on_a_pair_that_the_draft_does_not_have_now_names_the_causes(
    decision: str, on_disk: Callable[[BytesIO], BinaryIO]
) -> None:
    table = f"decision,a,b\n{decision},lyon,bonn\n".encode()
    with pytest.raises(
        UnreadableDraftTable, match="left out or swapped after the table was taken, or its ids are others"
    ):
        await read_decisions(on_disk(BytesIO(table)), [PAIR])


@pytest.mark.parametrize("damaged", [workbook(cut=True), workbook(SHEET), workbook("xl/workbook.xml"), BytesIO(b"PK")])
async def test_a_damaged_workbook_gets_a_sentence(damaged: BytesIO, on_disk: Callable[[BytesIO], BinaryIO]) -> None:
    with pytest.raises(UnreadableDraftTable, match=r"workbook|table"):
        await read_decisions(on_disk(damaged), [PAIR])


async def test_a_workbook_that_unpacks_to_far_more_than_a_table_is_not_unpacked_here(
    on_disk: Callable[[BytesIO], BinaryIO],
) -> None:
    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as packed:
        for name in ("[Content_Types].xml", "xl/workbook.xml", SHEET):
            packed.writestr(name, b"<a/>" + b" " * 20_000_000)
    with pytest.raises(UnreadableDraftTable, match="unpacks to far more"):
        await read_decisions(on_disk(bomb), [PAIR])


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


@pytest.mark.parametrize("model", [Need, Offer, InterestInput])
def test_the_fields_are_those_of_needs_and_offers(model: type[Need] | type[Offer] | type[InterestInput]) -> None:
    assert tuple(model.model_fields)[: len(INTEREST_FIELDS)] == INTEREST_FIELDS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("sdg.4:3:webinar", ["sdg.4", "3", "webinar"]),
        ("sdg.4:3:webinar:2027-12-31", ["sdg.4", "3", "webinar", "2027-12-31"]),
        ("sdg.4: 3 ", ["sdg.4", " 3 "]),
        ("a:b:c:d:e", ["a", "b", "c", "d:e"]),
        ("", [""]),
    ],
)
def test_parts_are_named_in_order_and_left_unchecked(text: str, parts: list[str]) -> None:
    assert list(interest_fields(text).values()) == parts
    assert list(interest_fields(text)) == list(INTEREST_FIELDS[: len(parts)])


@pytest.mark.parametrize("text", ["sdg.4:3:webinar", "sdg.4:3:webinar:2027-12-31"])
def test_a_text_is_made_of_fields_and_read_again(text: str) -> None:
    assert interest_text(interest_fields(text)) == text
    assert interest_text({**interest_fields("sdg.4:3:webinar"), "valid_until": None}) == "sdg.4:3:webinar"
