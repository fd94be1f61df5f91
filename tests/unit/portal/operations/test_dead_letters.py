"""Dead letters on the console: listed, chosen, grouped by cause, and one by itself, masked or as it came."""

from typing import Any

from tests.support.portal.letters import MASKED, PATH, PLACE, letter, served
from tests.support.portal.operations import OPERATOR
from tests.support.portal.service import HOSTILE, NOW, answers, form_token, portal, signed_in


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
