"""The flow of events: what is wrong stands first, silence is calm, and a service that is away hides no other."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import CONTACT, MATCHING_CANARY, NOTIFY_GROUP, PROPOSAL
from isopolity.web.operations.troubles import Trouble, troubles_of
from tests.support.portal.operations import SERVICES, console, group, reports, streams, waiting
from tests.support.portal.service import CITY, HOSTILE, OFFICE, STAFF, form_token, portal, signed_in

RUNBOOK = Path(__file__).parents[4] / "docs" / "runbook.md"
KINDS = {
    "away", "unwritable", "unsampled", "broker-away", "cannot-publish", "stopped", "paused", "behind", "canary-late",
    "dead-letters", "canary-not-back", "answers-incomplete", "answers-unknown", "mails-unknown", "parked-long",
    "mail-server-away", "mails-late", "drafts", "process-missing", "held", "slow",
}  # fmt: skip


def stopped(**changes: Any) -> dict[str, Any]:
    """Notify, whose consumer stands still while proposals wait."""
    found = group(NOTIFY_GROUP.name, "notify", waiting(PROPOSAL.name, 4, members=3, seconds=3_000.0))
    return streams("notify", consumers=[found | {"ready": False, "state": "stopped", "reason": HOSTILE} | changes])


async def test_an_operator_comes_in_at_the_flow_which_says_that_everything_flows() -> None:
    async with portal(console()) as browser:
        await signed_in(browser)
        assert (await browser.get("/me")).headers["location"] == "/operations"
        page = await browser.get("/operations")
    assert page.status_code == 200
    assert (page.text.count('class="hop works"'), page.text.count("Everything works.")) == (7, 1)
    for expected in (
        "The canary came through 20 s ago.",
        "The figures of registry are 5 s old.",
        "4 events a minute over the last 15 minutes",
    ):
        assert expected in page.text
    assert page.text.count('class="trend"') == page.text.count("The last day, in quarters of an hour") == 6
    assert "counted once a minute" not in page.text


async def test_what_is_counted_once_a_minute_tells_its_own_age() -> None:
    counted = {name: streams(name, counts_age_seconds=age) for name, age in (("matching", 12.0), ("notify", 47.0))}
    async with portal(console(**counted)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert "Mails, drafts and proposals are counted once a minute; last 47 s ago." in page


async def test_what_does_not_flow_stands_first_with_how_many_wait_since_when_and_what_to_do() -> None:
    async with portal(console(notify=stopped())) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    told = "notify reads no events: 4 pending, the oldest for 50 min. They concern 3 members."
    assert page.index(told) < page.index('class="hops"')
    assert f'href="/operations/steps?group={NOTIFY_GROUP.name}#stopped"' in page
    assert f'href="/operations/groups/{NOTIFY_GROUP.name}">Resume it' in page
    assert re.search(r'class="hop stuck" id="notify-in"', page)
    assert "4 events pending, for 3 members, the oldest for 50 min" in page
    assert HOSTILE not in page
    assert "Everything works" not in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "notify reads no events: 1 pending for 50 min."),
        ({"ready": True}, "notify is behind: 1 event pending for 50 min."),
        ({"state": "paused", "paused_at": "2026-11-27T08:00:00Z"}, "An operator paused notify. 1 event is pending."),
        (
            {"state": "paused", "paused_at": "2026-11-27T08:00:00Z", "paused_by": "isopolity-command"},
            "on 27 November 2026, 08:00 UTC. 1 event is pending.",
        ),
    ],
)
async def test_one_event_that_waits_is_told_as_one(changes: dict[str, Any], told: str) -> None:
    one = group(NOTIFY_GROUP.name, "notify", waiting(PROPOSAL.name, 1, members=1, seconds=3_000.0), ready=False)
    async with portal(console(notify=streams("notify", consumers=[one | changes]))) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert f"{told} They concern 1 member." in page


async def test_what_follows_from_a_group_that_stands_still_is_folded_under_it() -> None:
    late = {"canary_returned_seconds": 660.0, "answers_complete_seconds": 10.0}
    told = {name: streams(name) for name in SERVICES}
    told |= {"notify": stopped() | {"canary_seconds": 660.0}, "matching": streams("matching", counts=late)}
    async with portal(console(**told)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    first, following = page[page.index('id="troubles"') :].split('<details class="more" id="following">')
    assert first.count('class="problem"') == 1
    assert "2 more that follow from it" in following
    assert following.count("This is caused by the problem of notify and ends with it.") == 2
    assert re.findall(r'class="hop stuck" id="([a-z-]+)"', page) == ["notify-in"]
    assert page.count("Little or nothing arrives: a step before it has stopped.") == 3
    causes = {each.kind: each.because for each in troubles_of(reports(**told))}
    assert causes == {"stopped": "", "canary-late": "notify", "canary-not-back": "notify"}


def test_a_canary_that_fails_on_the_way_before_a_trouble_stands_for_itself() -> None:
    late, out = streams("matching", canary_seconds=660.0), {"depth": 3, "oldest_seconds": 301.0}
    found = {each.kind: each.because for each in troubles_of(reports(matching=late, notify=stopped()))}
    assert found == {"canary-late": "", "stopped": ""}
    found = {
        each.kind: each.because
        for each in troubles_of(reports(registry=streams("registry", outbox=out), matching=late))
    }
    assert found == {"cannot-publish": "", "canary-late": "registry"}


async def test_a_group_that_is_behind_on_canaries_alone_says_so() -> None:
    behind = group(NOTIFY_GROUP.name, "notify", waiting(MATCHING_CANARY.name, 9, seconds=660.0))
    async with portal(console(notify=streams("notify", consumers=[behind]))) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert "notify is behind: only canaries are pending, the oldest for 11 min." in page


async def test_what_waits_is_counted_without_canaries_and_records_that_are_no_events_are_told() -> None:
    waits = waiting(PROPOSAL.name, 98, members=28, seconds=720.0) | {"untyped": 40}
    still = group(NOTIFY_GROUP.name, "notify", waits, waiting(MATCHING_CANARY.name, 9, seconds=3_000.0), ready=False)
    async with portal(console(notify=streams("notify", consumers=[still]))) as browser:
        await signed_in(browser)
        flow = (await browser.get("/operations")).text
        one = (await browser.get(f"/operations/groups/{NOTIFY_GROUP.name}")).text
    told = (
        "notify reads no events: 98 pending, the oldest for 12 min. They concern 28 members. 40 of them are not events"
    )
    assert told in flow
    assert "98 events pending, for 28 members, the oldest for 12 min" in flow
    assert "98 events are pending. 40 of them are not events" in one
    assert "They become dead letters once it is resumed, and may stop it again" in one


async def test_a_step_leads_to_the_page_of_the_group_that_it_is_about() -> None:
    async with portal(console()) as browser:
        await signed_in(browser)
        led = (await browser.get(f"/operations/steps?group={NOTIFY_GROUP.name}")).text
        plain = (await browser.get(f"/operations/steps?group={HOSTILE}")).text
    assert led.count(f'<a href="/operations/groups/{NOTIFY_GROUP.name}">To the page of {NOTIFY_GROUP.name}</a>') == 4
    assert plain.count('<a href="/operations/groups">To the groups and their pages</a>') == 4
    assert HOSTILE not in plain


async def test_a_service_that_is_away_is_named_and_shown_by_those_whose_topics_it_reads() -> None:
    seen = group(
        NOTIFY_GROUP.name, "notify", waiting(PROPOSAL.name, 4, members=3, seconds=400.0), members=[], ready=False
    )
    contacts = group(
        NOTIFY_GROUP.name, "notify", waiting(CONTACT.name, 2, members=2, seconds=60.0), members=[], ready=False
    )
    reports = {"matching": streams("matching", readers=[seen]), "registry": streams("registry", readers=[contacts])}
    async with portal(console(notify=503, **reports)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert "notify does not answer" in page
    assert "notify reads no events: 6 pending, the oldest for 7 min. They concern 3 members." in page
    assert "6 events pending, for 5 members, the oldest for 7 min" in page
    assert "This is reported by the services whose events it reads" in page
    assert page.count("Status unknown") == 2, "of mails and notify's outbox nobody else knows"


async def test_all_that_are_away_leave_a_page_that_says_so() -> None:
    async with portal(console(registry=503, matching=503, notify=503)) as browser:
        await signed_in(browser)
        for path in ("/operations", "/operations/topics", "/operations/groups"):
            page = await browser.get(path)
            assert (page.status_code, page.text.count("does not answer, so its part is missing")) == (200, 3)


async def test_before_the_first_sample_nothing_is_known_and_nothing_is_wrong() -> None:
    none: dict[str, Any] = {"sampled_at": None, "age_seconds": None, "consumers": [], "readers": [], "topics": []}
    async with portal(console(**{service: streams(service, **none) for service in SERVICES})) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert "matching has not looked at its streams yet." in page
    assert 'class="problem"' not in page


async def test_who_is_no_operator_is_led_on_and_who_is_both_gets_from_one_room_to_the_other() -> None:
    for account in (STAFF, CITY):
        async with portal(console(account)) as browser:
            await signed_in(browser)
            for path in ("/operations", "/operations/topics", "/operations/groups", "/operations/steps"):
                assert (await browser.get(path)).headers["location"] == "/me"
    async with portal(console()) as browser:
        assert (await browser.get("/operations")).headers["location"] == "/sign-in?back=%2Foperations"
    async with portal(console(OFFICE | {"scopes": ["staff", "operator"]})) as browser:
        await signed_in(browser)
        assert 'href="/office"' in (await browser.get("/operations")).text
        assert 'href="/operations"' in (await browser.get("/office")).text


async def test_a_refusal_of_the_services_is_told() -> None:
    async with portal(console(registry=403)) as browser:
        await signed_in(browser)
        assert (await browser.get("/operations")).status_code == 403


async def test_each_kind_of_trouble_has_its_step_whose_heading_the_runbook_has() -> None:
    async with portal(console()) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/steps")).text
    assert set(re.findall(r'<section id="([a-z-]+)"', page)) == KINDS
    runbook = RUNBOOK.read_text(encoding="utf-8")
    headings = set(re.findall("“([^”]+)”</span>", page))
    assert headings
    for heading in headings:
        assert f"## {heading}\n" in runbook or f"**{heading}" in runbook, heading


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"unwritable": ["the disk is full"]}, "unwritable", "matching cannot write."),
        ({"slow": ["A query on answers"]}, "slow", "A query of matching takes too long and is not sent for now."),
        ({"age_seconds": 61.0}, "unsampled", "matching no longer looks at its streams: its figures are 61 s old."),
        ({"problem": "Kafka is away"}, "broker-away", "The broker does not answer matching"),
        (
            {
                "processes": [
                    {"name": "a-1", "age_seconds": 3.0, "is_missing": False, "runners": []},
                    {"name": "b-1", "age_seconds": 600.0, "is_missing": True, "runners": []},
                ]
            },
            "process-missing",
            "1 of 2 processes of matching answer; one last answered 10 min ago:",
        ),
        ({"outbox": {"depth": 3, "oldest_seconds": 301.0}}, "cannot-publish", "matching cannot write to the log: 3"),
        ({"canary_seconds": 181.0}, "canary-late", "matching last saw the canary 3 min ago"),
        ({"dead_letters": {"handler-failed": 1}}, "dead-letters", "matching has 1 dead letter."),
        (
            {"dead_letters": {"handler-failed": 4}, "dead_letter_members": {"handler-failed": 3}},
            "dead-letters",
            "Changes of 3 cities and programmes are among them.",
        ),
        ({"counts": {"canary_returned_seconds": 181.0}}, "canary-not-back", "The canary last came back"),
        (
            {"counts": {"answers_complete_seconds": 1801.0}},
            "answers-incomplete",
            "Answers are complete only up to 30 min",
        ),
        (
            {"counts": {"answers_complete_seconds": None, "proposals_issued": 1}},
            "answers-unknown",
            "so 1 proposal cannot",
        ),
        ({"counts": {"answers_complete_seconds": None, "proposals_issued": 2}}, "answers-unknown", "so 2 prop"),
        (
            {"outbox": {"depth": 1, "oldest_seconds": 301.0}},
            "cannot-publish",
            "matching cannot write to the log: 1 event pending for 5 min.",
        ),
        (
            {"parked": 1, "parked_for": [{"awaited": "member:7", "count": 1, "oldest_seconds": 90_000.0}]},
            "parked-long",
            "matching keeps 1 event that came too early; it has waited for 25 h.",
        ),
        (
            {"parked": 2, "parked_for": [{"awaited": "member:7", "count": 2, "oldest_seconds": 90_000.0}]},
            "parked-long",
            "matching keeps 2 events that came too early; the first has waited for 25 h.",
        ),
    ],
)
async def test_each_trouble_has_its_kind_and_its_sentence(change: dict[str, Any], kind: str, sentence: str) -> None:
    report = streams("matching", **change)
    assert [each.kind for each in troubles_of(reports(matching=report, notify=streams("notify")))] == [kind]
    assert kind in KINDS
    async with portal(console(matching=report)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert sentence in page
    assert f"/operations/steps#{kind}" in page


HELD = "1 partition is held up: the database cannot be written, because its role lacks a right"


def test_held_events_are_no_stopped_group_and_follow_from_a_store_that_cannot_be_written() -> None:
    report = stopped(state="running", reason=HELD)
    assert [each.kind for each in troubles_of(reports(notify=report)) if each.group or each.detail == HELD] == ["held"]
    both = list(troubles_of(reports(notify=report | {"unwritable": ["it cannot be written"]})))
    assert [(each.kind, each.because) for each in both if each.kind in ("unwritable", "held")] == [
        ("unwritable", ""),
        ("held", "notify"),
    ]


def test_silence_is_no_trouble_and_neither_are_six_weeks_of_it() -> None:
    quiet = {service: streams(service) for service in SERVICES}
    for report in quiet.values():
        for topic in report["topics"]:
            topic |= {"last_event_at": "2026-10-16T09:00:00Z", "per_minute": 0.0, "trend": [0] * 96}
    assert list(troubles_of(reports(**quiet))) == []
    assert list(troubles_of(reports(notify=streams("notify", counts={"mails_unknown": 2})))) == [
        Trouble(kind="mails-unknown", service="notify", count=2)
    ]


async def test_a_mail_server_that_is_away_is_told_and_its_hop_does_not_flow() -> None:
    counts: dict[str, Any] = {"mails_without_server": 3, "mails_without_server_seconds": 7_200.0}
    counts |= {"mail_server_away_seconds": 10_800.0, "mail_server_reason": "connect-lost"}
    async with portal(console(notify=streams("notify", counts=counts))) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert "The mail server has taken no mail for 3 h. 3 mails are pending, the oldest for 2 h." in page
    assert "connect-lost" in page
    assert "/operations/steps#mail-server-away" in page
    assert "Everything works" not in page


async def test_an_operator_has_the_mail_server_tried_at_once() -> None:
    tried: list[str] = []

    def take(request: httpx.Request) -> dict[str, Any]:
        tried.append(request.url.path)
        return {}

    away = streams("notify", counts={"mail_server_away_seconds": 600.0, "mail_server_reason": "connect-lost"})
    async with portal(console(notify=away) | {"/mail-server/try": take}) as browser:
        await signed_in(browser)
        page = await browser.get("/operations")
        assert "Try it now" in page.text
        sent = await browser.post("/operations", data={"form": form_token(page)})
        assert sent.headers["location"] == "/operations?tried=mail-server"
        assert "The mail server is being tried." in (await browser.get(sent.headers["location"])).text
    assert tried == ["/notify/v1/mail-server/try"]


async def test_what_waits_without_an_event_is_told() -> None:
    draft = {"drafts_open": 1, "drafts_open_pairs": 68, "drafts_open_members": 120, "drafts_open_seconds": 720.0}
    counts: dict[str, Any] = {**draft, "proposals_held": 2, "proposals_scheduled": 3}
    counts |= {"proposals_held_members": 4, "proposals_held_seconds": 10_800.0}
    counts["proposals_scheduled_for"] = "2026-11-29T12:13:00+00:00"
    mails: dict[str, Any] = {
        "mails_deferred": 4,
        "mails_deferred_members": 3,
        "mails_deferred_seconds": 600.0,
        "rehearsal": 1,
    }
    mails |= {"mails_waiting": 6_001, "mails_waiting_members": 4_100, "mails_waiting_seconds": 1800.0}
    mails |= {"last_mail_sent_at": "2026-11-27T08:58:00Z", "mails_sent_in_a_day": 1200}
    reports = {"matching": streams("matching", counts=counts), "notify": streams("notify", counts=mails)}
    async with portal(console(**reports)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    for expected in (
        "Pending, for staff to decide", "1 draft of a round is not published yet",
        "publishes them: 68 pairs, of 120 cities and programmes; the oldest draft is 12 min old",
        "2 proposals are held until staff approves them, for 4 members, the oldest for 3 h",
        "3 published proposals go out", "can no longer be undone: the first on 29 November 2026, 12:13 UTC",
        "4 mails were deferred by the mail server and will be tried again, for 3 members, the oldest for 10 min",
        "This is a rehearsal", "6,001 mails pending, for 4,100 members or more, the oldest for 30 min",
        "The last mail went out on 27 November 2026, 08:58 UTC; in the last 24 hours: 1,200.",
    ):  # fmt: skip
        assert expected in page
    assert page.count('href="/operations/steps#drafts"') == 3
