"""Members in a table: columns, filters, orders and files; saved lists; one act for many members."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.portal.members import CONTACT, served
from tests.support.portal.service import HOSTILE, STAFF, answers, form_token, listed, portal, signed_in

TABLE = "/office/members/table"
ACTS = "/office/members/acts"
ESPOO = {
    "member_id": "espoo", "member_kind": "city", "name": "Espoo", "kind": "city", "status": "endorsed", "country": "FI",
    "region": "europe", "changed_on": "2026-10-01", "contact": "confirmed", "contacts": 1, "mails": "lost",
    "answered_on": "2026-11-02", "open_proposals": 2,
}  # fmt: skip
FUND = ESPOO | {
    "member_id": "p1", "member_kind": "partner", "name": f"={HOSTILE}", "kind": "foundation", "status": "applied",
    "contact": "unconfirmed", "answered_on": None,
}  # fmt: skip
LIST = {"items": [ESPOO, FUND], "next": None, "total": 2}
SAVED = {
    "list_id": "l1", "name": HOSTILE, "choices": {"country": "FI", "c-kind": "1", "unknown": "x"}, "shared": True,
    "own": False, "saved_at": "2026-11-20T09:00:00Z",
}  # fmt: skip
PATHS: dict[str, Any] = {"/listed-members": LIST, "/saved-lists": listed(SAVED)}


def of(seen: list[httpx.Request], path: str, method: str = "POST") -> list[httpx.Request]:
    return [each for each in seen if each.url.path.endswith(path) and each.method == method]


async def test_a_table_has_the_chosen_columns_and_asks_for_the_chosen_filters_and_order() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PATHS), seen) as browser:
        await signed_in(browser)
        usual = (await browser.get(TABLE)).text
        assert all(text in usual for text in ("2 November 2026", "do not arrive", "not confirmed", "2 members"))
        assert "foundation</td>" not in usual
        query = {
            "text": "esp",
            "country": "FI",
            "contact": "confirmed",
            "mails_lost": "1",
            "c-kind": "1",
            "no_answer_since": "2026-06-01",
            "order": "answered_on",
            "descending": "1",
        }
        chosen = (await browser.get(TABLE, params=query)).text
    assert ("foundation</td>" in chosen, "2 November 2026" in chosen, HOSTILE in chosen) == (True, False, False)
    asked = of(seen, "/listed-members", "GET")[-1].url.params
    expected = {"text": "esp", "country": "FI", "contact": "confirmed", "no_answer_since": "2026-06-01"}
    assert expected.items() <= dict(asked).items()
    assert (asked["order"], asked["descending"], asked["mails_lost"]) == ("answered_on", "true", "true")


async def test_an_unknown_day_is_named_and_not_asked_for() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PATHS), seen) as browser:
        await signed_in(browser)
        page = await browser.get(TABLE, params={"no_answer_since": "yesterday", "order": "nothing"})
    assert (page.status_code, "Give a day, as in" in page.text) == (422, True)
    assert "no_answer_since" not in of(seen, "/listed-members", "GET")[-1].url.params


async def test_a_file_has_the_columns_of_the_page_and_no_formula() -> None:
    pages = {
        "": {"items": [ESPOO], "next": "more", "total": None},
        "more": {"items": [FUND], "next": None, "total": None},
    }

    def found(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=pages[request.url.params.get("cursor", "")])

    async with portal(served(**PATHS | {"/listed-members": found})) as browser:
        await signed_in(browser)
        file = await browser.get(TABLE, params={"form": "csv", "c-country": "1", "c-answered_on": "1"})
        book = await browser.get(TABLE, params={"form": "xlsx"})
    lines = file.text.lstrip("\ufeff").splitlines()
    assert lines[:2] == ["member_id,name,country,answered_on", "espoo,Espoo,FI,2026-11-02"]
    assert ",=" not in lines[2]
    assert book.content.startswith(b"PK")


async def test_a_saved_list_leads_to_its_choices_and_is_renamed_and_deleted() -> None:
    seen: list[httpx.Request] = []
    changed = SAVED | {"name": "Quiet"}
    paths = PATHS | {"POST /saved-lists": SAVED, "PUT /saved-lists/l1": changed, "DELETE /saved-lists/l1": 204}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get(TABLE, params={"country": "FI"})
        assert f"{TABLE}?country=FI&amp;c-kind=1" in page.text
        form = {"form": form_token(page), "do": "save", "name": "Mine", "choice-country": "FI", "choice-odd": "x"}
        reply = await browser.post("/office/members/saved-lists", data=form)
        assert parse_qs(urlsplit(reply.headers["location"]).query) == {"country": ["FI"], "c-kind": ["1"]}
        page = await browser.get("/office/members/saved-lists")
        named = {"form": form_token(page), "list_id": "l1", "name": "Quiet", "shared": "1"}
        reply = await browser.post("/office/members/saved-lists", data=named | {"do": "change"})
        assert "The list is changed" in (await browser.get(reply.headers["location"])).text
        reply = await browser.post("/office/members/saved-lists", data=named | {"do": "delete"})
        assert "The list is deleted" in (await browser.get(reply.headers["location"])).text
    (made,) = of(seen, "/saved-lists")
    assert json.loads(made.content) == {"name": "Mine", "shared": False, "choices": {"country": "FI"}}


async def preview(browser: httpx.AsyncClient, act: str) -> httpx.Response:
    form = {"form": form_token(await browser.get(TABLE)), "do": act, "back": f"{TABLE}?country=FI"}
    return await browser.post(ACTS, data=form | {"tick-espoo": "city", "tick-p1": "partner", "tick-gone": "city"})


async def test_a_preview_says_who_gets_it_and_why_others_do_not_and_changes_nothing() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PATHS), seen) as browser:
        await signed_in(browser)
        page = (await preview(browser, "endorse")).text
        assert all(text in page for text in ("For 1 member", "Not for 2 members", "It is admitted already."))
        assert "It has left the network, or does not exist." in page
        assert 'name="tick-p1"' in page
        assert 'name="tick-espoo"' not in page
        assert (
            "Tick at least one"
            in (await browser.post(ACTS, data={"form": form_token(await browser.get(TABLE)), "do": "note"})).text
        )
    assert not [each for each in seen if each.url.path.endswith("/endorse")]


async def test_many_are_admitted_each_by_its_own_act_and_a_second_press_asks_for_the_same() -> None:
    seen: list[httpx.Request] = []
    paths = PATHS | {"/partners/p1/endorse": {}, "/cities/espoo/endorse": 409}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await preview(browser, "endorse")), "do": "endorse", "sure": "1"}
        form |= {"tick-p1": "partner", "tick-espoo": "city"}
        for _ in range(2):
            page = await browser.post(ACTS, data=form)
            assert all(text in page.text for text in ("Done for 1 member", "Not for 1 member"))
    keys = [each.headers["idempotency-key"] for each in of(seen, "/partners/p1/endorse")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_a_service_that_is_away_for_one_member_does_not_lose_the_list_of_the_others() -> None:
    async with portal(served(**PATHS | {"/partners/p1/endorse": {}, "/cities/espoo/endorse": 503})) as browser:
        await signed_in(browser)
        form = {"form": form_token(await preview(browser, "endorse")), "do": "endorse", "sure": "1"}
        page = await browser.post(ACTS, data=form | {"tick-p1": "partner", "tick-espoo": "city"})
    assert all(text in page.text for text in ("Done for 1 member", "Not for 1 member", "A service did not answer."))


async def test_a_note_is_written_about_each_and_needs_a_text() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PATHS | {"POST /office-notes": {"note_id": "n1"}}), seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await preview(browser, "note")), "do": "note", "sure": "1", "tick-espoo": "city"}
        page = await browser.post(ACTS, data=form)
        assert (page.status_code, "Write the note." in page.text) == (422, True)
        page = await browser.post(ACTS, data=form | {"tick-p1": "partner", "text": "Came by."})
        assert "Done for 2 members" in page.text
    assert [json.loads(each.content)["member_id"] for each in of(seen, "/office-notes")] == ["p1", "espoo"]


async def test_reminders_are_previewed_by_notify_and_only_unconfirmed_contacts_are_asked_again() -> None:
    seen: list[httpx.Request] = []
    outcomes = {"espoo": "reminded", "p1": "already"}
    nudged = {"nudged": 1, "already": 1, "without_contact": 0, "outcomes": outcomes}
    contacts = listed(CONTACT, CONTACT | {"contact_id": "c2", "confirmed": False})
    paths = PATHS | {
        "/nudges": nudged,
        "/contacts": contacts,
        "/contacts/c2/ask-again": {"contact_id": "c2", "version": 2},
    }
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await preview(browser, "remind")
        assert "It was reminded within the last week." in page.text
        assert [each.url.params.get("dry_run") for each in of(seen, "/nudges")] == ["true"]
        form = {"form": form_token(page), "do": "remind", "sure": "1", "tick-espoo": "city"}
        assert "Done for 1 member" in (await browser.post(ACTS, data=form)).text
        page = await preview(browser, "confirm")
        assert "Its contact has confirmed the address already." in page.text
        form = {"form": form_token(page), "do": "confirm", "sure": "1", "tick-p1": "partner"}
        assert "Done for 1 member" in (await browser.post(ACTS, data=form)).text
    assert len(of(seen, "/contacts/c2/ask-again")) == 1
    assert not of(seen, "/contacts/c1/ask-again")


@pytest.mark.parametrize(("act", "right"), [("remind", "publish"), ("endorse", "endorse"), ("note", "endorse")])
async def test_an_act_needs_its_right(act: str, right: str) -> None:
    others = [f"staff:{each}" for each in {"read", "publish", "endorse"} - {right}]
    async with portal(
        answers(STAFF | {"scopes": others}) | served(**PATHS) | answers(STAFF | {"scopes": others})
    ) as browser:
        await signed_in(browser)
        page = await browser.get(TABLE)
        assert f'value="{act}"' not in page.text
        reply = await browser.post(ACTS, data={"form": form_token(page), "do": act, "tick-espoo": "city"})
        assert reply.status_code == 403
