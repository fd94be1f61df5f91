"""A draft goes into a spreadsheet and back: what it decides is done together, or nothing, each wrong cell told."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from tests.support.portal.rounds import PAIR, SERVED
from tests.support.portal.service import HOSTILE, form_token, portal, signed_in

PAIRS = [PAIR, PAIR | {"a": "oslo", "b": "cork", "pinned": True}]


def paged(request: httpx.Request) -> dict[str, Any]:
    """The pairs, one a page."""
    at = int(request.url.params.get("cursor", "0"))
    return {"items": PAIRS[at : at + 1], "next": f"{at + 1}" if at + 1 < len(PAIRS) else None, "total": 2}


ACTS: dict[str, Any] = SERVED | {"/drafts/r1/pairs": paged, "/drafts/r1/edits": {"draft": {}, "edits": [{"number": 5}]}}


async def sent(
    content: bytes, seen: list[httpx.Request], name: str = "draft.csv", served: Any = None
) -> httpx.Response:
    """The answer to a table that is brought back."""
    async with portal({**ACTS, **(served or {})}, seen) as browser:
        await signed_in(browser)
        data = {"form": form_token(await browser.get("/office/rounds/r1/table")), "round_id": "r1"}
        return await browser.post("/office/rounds/decisions", data=data, files={"file": (name, content)})


def decided(*decisions: str) -> bytes:
    """A table with these decisions on the pairs."""
    lines = [f"{decision};{pair['a']};{pair['b']}" for decision, pair in zip(decisions, PAIRS, strict=True)]
    return "\n".join(["decision;a;b", *lines]).encode()


def edits(seen: list[httpx.Request]) -> list[Any]:
    """The edits that were made."""
    posts = (each for each in seen if each.method == "POST" and each.url.path.endswith("/edits"))
    return [json.loads(each.content)["edits"] for each in posts]


async def test_a_draft_is_taken_as_a_table_with_all_its_pairs() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        book = await browser.get("/office/rounds/r1/table/file?form=xlsx")
        text = await browser.get("/office/rounds/r1/table/file?form=csv")
        nothing = await browser.get("/office/rounds/r1/table/file?form=pdf")
    rows = list(load_workbook(BytesIO(book.content)).worksheets[0].iter_rows(values_only=True))
    assert [row[8] for row in rows] == ["a", "p/q", "oslo"]
    assert rows[1][1] == HOSTILE, "a text stays a text"
    assert [row["b"] for row in csv.DictReader(StringIO(text.text.removeprefix("\ufeff")))] == ["espoo", "cork"]
    assert book.headers["content-disposition"] == 'attachment; filename="draft-r1.xlsx"'
    assert nothing.status_code == 404


async def test_what_a_table_decides_is_done_together() -> None:
    seen: list[httpx.Request] = []
    made = {"/drafts/r1/edits": {"draft": {}, "edits": [{"number": 5}, {"number": 6}]}}
    reply = await sent(decided("Leave out", "free"), seen, served=made)
    assert reply.headers["location"] == "/office/rounds/r1/edits?first=5&last=6"
    assert edits(seen) == [[{"act": "leave-out", "pair": ["p/q", "espoo"]}, {"act": "free", "pair": ["oslo", "cork"]}]]


async def test_a_decision_that_is_carried_out_already_is_passed_over_and_told() -> None:
    seen: list[httpx.Request] = []
    reply = await sent(decided("forbid", "pin"), seen)
    assert reply.headers["location"] == "/office/rounds/r1/edits?skipped=1"
    assert edits(seen) == [[{"act": "forbid", "pair": ["p/q", "espoo"]}]]
    page = await sent(decided("", "pin"), seen)
    assert "has no new decisions" in page.text
    assert "Row 3: the pair is pinned already." in page.text


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (decided("throw away", "pin"), "draft.csv", "Row 2, column decision"),
        (b"decision,a,b\npin,nobody,cork\n", "draft.csv", "Row 2, columns a and b"),
        (decided("keep", "pin"), "draft.csv", "has no new decisions"),
        (b"no workbook", "draft.xlsx", "has no column decision"),
        (b"PK\x03\x04", "draft.xlsx", "save it as .xlsx or CSV once more"),
        (b"", "draft.csv", "The file is empty"),
        (b"", "", "Choose a file"),
    ],
    ids=["word", "pair", "nothing", "workbook", "encoding", "empty", "none"],
)
async def test_a_table_with_a_wrong_cell_changes_nothing(content: bytes, name: str, told: str) -> None:
    seen: list[httpx.Request] = []
    page = await sent(content, seen, name)
    assert page.status_code == 422
    assert told in page.text
    assert not edits(seen)


async def test_what_matching_refuses_is_told() -> None:
    problem = httpx.Response(422, json={"detail": "Cork has no room."})
    page = await sent(decided("pin", "keep"), [], served={"/drafts/r1/edits": problem})
    assert page.status_code == 422
    assert "Cork has no room." in page.text
