"""What a member sees of its proposals, and its answer on their page."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.support.portal.askers import OPEN
from tests.support.portal.fitting import fitting
from tests.support.portal.profiles import OWN, answer
from tests.support.portal.service import CITY, OFFICE, answers, city, form_token, listed, portal, signed_in


async def test_a_members_page_shows_what_it_may_see_of_its_proposals() -> None:
    other = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA"}
    common = {"proposal_id": "p1", "other": other, "answer_by": "2026-12-18T23:59:59Z"}
    proposals = [
        common | {"stage": "open", "own": {"answer": None, "reasons": [{"text": "You both work in French."}]}},
        common | {"stage": "closed", "own": {"answer": "no", "reasons": []}},
        common | {"stage": "agreed", "own": {"answer": "yes", "reasons": []}},
    ]
    async with portal(answers(CITY) | {"/members/espoo/proposals": listed(*proposals)}) as browser:
        await signed_in(browser)
        text = " ".join((await browser.get("/me")).text.split())
    for expected in ("answer by 18 December 2026", "You both work in French.", "you said no, closed", "both said yes"):
        assert expected in text


async def test_a_proposal_is_answered_on_its_page() -> None:
    seen: list[httpx.Request] = []

    def answered(request: httpx.Request) -> dict[str, Any]:
        return answer(answer="yes", is_final=True, takes_answers=False) if request.method == "POST" else answer()

    served = answers(CITY) | {"/proposals/p1": OWN, "/proposals/p1/answer": answered}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/proposals/p1")
        for expected in ("Fez", "You both work in French.", "Illustrative", "“A city of crafts.”", 'max="2026-12-18"'):
            assert expected in page.text
        form = {"form": form_token(page), "choice": "yes", "pending_until": "", "reason": " "}
        reply = await browser.post("/proposals/p1", data=form)
    assert (reply.status_code, reply.headers["location"]) == (303, "/proposals/p1")
    (sent,) = [request for request in seen if request.method == "POST" and request.url.host == "notify"]
    assert json.loads(sent.content) == {"choice": "yes"}
    assert sent.headers["authorization"] == "Bearer access-1"


async def test_needs_and_offers_meet_on_the_page_and_what_speaks_against_is_borne_in_mind() -> None:
    shown: dict[str, Any] = OWN
    met = {"other": "Fez", "subject": "sdg.4", "need_mode": "training", "offer_mode": "webinar", "level": "4"}
    reasons = [
        {"code": "need-met", "text": "A need is met.", "parameters": met},
        {"code": "distance", "text": "You lie about 3,000 km apart.", "parameters": {"km": "3000"}},
    ]
    known = shown | {"own": shown["own"] | {"reasons": reasons}}
    async with portal(answers(CITY) | {"/proposals/p1": known, "/proposals/p1/answer": answer()}) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/proposals/p1")).text.split())
    assert "Espoo and Fez?</h1>" in page
    own, other = page.partition('class="between"')[::2]
    assert ("you look for" in own, "Quality education" in own, "training" in own) == (True, True, True)
    assert ("they offer" in other, "webinar · own rating 4 of 5" in other) == (True, True)
    assert page.index("To bear in mind") < page.index("You lie about 3,000 km apart.")


@pytest.mark.parametrize(
    ("stage", "own_answer", "now"),
    [("open", None, "You answer"), ("open", "yes", "They answer"), ("agreed", "yes", "A first conversation")],
)
async def test_the_path_shows_where_the_own_side_stands(stage: str, own_answer: str | None, now: str) -> None:
    given = answer(answer=own_answer, is_final=own_answer == "yes", takes_answers=own_answer is None)
    served = answers(CITY) | {"/proposals/p1": OWN | {"stage": stage}, "/proposals/p1/answer": given}
    async with portal(served | {"/introductions": listed()}) as browser:
        await signed_in(browser)
        page = (await browser.get("/proposals/p1")).text
    assert re.findall(r'<li class="now" aria-current="step">([^<]*)', page)[0].strip() == now
    assert ("Espoo and Fez?</h1>" in page) == (own_answer is None)


async def test_an_answer_that_is_not_taken_keeps_what_was_typed() -> None:
    def refused(request: httpx.Request) -> Any:
        return 422 if request.method == "POST" else answer()

    async with portal(answers(CITY) | {"/proposals/p1": OWN, "/proposals/p1/answer": refused}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/proposals/p1")), "choice": "pending", "reason": "<Council>"}
        page = await browser.post("/proposals/p1", data=form)
    assert page.status_code == 422
    assert "&lt;Council&gt;" in page.text
    assert re.search(r'value="pending"[^>]*checked', page.text)
    assert re.search(r'id="pending_until"[^>]*aria-invalid="true" aria-describedby="pending-fault"', page.text)
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            answer(answer="later", takes_answers=False),
            "You could answer until 18 December 2026, 23:59 (Helsinki time).",
        ),
        (answer(answer="no", is_final=True, takes_answers=False), "You said no. We do not tell Fez."),
        (answer(answer="pending", pending_until="2026-12-10"), "an approval expected by 10 December 2026"),
        (answer(answer="later"), "You said later; answer by 18 December 2026, 23:59 (Helsinki time)."),
        (
            answer(takes_answers=False),
            "You could answer until 18 December 2026, 23:59 (Helsinki time). "
            "Soon after 19 December 2026, 09:59 (Helsinki time) we write to you that it is closed.",
        ),
    ],
)
async def test_a_proposal_tells_what_was_answered(given: dict[str, Any], told: str) -> None:
    async with portal(answers(CITY) | {"/proposals/p1": OWN, "/proposals/p1/answer": given}) as browser:
        await signed_in(browser)
        page = await browser.get("/proposals/p1")
    assert told in page.text
    assert ('name="choice"' in page.text) == given["takes_answers"]


async def test_a_foundation_reads_on_the_page_what_a_yes_binds_it_to() -> None:
    fund = CITY | {"member_kind": "partner", "member_id": "fund", "member_name": "A Fund"}
    shown: dict[str, Any] = OWN
    own = shown["own"] | {"programme_id": "b1", "programme_name": "Books", "programme": {"currency": "EUR"}}
    other = shown["other"] | {"population": 90}
    known = shown | {"kind": "sponsorship", "set_aside": 58_000, "own": own, "other": other}
    async with portal(answers(fund) | {"/proposals/p1": known, "/proposals/p1/answer": answer()}) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/proposals/p1")).text.split())
    for expected in (
        "For your programme “Books”",
        "90 inhabitants",
        "You decide afterwards, by your own rules, whether and how to support it.",
        "your budget counts 58,000 EUR for it",
        'href="/me/fit?city=fez&amp;programme_id=b1"',
        "It does not count as a yes until you come back and say yes, by 18 December 2026, 23:59 (Helsinki time).",
        "your board for instance",
    ):
        assert expected in page
    assert "mayor" not in page


async def test_a_foundation_reads_what_its_budget_counts_for_a_request_in_another_currency() -> None:
    fund = CITY | {"member_kind": "partner", "member_id": "fund", "member_name": "A Fund"}
    shown: dict[str, Any] = OWN
    terms = {"currency": "EUR", "grant_max": 350_000}
    own = shown["own"] | {"programme_id": "b1", "programme_name": "Books", "programme": terms}
    other = shown["other"] | {"request": {"currency": "USD", "amount_max": 90_000}}
    known = shown | {"kind": "sponsorship", "own": own, "other": other}
    async with portal(answers(fund) | {"/proposals/p1": known, "/proposals/p1/answer": answer()}) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/proposals/p1")).text.split())
    assert f"{other['name']} asks in USD: until the office sets" in page
    assert "your budget counts the most that you grant for it, 350,000 EUR." in page


async def test_a_no_says_before_and_after_that_its_place_is_kept_until_the_last_day() -> None:
    for given in (answer(), answer(answer="no", is_final=True, takes_answers=False)):
        async with portal(answers(CITY) | {"/proposals/p1": OWN, "/proposals/p1/answer": given}) as browser:
            await signed_in(browser)
            page = (await browser.get("/proposals/p1")).text
        assert "Until 19 December 2026, 09:59 (Helsinki time) it still takes one of your places" in page


async def test_after_agreement_a_proposal_tells_whom_to_write_to() -> None:
    leila = {"proposal_id": "p1", "name": "Leïla", "role": "coordinator", "email": "leila@fez.example"}
    given = answer(answer="yes", is_final=True, takes_answers=False)
    served = answers(CITY) | {"/proposals/p1/answer": given, "/introductions": listed(leila)}
    for stage, is_told in (("open", False), ("closed", False), ("agreed", True)):
        async with portal(served | {"/proposals/p1": OWN | {"stage": stage}}) as browser:
            await signed_in(browser)
            page = await browser.get("/proposals/p1")
        assert ("leila@fez.example" in page.text) == is_told


@pytest.mark.parametrize(("stage", "status"), [("agreed", 200), ("open", 404)])
async def test_an_agreement_that_notify_has_not_heard_of_is_shown_all_the_same(stage: str, status: int) -> None:
    known = {**OWN, "stage": stage, "own": {"name": "Espoo", "illustrative": False, "reasons": [], "answer": "yes"}}
    served = answers(CITY) | {"/proposals/p1": known, "/introductions": listed()}
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/proposals/p1")
    assert (page.status_code, "You said yes." in page.text) == (status, stage == "agreed")


async def test_suggestions_are_shown_with_reasons_and_what_ifs() -> None:
    other = {
        "member_kind": "partner", "member_id": "fund", "name": "The Fund", "country": "DK", "illustrative": False,
        "programme_name": "Cities that read", "request_title": None, "programme_id": "p1", "request_id": None,
    }  # fmt: skip
    own = {"programme_id": None, "request_id": "r1"}
    fez = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA", "programme_id": None}
    twin = {"own": own | {"request_id": None}, "other": other | fez | {"programme_name": None}, "reasons": []}
    found = fitting([twin], [{"own": own, "other": other, "reasons": [{"text": "You are looking for funding."}]}])
    seen: list[httpx.Request] = []
    async with portal(answers(CITY) | {"/members/espoo/fitting": found}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/suggestions", params={"region": "africa", "limit": "999"})
    asked = next(each for each in seen if each.url.path.endswith("/fitting"))
    assert dict(asked.url.params) == {"region": "africa", "limit": "10"}
    asking = "/me/ask?programme_id=p1&amp;request_id=r1&amp;partner=fund"
    assert '"/me/ask?city=fez"' in page.text, "nothing that is not known stands in the address"
    for expected in ("The Fund", "Denmark · Cities that read", "You are looking for funding.", asking):
        assert expected in " ".join(page.text.split())


@pytest.mark.parametrize(("status", "is_asked_for"), [("available", True), ("proposed", False)])
async def test_who_is_suggested_already_is_not_asked_for_once_more(status: str, is_asked_for: bool) -> None:
    other = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA", "illustrative": False}
    none = dict.fromkeys(("programme_id", "programme_name", "request_id", "request_title"))
    found = fitting([{"status": status, "own": none, "other": other | none, "reasons": []}])
    async with portal(answers(CITY) | {"/members/espoo/fitting": found}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/suggestions")
    assert ("/me/ask?city=fez" in page.text, "have proposed this" in page.text) == (is_asked_for, not is_asked_for)


async def test_who_offers_what_one_looks_for_can_be_asked_where_nobody_fits() -> None:
    other = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA", "illustrative": False}
    none = dict.fromkeys(("programme_id", "programme_name", "request_id", "request_title"))
    giver = {"status": "available", "own": none, "other": other | none, "reasons": []}
    found = {"/cities/espoo": city(), "/members/espoo/fitting": fitting() | {"answering": [giver]}}
    async with portal(answers(CITY) | found) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/suggestions")).text
    assert ("Nobody fits at present." in page, "They offer what you look for" in page) == (True, True)
    assert "/me/ask?city=fez" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?subject=sdg.1&mode=webinar", "Remove one of them"),
        ("", "the more partners can fit"),
        ("", "You pause until 31 January 2027"),
        ("", "You name no needs"),
    ],
)
async def test_no_suggestion_says_what_to_do(query: str, told: str) -> None:
    own = {"/cities/espoo": city(needs=[], paused_until="2027-01-31")}
    async with portal(answers(CITY) | own | {"/members/espoo/fitting": fitting()}) as browser:
        assert (await browser.get("/me/suggestions")).headers["location"] == "/sign-in?back=%2Fme%2Fsuggestions"
        await signed_in(browser)
        assert told in (await browser.get(f"/me/suggestions{query}")).text


async def test_staff_has_no_proposals_of_its_own_and_is_led_on() -> None:
    async with portal(answers(OFFICE)) as browser:
        await signed_in(browser)
        assert (await browser.get("/proposals/p1")).headers["location"] == "/me"


async def test_who_is_suggested_to_a_member_already_is_answered_and_not_asked_for() -> None:
    fez = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA", "illustrative": False}
    fez |= dict.fromkeys(("programme_name", "request_title", "programme_id", "request_id"))
    found = fitting([{"own": {"programme_id": None, "request_id": None}, "other": fez, "reasons": []}])
    told = {"/members/espoo/fitting": found, "/members/espoo/proposals": listed(OPEN | {"other": fez})}
    async with portal(answers(CITY) | told) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/suggestions")).text
    assert "proposed to you, answer by 20 December 2026" in page
    assert "/me/ask?" not in page


@pytest.mark.parametrize(("status", "may_ask"), [(None, True), ("in-conversation", True), ("set-aside", False)])
async def test_a_city_on_the_shortlist_says_so_where_it_would_fit_and_for_which_programme(
    status: str | None, *, may_ask: bool
) -> None:
    fez = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA", "illustrative": False}
    fez |= dict.fromkeys(("programme_name", "request_title", "programme_id", "request_id"))
    own = {"programme_id": "b1", "programme_name": "<Books>", "request_id": None}
    entries = [{"city_id": "fez", "status": status}] if status else []
    known = answers(CITY | {"member_kind": "partner", "member_id": "fund", "member_name": "A Fund"})
    known |= {f"/members/fund/{kind}": listed() for kind in ("proposals", "interests", "partnerships")}
    known |= {"/members/fund/fitting": fitting([{"own": own, "other": fez, "reasons": []}])}
    async with portal(known | {"/partners/fund/shortlist": {"items": entries}}) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/me/suggestions")).text.split())
    assert "for “&lt;Books&gt;”</p>" in page
    words = {"in-conversation": "in conversation", "set-aside": "set aside by us"}
    assert ("Status:" in page, words.get(status or "", "Fez") in page) == (status is not None, True)
    assert ("/me/ask?" in page) == may_ask
