"""Workbooks of drafts that are damaged: one sentence, wherever the damage is."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from isopolity.draft_tables import UnreadableDraftTable, read_decisions, write_draft_table

SHEET = "xl/worksheets/sheet1.xml"
PAIR = {
    "a": "lyon", "b": "graz", "a_name": "Lyon", "b_name": "Graz", "kind": "twinning", "value": 0.9, "chosen": True,
    "pinned": False, "forbidden": False, "published": False, "told_a": [], "told_b": [],
}  # fmt: skip


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


def test_a_whole_workbook_is_read() -> None:
    assert read_decisions(workbook(), "xlsx", [PAIR]) == []


@pytest.mark.parametrize("damaged", [workbook(cut=True), workbook(SHEET), workbook("xl/workbook.xml"), BytesIO(b"PK")])
def test_a_damaged_workbook_gets_a_sentence(damaged: BytesIO) -> None:
    with pytest.raises(UnreadableDraftTable, match="The file is no workbook"):
        read_decisions(damaged, "xlsx", [PAIR])
