"""Dead letters are tried, sent again and settled on the console: only those that were ticked, and for a reason."""

import json
from typing import Any

import httpx

from tests.support.portal.letters import PATH, PLACE, letter, served
from tests.support.portal.service import FakeSessions, form_token, portal, signed_in


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
