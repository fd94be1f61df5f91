"""Staff undoes a merger on the page of the entry that ended: what comes back is told before, and why it cannot be."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.members import ONE, served
from tests.support.portal.service import city, form_token, portal, signed_in

PAGE = f"{ONE}/undo-merger"
MERGER = {
    "member_kind": "city", "duplicate_id": "espoo", "member_id": "esbo", "merged_at": "2026-11-20T09:00:00Z",
    "until": "2026-12-20T09:00:00Z", "obstacle": None, "contacts": 2, "requests": 1, "twinnings": 0, "notes": 1,
}  # fmt: skip
RETURN = {"proposals": 2, "partnerships": 1, "interests": 0, "ended": 1, "obstacle": None}
GONE = city() | {"status": "withdrawn", "merged_into": "esbo"}
PAGES: dict[str, Any] = {
    "/cities/espoo": GONE,
    "/cities/esbo": city() | {"city_id": "esbo", "name": "Esbo"},
    "/mergers/espoo": MERGER,
    "/members/esbo/undone-merger": RETURN,
    "/mergers/espoo/undo": 204,
}


async def test_what_comes_back_and_what_does_not_is_told_before_a_merger_is_undone() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PAGES), seen) as browser:
        await signed_in(browser)
        assert f'href="{PAGE}"' in (await browser.get(ONE)).text
        page = await browser.get(PAGE)
        for told in ("2 contacts, unless", "1 request.", "1 partnership.", "2 open proposals", "1 proposal that ended"):
            assert told in " ".join(page.text.split())
        form = {"form": form_token(page)}
        unsure = await browser.post(PAGE, data=form)
        assert (unsure.status_code, "Tick to confirm." in unsure.text) == (422, True)
        done = await browser.post(PAGE, data=form | {"sure": "1"})
        assert done.headers["location"] == f"{ONE}?done=parted"
        assert "The merger is undone." in (await browser.get(f"{ONE}?done=parted")).text
    bodies = [json.loads(each.content) for each in seen if each.url.path.endswith("/mergers/espoo/undo")]
    assert bodies == [{"confirmed": True}]
    (asked,) = {each.url.query for each in seen if each.url.path.endswith("/undone-merger")}
    assert b"duplicate_id=espoo" in asked
    assert b"since=2026-11-20T09" in asked


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"/mergers/espoo": MERGER | {"obstacle": "changed-since"}}, "one of the two entries was changed"),
        ({"/mergers/espoo": MERGER | {"obstacle": "request-changed"}}, "a request that was carried over was changed"),
        ({"/mergers/espoo": MERGER | {"obstacle": "contact-changed"}}, "a contact that was carried over was changed"),
        ({"/mergers/espoo": MERGER | {"obstacle": "took-in-another"}}, "a third entry had been merged"),
        ({"/mergers/espoo": MERGER | {"obstacle": "too-late"}}, "it was too long ago"),
        ({"/mergers/espoo": 404}, "No merger of this entry can be undone"),
        ({"/members/esbo/undone-merger": RETURN | {"obstacle": "answered"}}, "the member has answered"),
        ({"/members/esbo/undone-merger": RETURN | {"obstacle": "agreed"}}, "was agreed since"),
        ({"/members/esbo/undone-merger": RETURN | {"obstacle": "proposed"}}, "a proposal has gone out"),
        ({"/members/esbo/undone-merger": 503}, "We cannot tell now"),
    ],
)
async def test_a_merger_that_cannot_be_undone_has_a_sentence_and_no_button(changed: dict[str, Any], told: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PAGES | changed), seen) as browser:
        await signed_in(browser)
        page = await browser.get(PAGE)
        assert told in " ".join(page.text.split())
        assert 'id="sure"' not in page.text
        token = form_token(page) if 'name="form"' in page.text else ""
        await browser.post(PAGE, data={"form": token, "sure": "1"})
    assert not [each for each in seen if each.url.path.endswith("/mergers/espoo/undo")]


async def test_a_page_of_a_member_that_was_not_merged_offers_nothing_to_undo() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert "undo-merger" not in (await browser.get(ONE)).text
