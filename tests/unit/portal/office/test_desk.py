"""The desk: what waits, since when, and who of staff has taken it."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.office import LOST, application
from tests.support.portal.service import HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in

WORDS = {
    "response_id": "r1", "proposal_id": "p1", "side": "a", "choice": "no", "reason": HOSTILE,
    "answered_at": "2026-11-10T09:00:00Z",
    "member": {"member_kind": "city", "member_id": "espoo", "name": "Espoo"},
    "other": {"member_kind": "partner", "member_id": "bank", "name": HOSTILE},
}  # fmt: skip
MAIL = {"mail_id": "m1", "purpose": "proposal", "member": "Espoo", "updated_at": "2026-11-12T09:00:00Z"}
DRAFT = {"round_id": "round-1", "status": "open", "created_at": "2026-11-14T09:00:00Z", "pairs": 12}


def served(**more: Any) -> dict[str, Any]:
    paths = {
        "/applications": listed(application(2, waits_since="2026-11-21T09:00:00Z"), application(1)),
        "/changes": listed(),
        "/contact-changes": listed(),
        "/partners": listed(),
        "/cities": listed(city()),
        "/drafts": listed(DRAFT, DRAFT | {"round_id": "round-2", "status": "discarded"}),
        "/feedback": listed(WORDS),
        "/mails": listed(MAIL),
        "/unreached": {"items": [LOST]},
    }
    return answers(STAFF) | paths | {f"/{name}": value for name, value in more.items()}


async def test_each_queue_tells_its_number_its_oldest_and_that_nobody_has_taken_it() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = (await browser.get("/office")).text
    assert page.index("2 tasks") < page.index("Town 1</a>, since 20 November 2026, not taken")
    for expected in (
        "Round of 14 November 2026, 09:00 UTC</a>, since 14 November 2026",
        "since 10 November 2026",
        "Nothing to do.",
        "/office/members/cities/espoo",
    ):
        assert expected in page
    assert HOSTILE not in page


async def test_words_with_an_answer_tell_who_wrote_them_about_whom_and_what_was_answered() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        desk, listed_ones = (await browser.get("/office")).text, (await browser.get("/office/queues/feedback")).text
    for page in (desk, listed_ones):
        assert '<a href="/office/members/cities/espoo">Espoo</a> about <a href="/office/members/partners/bank">' in page
        assert HOSTILE not in page
    assert "answered: no · since 10 November 2026" in listed_ones
    assert "you said" not in listed_ones


async def test_words_about_a_proposal_that_is_not_known_any_more_are_of_somebody() -> None:
    words = WORDS | {"member": None, "other": None}
    async with portal(served(feedback=listed(words))) as browser:
        await signed_in(browser)
        assert "Oldest: somebody, since 10 November 2026" in (await browser.get("/office")).text
        assert "answered: no" in (await browser.get("/office/queues/feedback")).text


async def test_members_that_nobody_endorsed_are_counted_and_lead_to_where_they_are_endorsed() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert "Members to admit</a>" in (await browser.get("/office")).text
        page = (await browser.get("/office/queues/not-endorsed")).text
    assert all(text in page for text in ("/office/members?list=not-endorsed", "/office/members/cities/espoo"))


async def test_what_is_published_waits_on_the_desk_until_its_mails_go_out() -> None:
    out = DRAFT | {"status": "published", "published": 4, "published_at": "2026-11-26T09:00:00Z"}
    soon, gone = ({"out_at": f"2026-11-{day}T10:00:00Z"} for day in ("28", "26"))
    drafts = listed(out | soon, out | gone | {"round_id": "round-2"})
    async with portal(served(drafts=drafts)) as browser:
        await signed_in(browser)
        page = (await browser.get("/office")).text
    assert page.count("can be undone until 28 November 2026, 10:00 UTC") == 1
    assert "<strong>4 tasks</strong>" in page, "its pairs are counted"
    assert "round-2" not in page


async def test_a_service_that_is_away_hides_no_other_queue() -> None:
    async with portal(served(feedback=503, mails=503, unreached=503)) as browser:
        await signed_in(browser)
        page = await browser.get("/office")
        assert (page.status_code, page.text.count("does not answer"), "Town 1" in page.text) == (200, 3, True)
        assert "does not answer" in (await browser.get("/office/queues/feedback")).text


async def test_who_takes_a_thing_owns_it_until_it_is_given_back_or_done() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = await browser.get("/office/queues/feedback")
        assert "&lt;script&gt;" in page.text

        async def do(act: str, queue: str = "feedback", item: str = "r1") -> str:
            form = {"form": form_token(page), "item": item, "do": act}
            reply = await browser.post(f"/office/queues/{queue}", data=form)
            assert reply.headers["location"] == f"/office/queues/{queue}"
            return (await browser.get(f"/office/queues/{queue}")).text

        assert "taken by Ana" in await do("take")
        assert "taken by Ana" in (await browser.get("/office")).text
        assert "not taken" in await do("give-back")
        assert "Nothing to do." in await do("done")
        assert "Nothing to do." in await do("give-back"), "what is done stays done"
        assert "taken by Ana" in await do("take", "applications", "a1")


async def test_a_mail_that_may_not_have_gone_is_decided_about() -> None:
    seen: list[httpx.Request] = []
    late = httpx.Response(409, json={"detail": "Only a mail that is unknown can be resolved; this one is sent."})
    decided = iter([{}, late, httpx.Response(404, json={})])
    async with portal(served() | {"/mails/m1/resolve": lambda _: next(decided)}, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/queues/unknown")), "item": "m1", "do": "send-again"}
        assert (await browser.post("/office/queues/unknown", data=form)).status_code == 303
        assert "this one is sent." in (await browser.post("/office/queues/unknown", data=form)).text
        assert "already been decided" in (await browser.post("/office/queues/unknown", data=form)).text
    sent = next(request for request in seen if request.url.path.endswith("/resolve"))
    assert json.loads(sent.content) == {"as": "send-again"}


@pytest.mark.parametrize("path", ["/office/queues/none", "/office/queues/Feedback"])
async def test_there_are_no_other_queues(path: str) -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert (await browser.get(path)).status_code == 404
