"""Staff picks a file, looks at what it would do, gets it back, and does it."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.prepared_import import READ
from tests.support.portal.service import CITY, HOSTILE, OFFICE, answers, city, form_token, listed, portal, signed_in

ROW = {
    "line": 7, "state": "wrong", "cells": {"name": HOSTILE, "population": "many", "can_host": True},
    "problems": [{"column": "population", "detail": "Give a whole number, not “<many>”."}], "changes": [],
}  # fmt: skip
TAKEN_BACK = {
    "run_id": "i1", "name": HOSTILE, "kind": "cities", "done_at": "2026-11-27T09:30:00Z", "done_by": "p1", "rows": 12,
    "created": 12, "revised": 0, "can_be_taken_back": True, "kept_until": "2026-12-27T09:30:00Z",
    "taken_back_at": "2026-11-27T10:00:00Z", "taken_back_by": "p1", "taken_back": 11,
}  # fmt: skip
FILE = {"file": ("members.xlsx", b"PK of a workbook")}


def served(**more: Any) -> dict[str, Any]:
    return answers(OFFICE) | {"/prepared-imports": listed(), "/prepared-imports/i1": READ, **more}


@pytest.mark.parametrize("endorses", [True, False])
async def test_the_corrected_file_is_chosen_with_the_same_choices_and_endorsing_is_told(endorses: bool) -> None:
    read = READ | {"endorse": endorses, "kind": "partners"}
    async with portal(served(**{"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(ROW)})) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
        assert ("Its members are admitted at once." in page) == endorses
        assert ("New members are not admitted yet" in page) != endorses
        address = f"/office/imports?kind=partners{'&amp;endorse=true' if endorses else ''}"
        assert f'class="button plain" href="{address}"' in page
        form = (await browser.get(address.replace("&amp;", "&"))).text
    assert '<option value="partners" selected>' in form
    assert ('aria-describedby="endorse-hint" checked' in form) == endorses


async def test_what_empty_cells_take_away_is_told_with_whose_it_is() -> None:
    read = READ | {"emptied": 7, "emptied_first": ["line 4, Girona: latitude, web", f"line 5, {HOSTILE}: needs"]}
    async with portal(served(**{"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(ROW)})) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    assert all(text in page for text in ("delete: 7.", '<li dir="auto">line 4, Girona: latitude, web</li>'))
    assert HOSTILE not in page


async def test_what_happens_to_open_proposals_and_what_can_be_taken_back_is_read_before_the_import() -> None:
    changed = ROW | {
        "state": "changed",
        "problems": [],
        "proposals": "programmes-end",
        "ended_programmes": ["Read", HOSTILE],
    }
    async with portal(served(**{"/prepared-imports/i1/rows": listed(changed)})) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/office/imports/i1?state=changed")).text.split())
    assert "Open proposals that were sent stay as they are" in page
    assert "For 30 days you can take the import back." in page
    assert "The file no longer has: Read; " in page
    assert HOSTILE not in page


async def test_members_that_an_import_left_unendorsed_are_endorsed_from_its_page() -> None:
    seen: list[httpx.Request] = []
    ids = [f"city-{number}" for number in range(1001)]
    done = READ | {"taken_at": "2026-11-27T09:30:00Z", "invalid": 0, "not_endorsed": 1001, "to_endorse": ids}
    async with portal(served(**{"/prepared-imports/i1": done, "/endorsements": {}}), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert all(text in page.text for text in ("Admit these 1,001", "/office/members?list=not-endorsed"))
        reply = await browser.post("/office/imports/i1", data={"form": form_token(page), "do": "endorse"})
    assert reply.headers["location"] == "/office/imports/i1"
    sent = [json.loads(each.content) for each in seen if each.url.path.endswith("/endorsements")]
    assert sent == [{"cities": ids[:1000]}, {"cities": ids[1000:]}]
    assert not any(each.url.path.endswith("/take") for each in seen)


async def test_an_import_that_was_done_leads_to_its_new_members() -> None:
    done = READ | {"taken_at": "2026-11-27T09:30:00Z", "invalid": 0, "created": 12, "entered": ["espoo", "gone"]}
    paths = {"/prepared-imports/i1": done, "/cities": listed(city(kind="city")), "/partners": listed()}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    for expected in ('<a href="/office/members/cities/espoo">Espoo</a>', "city · Finland", "And 11 more."):
        assert expected in page
    assert 'href="/office/imports/done/i1"' in page
    assert "No member of this import still has to be admitted." in page


async def test_the_page_of_an_import_that_was_taken_back_says_so_and_names_only_members_that_stay() -> None:
    done = READ | {"taken_at": "2026-11-27T09:30:00Z", "invalid": 0, "created": 12, "entered": ["espoo", "turku"]}
    done |= {"endorsed": 12, "to_confirm": 3}
    cities = listed(city(), city(city_id="turku", name="Turku", status="withdrawn"))
    paths = {"/prepared-imports/i1": done, "/cities": cities, "/partners": listed()}
    paths |= {"/done-imports": listed(TAKEN_BACK), "/done-imports/i1": TAKEN_BACK | {"member_ids": []}}
    paths |= {"/prepared-imports": listed(done)}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
        assert "Taken back on 27 November 2026, 10:00 UTC. Entries taken back so far: 11." in page
        assert 'href="/office/imports/done/i1"' in page
        assert "Espoo" in page
        for untrue in ("admitted", "Admitted", "Turku", "more.", "People who get a mail"):
            assert untrue not in page, untrue
        assert "imported, then taken back" in (await browser.get("/office/imports")).text


async def test_an_import_that_was_done_keeps_its_file_and_says_how_many_rows_were_left_behind() -> None:
    done = READ | {"taken_at": "2026-11-27T09:30:00Z", "invalid": 30, "asking": 2}
    async with portal(served(**{"/prepared-imports/i1": done, "/prepared-imports/i1/rows": listed()})) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    for expected in ("Rows that were not imported: 32.", "/office/imports/i1/file?form=xlsx", "Delete this file"):
        assert expected in page, expected


@pytest.mark.parametrize(("invalid", "do"), [(0, "take-endorse"), (1, "skip-endorse")])
async def test_a_file_that_was_read_without_the_tick_is_imported_and_endorsed(invalid: int, do: str) -> None:
    seen: list[httpx.Request] = []
    read = READ | {"endorse": False, "not_endorsed": 2, "invalid": invalid, "to_endorse": ["espoo"]}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(), "/prepared-imports/i1/take": read}
    async with portal(served(**paths, **{"/endorsements": {}}), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert f'value="{do}"' in page.text
        await browser.post("/office/imports/i1", data={"form": form_token(page), "do": do, "shown": "a" * 64})
    sent = [json.loads(each.content) for each in seen if each.method == "POST" and "registry" in each.url.path]
    assert sent[-1] == {"shown": "a" * 64, "skip_wrong": bool(invalid), "endorse": True}


@pytest.mark.parametrize("taken_at", [None, "2026-11-27T09:30:00Z"])
async def test_more_members_than_are_endorsed_afterwards_are_endorsed_with_the_file(taken_at: str | None) -> None:
    """Of an import its first 5,000 members are known, so no button promises to endorse more."""
    read = READ | {"endorse": False, "not_endorsed": 5001, "invalid": 0, "taken_at": taken_at}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed()}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
        assert "take-endorse" not in page
        assert 'href="/office/imports?kind=cities&amp;endorse=true"' in page
        form = (await browser.get("/office/imports?kind=cities&endorse=true")).text
    assert 'aria-describedby="endorse-hint" checked' in form


async def test_a_file_is_passed_on_and_looked_at_next() -> None:
    seen: list[httpx.Request] = []

    def asked(request: httpx.Request) -> Any:
        return httpx.Response(201, json=READ) if request.method == "POST" else listed(READ)

    async with portal(served(**{"/prepared-imports": asked}), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports")
        assert "&lt;script&gt;" in page.text
        typed = {"kind": "cities", "endorse": "true", "decimal": "", "dates": "", "form": form_token(page)}
        reply = await browser.post("/office/imports", data=typed, files=FILE)
    assert (reply.status_code, reply.headers["location"]) == (303, "/office/imports/i1")
    (sent,) = [each for each in seen if each.method == "POST" and each.url.path.endswith("/prepared-imports")]
    choices = {"kind": "cities", "endorse": "true", "name": "members.xlsx", "ask": "true", "background": "true"}
    assert dict(sent.url.params) == choices
    assert sent.content == FILE["file"][1]


@pytest.mark.parametrize("files", [None, {"file": ("", b"")}])
async def test_without_a_file_the_choices_are_kept_and_a_sentence_stands_beside_the_field(files: Any) -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        typed = {"kind": "partners", "form": form_token(await browser.get("/office/imports"))}
        page = await browser.post("/office/imports", data=typed, files=files)
    assert page.status_code == 422
    assert "choose it again" in page.text
    assert '<option value="partners" selected>' in page.text


async def test_what_registry_refuses_stands_beside_the_field() -> None:
    def asked(request: httpx.Request) -> Any:
        refused = httpx.Response(422, json={"detail": "Unknown column <x>: take it out."})
        return refused if request.method == "POST" else listed()

    async with portal(served(**{"/prepared-imports": asked})) as browser:
        await signed_in(browser)
        typed = {"kind": "cities", "form": form_token(await browser.get("/office/imports"))}
        page = await browser.post("/office/imports", data=typed, files=FILE)
    assert page.status_code == 422
    assert "Unknown column &lt;x&gt;: take it out." in page.text


async def test_who_asks_too_often_does_not_read_that_the_file_is_at_fault() -> None:
    def asked(request: httpx.Request) -> Any:
        refused = httpx.Response(429, json={"detail": "Try again in 7 seconds."})
        return refused if request.method == "POST" else listed()

    async with portal(served(**{"/prepared-imports": asked})) as browser:
        await signed_in(browser)
        typed = {"kind": "cities", "form": form_token(await browser.get("/office/imports"))}
        page = await browser.post("/office/imports", data=typed, files=FILE)
    assert page.status_code == 429
    assert "Try again in 7 seconds." in page.text
    assert "could not be read" not in page.text


async def test_rows_are_shown_with_their_own_cells_and_what_to_change() -> None:
    async with portal(served(**{"/prepared-imports/i1/rows": {"items": [ROW], "next": 7}})) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
    for expected in ("Line 7", "Give a whole number, not “&lt;many&gt;”.", "many", "state=wrong&amp;after=7#rows"):
        assert expected in page.text
    assert "<script>" not in page.text


async def test_a_button_does_what_its_page_showed_and_a_change_meanwhile_is_told() -> None:
    seen: list[httpx.Request] = []
    rows = {"/prepared-imports/i1/rows": {"items": [ROW], "next": None}}
    async with portal(served(**rows, **{"/prepared-imports/i1/take": 412}), seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/imports/i1"))
        typed = {"form": token, "do": "skip", "shown": "a" * 64}
        reply = await browser.post("/office/imports/i1", data=typed)
        assert reply.headers["location"] == "/office/imports/i1?changed=1"
        page = await browser.get("/office/imports/i1?changed=1")
    (sent,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/take")]
    assert sent == {"shown": "a" * 64, "skip_wrong": True, "endorse": False}
    assert "Nothing was imported, because something has changed since you looked." in page.text


async def test_the_file_back_is_passed_on_as_it_is() -> None:
    file = httpx.Response(200, content=b"PK and so on", headers={"Content-Type": "application/x-workbook"})
    async with portal(served(**{"/prepared-imports/i1/file": file})) as browser:
        await signed_in(browser)
        answer = await browser.get("/office/imports/i1/file?form=xlsx")
        assert (answer.content, answer.headers["content-type"]) == (b"PK and so on", "application/x-workbook")
        assert answer.headers["content-disposition"] == 'attachment; filename="cities-to-correct.xlsx"'
        assert (await browser.get("/office/imports/i1/file?form=exe")).status_code == 404


async def test_while_registry_is_away_the_page_says_so_and_the_file_can_be_sent_again() -> None:
    def asked(request: httpx.Request) -> Any:
        if request.method == "POST":
            raise httpx.ConnectError("away")
        return listed()

    async with portal(served(**{"/prepared-imports": asked})) as browser:
        await signed_in(browser)
        typed = {"kind": "cities", "form": form_token(await browser.get("/office/imports"))}
        page = await browser.post("/office/imports", data=typed, files=FILE)
        assert page.status_code == 503
        again = await browser.post("/office/imports", data=typed)
    assert "choose it again" in again.text


async def test_a_strangers_file_is_not_read_and_one_from_elsewhere_is_refused() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        page = await browser.post("/office/imports", files=FILE)
        assert (page.status_code, "You have been signed out" in page.text) == (401, True)
        elsewhere = await browser.post("/office/imports", files=FILE, headers={"Sec-Fetch-Site": "cross-site"})
        assert elsewhere.status_code == 403
        assert seen == []
        await signed_in(browser)
        assert (await browser.post("/office/imports", data={"kind": "cities"}, files=FILE)).status_code == 403
    assert not any(request.method == "POST" and "imports" in request.url.path for request in seen)


async def test_coordinators_import_nothing() -> None:
    async with portal(answers(CITY)) as browser:
        await signed_in(browser)
        for path in (
            "/office/imports",
            "/office/imports/i1",
            "/office/imports/i1/file",
            "/office/imports/exports/cities",
        ):
            assert (await browser.get(path)).headers["location"] == "/me"


LAYOUT = {
    "sheets": ["Feuil1", HOSTILE], "sheet": 1, "heading": 3, "constants": {"kind": "city"}, "said": {},
    "headings": [
        {"title": HOSTILE, "column": "name"}, {"title": "Pays", "column": "country"}, {"title": "", "column": None},
    ],
    "first_lines": [{"line": 1, "text": HOSTILE}, {"line": 3, "text": "Ville | Pays"}],
    "known": ["kind", "name", "country"], "choosable": {"kind": {"city": "city", "district": "district"}},
}  # fmt: skip


async def test_sheet_headings_and_columns_are_chosen_on_the_page_of_the_file() -> None:
    seen: list[httpx.Request] = []
    question, left_out = "Line 4 can mean 84 or 84,000.", "Only one sheet is read."
    read = READ | {"layout": LAYOUT, "questions": [question], "left_out": [left_out]}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(), "/prepared-imports/i1/layout": read}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert all(text in page.text for text in (question, left_out, "<details"))
        assert '<option value="city" selected>city</option>' in page.text
        assert "Import:" not in page.text
        assert HOSTILE not in page.text
        chosen = {"sheet": "1", "heading": "3", "column-0": "", "column-1": "country", "decimal": "comma", "dates": ""}
        order = {"form": form_token(page), "do": "lay-out", "constant-kind": "district", **chosen}
        reply = await browser.post("/office/imports/i1", data=order)
    assert (reply.status_code, reply.headers["location"]) == (303, "/office/imports/i1")
    (sent,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/layout")]
    assert (sent["columns"], sent["constants"]) == ([None, "country", None], {"kind": "district"})
    assert (sent["sheet"], sent["heading"], sent["decimal"]) == (1, 3, "comma")


async def test_columns_whose_empty_cells_repeat_the_one_above_are_ticked_and_a_page_of_empty_cells_says_so() -> None:
    seen: list[httpx.Request] = []
    empty = {"column": "country", "detail": "Give a value.", "rows": 12, "first_line": 5}
    read = READ | {"layout": LAYOUT | {"repeated": ["country"]}, "alike_problems": [empty]}
    paths = {
        "/prepared-imports/i1": read,
        "/prepared-imports/i1/rows": listed(ROW),
        "/prepared-imports/i1/layout": read,
    }
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert 'name="repeat-1"\n value="true" checked' in page.text
        assert ('name="repeat-0"' in page.text, 'name="repeat-2"' in page.text) == (True, False)
        assert "If an empty cell means the same as the cell above, say so under" in page.text
        order = {
            "form": form_token(page),
            "do": "lay-out",
            "column-0": "name",
            "column-1": "country",
            "repeat-0": "true",
        }
        for chosen in (order, {"form": form_token(page), "do": "lay-out", "sheet": "1"}):
            await browser.post("/office/imports/i1", data=chosen)
    sent = [json.loads(each.content)["repeated"] for each in seen if each.url.path.endswith("/layout")]
    assert sent == [["name"], ["country"]]


async def test_corrections_that_do_not_fit_the_file_as_it_is_read_are_named() -> None:
    aside = {"set_aside": 3, "set_aside_first": ["line 2, population: “330000”", f"line 3, name: “{HOSTILE}”"]}
    paths = {"/prepared-imports/i1": READ | {"layout": LAYOUT} | aside, "/prepared-imports/i1/rows": listed()}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    assert "3 of your" in page
    assert "line 2, population: “330000”" in page
    assert HOSTILE not in page


async def test_each_of_three_hundred_columns_is_reached_and_choosing_some_keeps_the_others() -> None:
    seen: list[httpx.Request] = []
    headings = [{"title": f"Q{place}", "column": None} for place in range(300)]
    headings[0], headings[1] = {"title": "Ville", "column": "name"}, {"title": "", "column": None}
    read = READ | {"layout": LAYOUT | {"headings": headings}}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(), "/prepared-imports/i1/layout": read}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert all(f'href="/office/imports/i1?headings={first}#columns"' in page.text for first in range(1, 300, 60))
        assert "All columns left out: 299" in page.text
        assert ('id="column-59"' in page.text, 'id="column-60"' in page.text) == (True, False)
        last = await browser.get("/office/imports/i1?headings=241")
        assert ('id="column-240"' in last.text, 'id="column-299"' in last.text) == (True, True)
        assert 'id="layout" open' in last.text
        assert 'id="column-0"' in (await browser.get("/office/imports/i1?headings=999")).text
        order = {"form": form_token(last), "do": "lay-out", "sheet": "1", "heading": "3", "column-299": "country"}
        await browser.post("/office/imports/i1", data=order)
    (sent,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/layout")]
    assert sent["columns"] == ["name", *[None] * 298, "country"]


async def test_all_entries_of_a_kind_are_downloaded_from_the_page_of_imports() -> None:
    seen: list[httpx.Request] = []
    content = httpx.Response(200, content=b"PK", headers={"Content-Type": "application/x"})
    async with portal(served(**{"/exports/cities": content}), seen) as browser:
        await signed_in(browser)
        assert 'href="/office/imports/exports/cities?form=csv"' in (await browser.get("/office/imports")).text
        reply = await browser.get("/office/imports/exports/cities?form=csv")
        assert (reply.content, reply.headers["content-disposition"]) == (b"PK", 'attachment; filename="cities.csv"')
        assert reply.headers["cache-control"] == "no-store"
        for wrong in ("nonsense", "cities?form=exe"):
            assert (await browser.get(f"/office/imports/exports/{wrong}")).status_code == 404
    (asked,) = [each for each in seen if "/exports/" in each.url.path]
    assert asked.url.params["form"] == "csv"


async def test_a_file_without_a_problem_comes_back_with_its_corrections() -> None:
    paths = {"/prepared-imports/i1": READ | {"invalid": 0}, "/prepared-imports/i1/rows": listed()}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    assert "Your file with your corrections:" in page
    assert 'href="/office/imports/i1/file?form=xlsx"' in page


async def test_alike_problems_are_told_once_with_the_number_of_their_rows() -> None:
    alike = {"column": "country", "detail": "There is no country “<X>”.", "rows": 12, "first_line": 4}
    paths = {"/prepared-imports/i1": READ | {"alike_problems": [alike]}, "/prepared-imports/i1/rows": listed(ROW)}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    assert "There is no country “&lt;X&gt;”." in page
    assert "12 rows, the first in" in page


async def test_who_a_row_is_is_chosen_on_the_page() -> None:
    seen: list[httpx.Request] = []
    found = {
        "member_id": "koeln", "line": None, "application_id": None, "kind": "city", "name": HOSTILE, "country": "DE",
        "given_id": "7", "gone": True, "why": "other-name",
    }  # fmt: skip
    others = [{**found, "member_id": None, "line": 3}, {**found, "member_id": None, "application_id": "a1"}]
    row = {"line": 8, "state": "asks", "cells": {"name": "Cologne"}, "problems": [], "changes": []}
    row |= {"candidates": [found, *others], "more_candidates": 12}
    read = READ | {"asking": 1, "invalid": 0}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(row)}
    async with portal(served(**paths, **{"/prepared-imports/i1/correct": read}), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        for expected in (
            "Who is line 8?", "/office/members/cities/koeln", "one of its other names", "has left",
            "Line 3 of this file:", "There are at least 12 more", 'href="/office/members?text=Cologne"',
            "/office/applications/a1", "Leave this row out", "Import only the rows that are ready",
        ):  # fmt: skip
            assert expected in page.text, expected
        assert HOSTILE not in page.text
        sent = {"form": form_token(page), "do": "correct", "shown": "a" * 64, "choice-8": "koeln", "choice-9": ""}
        reply = await browser.post("/office/imports/i1", data=sent)
    assert reply.headers["location"] == "/office/imports/i1?corrected=1#rows"
    (asked,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/correct")]
    assert asked.pop("choices") == [{"line": 8, "choice": "koeln"}]
    assert asked.pop("shown") == "a" * 64
    assert not any(asked.values())


async def test_a_cell_and_a_whole_column_are_corrected_on_the_page() -> None:
    seen: list[httpx.Request] = []
    paths = {"/prepared-imports/i1/rows": listed(ROW), "/prepared-imports/i1/correct": READ}
    paths["/prepared-imports/i1"] = READ | {"columns": ["kind", "name", "population"]}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert 'name="cell-7-population" value="many"' in page.text
        fields = {
            "cell-7-population": "84000", "was-7-population": "many",
            "cell-7-country": "Germany", "was-7-country": "Allemagne",
            "everywhere-7-country": "true", "cell-7-name": "same", "was-7-name": "same", "choice-9": "out",
        }  # fmt: skip
        sent = {"form": form_token(page), "do": "correct", "shown": "a" * 64, **fields}
        await browser.post("/office/imports/i1", data=sent)
    (asked,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/correct")]
    assert asked["cells"] == [{"line": 7, "column": "population", "after": "84000"}]
    assert asked["columns"] == [{"column": "country", "before": "Allemagne", "after": "Germany", "line": 7}]
    assert asked["choices"] == [{"line": 9, "choice": "out"}]


async def test_corrections_of_a_stale_page_are_shown_beside_the_rows_as_they_are_now() -> None:
    now = ROW | {"cells": {"name": HOSTILE, "population": "12 345"}}
    paths = {"/prepared-imports/i1/rows": listed(now), "/prepared-imports/i1/correct": 412}
    paths["/prepared-imports/i1"] = READ | {"shown": "b" * 64, "columns": ["kind", "name", "population"]}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/imports/i1"))
        fields = {"cell-7-population": "84000", "was-7-population": "many", "choice-7": "out"}
        sent = {"form": token, "do": "correct", "shown": "a" * 64, **fields}
        page = await browser.post("/office/imports/i1", data=sent)
    assert page.status_code == 409
    for expected in (
        "This file has changed since you opened the page.", "12 345", 'name="cell-7-population" value="84000"',
        'name="was-7-population" value="12 345"', 'name="choice-7" value="out" checked', f'value="{"b" * 64}"',
    ):  # fmt: skip
        assert expected in page.text, expected
    assert "<script>" not in page.text


async def test_answers_of_a_stale_page_about_words_are_still_chosen() -> None:
    words = {"text": "health", "lacks": ["subject"], "subjects": ["sdg.3"], "modes": [], "topics": ["topic.57"]}
    kept = {"line": 4, "name": "Cork", "is_replaced": False, "before": ["reading"], "after": []}
    read = READ | {"words_open": 1, "words_open_first": [words | {"rows": 1, "first_line": 9}]}
    read |= {"words_kept": 1, "words_kept_first": [kept], "shown": "b" * 64}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(), "/prepared-imports/i1/correct": 412}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/imports/i1"))
        sent = {"form": token, "do": "correct", "shown": "a" * 64, "words-3": "health", "words-3-subject": "sdg.3"}
        sent |= {"words-3-topic.57": "true", "own-4": "true", "own-was-4": ""}
        page = await browser.post("/office/imports/i1", data=sent)
    assert page.status_code == 409
    for expected in (
        "This file has changed since you opened the page.", '<option value="sdg.3" selected>',
        'name="words-1-topic.57" value="true" checked', 'name="own-4" value="true" checked',
    ):  # fmt: skip
        assert expected in page.text, expected


async def test_all_empty_cells_of_a_column_are_filled_on_the_page() -> None:
    seen: list[httpx.Request] = []
    row = ROW | {"cells": {"name": "Bonn"}, "problems": [{"column": "country", "detail": "Give a country."}]}
    paths = {"/prepared-imports/i1/rows": listed(row), "/prepared-imports/i1/correct": READ}
    paths["/prepared-imports/i1"] = READ | {"columns": ["kind", "name", "country"]}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        assert "In every row where this cell is empty" in page.text
        fields = {"cell-7-country": "Germany", "was-7-country": "", "everywhere-7-country": "true"}
        await browser.post(
            "/office/imports/i1", data={"form": form_token(page), "do": "correct", "shown": "a" * 64, **fields}
        )
    (asked,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/correct")]
    assert asked["columns"] == [{"column": "country", "before": "", "after": "Germany", "line": 7}]


def worked_on(**more: Any) -> dict[str, Any]:
    work = {"act": "take", "state": "running", "rows_done": 1250, "rows": 3000, "ahead": 0, "failure": "", "code": ""}
    return READ | {"work": work | more}


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ({}, "Importing: 1,250 of 3,000"),
        ({"act": "look"}, "Checking: 1,250 of 3,000"),
        ({"state": "waiting", "ahead": 1}, "1 other file. It starts after that."),
        ({"state": "waiting"}, "Starting."),
    ],
)
async def test_the_page_of_a_file_tells_how_far_the_work_on_it_is(work: dict[str, Any], expected: str) -> None:
    paths = {"/prepared-imports/i1": worked_on(**work), "/prepared-imports": listed(worked_on(**work))}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page, files = [(await browser.get(path)).text for path in ("/office/imports/i1?corrected=1", "/office/imports")]
    assert expected in page
    assert expected in files
    for part in ('id="progress" data-waiting', 'role="status"', 'href="/office/imports/i1?corrected=1"', "progress.js"):
        assert part in page
    assert 'name="do"' not in page


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("changed-meanwhile", "something has changed since you looked"),
        ("bad-rows", "Correct the rows below first"),
        ("given-up", "Try a smaller file."),
        ("failed", "because of a mistake of ours"),
        ("refused", "The file has no line 7."),
    ],
)
async def test_work_that_failed_is_told_above_the_rows(code: str, expected: str) -> None:
    read = worked_on(state="failed", code=code, failure="The file has no line 7.")
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(ROW)}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1?corrected=1")).text
    assert expected in page
    assert "Your corrections are saved" not in page


@pytest.mark.parametrize("code", ["changed-meanwhile", "refused"])
async def test_corrections_that_the_background_refuses_stand_there_again(code: str) -> None:
    order = {
        "shown": "a" * 64, "choices": [{"line": 7, "choice": "gone"}],
        "cells": [{"line": 7, "column": "population", "after": "84000"}],
        "columns": [{"column": "country", "before": "Allemagne", "after": "Germany", "line": 7}],
        "words": [{"text": "health", "subject": "sdg.3"}],
    }  # fmt: skip
    words = {"text": "health", "lacks": ["subject"], "subjects": [], "modes": [], "topics": []}
    read = worked_on(act="correct", state="failed", code=code, failure="The member is not there any more.")
    read |= {"not_corrected": order, "words_open": 1, "words_open_first": [words | {"rows": 1, "first_line": 9}]}
    paths = {"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed(ROW)}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    for expected in (
        "This file has changed since" if code == "changed-meanwhile" else "The member is not there any more.",
        'name="cell-7-population" value="84000"', 'name="was-7-population" value="many"',
        'name="cell-7-country" value="Germany"', 'name="everywhere-7-country" value="true" checked',
        'name="choice-7" value="gone" checked', '<option value="sdg.3" selected>', "Your corrections",
    ):  # fmt: skip
        assert expected in page, expected


async def test_rows_that_an_import_left_behind_are_reached_from_its_page_until_they_are_imported() -> None:
    done = READ | {"taken_at": "2026-11-27T09:30:00Z", "rest_id": "i2", "invalid": 30}
    rest = READ | {"import_id": "i2", "rows": 30}
    for paths, is_offered in (
        ({"/prepared-imports/i2": rest}, True),
        ({"/prepared-imports/i2": rest | {"taken_at": "2026-11-27T10:00:00Z"}}, False),
        ({}, False),
    ):
        async with portal(served(**{"/prepared-imports/i1": done}, **paths)) as browser:
            await signed_in(browser)
            page = (await browser.get("/office/imports/i1")).text
        assert ("Correct these 30 rows here" in page) == is_offered
        assert ('href="/office/imports/i2"' in page) == is_offered


async def test_words_that_leave_something_open_are_explained_once_on_the_page() -> None:
    seen: list[httpx.Request] = []
    words: dict[str, Any] = {
        "text": "health",
        "lacks": ["subject", "mode"],
        "subjects": ["cluster.health", "sdg.3"],
        "modes": [],
    }
    words |= {"topics": ["topic.57"], "rows": 37, "first_line": 4}
    other = words | {"text": HOSTILE, "lacks": ["mode"], "rows": 1, "first_line": 9, "topics": []}
    read = READ | {"invalid": 0, "words_open": 38, "words_open_first": [words, other]}
    served_by = served(**{"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed()})
    async with portal(served_by | {"/correct": read}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        fields = {"form": form_token(page), "shown": READ["shown"], "do": "correct", "words-1": "health"}
        fields |= {"words-1-subject": "sdg.3", "words-1-mode": "webinar", "words-1-topic.57": "true"}
        fields |= {"words-2": HOSTILE, "words-2-mode": ""}
        await browser.post("/office/imports/i1", data=fields)
    assert "Needs and offers to explain: 38" in page.text
    assert "37 needs or offers, the first in line 4" in page.text
    assert "Topic: Health education" in page.text
    assert HOSTILE not in page.text
    sent = next(json.loads(one.content) for one in seen if one.url.path.endswith("/correct"))
    assert sent["words"] == [{"text": "health", "subject": "sdg.3", "mode": "webinar", "topics": ["topic.57"]}]


async def test_a_citys_own_words_are_replaced_only_where_staff_ticks_it() -> None:
    seen: list[httpx.Request] = []
    kept: dict[str, Any] = {
        "line": 4,
        "name": "Cork",
        "is_replaced": False,
        "before": [HOSTILE],
        "after": ["literacy (webinar)"],
    }
    done = kept | {"line": 5, "is_replaced": True, "after": []}
    read = READ | {"invalid": 0, "words_kept": 2, "words_kept_first": [kept, done, kept | {"line": 6}]}
    served_by = served(**{"/prepared-imports/i1": read, "/prepared-imports/i1/rows": listed()})
    async with portal(served_by | {"/correct": read}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/imports/i1")
        fields = {"form": form_token(page), "shown": READ["shown"], "do": "correct", "own-4": "true"}
        fields |= {"own-was-4": "", "own-was-5": "true", "own-was-6": ""}
        await browser.post("/office/imports/i1", data=fields)
    assert 'name="own-5" value="true" checked' in page.text
    assert HOSTILE not in page.text
    sent = next(json.loads(one.content) for one in seen if one.url.path.endswith("/correct"))
    assert sent["own_words"] == [{"line": 4, "replaced": True}, {"line": 5, "replaced": False}]


async def test_an_import_that_was_done_names_the_words_that_it_left_out() -> None:
    words = {"text": "health", "lacks": ["subject"], "rows": 2, "first_line": 4}
    done = READ | {"taken_at": "2026-11-27T09:30:00Z", "invalid": 0, "words_open": 2, "words_open_first": [words]}
    async with portal(served(**{"/prepared-imports/i1": done})) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports/i1")).text
    assert '<span dir="auto" translate="no">health</span>' in page
