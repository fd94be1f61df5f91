"""A member asks to be introduced: from a page, by one form, and reads one date."""

import json
from datetime import date
from typing import Any

import httpx
import pytest

from isopolity.client.matching.models import OwnProposalView
from isopolity.portal.domain.dealings import dealings
from tests.support.complete_answers import complete
from tests.support.portal.askers import BOOKS, INTEREST, OPEN, PATH, TO_FEZ, served, served_partner
from tests.support.portal.service import CITY as ANA
from tests.support.portal.service import FakeSessions, answers, city, form_token, key_of, listed, portal, signed_in


async def test_the_page_of_a_city_leads_a_member_to_the_form_and_a_stranger_to_sign_in() -> None:
    async with portal(served()) as browser:
        assert 'href="/sign-in?back=/me/ask%3Fcity%3Dfez"' in (await browser.get("/cities/fez")).text
        await signed_in(browser)
        assert 'href="/me/ask?city=fez"' in (await browser.get("/cities/fez")).text


async def test_asking_is_one_form_and_one_date() -> None:
    seen: list[httpx.Request] = []
    made: list[Any] = []

    def asked(request: httpx.Request) -> Any:
        made.extend([INTEREST] if request.method == "POST" else [])
        return INTEREST if request.method == "POST" else listed(*made)

    async with portal(served(**{PATH: asked}), seen) as browser:
        await signed_in(browser)
        form = await browser.get("/me/ask?city=fez")
        assert "Ask to be introduced to Fez" in form.text
        sent = {
            "form": form_token(form),
            "city": "fez",
            "programme_id": "",
            "request_id": "",
            "key": "k",
            "openly": "1",
        }
        reply = await browser.post("/me/ask", data=sent)
        assert (reply.status_code, reply.headers["location"]) == (303, "/me/asked?new=1")
        told = " ".join((await browser.get("/me/asked?new=1")).text.split())
    (post,) = [request for request in seen if request.method == "POST" and request.url.path.endswith(PATH)]
    assert json.loads(post.content) == {"other_id": "fez", "programme_id": None, "request_id": None, "openly": True}
    assert (post.headers["idempotency-key"], post.headers["authorization"]) == (key_of("k"), "Bearer access-1")
    assert "You have asked to be introduced to Fez. You will hear by 28 December 2026, 23:59 (UTC)." in told


async def test_each_form_has_a_key_of_its_own() -> None:
    async with portal(served(**{PATH: listed()})) as browser:
        await signed_in(browser)
        pages = [(await browser.get("/me/ask?city=fez")).text for _ in range(2)]
    keys = [page.partition('name="key" value="')[2].partition('"')[0] for page in pages]
    assert all(len(key) > 20 for key in keys)
    assert keys[0] != keys[1]


async def shown(known: dict[str, Any], path: str) -> str:
    async with portal(known) as browser:
        await signed_in(browser)
        return " ".join((await browser.get(path)).text.split())


@pytest.mark.parametrize(
    ("answer", "told"), [(None, "Answer it"), ("later", "Answer it"), ("yes", "You have said yes")]
)
async def test_what_is_suggested_already_is_answered_and_not_asked_for_again(answer: str | None, told: str) -> None:
    suggested = OPEN | {"other": {"member_id": "fez"}, "own": {"answer": answer}}
    page = await shown(served(**{"/members/espoo/proposals": listed(suggested), PATH: listed()}), "/me/ask?city=fez")
    assert told in page
    assert 'href="/proposals/x1"' in page
    assert 'action="/me/ask"' not in page


async def test_what_was_asked_for_already_is_not_asked_for_again() -> None:
    page = await shown(served(), "/me/ask?city=fez")
    assert "You have asked for Fez already. You hear by 28 December 2026, 23:59 (UTC)." in page
    assert 'action="/me/ask"' not in page


def test_what_is_answered_takes_a_place_until_it_closes_and_is_heard_of_then() -> None:
    days = {"answer_by": "2026-12-18T09:59:59Z", "closes_at": "2026-12-19T10:59:59Z", "time_zone": "Pacific/Kiritimati"}
    known = {"stage": "open", "issued_at": "2026-11-27T09:00:00Z", "other": {"member_id": "fez"}} | days
    for answer, day in ((None, "2026-12-18"), ("yes", "2026-12-20"), ("no", "2026-11-27")):
        told = complete("matching", "GET", "/matching/v1/proposals/x1", 200, known | {"own": {"answer": answer}})
        (found,) = dealings([OwnProposalView.model_validate(told)], [], []).all
        assert (found.day, found.free_after) == (date.fromisoformat(day), date(2026, 12, 20))
        assert found.zone == "Pacific/Kiritimati"


async def test_the_form_says_beforehand_by_when_one_hears_who_reads_what_and_that_it_is_final() -> None:
    told = {"/members/fund/interests": listed() | {"days_to_hear": 36, "time_zone": "Pacific/Kiritimati"}}
    page = await shown(served_partner(BOOKS, told=told), "/me/ask?city=fez")
    for expected in (
        "you hear by 2 January 2027, 23:59 (Kiritimati time).",
        "it names A Fund",
        "You cannot take your yes back.",
    ):
        assert expected in page
    assert "it waits for the next one" in page


async def test_a_partner_is_led_to_what_is_suggested_and_may_ask_for_another_programme() -> None:
    known = served_partner(
        BOOKS, BOOKS | {"programme_id": "p2", "name": "Bikes"}, told={"/members/fund/proposals": listed(TO_FEZ)}
    )
    same = await shown(known, "/me/ask?city=fez&programme_id=p1")
    assert "We have already proposed Fez to you, for “Books”." in same
    assert 'action="/me/ask"' not in same
    other = await shown(known, "/me/ask?city=fez&programme_id=p2")
    assert '<option value="p2" selected>' in other
    assert '<option value="p1"' not in other


async def test_a_partner_reads_which_programme_has_no_place_left_and_when_one_may_be_free() -> None:
    taken = {"/members/fund/proposals": listed(TO_FEZ | {"other": {"member_id": "oulu"}})}
    page = await shown(served_partner(BOOKS, told=taken), "/me/ask?city=fez")
    assert "All places of Books are taken now" in page
    assert "The first place may be free after 20 December 2026." in page
    assert "Books (all places taken)" in page
    assert 'action="/me/ask"' in page
    assert "All places" not in await shown(served_partner(BOOKS | {"cities": 2}, told=taken), "/me/ask?city=fez")
    page = await shown(served_partner(BOOKS | {"cities": 0}, told=taken), "/me/ask?city=fez")
    assert "Books takes no cities now: it has 0 for “Cities at a time”." in page
    assert ("Books (takes no cities now)" in page, "All places" in page) == (True, False)


@pytest.mark.parametrize("stands", [{"closes": "2026-11-20"}, {"opens": "2027-01-01"}, {"programme_id": "waits"}])
async def test_a_programme_that_is_not_open_is_not_offered(stands: dict[str, Any]) -> None:
    known = served_partner(BOOKS | stands, waiting=("waits",))
    page = await shown(known, "/me/ask?city=fez")
    assert "None of your programmes is open now" in page
    assert 'action="/me/ask"' not in page


async def test_asking_for_a_programme_that_waits_says_so_and_chooses_no_other_in_its_place() -> None:
    known = served_partner(BOOKS, BOOKS | {"programme_id": "p2", "name": "Boats"}, waiting=["p2"])
    async with portal(known) as browser:
        await signed_in(browser)
        form = await browser.get("/me/ask?city=fez&programme_id=p2")
        sent = {"form": form_token(form), "city": "fez", "programme_id": "", "key": "k"}
        again = await browser.post("/me/ask", data=sent)
    page = " ".join(form.text.split())
    assert "You cannot ask for “Boats” now. Waits for the office" in page
    assert " selected" not in page
    assert (again.status_code, "choose one of your programmes" in again.text) == (422, True)


async def test_a_programme_that_was_closed_meanwhile_keeps_the_form_and_says_so() -> None:
    gone = {"/members/fund/interests": lambda each: httpx.Response(404) if each.method == "POST" else listed()}
    async with portal(served_partner(BOOKS, told=gone)) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/ask?city=fez")), "city": "fez", "programme_id": "p1"}
        page = await browser.post("/me/ask", data=form | {"openly": "1"})
    assert page.status_code == 422
    assert "this programme is not open any more" in page.text
    assert " checked" in page.text


async def test_a_partner_chooses_the_request_and_the_only_one_for_its_programme_is_chosen_already() -> None:
    programme = BOOKS | {"subjects": ["sdg.4"]}
    one = {"request_id": "r1", "title": "Books for all", "subjects": ["sdg.4"]}
    told = {"/requests": listed(one, one | {"request_id": "r2", "subjects": ["sdg.13"]})}
    page = await shown(served_partner(programme, told=told), "/me/ask?city=fez&programme_id=p1")
    assert "Which of their requests is it about?" in page
    assert '<option value="r1" selected>Books for all' in page
    two = {"/requests": listed(one, one | {"request_id": "r2"})}
    assert " selected>Books for all" not in await shown(served_partner(programme, told=two), "/me/ask?city=fez")


@pytest.mark.parametrize(
    ("proposal", "is_full"),
    [(OPEN, True), (OPEN | {"own": {"answer": "no"}}, True), (OPEN | {"stage": "closed"}, False)],
)
async def test_who_has_no_place_left_is_told_that_it_waits(proposal: dict[str, Any], is_full: bool) -> None:
    own = {"/cities/espoo": city(capacity=1), "/members/espoo/proposals": listed(proposal), PATH: listed()}
    async with portal(served(**own)) as browser:
        await signed_in(browser)
        page = await browser.get("/me/ask?city=fez")
    assert ("All your places are taken now" in page.text) == is_full


async def test_who_has_asked_for_three_reads_when_to_ask_again() -> None:
    three = [
        INTEREST | {"interest_id": f"i{day}", "other_id": "oulu", "hear_by": f"2026-12-2{day}"} for day in (9, 1, 5)
    ]
    async with portal(served(**{PATH: listed(*three)})) as browser:
        await signed_in(browser)
        page = await browser.get("/me/ask?city=fez")
    assert "ask again after 21 December 2026" in page.text
    assert 'action="/me/ask"' not in page.text


async def test_a_partner_who_asks_because_of_a_request_reads_its_title() -> None:
    own = served_partner(BOOKS, told={"/requests/r1": {"title": "Books for all"}})
    async with portal(own) as browser:
        await signed_in(browser)
        page = await browser.get("/me/ask?city=fez&request_id=r1")
    assert "their request “Books for all”" in page.text
    assert '<option value="p1">Books' in page.text


async def test_what_is_refused_is_told_and_the_form_stays_as_it_was() -> None:
    sentence = "You have asked for three introductions; ask again when you have heard of one."

    def refused(request: httpx.Request) -> Any:
        return httpx.Response(409, json={"detail": sentence}) if request.method == "POST" else listed()

    async with portal(served(**{PATH: refused})) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/ask?city=fez")), "city": "fez", "key": "k", "openly": "1"}
        page = await browser.post("/me/ask", data=form)
    assert page.status_code == 422
    assert all(text in page.text for text in (sentence, 'value="k"', " checked"))


@pytest.mark.parametrize(
    ("state", "told"),
    [("waiting", "you hear by 28 December 2026"), ("agreed", "both said yes"), ("over", "it did not go ahead")],
)
async def test_a_member_reads_what_it_asked_for(state: str, told: str) -> None:
    async with portal(served(**{PATH: listed(INTEREST | {"state": state})})) as browser:
        await signed_in(browser)
        for path in ("/me", "/me/asked"):
            assert told in (await browser.get(path)).text


@pytest.mark.parametrize("query", ["city=espoo", "partner=fund&programme_id=p1"])
@pytest.mark.parametrize("role", ["approver", "coordinator"])
async def test_only_who_may_ask_sees_the_form(query: str, role: str) -> None:
    asks_own = query == "city=espoo"
    async with portal(
        served() | {"/sign-ins/exchange": answers(ANA | {"role": role})["/sign-ins/exchange"]}
    ) as browser:
        await signed_in(browser)
        page = await browser.get(f"/me/ask?{query}")
    assert page.status_code == (303 if role == "approver" or asks_own else 200)


async def test_a_form_for_nobody_is_no_page() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert (await browser.get("/me/ask")).status_code == 404
        form = {"form": form_token(await browser.get("/me")), "key": "k"}
        assert (await browser.post("/me/ask", data=form)).status_code == 404


async def test_who_signs_in_by_the_code_goes_on_where_it_was() -> None:
    back = "/me/ask?city=fez"
    async with portal(served()) as browser:
        page = await browser.get("/sign-in", params={"back": back})
        assert f'name="back" value="{back}"' in page.text
        page = await browser.post("/sign-in", data={"email": "ana@city.example", "back": back})
        assert f'name="back" value="{back}"' in page.text
        reply = await browser.post("/sign-in/code", data={"sign_in_id": "i1", "code": "012345", "back": back})
    assert reply.headers["location"] == back


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example",
        "//evil.example",
        "/me/..//evil.example",
        "/sign-out",
        "/me/\nx",
        "/me/ü",
        "\\\\evil",
        "/me/@x",
    ],
)
async def test_signing_in_leads_to_no_other_place(back: str) -> None:
    sessions = FakeSessions()
    async with portal(served(), sessions=sessions) as browser:
        assert 'name="back"' not in (await browser.get("/sign-in", params={"back": back})).text
        reply = await browser.post("/sign-in/code", data={"sign_in_id": "i1", "code": "012345", "back": back})
    assert reply.headers["location"] == "/me"
