"""Staff publishes a draft: with the plan in view, the count typed, and a way back."""

import json
from typing import Any

import httpx
import pytest

from isopolity.matching.domain.proposal import Stage
from isopolity.matching.entrypoints.http.view import EXAMPLES
from isopolity.portal.adapters.titles import STAGES
from isopolity.portal.domain.selection import ticked_pairs
from tests.support.portal.rounds import OPEN_DRAFT, PAIR, SERVED
from tests.support.portal.service import HOSTILE, form_token, listed, portal, signed_in

PROPOSAL = EXAMPLES["ProposalView"][0]

PLAN: dict[str, Any] = {**EXAMPLES["PlanView"][0], "broken_rules": [HOSTILE]}
DONE = {"draft": OPEN_DRAFT, "published": 434, "falls_out": [{}, {}], "broken_rules": []}
AGREED = PROPOSAL | {"sides": [{"name": HOSTILE, "answer": "yes"}, {"name": "Espoo", "answer": None}]}
ACTS: dict[str, Any] = SERVED | {
    "/drafts/r1/plan": PLAN,
    "/drafts/r1/publish": DONE,
    "/drafts/r1/undo": {"draft": OPEN_DRAFT, "undone": 434},
    "/drafts/r1/discard": OPEN_DRAFT,
    "/proposals": listed(AGREED),
    "/rounds/r1/outcomes": {"stages": {"issued": 400, "agreed": 12}},
}


def bodies(seen: list[httpx.Request], act: str) -> list[Any]:
    """What was sent to an act of the draft."""
    return [json.loads(each.content) for each in seen if each.url.path.endswith(f"/drafts/r1/{act}")]


@pytest.mark.parametrize("typed", ["868", " 868 "])
async def test_a_draft_is_published_once_its_count_is_typed(typed: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/publish")
        for expected in ("434 pairs go out: 868 mails", "24 hours", "no room for another twinning"):
            assert expected in page.text
        assert HOSTILE not in page.text
        assert not bodies(seen, "publish"), "looking publishes nothing"
        form = {"form": form_token(page), "plan": PLAN["token"], "mails": "868", "count": typed}
        reply = await browser.post("/office/rounds/r1/publish", data=form)
        assert reply.headers["location"] == "/office/rounds/r1?published=434&fell_out=2"
        told = await browser.get(reply.headers["location"])
    assert bodies(seen, "publish") == [{"token": PLAN["token"]}]
    assert "2 pairs could not be published" in told.text


async def test_rules_that_the_rest_of_the_draft_keeps_are_told_as_no_fault() -> None:
    plan = PLAN | {"broken_rules": [], "waiting_rules": ["The objective: as many as possible are served."]}
    async with portal(ACTS | {"/drafts/r1/plan": plan}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/publish?kind=twinning")
    assert "once the rest of the draft is published:" in page.text
    assert "The objective: as many as possible are served." in page.text
    assert "This breaks rules of the round" not in page.text


@pytest.mark.parametrize("typed", ["1234", "1,234", "1.234", "1 234", "1\u202f234", "1\u2019234"])
async def test_thousands_may_be_set_apart(typed: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS | {"/drafts/r1/plan": PLAN | {"mails": 1234}}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/publish")
        form = {"form": form_token(page), "plan": PLAN["token"], "mails": "1234", "count": typed}
        assert (await browser.post("/office/rounds/r1/publish", data=form)).status_code == 303


@pytest.mark.parametrize("typed", ["", "434", "lots", "-", "-868", "8.68", "8,6,8", "8 6 8", "868.0", "868,", "٨٦٨"])
async def test_without_the_right_count_nothing_is_published_and_what_was_typed_stays(typed: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1/publish")), "plan": "t", "mails": "868"}
        page = await browser.post("/office/rounds/r1/publish", data=form | {"count": typed, "pair-1": "a/b c"})
    assert page.status_code == 422
    for expected in ("Type the number of mails", f'value="{typed}"', 'name="pair-1" value="a/b c"'):
        assert expected in page.text
    assert not bodies(seen, "publish")


async def test_some_pairs_are_published_those_that_were_ticked() -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pairs")
        assert 'name="pair-1" value="p/q espoo"' in page.text
        look = await browser.post(
            "/office/rounds/r1/publish",
            data={"form": form_token(page), "pair-1": "p/q espoo", "pair-2": "no pair here"},
        )
        assert look.status_code == 200
        assert "Publish 1 pair" in look.text
        form = {"form": form_token(look), "plan": "t", "mails": "868", "count": "868", "pair-1": "p/q espoo"}
        assert (await browser.post("/office/rounds/r1/publish", data=form)).status_code == 303
    only = [["p/q", "espoo"]]
    assert bodies(seen, "plan") == [{"only": only}]
    assert bodies(seen, "publish") == [{"only": only, "token": "t"}]


async def test_all_pairs_that_fit_a_filter_are_published_and_their_mails_are_the_ones_counted() -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pairs?kind=sponsorship&value_min=0,5&order=name")
        place = "/office/rounds/r1/publish?value_min=0%2C5&amp;kind=sponsorship"
        place = place if place in page.text else "/office/rounds/r1/publish?kind=sponsorship&amp;value_min=0%2C5"
        assert place in page.text
        look = await browser.get(place.replace("&amp;", "&"))
        for expected in ("Publish the pairs that fit", "value at least 0,5", 'name="kind" value="sponsorship"'):
            assert expected in look.text
        form = {"form": form_token(look), "plan": "t", "mails": "868", "count": "868"}
        few = await browser.post("/office/rounds/r1/publish", data=form | {"kind": "sponsorship", "count": "2"})
        assert few.status_code == 422
        assert 'name="kind" value="sponsorship"' in few.text, "the filter stays"
        done = await browser.post("/office/rounds/r1/publish", data=form | {"kind": "sponsorship", "value_min": "0,5"})
        assert done.status_code == 303
    fitting = {"kind": "sponsorship", "value_min": 0.5}
    assert bodies(seen, "plan")[0] == {"fitting": fitting}
    assert bodies(seen, "publish") == [{"fitting": fitting, "token": "t"}]


async def test_by_a_filter_that_cannot_be_read_nothing_is_published() -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        await browser.get("/office/rounds/r1/publish?value_min=lots")
    assert bodies(seen, "plan") == [{"fitting": {"value_min": "lots"}}], "matching refuses it; it is not left out"


async def test_by_a_reason_no_pairs_are_published_at_once() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pairs?kind=sponsorship&reason=common-twin")
    assert "Publish all that fit" not in page.text


async def test_a_plan_that_does_not_count_any_more_is_made_anew_and_says_so() -> None:
    problem = httpx.Response(409, json={"detail": "The draft was edited since."})
    async with portal(ACTS | {"/drafts/r1/publish": lambda _: problem}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1/publish")), "plan": "t", "mails": "868"}
        page = await browser.post("/office/rounds/r1/publish", data=form | {"count": "868"})
    assert page.status_code == 422
    assert "The draft was edited since." in page.text
    assert f'name="plan" value="{PLAN["token"]}"' in page.text


async def test_a_publication_is_undone_from_any_page_of_its_round_and_a_draft_is_discarded() -> None:
    published = ACTS | {"/drafts/r1": OPEN_DRAFT | {"published": 434, "out_at": "2026-11-28T09:00:00Z"}}
    async with portal(published) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/answers")
        assert 'action="/office/rounds/r1/undo"' in page.text
        form = {"form": form_token(page)}
        undone = await browser.post("/office/rounds/r1/undo", data=form)
        assert undone.headers["location"] == "/office/rounds/r1?undone=434"
        told = await browser.get("/office/rounds/r1?undone=434")
        assert "434 proposals are withdrawn." in told.text
        discarded = await browser.post("/office/rounds/r1/discard", data=form)
        assert discarded.headers["location"] == "/office/rounds/r1"


async def test_pairs_that_ended_before_their_mails_are_not_counted_among_those_that_go_out() -> None:
    out = OPEN_DRAFT | {"published": 5, "out_at": "2026-11-28T09:00:00Z", "scheduled": 3, "ended_unsent": 2}
    pair = PAIR | {"published": True, "gone": ["espoo"]}
    async with portal(ACTS | {"/drafts/r1": out, "/drafts/r1/pairs": listed(pair) | {"total": 1}}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pairs")
    assert "3 pairs are about to go out." in page.text
    assert "2 published pairs have ended and are not" in page.text
    assert "Surabaya has left" in page.text
    assert f"{HOSTILE} has left" not in page.text


async def test_where_all_published_pairs_have_ended_no_mail_goes_out_and_they_can_be_taken_back() -> None:
    out = OPEN_DRAFT | {"published": 1, "out_at": "2026-11-28T09:00:00Z", "scheduled": 0, "ended_unsent": 1}
    async with portal(ACTS | {"/drafts/r1": out}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1")
    assert "No mail goes out." in page.text
    assert "about to go out" not in page.text
    assert 'action="/office/rounds/r1/undo"' in page.text


@pytest.mark.parametrize("act", ["undo", "discard"])
async def test_what_comes_too_late_says_so_on_the_page_of_the_round(act: str) -> None:
    late = httpx.Response(409, json={"code": "draft-closed", "detail": "It is out; there is nothing to undo."})
    async with portal(ACTS | {f"/drafts/r1/{act}": late}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1"))}
        page = await browser.post(f"/office/rounds/r1/{act}", data=form)
    assert page.status_code == 422
    for expected in ("It is out; there is nothing to undo.", "Who is served", 'href="/office/rounds/r1/pairs"'):
        assert expected in page.text


async def test_answers_are_counted_and_told_to_staff() -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/answers?stage=agreed")
    for expected in ("400", "both said yes", "no answer yet"):
        assert expected in page.text
    assert HOSTILE not in page.text
    asked = next(each for each in seen if each.url.path.endswith("/proposals"))
    assert dict(asked.url.params) == {"stage": "agreed", "round_id": "r1", "limit": "25"}


def test_each_stage_has_its_words() -> None:
    assert STAGES.keys() == set(Stage)


def test_a_field_that_holds_no_two_ids_is_no_pair() -> None:
    form = {"pair-1": "a b", "pair-2": "a b", "pair-3": "a", "pair-4": "", "other": "c d", "pair-5": "p/q c"}
    assert ticked_pairs(form) == [("a", "b"), ("p/q", "c")]
