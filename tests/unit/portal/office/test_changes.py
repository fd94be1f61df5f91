"""Staff decides about changes of identity, of the version that it read alone."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import HOSTILE, STAFF, answers, form_token, listed, portal, signed_in

CHANGE = {
    "member_id": "espoo", "member_kind": "city", "version": 4, "status": "pending", "asked_at": "2026-11-20T09:00:00Z",
    "decided_at": None, "before": {"name": "Espoo", "kind": "city"}, "wanted": {"name": HOSTILE},
    "warnings": ["Look twice."],
}  # fmt: skip


@pytest.mark.parametrize("decision", ["approve", "refuse"])
async def test_what_stands_is_shown_beside_what_is_wanted_and_decided(decision: str) -> None:
    seen: list[httpx.Request] = []
    decided = CHANGE | {"status": {"approve": "approved", "refuse": "refused"}[decision], "wanted": {"name": "Esbo"}}
    paths = {"/changes": listed(CHANGE), f"/changes/espoo/{decision}": decided}
    async with portal(answers(STAFF) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/changes")
        assert ["Look twice." in page.text, HOSTILE in page.text] == [True, False]
        form = {"form": form_token(page), "member_id": "espoo", "version": "4", "do": decision}
        told = await browser.post("/office/changes", data=form)
    assert f"Esbo: {'approved' if decision == 'approve' else 'declined'}." in told.text
    (sent,) = [request for request in seen if request.method == "POST" and "changes" in request.url.path]
    assert (sent.url.path, sent.headers["if-match"]) == (f"/registry/v1/changes/espoo/{decision}", '"4"')


async def test_a_refusal_can_say_why_and_keeps_the_words_where_it_is_not_done() -> None:
    seen: list[httpx.Request] = []
    answered = iter(
        [httpx.Response(409, json={"detail": "Not now."}), httpx.Response(200, json=CHANGE | {"status": "refused"})]
    )
    paths = {"/changes": listed(CHANGE), "/changes/espoo/refuse": lambda _: next(answered)}
    async with portal(answers(STAFF) | paths, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/changes")), "member_id": "espoo", "version": "4"}
        words = {"do": "refuse", "reason": " It is another town. "}
        assert "It is another town." in (await browser.post("/office/changes", data=form | words)).text
        assert "another town" not in (await browser.post("/office/changes", data=form | words)).text
    sent = [request for request in seen if request.url.path.endswith("/refuse")]
    assert json.loads(sent[0].content) == {"reason": "It is another town."}


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (412, "pending", "asked for something else in the meantime"),
        (412, "approved", "already approved, by a colleague"),
        (412, "refused", "already declined, by a colleague"),
        (412, "dropped", "has withdrawn it"),
        (404, "pending", "no longer asks for a change"),
        (409, "pending", "Not now."),
    ],
)
async def test_what_cannot_be_decided_is_told(answer: int, status: str, told: str) -> None:
    paths: dict[str, Any] = {"/changes": listed(CHANGE), "/changes/espoo": CHANGE | {"status": status}}
    paths["/changes/espoo/approve"] = lambda _: httpx.Response(answer, json={"detail": "Not now."})
    async with portal(answers(STAFF) | paths) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/changes")), "member_id": "espoo", "version": "4"}
        page = await browser.post("/office/changes", data=form | {"do": "approve"})
    assert told in page.text


async def test_a_request_is_shown_with_what_stands_and_is_decided() -> None:
    new = CHANGE | {
        "member_id": "r1", "member_kind": "request", "before": {"city_id": "espoo"},
        "wanted": {"title": "Boats", "amount_min": 10, "amount_max": 5000, "currency": "EUR", "subjects": ["sdg.4"]},
    }  # fmt: skip
    changed = new | {"member_id": "r2", "before": {"city_id": "espoo", "title": "Books"}, "wanted": {"title": "Maps"}}
    seen: list[httpx.Request] = []
    paths = {"/changes": listed(new, changed), "/changes/r2/approve": changed | {"status": "approved"}}
    async with portal(answers(STAFF) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/changes")
        shown = ("Boats", "5,000", "Nothing yet", 'href="/requests/r2"', "Maps", 'href="/cities/espoo"')
        assert [each for each in shown if each not in page.text] == []
        assert 'href="/requests/r1"' not in page.text, "nobody has it yet"
        form = {"form": form_token(page), "member_id": "r2", "version": "4", "do": "approve"}
        told = await browser.post("/office/changes", data=form)
    assert "Maps: approved." in told.text
