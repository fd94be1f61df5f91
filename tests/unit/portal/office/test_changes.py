"""Staff decides about changes of identity, of the version that it read alone."""

from typing import Any

import httpx
import pytest

from tests.support.portal import HOSTILE, STAFF, answers, form_token, listed, portal, signed_in

CHANGE = {
    "member_id": "espoo", "member_kind": "city", "version": 4, "status": "pending", "asked_at": "2026-11-20T09:00:00Z",
    "decided_at": None, "before": {"name": "Espoo", "kind": "city"}, "wanted": {"name": HOSTILE},
    "warnings": ["Look twice."],
}  # fmt: skip


@pytest.mark.parametrize("decision", ["approve", "refuse"])
async def test_what_stands_is_shown_beside_what_is_wanted_and_decided(decision: str) -> None:
    seen: list[httpx.Request] = []
    decided = CHANGE | {"status": f"{decision}d", "wanted": {"name": "Esbo"}}
    paths = {"/changes": listed(CHANGE), f"/changes/espoo/{decision}": decided}
    async with portal(answers(STAFF) | paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/changes")
        assert ["Look twice." in page.text, HOSTILE in page.text] == [True, False]
        form = {"form": form_token(page), "member_id": "espoo", "version": "4", "do": decision}
        told = await browser.post("/office/changes", data=form)
    assert f"Esbo: {decision}d;" in told.text
    (sent,) = [request for request in seen if request.method == "POST" and "changes" in request.url.path]
    assert (sent.url.path, sent.headers["if-match"]) == (f"/registry/v1/changes/espoo/{decision}", '"4"')


@pytest.mark.parametrize(
    ("answer", "told"), [(412, "asked for something else meanwhile"), (404, "no change any more"), (409, "Not now.")]
)
async def test_what_cannot_be_decided_is_told(answer: int, told: str) -> None:
    paths: dict[str, Any] = {"/changes": listed(CHANGE)}
    paths["/changes/espoo/approve"] = lambda _: httpx.Response(answer, json={"detail": "Not now."})
    async with portal(answers(STAFF) | paths) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/changes")), "member_id": "espoo", "version": "4"}
        page = await browser.post("/office/changes", data=form | {"do": "approve"})
    assert told in page.text
