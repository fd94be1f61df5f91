"""Dead letters on the console: chosen, looked at, tried, sent again and settled; nothing that was not ticked."""

import json
from typing import Any

import httpx

from tests.support.portal import HOSTILE, NOW, FakeSessions, answers, form_token, portal, signed_in
from tests.support.portal_operations import OPERATOR

PATH = "/operations/dead-letters"
PLACE = "isopolity.matching.proposal/3/17"


def letter(place: str = PLACE, **changes: Any) -> dict[str, Any]:
    return {
        "id": place, "topic": place.split("/")[0], "key": "secret-key", "group": "isopolity.notify",
        "reason": "handler-failed", "detail": "ZeroDivisionError", "at": "2026-11-27T08:00:00Z", "is_reference": False,
        "failures": 1,
    } | changes  # fmt: skip


MASKED = letter() | {
    "event_type": "isopolity.matching.proposal.issued.v1", "fits": True, "kilobytes": 2, "hidden_headers": 1,
    "headers": {"ce_id": "e1"}, "trace_id": "0af7651916cd43dd8448eb211c80319c", "unknown_fields": 2,
    "fields": [{"name": "proposal_id", "value": "p1"}, {"name": "sides", "value": None}], "members": ["espoo"],
}  # fmt: skip


def served(
    seen: list[tuple[str, Any]] | None = None,
    fates: dict[str, Any] | None = None,
    **letters: list[dict[str, Any]] | int,
) -> dict[str, Any]:
    """The services with these letters; what is ordered of them is noted, and `fates` befall them."""
    orders = [] if seen is None else seen

    def listed(request: httpx.Request) -> Any:
        return letters.get(request.url.host, [])

    def ordered(request: httpx.Request) -> Any:
        order = json.loads(request.content)
        orders.append((request.url.host + request.url.path.rpartition("/")[2], order))
        if order["ids"] == ["gone/0/0"]:
            return 404
        done = [letter(each) for each in order["ids"]]
        return {"settled": done} if request.url.path.endswith("/settle") else {"redriven": done} | (fates or {})

    def unmasked(request: httpx.Request) -> Any:
        orders.append(("unmask", json.loads(request.content)))
        return letter() | {"headers": {"ce_id": "e1"}, "value": f"{HOSTILE} Ana"}

    return answers(OPERATOR) | {
        "/dead-letters": listed, "/dead-letters/redrive": ordered, "/dead-letters/settle": ordered,
        f"/masked-letters/{PLACE}": MASKED, "/dead-letters/unmask": unmasked,
    }  # fmt: skip


async def test_letters_are_listed_the_oldest_first_and_chosen_by_reason_and_topic() -> None:
    old = letter("isopolity.registry.city/0/1", at="2026-11-20T08:00:00Z", reason=HOSTILE, is_reference=True)
    async with portal(served(notify=[letter()], matching=[old], registry=503)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        chosen = (await browser.get(PATH, params={"topic": "isopolity.registry.city"})).text
    assert page.index("isopolity.registry.city/0/1") < page.index(PLACE)
    assert "2 letters, the oldest first" in page
    assert "too large to be kept" in page
    assert "registry does not answer" in page
    assert HOSTILE not in page
    assert "secret-key" not in page, "a key may be anything"
    assert "1 letter, the oldest first" in chosen


async def test_one_letter_tells_what_it_is_about_and_masks_the_rest() -> None:
    async with portal(served(notify=[letter()])) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}/notify/{PLACE}")).text
        assert (await browser.get(f"{PATH}/notify/isopolity.registry.city/0/9")).status_code == 404
        assert (await browser.get(f"{PATH}/portal/{PLACE}")).status_code == 404
    for expected in ("p1", "masked", "espoo", "0af7651916cd43dd8448eb211c80319c", "2 fields that the contract"):
        assert expected in page


async def test_a_trial_does_nothing_and_keeps_the_ticks_and_then_those_are_sent_again() -> None:
    seen: list[tuple[str, Any]] = []
    other = letter("isopolity.matching.interest/0/2")
    async with portal(served(seen, notify=[letter(), other])) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        form = {"form": form_token(page), f"tick-notify {PLACE}": "1"}
        tried = await browser.post(PATH, data=form | {"do": "try"})
        assert "1 record would be sent again." in tried.text
        assert "Nothing has been done yet." in tried.text
        assert tried.text.count(" checked") == 1
        sent = await browser.post(PATH, data=form | {"do": "redrive"})
    assert sent.headers["location"] == f"{PATH}?done=redriven"
    assert seen == [
        ("notifyredrive", {"ids": [PLACE], "dry_run": True}),
        ("notifyredrive", {"ids": [PLACE], "dry_run": False}),
    ]


async def test_all_of_a_list_are_settled_without_ticks_but_not_without_a_reason() -> None:
    seen: list[tuple[str, Any]] = []
    other = letter("isopolity.matching.interest/0/2")
    async with portal(served(seen, notify=[letter(), other])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "do": "settle-all"}
        refused = await browser.post(PATH, data=form)
        assert "Give a reason of 3 characters or more." in refused.text
        done = await browser.post(PATH, data=form | {"reason": "they are no events"})
        after = (await browser.get(done.headers["location"])).text
    assert done.headers["location"] == f"{PATH}?done=settled&number=2"
    assert "2 letters are settled and no longer counted." in after
    assert seen == [("notifysettle", {"ids": [PLACE, other["id"]], "reason": "they are no events"})]


async def test_a_record_that_no_release_can_read_says_so_and_is_settled_first() -> None:
    bare = {"reason": "missing-attribute", "written_at": "2026-11-27T07:03:00Z"}
    masked = letter(**bare) | {
        "event_type": None, "fits": False, "kilobytes": 1, "hidden_headers": 0, "headers": {}, "trace_id": None,
        "unknown_fields": 0, "fields": [], "members": [],
    }  # fmt: skip
    told = served(notify=[letter(**bare), letter("isopolity.registry.city/0/1")])
    async with portal(told | {f"/masked-letters/{PLACE}": masked}) as browser:
        await signed_in(browser)
        listed = (await browser.get(PATH)).text
        one = (await browser.get(f"{PATH}/notify/{PLACE}")).text
    async with portal(served(notify=[letter(**bare)])) as browser:
        await signed_in(browser)
        only = (await browser.get(PATH)).text
    assert "1 of them lacks what every event of this network has, so no release can read it. Settle it" in listed
    assert "written 27 November 2026, 07:03 UTC, 27 November 2026, 08:00 UTC, given up by notify" in listed
    ways = (
        "Send the ticked letters again",
        "Settle the ticked letters for good",
        "Send them again anyway",
        "Fix the cause",
    )
    assert [listed.find(way) < 0 for way in ways] == [False, False, True, False]
    assert [only.find(way) < 0 for way in ways] == [False, False, False, True]
    assert listed.index(ways[0]) < listed.index(ways[1])
    assert only.index(ways[1]) < only.index(ways[2]) < only.index(ways[0])
    nobody = "<summary>Settle them without sending"
    assert ('<details class="more" open>' + nobody in listed, '<details class="more" open>' + nobody in only) == (
        False,
        True,
    )
    assert "This record has no headers: no service of this network writes such records." in one
    assert "<dt>Written</dt><dd>27 November 2026, 07:03 UTC" in one
    assert f'href="/operations/events/{PLACE.removeprefix("isopolity.")}"' in one
    for empty in ("Headers</h2>", "Fields</h2>", "0 fields", "not known to this release"):
        assert empty not in one
    assert one.index("Settle for good") < one.index("Try without sending") < one.index("Send it again<")
    assert '<button class="button" type="submit" name="do" value="settle">' in one
    assert '<button class="button plain" type="submit" name="do" value="redrive">' in one


async def test_a_record_that_another_release_may_read_is_sent_again_first() -> None:
    async with portal(served(notify=[letter()])) as browser:
        await signed_in(browser)
        one = (await browser.get(f"{PATH}/notify/{PLACE}")).text
    assert one.index("Send it again") < one.index("Settle for good")
    assert "This record has no headers" not in one
    assert "<dt>Written</dt>" not in one, "a letter of an earlier release does not tell it"


async def test_to_settle_takes_a_reason_and_what_was_typed_stays() -> None:
    seen: list[tuple[str, Any]] = []
    async with portal(served(seen, notify=[letter()])) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        form = {"form": form_token(page), f"tick-notify {PLACE}": "1", "do": "settle"}
        bare = await browser.post(PATH, data=form | {"reason": " a "})
        assert (
            bare.status_code,
            "Give a reason of 3 characters or more." in bare.text,
            'value=" a "' in bare.text,
        ) == (422, True, True)
        assert bare.text.count(" checked") == 1
        done = await browser.post(PATH, data=form | {"reason": "entered by hand"})
    assert done.headers["location"] == f"{PATH}?done=settled&number=1"
    assert seen == [("notifysettle", {"ids": [PLACE], "reason": "entered by hand"})]


async def test_ticks_and_reasons_are_there_again_after_a_session_that_ended() -> None:
    sessions, known = FakeSessions(), served(registry=[letter()])
    one = f"{PATH}/registry/{PLACE}"
    typed: dict[str, dict[str, str]] = {
        PATH: {f"tick-registry {PLACE}": "1", "do": "settle", "reason": "Sent by hand."},
        one: {"reason": "Sent by hand."},
    }
    for path, form in typed.items():
        async with portal(known, sessions=sessions) as browser:
            await signed_in(browser)
            data = form | {"form": form_token(await browser.get(path))}
            sessions.kept.clear()
            assert "kept for 1 day" in (await browser.post(path, data=data)).text
            assert (await browser.post("/sign-in/secret")).headers["location"] == f"{path}?typed=1"
            page = await browser.get(f"{path}?typed=1")
        assert 'value="Sent by hand."' in page.text
        assert ('value="1" checked' in page.text) == (path == PATH)
        assert "Ana" not in page.text, "nothing is done by opening it"


async def test_without_a_tick_or_with_a_letter_that_is_gone_a_sentence_says_so() -> None:
    async with portal(served(notify=[letter()])) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PATH))
        nothing = await browser.post(PATH, data={"form": token, "do": "redrive"})
        gone = await browser.post(PATH, data={"form": token, "do": "redrive", "tick-notify gone/0/0": "1"})
    assert (nothing.status_code, "Tick the letters first." in nothing.text) == (422, True)
    assert (gone.status_code, "One of these letters is no longer here" in gone.text) == (422, True)


async def test_who_may_only_read_sees_no_buttons() -> None:
    reader = OPERATOR | {"scopes": ["operator:read"]}
    async with portal(served(notify=[letter()]) | answers(reader)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert PLACE in page
    assert "Send the ticked letters again" not in page


async def test_old_ones_are_chosen_and_how_often_each_failed_is_told() -> None:
    new = letter("isopolity.matching.interest/0/2", at=NOW.isoformat(), failures=3)
    async with portal(served(notify=[letter(at="2020-01-01T00:00:00Z"), new])) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        old = (await browser.get(PATH, params={"age": "day"})).text
    assert "given up 3 times" in page
    assert ("2 letters, the oldest first" in page, "1 letter, the oldest first" in old) == (True, True)
    assert new["id"] not in old


async def test_a_trial_says_of_each_whether_it_can_be_read_and_what_each_group_did() -> None:
    group = {"group": "isopolity.notify", "state": "gave-up"}
    trial = {"id": PLACE, "decodes": False, "problem": "invalid", "superseded": False, "lost": False, "groups": [group]}
    async with portal(served(fates={"trials": [trial]}, notify=[letter()])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), f"tick-notify {PLACE}": "1", "do": "try"}
        page = (await browser.post(PATH, data=form)).text
    assert "This release cannot read it, so it would come back." in page
    assert "1 of them would come back" in page
    assert "gave it up" in page


async def test_a_page_of_letters_that_were_tried_is_light() -> None:
    many = [letter(f"isopolity.matching.proposal/{number % 6}/{1_000_000 + number}") for number in range(300)]
    groups = [{"group": f"isopolity.{name}", "state": "handled"} for name in ("matching", "notify")]
    trial = {"decodes": False, "problem": "invalid", "superseded": False, "lost": False, "groups": groups}
    trials = [trial | {"id": each["id"]} for each in many]
    async with portal(served(fates={"trials": trials}, notify=many)) as browser:
        await signed_in(browser)
        ticks = {f"tick-notify {each['id']}": "1" for each in many[:50]}
        form = ticks | {"form": form_token(await browser.get(PATH)), "do": "try"}
        page = await browser.post(PATH, data=form)
    assert page.text.count("This release cannot read it") == 50
    assert len(page.content) < 60_000


async def test_what_came_back_waits_or_was_left_is_said_after_sending() -> None:
    fates = {"returned": [letter()], "waiting": [], "left": [letter(), letter()], "redriven": [letter()] * 5}
    async with portal(served(fates=fates, notify=[letter()])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), f"tick-notify {PLACE}": "1", "do": "redrive"}
        page = (await browser.post(PATH, data=form)).text
    for expected in ("4 records were sent again and read.", "1 came back", "2 were not sent and are still here."):
        assert expected in page


async def test_once_the_minute_is_over_a_button_goes_on_with_those_that_were_left() -> None:
    seen: list[tuple[str, Any]] = []
    other = letter("isopolity.matching.interest/0/2")
    async with portal(served(seen, fates={"left": [other], "time_is_over": True}, notify=[letter(), other])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "do": "redrive"}
        ticks = {f"tick-notify {each}": "1" for each in (PLACE, other["id"])}
        some = (await browser.post(PATH, data=form | ticks)).text
        every = (await browser.post(PATH, data=form | {"do": "redrive-all"})).text
    for page in (some, every):
        assert "The minute is over. Nothing came back." in page
        assert "1 was not sent and is still here." in page
    assert f'type="hidden" name="tick-notify {other["id"]}"' in some
    assert f'type="hidden" name="tick-notify {PLACE}"' not in some
    assert 'type="hidden" name="do" value="redrive-all"' in every


async def posted(answers_of: dict[str, Any], **form: str) -> httpx.Response:
    """The page after one record that two services gave up was ticked for both."""
    both = served(notify=[letter()], matching=[letter()])
    both["/dead-letters/redrive"] = lambda request: answers_of[request.url.host]
    async with portal(both) as browser:
        await signed_in(browser)
        ticks = {f"tick-{service} {PLACE}": "1" for service in ("matching", "notify")}
        return await browser.post(PATH, data={"form": form_token(await browser.get(PATH))} | ticks | form)


async def test_a_record_that_two_services_gave_up_goes_on_with_the_one_that_left_it() -> None:
    over = {"left": [letter()], "time_is_over": True}
    page = (await posted({"matching": {"redriven": [letter()]}, "notify": over}, do="redrive")).text
    assert f'type="hidden" name="tick-notify {PLACE}"' in page
    assert f'type="hidden" name="tick-matching {PLACE}"' not in page


async def test_a_trial_of_a_record_that_two_services_gave_up_stands_at_each() -> None:
    trial = {"id": PLACE, "problem": "", "superseded": False, "lost": False, "groups": []}
    page = await posted(
        {name: {"trials": [trial | {"decodes": name == "matching"}]} for name in ("matching", "notify")}, do="try"
    )
    assert page.text.count("This release can read it.") == page.text.count("This release cannot read it,") == 1


async def test_where_one_service_refuses_what_the_others_did_is_told() -> None:
    done = {"redriven": [letter()]}
    for refusal, sentence in (
        (httpx.Response(404, json={}), "notify sent nothing: one of its letters is no longer here."),
        (httpx.Response(503), "notify did not answer. Look at the list again to see what it has sent."),
        (httpx.Response(403, json={"detail": "You may not."}), "notify sent nothing: "),
    ):
        page = await posted({"matching": done, "notify": refusal}, do="redrive")
        assert page.status_code == 200
        assert "1 record was sent again and read." in page.text
        assert sentence in page.text


async def test_what_is_just_being_read_when_the_minute_is_over_is_no_fault_and_a_button_goes_on() -> None:
    over = {"redriven": [letter()], "waiting": [letter()], "left": [letter("a/0/1")], "time_is_over": True}
    page = (await posted({"matching": {"redriven": [letter()]}, "notify": over}, do="redrive-all")).text
    assert "1 was sent again and is being read." in page
    assert "1 record was sent again and read." in page
    assert "stopped or paused" not in page
    assert "Send the rest" in page


async def test_of_what_came_back_no_button_goes_on() -> None:
    async with portal(served(fates={"returned": [letter()], "left": [letter()]}, notify=[letter()])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "do": "redrive-all"}
        assert "Send the rest" not in (await browser.post(PATH, data=form)).text


async def test_of_letters_that_were_settled_without_being_sent_nothing_else_is_said() -> None:
    async with portal(served(fates={"superseded": [letter()], "redriven": []}, notify=[letter()])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), f"tick-notify {PLACE}": "1", "do": "redrive"}
        page = await browser.post(PATH, data=form)
    assert page.status_code == 200
    assert "1 was settled without being sent: its topic holds a newer state." in page.text
    assert "sent again, and read" not in page.text


async def test_a_letter_is_shown_as_it_came_for_a_reason_and_a_right() -> None:
    seen: list[tuple[str, Any]] = []
    path = f"{PATH}/notify/{PLACE}"
    async with portal(served(seen, notify=[letter()])) as browser:
        await signed_in(browser)
        page = await browser.get(path)
        bare = await browser.post(path, data={"form": form_token(page), "reason": " "})
        shown = await browser.post(path, data={"form": form_token(page), "reason": "a city asks"})
        again = await browser.get(path)
    assert (bare.status_code, "Give a reason of 3 characters or more." in bare.text) == (422, True)
    assert seen == [("unmask", {"id": PLACE, "reason": "a city asks"})]
    assert ("Ana" in shown.text, HOSTILE in shown.text, "Ana" in again.text) == (True, False, False)
    async with portal(served(notify=[letter()]) | answers(OPERATOR | {"scopes": ["operator:redrive"]})) as browser:
        await signed_in(browser)
        page = await browser.get(path)
    assert ("See the original record" in page.text, "Send it again" in page.text) == (False, True)


async def test_what_is_cut_of_a_key_or_a_header_says_so() -> None:
    came = letter(key="k" * 1_000) | {"headers": {"ce_id": "one two " * 200}, "value": None}
    path = f"{PATH}/notify/{PLACE}"
    async with portal(served(notify=[letter()]) | {"/dead-letters/unmask": came}) as browser:
        await signed_in(browser)
        page = await browser.post(path, data={"form": form_token(await browser.get(path)), "reason": "a city asks"})
    assert page.text.count("These are the first 1,000 of") == 1
    assert "These are the first 1,000 of 1,600 characters." in page.text
    assert ("one two " * 125) in page.text


async def test_all_that_fit_what_is_chosen_are_sent_again_and_no_others() -> None:
    seen: list[tuple[str, Any]] = []
    other = letter("isopolity.matching.interest/0/2", topic="isopolity.matching.interest")
    async with portal(served(seen, notify=[letter(), other])) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "do": "redrive-all"}
        await browser.post(PATH, params={"topic": "isopolity.matching.interest"}, data=form)
    assert seen == [("notifyredrive", {"ids": [other["id"]], "dry_run": False})]


async def test_a_bad_state_is_told_again_by_its_owner_and_what_was_typed_stays() -> None:
    seen: list[tuple[str, Any]] = []

    def told(request: httpx.Request) -> Any:
        seen.append((request.url.host, json.loads(request.content)))
        return 404 if seen[-1][1]["key"] == "none" else {}

    path = f"{PATH}/notify/{PLACE}"
    async with portal(served(notify=[letter()]) | {"/states/republish": told}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(path)), "do": "republish", "topic": "isopolity.registry.city"}
        bare = await browser.post(path, data=form | {"key": "espoo"})
        gone = await browser.post(path, data=form | {"key": "none", "because": "it was bad"})
        done = await browser.post(path, data=form | {"key": "espoo", "because": "it was bad"})
    assert (bare.status_code, 'value="espoo"' in bare.text) == (422, True)
    assert "Give the topic, the key and a reason." in bare.text
    assert "The owner has no state with this key." in gone.text
    assert "The state is published again." in done.text
    assert seen[-1] == ("registry", {"topic": "isopolity.registry.city", "key": "espoo", "reason": "it was bad"})


async def test_letters_of_one_cause_are_one_group_with_a_count_their_types_and_members() -> None:
    alike = {"cause": "c0ffee", "message": "no room for …", "release": "0.1.0+abc", "members": ["espoo"]}
    alike |= {"event_type": "isopolity.registry.city.revised.v1"}
    many = [letter(f"isopolity.registry.city/0/{number}", **alike) for number in range(7)]
    other = letter(cause="b1ue", message="another")
    async with portal(served(notify=[*many, other])) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        chosen = (await browser.get(PATH, params={"cause": "c0ffee"})).text
    assert "<h2>7 letters with the same cause</h2>" in page
    assert "handler-failed: ZeroDivisionError: no room for …</span>" in page
    assert "in release 0.1.0+abc" in page
    assert f'href="{PATH}?cause=c0ffee">Show all 7' in page
    assert "registry.city.revised.v1" in page
    assert 'href="/operations/journey/member/espoo"' in page
    assert (page.count('type="checkbox"'), chosen.count('type="checkbox"')) == (6, 7)
    assert "8 letters, the oldest first (6 of them are shown)" in page
    assert "another" not in chosen
    assert "Send all 7 in this list again" in chosen


async def test_one_letter_tells_the_error_its_place_its_release_and_where_it_is_in_the_log() -> None:
    told = MASKED | {
        "message": "no room for …", "trace": ["isopolity.a:1 f", "isopolity.b:22 g"], "release": "0.1.0+abc",
        "headers": {"ce_id": "e1", "ce_correlationid": "c-1"},
    }  # fmt: skip
    async with portal(served(notify=[letter()]) | {f"/masked-letters/{PLACE}": told}) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}/notify/{PLACE}")).text
    expected = ("ZeroDivisionError: no room for …", "isopolity.b:22 g</summary>", "0.1.0+abc", "correlation_id=c-1")
    assert [each for each in expected if each not in page] == []
    assert 'href="/operations/journey/correlation/c-1"' in page
