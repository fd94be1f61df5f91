"""A coordinator hands over on a page, and the successor takes over on another one."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, OFFICE, STAFF, answers, city, form_token, listed, portal, signed_in

WAITING = {
    "handover_id": "h1", "name": "<Bo>", "email": "bo@city.example", "valid_until": "2026-12-11T09:00:00Z",
    "predecessor_becomes": "deputy",
}  # fmt: skip
OFFER = {
    "name": "Bo", "member_name": "<Espoo>", "handed_over_by": "Ana", "role": "coordinator",
    "valid_until": "2026-12-11T09:00:00Z", "predecessor_becomes": "deputy",
}  # fmt: skip
TYPED = {"name": " Bo ", "email": "bo@city.example", "predecessor_becomes": "gone"}


async def test_a_coordinator_names_who_follows_and_what_becomes_of_itself() -> None:
    seen: list[httpx.Request] = []
    served = answers(CITY) | {"/handovers": listed(), "POST /handovers": {}, "/contacts": listed()}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        assert "/me/handover" in (await browser.get("/me/contacts")).text
        page = await browser.get("/me/handover")
        assert "Until then nothing changes." in page.text
        reply = await browser.post("/me/handover", data=TYPED | {"form": form_token(page)})
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/handover")
    expected = {"member_kind": "city", "member_id": "espoo", "name": "Bo", "email": "bo@city.example"}
    assert json.loads(seen[-1].content) == expected | {"predecessor_becomes": "gone"}


async def test_what_waits_is_told_and_ends_with_a_button() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY) | {"/handovers": listed(WAITING), "/handovers/h1": 404}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/handover")
        for expected in ("&lt;Bo&gt; (bo@city.example)", "It works until 11 December 2026", "you are a deputy"):
            assert expected in page.text
        reply = await browser.post("/me/handover/h1/end", data={"form": form_token(page)})
    assert reply.headers["location"] == "/me/handover"
    assert [request.url.path for request in seen if request.method == "DELETE"] == ["/registry/v1/handovers/h1"]


async def test_what_registry_refuses_stands_beside_its_field() -> None:
    problem = {"errors": [{"pointer": "/email", "detail": "Give the address of another person, who is to follow."}]}

    def asked(request: httpx.Request) -> Any:
        return httpx.Response(422, json=problem) if request.method == "POST" else listed()

    async with portal(answers(CITY) | {"/handovers": asked}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/handover"))}
        page = await browser.post("/me/handover", data=TYPED | form)
    assert page.status_code == 422
    for expected in ("who is to follow.", 'value="Bo"', 'value="gone" required aria-describedby="gone-hint" checked'):
        assert expected in page.text


@pytest.mark.parametrize(
    ("accounts", "leads_to"), [([], "/sign-in"), ([OFFICE], "/me"), ([CITY | {"role": "deputy"}], "/me")]
)
async def test_who_hands_nothing_over_is_sent_on(accounts: list[dict[str, Any]], leads_to: str) -> None:
    async with portal(answers(*accounts) if accounts else {}) as browser:
        if accounts:
            await signed_in(browser)
        assert (await browser.get("/me/handover")).headers["location"].partition("?")[0] == leads_to


async def test_a_link_that_is_followed_changes_nothing_until_its_button_is_pressed() -> None:
    seen: list[httpx.Request] = []
    async with portal({"/handovers/look": OFFER, "/handovers/confirm": {}}, seen) as browser:
        page = await browser.get("/handover/secret")
        assert "Take over as a contact of &lt;Espoo&gt;?" in page.text
        assert "Ana hands over to you" in page.text
        assert {request.url.path for request in seen} == {"/registry/v1/handovers/look"}
        done = await browser.post("/handover/secret")
    assert "You are a contact of &lt;Espoo&gt; now" in done.text
    assert (seen[-1].url.path, json.loads(seen[-1].content)) == ("/registry/v1/handovers/confirm", {"secret": "secret"})


async def test_a_link_that_does_not_count_says_what_to_do() -> None:
    wrong = httpx.Response(422, json={"errors": [{"pointer": "/secret", "detail": "Too long."}]})
    for answer in (410, lambda _: wrong):
        async with portal({"/handovers/look": answer}) as browser:
            for page in (await browser.get("/handover/secret"), await browser.post("/handover/secret")):
                assert page.status_code == 410
                assert "no longer works" in page.text
                assert 'href="/sign-in"' in page.text


CONTACTS = [
    {"contact_id": "c1", "name": "<Ana>", "role": "coordinator", "email": "ana@city.example"},
    {"contact_id": "c2", "name": "Dan", "role": "deputy", "email": "dan@city.example"},
]
OF_OFFICE = {
    "/cities": listed(city(kind="district")),
    "/partners": listed(),
    "/cities/espoo": city(),
    "/contacts": listed(*CONTACTS),
    "/handovers": listed(),
    "POST /handovers": {},
}
LEFT = {"name": "Bo", "email": "bo@city.example", "predecessor_id": "c1", "predecessor_becomes": "gone"}


async def test_staff_finds_a_member_and_names_who_follows_where_the_predecessor_left() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(STAFF) | OF_OFFICE, seen) as browser:
        await signed_in(browser)
        assert "/office/handovers" in (await browser.get("/office")).text
        found = await browser.get("/office/handovers", params={"text": "espo"})
        assert '<a href="/office/handovers/cities/espoo">Espoo</a> <span class="quiet">' in found.text
        assert "district · Finland</span>" in found.text
        page = await browser.get("/office/handovers/cities/espoo")
        assert "&lt;Ana&gt;, " in page.text
        assert "Dan" not in page.text, "a deputy hands nothing over"
        for chosen in ("c1", ""):
            form = LEFT | {"predecessor_id": chosen, "form": form_token(page)}
            reply = await browser.post("/office/handovers/cities/espoo", data=form)
            assert reply.headers["location"] == "/office/handovers/cities/espoo"
    expected = {"member_kind": "city", "member_id": "espoo", **LEFT}
    sent = [json.loads(each.content) for each in seen if each.method == "POST" and each.url.path.endswith("/handovers")]
    assert sent == [expected, {name: value for name, value in expected.items() if name != "predecessor_id"}]


async def test_where_nobody_has_left_nobody_is_asked_what_becomes_of_them() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(STAFF) | OF_OFFICE | {"/contacts": listed(CONTACTS[1])}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/handovers/cities/espoo")
        assert not [text for text in ("What happens to the former coordinator", "Who has left") if text in page.text]
        form = {"form": form_token(page), "name": "Bo", "email": "bo@city.example"}
        hidden = dict(re.findall('type="hidden" name="(predecessor_[a-z]+)" value="([a-z]+)"', page.text))
        reply = await browser.post("/office/handovers/cities/espoo", data=form | hidden)
    assert reply.headers["location"] == "/office/handovers/cities/espoo"
    (sent,) = [json.loads(each.content) for each in seen if each.method == "POST" and "handovers" in each.url.path]
    assert (sent["predecessor_becomes"], "predecessor_id" in sent) == ("gone", False)


async def test_staff_reads_beside_its_field_what_registry_refuses_and_ends_what_waits() -> None:
    seen: list[httpx.Request] = []
    problem = httpx.Response(422, json={"errors": [{"pointer": "/email", "detail": "Give another address."}]})
    waiting = {"/handovers": listed(WAITING), "POST /handovers": problem}
    async with portal(answers(STAFF) | OF_OFFICE | waiting, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/handovers/cities/espoo")
        assert "&lt;Bo&gt; (bo@city.example)" in page.text
        form = {"form": form_token(page)}
        refused = await browser.post("/office/handovers/cities/espoo", data=LEFT | form)
        assert refused.status_code == 422
        assert all(text in refused.text for text in ("Give another address.", 'value="bo@city.example"'))
        ended = await browser.post("/office/handovers/cities/espoo/end", data=form | {"handover_id": "h1"})
        assert ended.headers["location"] == "/office/handovers/cities/espoo"
    assert [request.url.path for request in seen if request.method == "DELETE"] == ["/registry/v1/handovers/h1"]


async def test_staff_is_led_to_its_desk_and_who_looks_after_machines_alone_to_the_flow() -> None:
    for account, leads_to in ((STAFF, "/office"), (STAFF | {"scopes": ["operator"]}, "/operations")):
        async with portal(answers(account)) as browser:
            await signed_in(browser)
            assert (await browser.get("/me")).headers.get("location") == leads_to


@pytest.mark.parametrize("account", [CITY, None])
async def test_the_pages_of_the_office_are_for_staff(account: dict[str, Any] | None) -> None:
    async with portal(answers(account or CITY) | OF_OFFICE) as browser:
        if account:
            await signed_in(browser)
        for path in ("/office", "/office/handovers", "/office/handovers/cities/espoo"):
            reply = await browser.get(path)
            leads_to = reply.headers["location"].partition("?")[0]
            assert (reply.status_code, leads_to) == (303, "/me" if account else "/sign-in")
