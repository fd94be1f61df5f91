"""A double click on a form of a round sends two equal orders with one key, so that the service acts once."""

import asyncio
from typing import Any

import httpx
import pytest

from isopolity.matching.entrypoints.http.view import EXAMPLES
from tests.support.portal.rounds import OPEN_DRAFT, ROUND, SERVED
from tests.support.portal.service import form_token, portal, signed_in

CHECKED = {"faults": [], "rules": [], "objective": "The most.", "order": {}}
TEMPLATE = {"template_id": "t1", "name": "Spring", "changed_at": "2026-11-12T09:00:00Z", "order": {}, "rules": ""}
DONE = {"draft": OPEN_DRAFT, "published": 4, "falls_out": [], "broken_rules": []}
ACTS: dict[str, Any] = SERVED | {
    "/rules/check": CHECKED,
    "/rounds": ROUND,
    "/round-templates": TEMPLATE,
    "/drafts/r1/plan": EXAMPLES["PlanView"][0],
    "/drafts/r1/publish": DONE,
}
NEW = {"mode": "quick", "twinning": "1", "seed": "0", "rules": "", "name": "Spring"}
FORMS = [
    ("/office/rounds/new", NEW | {"do": "start"}, "/rounds"),
    ("/office/rounds/new", NEW | {"do": "save"}, "/round-templates"),
    ("/office/rounds/r1/publish", {"plan": "token", "mails": "8", "count": "8"}, "/drafts/r1/publish"),
]


@pytest.mark.parametrize(("path", "form", "order"), FORMS, ids=["start", "save", "publish"])
async def test_a_form_that_is_sent_twice_at_once_has_one_key(path: str, form: dict[str, str], order: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        data = form | {"form": form_token(await browser.get(path))}
        first, second = await asyncio.gather(*(browser.post(path, data=data) for _ in range(2)))
        assert first.headers["location"] == second.headers["location"]
    sent = [each for each in seen if each.method == "POST" and each.url.path.endswith(order)]
    assert len({(each.headers["idempotency-key"], each.content) for each in sent}) == 1
    assert len(sent) == 2


async def test_the_page_that_publishes_says_that_it_works() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/publish")
    assert 'data-busy="Publishing.' in page.text
    assert "busy.js" in page.text
