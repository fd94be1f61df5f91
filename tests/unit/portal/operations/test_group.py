"""One group on the console: how it stands, paused and resumed with a reason, by who may."""

import json
from typing import Any

import httpx

from isopolity.contracts.catalogue import NOTIFY_GROUP, PROPOSAL
from tests.support.portal import HOSTILE, answers, form_token, portal, signed_in
from tests.support.portal_operations import OPERATOR, console, group, streams, waiting

PATH = f"/operations/groups/{NOTIFY_GROUP.name}"


def served(seen: list[tuple[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """The services, with this group of notify; what is ordered of it is noted."""
    orders = [] if seen is None else seen

    def ordered(request: httpx.Request) -> httpx.Response:
        orders.append((request.url.host + request.url.path.partition("/v1")[2], json.loads(request.content)))
        return httpx.Response(200, json={})

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
    assert ("4 events wait for it." in page.text, "Resume it" in page.text) == (True, False)
    assert (bare.status_code, "Give a reason." in bare.text, 'value=" a "' in bare.text) == (422, True, True)
    assert seen == [(f"notify/groups/{NOTIFY_GROUP.name}/pause", {"reason": "a bad release"})]
    assert "It is paused: within ten seconds" in after.text


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
    assert "notify is paused by an operator; 4 events wait." in flow
    assert done.headers["location"] == f"{PATH}?done=resume"
    assert seen == [(f"notify/groups/{NOTIFY_GROUP.name}/resume", {"reason": "rolled back"})]


async def test_a_group_that_dead_letters_stopped_is_resumed_from_its_page() -> None:
    async with portal(served(state="stopped", ready=False, reason="stopped by too many dead letters")) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert ("It reads no events." in page, "Resume it" in page) == (True, True)


async def test_a_group_that_nobody_knows_is_not_there_and_who_may_not_sees_no_buttons() -> None:
    reader = OPERATOR | {"scopes": ["operator:read"]}
    async with portal(served() | answers(reader)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        assert (await browser.get("/operations/groups/isopolity.portal")).status_code == 404
    assert ("4 events wait for it." in page, "Pause it" in page) == (True, False)
