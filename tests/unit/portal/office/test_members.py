"""Lists of members at the office: who needs attention, endorsing and reminding those that are ticked."""

import json

import httpx
import pytest

from tests.support.portal.members import ONE, served
from tests.support.portal.office import partner
from tests.support.portal.service import HOSTILE, city, form_token, listed, portal, signed_in


@pytest.mark.parametrize(
    ("chosen", "asked", "told"),
    [
        ("silent", "attention=silent", "unanswered proposals: 3"),
        ("at-capacity", "attention=at-capacity", "3 of 3 places in use"),
        ("unreached", "limit=100", "since 13 November 2026"),
        ("without-contact", "without_contact=true", "Espoo"),
        ("stale", "unchanged_since=2025-11-27T09%3A00%3A00Z", "Espoo"),
    ],
)
async def test_each_list_is_asked_of_who_knows_it(chosen: str, asked: str, told: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        assert "There are none" not in (await browser.get("/office/members")).text
        page = await browser.get("/office/members", params={"list": chosen})
    assert [told in page.text, HOSTILE in page.text] == [True, False]
    assert any(asked in str(request.url.query) for request in seen)


async def test_all_members_are_listed_by_pages_and_those_of_one_name_are_told_apart() -> None:
    seen: list[httpx.Request] = []
    derry = [city(city_id=each, name="Derry", kind=each) for each in ("city", "district")]

    def cities(request: httpx.Request) -> httpx.Response:
        found = listed(derry[1]) if "cursor" in request.url.params else listed(derry[0], following="c~1")
        return httpx.Response(200, json=found)

    async with portal(served(**{"/cities": cities, "/partners": listed(partner())}), seen) as browser:
        await signed_in(browser)
        first = (await browser.get("/office/members")).text
        assert all(text in first for text in ("city · Finland", "Derry", 'rel="next"'))
        assert "Bank" not in first
        second = (await browser.get("/office/members?cursor=city~c~1")).text
        assert all(text in second for text in ("district · Finland", "Bank", "foundation · Portugal"))
        assert 'rel="next"' not in second
        only = (await browser.get("/office/members?member_kind=partner")).text
        assert ("Bank" in only, "Derry" in only) == (True, False)
    asked = [each.url.params for each in seen if each.url.path.endswith("/cities")]
    assert [each.get("cursor") for each in asked] == [None, "c~1"]
    assert {(each["status"], each["order"]) for each in asked} == {("any", "name")}


async def test_those_that_nobody_endorsed_are_listed_and_endorsed_together() -> None:
    seen: list[httpx.Request] = []
    lists = {"/cities": listed(city() | {"status": "applied"}), "/partners": listed(partner(status="applied"))}
    path = "/office/members?list=not-endorsed"
    async with portal(served(**lists, **{"/endorsements": {"endorsed": {"espoo": 2, "p1": 2}}}), seen) as browser:
        await signed_in(browser)
        page = await browser.get(path)
        assert page.text.count("not admitted yet</span>") == 2
        form = {"form": form_token(page), "do": "endorse", "tick-espoo": "city", "tick-p1": "partner"}
        assert "Admitted: 2." in (await browser.post(path, data=form)).text
    (sent,) = [request for request in seen if request.url.path.endswith("/endorsements")]
    assert json.loads(sent.content) == {"cities": ["espoo"], "partners": ["p1"]}
    assert {each.url.params["status"] for each in seen if each.url.path.endswith("/cities")} == {"applied"}


async def test_a_member_is_found_by_name_and_endorsed_on_its_page_before_it_is_endorsed() -> None:
    seen: list[httpx.Request] = []
    applied = city() | {"status": "applied"}
    paths = {"/cities": listed(applied), "/cities/espoo": applied, "/cities/espoo/endorse": {}}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        assert "not admitted yet" in (await browser.get("/office/members?text=Espoo")).text
        assert next(each for each in seen if each.url.path.endswith("/cities")).url.params["status"] == "any"
        form = {"form": form_token(await browser.get(ONE)), "do": "endorse"}
        reply = await browser.post(ONE, data=form)
        assert "It is admitted" in (await browser.get(reply.headers["location"])).text


async def test_a_member_that_was_changed_since_its_page_was_opened_is_not_endorsed() -> None:
    seen: list[httpx.Request] = []
    applied = city() | {"status": "applied", "version": 4}
    async with portal(served(**{"/cities/espoo": applied, "/cities/espoo/endorse": 412}), seen) as browser:
        await signed_in(browser)
        page = await browser.get(ONE)
        assert 'name="version" value="4"' in page.text
        reply = await browser.post(ONE, data={"form": form_token(page), "do": "endorse", "version": "4"})
        assert "so it is not admitted" in (await browser.get(reply.headers["location"])).text
    (sent,) = [each for each in seen if each.url.path.endswith("/endorse")]
    assert sent.headers["if-match"] == '"4"'


async def test_those_that_are_ticked_are_reminded_and_how_many_is_told() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/members", params={"list": "silent"}))}
        page = await browser.post("/office/members?list=silent", data=form | {"tick-espoo": "1", "tick-turku": "1"})
        assert all(text in page.text for text in ("Reminded by mail: 1.", "Already reminded within the last week: 1."))
        for do in ("", "endorse"):
            page = await browser.post("/office/members?list=silent", data=form | {"do": do})
            assert "Tick at least one" in page.text
            assert ": 0." not in page.text
    (sent,) = [request for request in seen if request.url.path.endswith("/nudges")]
    assert json.loads(sent.content) == {"member_ids": ["espoo", "turku"]}


async def test_the_page_of_a_member_is_a_file_with_what_it_shows() -> None:
    async with portal(served(**{"/mails": 503})) as browser:
        await signed_in(browser)
        assert f"{ONE}?form=xlsx" in (await browser.get(ONE)).text
        lines = (await browser.get(ONE, params={"form": "csv"})).text.lstrip("\ufeff").splitlines()
        book = await browser.get(ONE, params={"form": "xlsx"})
    assert lines[0] == "about,day,name,state,detail"
    assert any(line.startswith("contact,,") and line.endswith(",confirmed,ana@city.example") for line in lines)
    assert "proposal,2026-12-11,Turku,issued," in lines
    assert "mail,,,not known now," in lines
    assert any(line.startswith("act,2026-11-19,,staff,cities.change") for line in lines)
    assert book.content.startswith(b"PK")
