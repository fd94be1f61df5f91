"""Staff imports a workbook with errors on a telephone without JavaScript: gets it back, mends it, imports it."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.looking import look_around_as, picture, serious
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, chromium, go_to

pytestmark = pytest.mark.slow
HOSTILE = "<b>Newtown</b> =1+1"
ROWS: list[dict[str, Any]] = [
    {"kind": "city", "name": "Newtown Example", "country": "Finland", "population": 84_000, "can_travel": "yes"},
    {"kind": "city", "name": HOSTILE, "country": "Finlandia", "population": "many", "needs": "jobs:3:webinar"},
    {"kind": "city", "name": "Oldtown Example", "country": "FI", "contact_name": "Bo", "contact_email": "bo(at)old"},
]


def filled(template: Path, rows: list[dict[str, Any]]) -> bytes:
    """The workbook to fill in, with these rows."""
    workbook = openpyxl.load_workbook(template)
    sheet = workbook.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    for line, row in enumerate(rows, start=2):
        for name, value in row.items():
            cell = sheet.cell(line, heading.index(name) + 1, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def mended(returned: Path) -> bytes:
    """The returned workbook, each cell corrected that it says is wrong."""
    workbook = openpyxl.load_workbook(returned)
    sheet = workbook.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    assert heading[0] == "what_to_change"
    assert sheet["A2"].value is None
    corrections: dict[int, dict[str, Any]] = {
        3: {"country": "Finland", "population": 12, "needs": "sdg.8:3:webinar", "name": "Betweentown Example"},
        4: {"contact_email": "bo@old.example"},
    }
    for line, cells in corrections.items():
        assert sheet.cell(line, 1).value
        for name, value in cells.items():
            sheet.cell(line, heading.index(name) + 1, value)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def downloaded(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def choose(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("A workbook (XLSX) or CSV").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_label("Admit the members in it").check()
    picture(page, f"upload-{name}")
    page.get_by_role("button", name="See what would change").click()


def is_narrow(page: Page) -> bool:
    """Whether nothing of the page is wider than the telephone."""
    box = page.locator("main").bounding_box()
    return box is not None and box["width"] <= TELEPHONE["viewport"]["width"]


def test_a_workbook_with_errors_is_mended_and_imported(
    on_each_broker: Running, browser: Browser, tmp_path: Path
) -> None:
    network = on_each_broker
    page = browser.new_context(**TELEPHONE, accept_downloads=True).new_page()
    page.goto(network.link("look-around"))
    look_around_as("staff", page, network)
    go_to(page, "Import")
    template = downloaded(page, "Workbook for cities", tmp_path)
    choose(page, "notes.txt", b"not a table\n")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed: the file could not be read.")
    picture(page, "refused")
    choose(page, "members.xlsx", filled(template, ROWS))
    expect(page.get_by_role("heading", level=1)).to_have_text("members.xlsx")
    expect(page.get_by_role("row", name="Line 3")).to_contain_text(HOSTILE)
    expect(page.get_by_role("row", name="Line 3")).to_contain_text("population")
    expect(page.get_by_role("row", name="Line 4")).to_contain_text("bo(at)old")
    expect(page.get_by_text("Nothing has been imported yet.")).to_be_visible()
    assert is_narrow(page)
    picture(page, "wrong")
    returned = downloaded(page, "XLSX", tmp_path)
    page.get_by_role("link", name="Choose the corrected file").click()
    choose(page, "mended.xlsx", mended(returned))
    expect(page.get_by_role("button", name="Import: 3 new, 0 changed")).to_be_visible()
    picture(page, "right")
    page.get_by_role("button", name="Import: 3 new, 0 changed").click()
    expect(page.get_by_role("status")).to_contain_text("Imported on")
    picture(page, "done")
    page.reload()
    page.get_by_role("link", name="See the cities").click()
    page.goto(f"{network.url}/cities?text=town+example")
    for name in ("Newtown Example", "Betweentown Example", "Oldtown Example"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    page.goto(f"{network.url}/office/imports")
    expect(page.get_by_role("link", name="mended.xlsx", exact=True)).to_be_visible()
    picture(page, "list")


def test_what_changes_is_told_and_axe_finds_nothing(on_each_broker: Running, tmp_path: Path) -> None:
    network = on_each_broker  # it holds the port that another instance would need
    with chromium() as opened:
        page = opened.new_page()
        page.goto(network.link("look-around"))
        look_around_as("staff", page, network)
        page.goto(f"{network.url}/office/imports")
        first = b"kind,name,country,population,about\ncity,Changeling,FI,100,Old words\ncity,Other,Nowhere,1,\n"
        choose(page, "first.csv", first)
        assert serious(page) == []
        page.get_by_role("button", name="Import only the rows that are ready: 1 new, 0 changed").click()
        expect(page.get_by_role("status")).to_contain_text("Imported on")
        page.goto(f"{network.url}/office/imports")
        choose(page, "second.csv", first.splitlines()[0] + b"\ncity,Changeling,FI,200,\n")
        expect(page.get_by_role("row", name="Line 2")).to_contain_text("100 → 200")
        expect(page.get_by_text("Values that empty cells delete: 1.")).to_be_visible()
        picture(page, "changed")
        assert serious(page) == []
        page.get_by_role("button", name="Delete this file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Import")
        expect(page.get_by_role("link", name="second.csv")).to_have_count(0)


def test_an_import_is_taken_back_on_its_page(on_each_broker: Running) -> None:
    network, name = on_each_broker, "Backtown"
    rows = f"kind,name,country,population\ncity,{name} One,FI,1\ncity,{name} Two,FI,2\n".encode()
    with chromium() as opened:
        page = opened.new_page()
        page.goto(network.link("look-around"))
        look_around_as("staff", page, network)
        page.goto(f"{network.url}/office/imports")
        choose(page, f"{name}.csv", rows)
        page.get_by_role("button", name="Import: 2 new, 0 changed").click()
        expect(page.get_by_role("status")).to_contain_text("Imported on")
        page.goto(f"{network.url}/office/imports")
        picture(page, f"imports-{name}")
        page.get_by_role("link", name=f"Take back {name}.csv").click()
        expect(page.get_by_text("This new member leaves, and its contacts are erased.")).to_have_count(2)
        picture(page, f"take-back-{name}")
        assert serious(page) == []
        page.get_by_role("button", name="Take back: 2").click()
        expect(page.get_by_role("status")).to_contain_text("Entries taken back so far: 2.")
        expect(page.get_by_text("Nothing is left to take back.")).to_be_visible()
        picture(page, f"taken-back-{name}")
