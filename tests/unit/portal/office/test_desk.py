"""The desk: what waits, since when, and who of staff has taken it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.portal.office import LOST, application, partner
from tests.support.portal.service import (
    EMPTY,
    HOSTILE,
    NOW,
    STAFF,
    answers,
    city,
    form_token,
    listed,
    portal,
    receipt,
    signed_in,
)

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
        "/sign-ins/exchange": receipt(STAFF) | {"access_expires_at": "2026-12-11T09:00:00Z"},
        "/applications": listed(application(2, waits_since="2026-11-21T09:00:00Z"), application(1)),
        "/changes": listed(),
        "/contact-changes": listed(),
        "/partners": listed(),
        "/cities": listed(city()),
        "/prepared-imports": {"items": []},
        "/amounts/waiting": listed(),
        "/telephone-answers/unconfirmed": {"items": []},
        "/unarrived": {"mails": 0, "reasons": [], "hours": []},
        "/people/requests": {"items": []},
        "/people/names": {"items": [{"person_id": "o2", "name": "Otto Berg"}]},
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
        assert "<strong>4 tasks</strong>" in page, "its pairs are counted"
    async with portal(served(drafts=listed(out | soon | {"scheduled": 3, "ended_unsent": 1}))) as browser:
        await signed_in(browser)
        assert "<strong>3 tasks</strong>" in (await browser.get("/office")).text, "without those that ended"
    assert page.count("can be undone until 28 November 2026, 10:00 UTC") == 1
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

        assert "taken by you" in await do("take")
        assert "taken by you" in (await browser.get("/office")).text
        assert "not taken" in await do("give-back")
        assert "Nothing to do." in await do("done")
        assert "Nothing to do." in await do("give-back"), "what is done stays done"
        assert "taken by you" in await do("take", "applications", "a1")


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


def planned(page: httpx.Response, **fields: str) -> dict[str, str]:
    """The form of a task as the page shows it, with these fields typed."""
    seen = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert seen is not None
    return {"form": form_token(page), "seen": seen[1], "back": "/office/queues/applications"} | fields


TASK = "/office/queues/applications/a1"


async def test_a_task_is_handed_over_with_a_day_and_a_comment_from_its_own_page() -> None:
    profile = city(name="Town 1", needs=[], offers=[])
    known = application(1, profile=profile, contact=None, region="europe-north-america", exchanges=[], others=[])
    async with portal(served() | {"/applications/a1": known}) as browser:
        await signed_in(browser)
        assert "not taken" in (await browser.get("/office/applications/a1")).text
        form = planned(await browser.get(f"{TASK}?back=/office/applications/a1"))
        form |= {"owner": "o2", "due": "2026-11-26", "comment": HOSTILE, "back": "/office/applications/a1"}
        reply = await browser.post(TASK, data=form)
        assert (reply.status_code, reply.headers["location"]) == (303, "/office/applications/a1")
        pages = [(await browser.get(path)).text for path in ("/office/applications/a1", "/office", TASK)]
    for page in pages:
        assert "taken by Otto Berg · " in page
        assert "overdue since 26 November 2026" in page
        assert "&lt;script&gt;" in page
        assert HOSTILE not in page


async def test_a_request_without_an_amount_in_another_currency_is_a_task_until_it_is_set() -> None:
    one = {
        "request_id": "r1", "title": HOSTILE, "amount_min": 5, "amount_max": 9, "currency": "KES", "city_id": "accra",
        "city_name": "Accra", "country": "GH", "region": "africa", "made_at": "2026-11-08T09:00:00Z",
    }  # fmt: skip
    waiting = listed(one | {"programmes": {"EUR": 2, "USD": 1}})
    async with portal(served() | {"/amounts/waiting": waiting}) as browser:
        await signed_in(browser)
        desk, queue = (await browser.get("/office")).text, (await browser.get("/office/queues/amounts")).text
        assert "Requests in another currency</a>" in desk
        assert "since 8 November 2026, not taken" in desk
        assert '<a href="/office/members/cities/accra">Accra</a> · amount missing in EUR, USD' in queue
        assert HOSTILE not in desk + queue
        task = "/office/queues/amounts/r1"
        assert (
            await browser.post(task, data=planned(await browser.get(task), comment="ask a bank"))
        ).status_code == 303
        assert "ask a bank" in (await browser.get("/office/queues/amounts")).text


async def test_a_task_that_is_put_off_stands_apart_and_comes_back_on_its_day() -> None:
    now = [NOW]
    only = served(
        **dict.fromkeys(("feedback", "mails", "cities", "drafts"), EMPTY), applications=listed(application(1))
    )
    only["/unreached"] = EMPTY
    async with portal(only, now=lambda: now[0]) as browser:
        await signed_in(browser)
        await browser.post(TASK, data=planned(await browser.get(TASK), not_before="2026-11-30"))
        desk, queue = (await browser.get("/office")).text, (await browser.get("/office/queues/applications")).text
        assert "Nothing to do today. Some tasks are put off." in desk
        assert "1 task, from 30 November 2026" in desk
        assert "There is nothing to do now" not in desk
        assert "put off until 30 November 2026" in queue
        assert "Nothing to do." not in queue
        now[0] = datetime(2026, 11, 30, 0, 1, tzinfo=UTC)
        assert "<strong>1 task</strong>" in (await browser.get("/office")).text


async def test_a_form_from_before_a_colleagues_change_changes_nothing() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        form = planned(await browser.get(TASK), comment="first")
        assert (await browser.post(TASK, data=form)).status_code == 303
        late = await browser.post(TASK, data=form | {"comment": "second"})
        assert (late.status_code, "a colleague has changed this task" in late.text) == (409, True)
        assert "first" in late.text
        assert "second" not in (await browser.get(TASK)).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"due": "soon"}, "Give a day, as in 2027-02-01."),
        ({"not_before": "2028-01-01"}, "Give a day within a year from today."),
        ({"owner": "somebody"}, "Choose somebody from the list."),
        ({"comment": "x" * 501}, "Shorten the comment."),
    ],
)
async def test_what_cannot_be_noted_is_refused_in_a_sentence(fields: dict[str, str], sentence: str) -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = await browser.post(TASK, data=planned(await browser.get(TASK), **fields))
        assert (page.status_code, sentence in page.text) == (422, True)
        assert "not taken" in (await browser.get(TASK)).text


async def test_a_form_leads_back_to_pages_of_the_office_alone() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = await browser.get(f"{TASK}?back=https://elsewhere.example")
        assert "elsewhere" not in page.text
        reply = await browser.post(TASK, data=planned(page, back="//elsewhere.example", owner="person-1"))
        assert "elsewhere" not in reply.headers.get("location", "")


async def test_a_task_that_is_not_there_any_more_has_no_page() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        assert (await browser.get("/office/queues/applications/none")).status_code == 404


async def test_notes_go_once_the_task_is_decided_and_stay_while_the_applicant_is_asked() -> None:
    now, lists = [NOW], [listed(application(1), application(2))]

    def applications(request: httpx.Request) -> dict[str, Any]:
        asked = request.url.params.get("status") == "asked"
        return listed(application(2, status="asked")) if asked else lists[0]

    async with portal(served() | {"/applications": applications}, now=lambda: now[0]) as browser:
        await signed_in(browser)
        for item in ("a1", "a2"):
            path = f"/office/queues/applications/{item}"
            await browser.post(path, data=planned(await browser.get(path), comment=f"about {item}"))
        now[0], lists[0] = NOW + timedelta(hours=2), EMPTY
        await browser.get("/office")
        lists[0] = listed(application(1), application(2))
        page = (await browser.get("/office/queues/applications")).text
    assert ("about a1" in page, "about a2" in page) == (False, True)


async def test_own_words_imports_telephone_answers_mails_and_rights_have_queues_of_their_own() -> None:
    change = {
        "member_id": "espoo", "member_kind": "city", "version": 4, "status": "pending", "warnings": [],
        "asked_at": "2026-11-20T09:00:00Z", "before": {"about": "Now"}, "wanted": {"about": "Then"},
    }  # fmt: skip
    yes = {
        "proposal_id": "p1", "member_kind": "city", "member_id": "espoo", "member": "Espoo",
        "entered_at": "2026-11-26T09:00:00Z", "answer_by": "2026-12-18T21:59:59Z",
    }  # fmt: skip
    lost = {
        "mails": 3, "hours": [{"since": "2026-11-25T09:00:00Z", "until": "2026-11-25T10:00:00Z", "mails": 3}],
        "reasons": [
            {"reason": "smtp-550", "why": "The mail server refused it.", "is_stale": False, "mails": 3},
            {"reason": "paused", "why": None, "is_stale": True, "mails": 9},
        ],
    }  # fmt: skip
    more = served(changes=listed(change), unarrived=lost) | {"/telephone-answers/unconfirmed": {"items": [yes]}}
    async with portal(more) as browser:
        await signed_in(browser)
        desk = (await browser.get("/office")).text
        telephone = (await browser.get("/office/queues/telephone")).text
    assert 'href="/office/queues/words">Own words and requests</a>' in desk
    assert "/office/members/cities/espoo/telephone/p1" in desk
    assert "counts only if confirmed by 18 December 2026" in telephone
    assert '<a href="/office/mails?reason=smtp-550">The mail server refused it.</a>' in desk
    assert "<strong>3 tasks</strong>" in desk


async def test_a_waiting_programme_is_as_old_as_the_day_on_which_it_was_handed_in() -> None:
    lines = [{"programme_id": each, "name": f"Line {each}", "grant_max": 50} for each in ("q1", "q2")]
    handed_in = [{"programme_id": "q1", "handed_in_on": "2026-11-02"}]
    known = partner(programmes=lines, waiting=["q1", "q2"], handed_in=handed_in, changed_on="2026-11-26")
    async with portal(served(partners=listed(known))) as browser:
        await signed_in(browser)
        desk, queue = (await browser.get("/office")).text, (await browser.get("/office/queues/programmes")).text
    assert "Line q1</a>, since 2 November 2026" in desk
    assert "since 26 November 2026" in queue
