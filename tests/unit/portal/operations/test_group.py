"""One group on the console: how it stands, paused and resumed with a reason, by who may."""

import json
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import NOTIFY_GROUP, PROPOSAL
from tests.support.portal.operations import OPERATOR, console, group, streams, waiting
from tests.support.portal.service import HOSTILE, answers, form_token, portal, signed_in

PATH = f"/operations/groups/{NOTIFY_GROUP.name}"


def served(seen: list[tuple[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """The services, with this group of notify; what is ordered of it is noted."""
    orders = [] if seen is None else seen

    def ordered(request: httpx.Request) -> dict[str, Any]:
        orders.append((request.url.host + request.url.path.partition("/v1")[2], json.loads(request.content)))
        return {}

    found = group(NOTIFY_GROUP.name, "notify", waiting(PROPOSAL.name, 4, members=3, seconds=30.0)) | changes
    routes = {f"/groups/{NOTIFY_GROUP.name}/{act}": ordered for act in ("pause", "resume")}
    return console(notify=streams("notify", consumers=[found])) | routes


async def test_a_group_that_reads_is_paused_for_a_reason_and_what_was_typed_stays() -> None:
    seen: list[tuple[str, Any]] = []
    async with portal(served(seen)) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        form = {"form": form_token(page), "do": "pause"}
        bare = await browser.post(PATH, data=form | {"reason": " a "})
        done = await browser.post(PATH, data=form | {"reason": "a bad release"})
        after = await browser.get(done.headers["location"])
    assert ("4 events are pending." in page.text, "Resume it" in page.text) == (True, False)
    assert (bare.status_code, "Give a reason of 3 characters or more." in bare.text, 'value=" a "' in bare.text) == (
        422,
        True,
        True,
    )
    assert seen == [(f"notify/groups/{NOTIFY_GROUP.name}/pause", {"reason": "a bad release"})]
    assert "The group is paused." in after.text


async def test_a_paused_group_says_why_and_since_when_and_is_resumed() -> None:
    seen: list[tuple[str, Any]] = []
    paused = {"state": "paused", "paused_at": "2026-11-27T08:00:00Z", "pause_reason": HOSTILE}
    async with portal(served(seen, **paused)) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        listed = (await browser.get("/operations/groups")).text
        flow = (await browser.get("/operations")).text
        form = {"form": form_token(page), "do": "resume", "reason": "rolled back"}
        done = await browser.post(PATH, data=form)
    assert ("Resume it" in page.text, "Pause it" in page.text, HOSTILE in page.text + listed) == (True, False, False)
    assert "An operator has paused it" in listed
    assert "An operator paused notify. 4 events are pending." in flow
    assert done.headers["location"] == f"{PATH}?done=resume"
    assert seen == [(f"notify/groups/{NOTIFY_GROUP.name}/resume", {"reason": "rolled back"})]


PERSON = "019a0000-0000-7000-8000-000000000001"
ACTS = [
    {"at": "2026-11-27T08:00:00Z", "actor": PERSON, "action": "groups.pause", "reason": HOSTILE},
    {"at": "2026-11-26T08:00:00Z", "actor": "isopolity-command", "action": "groups.reset", "reason": "a bad release"},
]


@pytest.mark.parametrize(
    ("scopes", "path"), [(["operator"], "/people"), (["operator:read"], "/people/names")], ids=["all", "reading"]
)
async def test_who_paused_a_group_is_named_to_every_operator(scopes: list[str], path: str) -> None:
    paused = PAUSED | {"paused_by": PERSON, "acts": ACTS}
    people = {"items": [{"person_id": PERSON, "name": "Ada Lindqvist"}]}
    who = "Ada Lindqvist"
    async with portal(served(**paused) | answers(OPERATOR | {"scopes": scopes}) | {path: people}) as browser:
        await signed_in(browser)
        one, listed, flow = [(await browser.get(path)).text for path in (PATH, "/operations/groups", "/operations")]
    for page in (one, listed):
        assert f"{who} paused it on 27 November 2026" in page
    assert f"{who} paused notify on 27 November 2026" in flow
    assert f"<strong>{who}</strong> paused a consumer group, 27 November 2026" in one
    assert "Somebody with the isopolity command</strong> moved a consumer group" in one
    assert "(a bad release)" in one
    assert HOSTILE not in one + listed + flow


async def test_a_service_of_an_earlier_release_does_not_tell_who_paused_a_group() -> None:
    earlier = {name: value for name, value in group(NOTIFY_GROUP.name, "notify").items() if name != "acts"}
    del earlier["paused_by"]
    async with portal(console(notify=streams("notify", consumers=[earlier | PAUSED]))) as browser:
        await signed_in(browser)
        for path in (PATH, "/operations/groups"):
            assert "An operator has paused it on 27 November 2026" in (await browser.get(path)).text
        assert "An operator paused notify" in (await browser.get("/operations")).text


async def test_a_group_that_dead_letters_stopped_is_resumed_from_its_page() -> None:
    async with portal(served(state="stopped", ready=False, reason="stopped by too many dead letters")) as browser:
        await signed_in(browser)
        page, resumed = (await browser.get(PATH)).text, (await browser.get(f"{PATH}?done=resume")).text
    assert ("It reads no events." in page, "Resume it" in page) == (True, True)
    assert "It reads no events." not in resumed, "that is how it stood before"
    assert "Refresh" in resumed


@pytest.mark.parametrize(("moved_at", "is_old"), [("08:59:54", False), ("08:59:56", True)])
async def test_after_an_order_nothing_is_said_of_what_waited_before_it(moved_at: str, is_old: bool) -> None:
    moved = {"at": f"2026-11-27T{moved_at}Z", "actor": PERSON, "action": "groups.reset", "reason": "a bad release"}
    async with portal(served(**PAUSED, acts=[moved, *ACTS]) | {"/people": {"items": []}}) as browser:
        await signed_in(browser)
        for path in (PATH, f"{PATH}?done=reset"):
            page = (await browser.get(path)).text
            assert ("4 events are pending." in page) != is_old
            assert ("The figures of notify are 5 s old." in page) != is_old
            assert ("are being counted again" in page) == is_old
            assert "The figures of registry" not in page


async def test_a_group_that_nobody_knows_is_not_there_and_who_may_not_sees_no_buttons() -> None:
    reader = OPERATOR | {"scopes": ["operator:read"]}
    async with portal(served() | answers(reader)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        assert (await browser.get("/operations/groups/isopolity.portal")).status_code == 404
    assert ("4 events are pending." in page, "Pause it" in page) == (True, False)


PAUSED: dict[str, Any] = {"state": "paused", "paused_at": "2026-11-27T08:00:00Z", "pause_reason": "a bad release"}
PLAN = {
    "group": NOTIFY_GROUP.name, "topic": PROPOSAL.name, "dry_run": True, "again": 0, "skipped": 4,
    "moves": [{"partition": 3, "before": 17, "after": 21, "records": 4, "more": False, "types": {HOSTILE: 4}}],
}  # fmt: skip


def resettable(seen: list[Any], refusal: str = "") -> dict[str, Any]:
    def ordered(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(422, json={"detail": refusal}) if refusal else httpx.Response(200, json=PLAN)

    return served(None, **PAUSED) | {f"/groups/{NOTIFY_GROUP.name}/reset": ordered}


async def test_a_reset_is_previewed_and_done_with_the_typed_name_and_a_reason() -> None:
    seen: list[Any] = []
    async with portal(resettable(seen)) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "topic": PROPOSAL.name, "to": "offset", "offset": "21"}
        form |= {"partition": "3", "do": "preview"}
        preview = (await browser.post(PATH, data=form)).text
        confirmed = form | {"do": "reset", "typed_name": NOTIFY_GROUP.name, "reason": "they hold all up"}
        unnamed = await browser.post(PATH, data=confirmed | {"typed_name": "notify"})
        unexplained = await browser.post(PATH, data=confirmed | {"reason": ""})
        done = await browser.post(PATH, data=confirmed)
    assert "4 events would be skipped and become dead letters." in preview
    assert ("Nothing has been done yet." in preview, 'value="21"' in preview, HOSTILE in preview) == (True, True, False)
    assert f"Type {NOTIFY_GROUP.name}, as written above." in unnamed.text
    assert (unnamed.status_code, unexplained.status_code) == (422, 422)
    assert "they hold all up" in unnamed.text
    assert all("Partition by partition" in each.text for each in (unnamed, unexplained)), "what it would do stays"
    assert done.headers["location"] == f"{PATH}?done=reset"
    place = {"topic": PROPOSAL.name, "to": "offset", "offset": 21, "partition": 3}
    assert seen == [
        *[place | {"dry_run": True}] * 3,
        place | {"dry_run": False, "typed_name": NOTIFY_GROUP.name, "reason": "they hold all up"},
    ]


async def test_a_reset_that_is_refused_still_shows_what_it_would_do() -> None:
    def ordered(request: httpx.Request) -> httpx.Response:
        is_preview = json.loads(request.content)["dry_run"]
        return (
            httpx.Response(200, json=PLAN) if is_preview else httpx.Response(409, json={"detail": "Not stopped yet."})
        )

    async with portal(served(None, **PAUSED) | {f"/groups/{NOTIFY_GROUP.name}/reset": ordered}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "topic": PROPOSAL.name, "to": "end", "do": "reset"}
        form |= {"typed_name": NOTIFY_GROUP.name, "reason": "they hold all up"}
        page = await browser.post(PATH, data=form)
    assert page.status_code == 422
    for shown in ("Not stopped yet.", "Partition by partition", "they hold all up"):
        assert shown in page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose where the group reads on."),
        ({"to": "offset", "offset": "-1"}, "Write a whole number."),
        ({"to": "end", "partition": "third"}, "Write a whole number."),
        ({"to": "moment", "moment": "yesterday"}, "Write the moment as 2026-11-28T09:00, in UTC."),
        ({"to": "end"}, "the service says no"),
    ],
    ids=["nothing", "offset", "partition", "moment", "refused"],
)
async def test_a_wrong_field_is_one_sentence_and_what_was_typed_stays(typed: dict[str, str], sentence: str) -> None:
    async with portal(resettable([], refusal="the service says no")) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "topic": PROPOSAL.name, "do": "preview"} | typed
        page = await browser.post(PATH, data=form)
    assert (page.status_code, sentence in page.text) == (422, True)
    assert all(f'value="{value}"' in page.text for value in typed.values())
