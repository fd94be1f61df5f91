"""What is kept about a member, as one file."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, EMPTY, OFFICE, answers, city, listed, portal, signed_in

PATHS = (
    "/contacts",
    "/sessions",
    "/passkeys",
    "/members/espoo/answers",
    "/members/espoo/proposals",
    "/members/espoo/interests",
    "/members/espoo/partnerships",
    "/requests",
    "/telephone-answers",
    "/twinnings",
)


def served(**more: Any) -> dict[str, Any]:
    return answers(CITY) | {"/cities/espoo": city()} | dict.fromkeys(PATHS, EMPTY) | more


async def test_the_file_holds_what_the_services_tell_page_by_page() -> None:
    def proposals(request: httpx.Request) -> Any:
        first = "cursor" not in request.url.params
        return listed({"proposal_id": "p1"}, following="p1") if first else listed({"proposal_id": "p2"})

    seen: list[httpx.Request] = []
    more = {"/members/espoo/proposals": proposals, "/contacts": {"items": [{"name": "Zoë"}]}}
    async with portal(served(**more), seen) as browser:
        await signed_in(browser)
        reply = await browser.get("/me/data")
    assert reply.headers["content-disposition"] == 'attachment; filename="isopolity-espoo-2026-11-27.json"'
    assert reply.headers["cache-control"] == "no-store"
    assert "Zoë" in reply.text
    document = json.loads(reply.text)
    assert document["member"] == city()
    assert [each["proposal_id"] for each in document["proposals"]] == ["p1", "p2"]
    assert document["last_change_of_identity"] is None  # registry knows of none
    assert "office@network.example" in document["not_in_this_file"]
    asked = [request for request in seen if request.method == "GET"]
    assert {request.headers["authorization"] for request in asked} == {"Bearer access-1"}
    (requests,) = [request for request in asked if request.url.path.endswith("/requests")]
    assert dict(requests.url.params) == {"city_id": "espoo", "status": "any"}


@pytest.mark.parametrize("path", PATHS)
async def test_no_half_file_is_given(path: str) -> None:
    async with portal(served(**{path: 503})) as browser:
        await signed_in(browser)
        reply = await browser.get("/me/data")
    assert reply.status_code == 503
    assert "content-disposition" not in reply.headers
    assert "is not available now" in reply.text


async def test_only_a_member_has_a_file() -> None:
    async with portal(answers(OFFICE)) as browser:
        assert (await browser.get("/me/data")).headers["location"] == "/sign-in?back=%2Fme%2Fdata"
        await signed_in(browser)
        assert (await browser.get("/me/data")).headers["location"] == "/me"
