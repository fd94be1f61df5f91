"""A member's partnerships, and whether they are shown publicly."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, answers, form_token, listed, portal, signed_in

OTHER = {"member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA"}
OWN = {"partnership_id": "s1", "proposal_id": "p1", "other": OTHER, "established_at": "2026-11-27T00:00:00Z"}


@pytest.mark.parametrize(
    ("chosen", "shown", "told"),
    [(False, False, "Show publicly"), (True, False, "once the other side wants it"), (True, True, "shown publicly")],
)
async def test_a_member_chooses_whether_a_partnership_is_shown(*, chosen: bool, shown: bool, told: str) -> None:
    seen: list[httpx.Request] = []
    known = listed(OWN | {"chosen": chosen, "shown": shown})
    served: dict[str, Any] = {
        "/members/espoo/partnerships": known,
        "/partnerships/s1/show": {},
        "/introductions": listed(),
    }
    async with portal(answers(CITY) | served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/partnerships")
        assert told in page.text
        field = 'name="show" value=""' if chosen else 'name="show" value="1"'
        assert field in page.text
        form = {"form": form_token(page), "show": "" if chosen else "1"}
        reply = await browser.post("/me/partnerships/s1", data=form)
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/partnerships")
    (sent,) = [request for request in seen if request.url.path.endswith("/show")]
    assert json.loads(sent.content) == {"show": not chosen}


async def test_nobody_chooses_without_having_signed_in() -> None:
    async with portal({}) as browser:
        assert (await browser.post("/me/partnerships/s1", data={"show": "1"})).headers["location"] == "/sign-in"


async def test_an_approver_is_offered_no_change() -> None:
    known = listed(OWN | {"chosen": False, "shown": False})
    served: dict[str, Any] = {"/members/espoo/partnerships": known, "/introductions": listed()}
    async with portal(answers(CITY | {"role": "approver"}) | served) as browser:
        await signed_in(browser)
        assert "/me/profile" not in (await browser.get("/me")).text
        page = await browser.get("/me/partnerships")
    assert "Fez" in page.text
    assert "Show publicly" not in page.text


async def test_each_partnership_tells_whom_to_write_to() -> None:
    seen: list[httpx.Request] = []
    known = [OWN | {"chosen": False, "shown": False}]
    known.append(known[0] | {"partnership_id": "s2", "proposal_id": "p2"})
    leila = {"proposal_id": "p1", "name": "<Leïla>", "role": "coordinator", "email": "leila@fez.example"}
    served: dict[str, Any] = {"/members/espoo/partnerships": listed(*known), "/introductions": listed(leila)}
    async with portal(answers(CITY) | served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/partnerships")
    assert "&lt;Leïla&gt;, coordinator" in page.text
    assert 'href="mailto:leila@fez.example"' in page.text
    assert page.text.count("will put you in touch") == 1
    asked = next(request for request in seen if request.url.path.endswith("/introductions"))
    assert asked.url.params.get_list("proposal_id") == ["p1", "p2"]
    assert asked.headers["authorization"] == "Bearer access-1"


async def test_without_a_partnership_nobody_is_asked_for() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY), seen) as browser:
        await signed_in(browser)
        assert "no partnership yet" in (await browser.get("/me/partnerships")).text
    assert not [request for request in seen if request.url.path.endswith("/introductions")]
