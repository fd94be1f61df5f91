"""Workbooks of drafts that are damaged: one sentence, wherever the damage is."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from isopolity.client.matching.models import DraftPairView
from isopolity.tables.draft_tables import Decisions, UnreadableDraftTable, read_decisions, write_draft_table

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
