"""Needs and offers in a city's own words: topics are found and never set, ways of meeting must not contradict, who else
looks for the same, and words that wait or are hidden.
"""

import json
from typing import Any

import httpx

from tests.support.portal.profiles import NEED, OFFER, fields, state
from tests.support.portal.service import CITY, answers, form_token, portal, signed_in

WORDS = {"title": "Evening classes", "text": "For adults who cannot read.", "language": "pt", "topics": ["topic.556"]}
NUMBERS = {
    "items": [{"code": "sdg.4", "seeking": 12, "offering": 5}, {"code": "topic.556", "seeking": 1, "offering": 0}]
}
NEEDS = "/me/profile/needs"


def served(**changes: Any) -> dict[str, Any]:
    return answers(CITY) | {"/cities/espoo": state(**changes), "/seeking/numbers": NUMBERS}


async def test_a_need_in_own_words_is_shown_and_saved_with_its_topics() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(needs=[NEED | WORDS]), seen) as browser:
        await signed_in(browser)
        page = await browser.get(NEEDS)
        for expected in (
            'value="Evening classes"',
            "For adults who cannot read.",
            'name="need-0-topic.556" value="1" checked',
        ):
            assert expected in page.text
        words = {f"need-0-{name}": str(WORDS[name]) for name in ("title", "text", "language")}
        await browser.post(NEEDS, data=fields(page, **words, **{"need-0-topic.57": "1"}))
    (sent,) = [request for request in seen if request.method == "PATCH"]
    assert json.loads(sent.content)["needs"] == [NEED | WORDS | {"topics": ["topic.57"]}]


async def test_a_topic_leads_to_who_looks_for_it_or_offers_it() -> None:
    async with portal(served(needs=[NEED | WORDS], offers=[OFFER | WORDS])) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/profile")).text
    for side in ("need", "offer"):
        assert page.count(f'<a class="chip topic" href="/cities?{side}_topic=topic.556">') == 1, side


async def test_topics_are_found_for_words_and_left_unticked() -> None:
    async with portal(served(needs=[])) as browser:
        await signed_in(browser)
        page = await browser.get(NEEDS)
        typed = {"need-0-subject": "sdg.4", "need-0-title": "Literacy of adults", "need-0-topics-text": "fishing"}
        page = await browser.post(NEEDS, data=fields(page, **typed, **{"topics-of": "need-0"}))
    assert page.status_code == 200
    found = [line for line in page.text.splitlines() if 'name="need-0-topic.' in line]
    assert len(found) > 2
    assert not any("checked" in line for line in found)
    for expected in ("Fisheries", "Adult literacy", "Tick those that do", 'value="Literacy of adults"'):
        assert expected in page.text


async def test_who_looks_for_the_same_is_counted_beside_it() -> None:
    async with portal(served(needs=[NEED | WORDS])) as browser:
        await signed_in(browser)
        page = await browser.get(NEEDS)
    for expected in (
        '"/cities?need=sdg.4">12 cities',
        '"/cities?need_topic=topic.556">1 city',
        '"/cities?offer=sdg.4">5 offer it',
    ):
        assert expected in page.text, expected


async def test_a_city_that_meets_online_only_does_not_travel() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        page = await browser.get(NEEDS)
        refused = await browser.post(NEEDS, data=fields(page, online_only="1"))
        assert refused.status_code == 422
        assert 'id="online_only-fault">You meet online only, so untick' in refused.text
        fine = {name: text for name, text in fields(page, online_only="1").items() if name != "can_travel"}
        assert (await browser.post(NEEDS, data=fine)).status_code == 303
    assert len([request for request in seen if request.method == "PATCH"]) == 1


async def test_another_card_is_added_and_many_stand_closed_until_one_is_opened() -> None:
    many = [NEED | {"title": f"Title {number}"} for number in range(8)]
    async with portal(served(needs=many)) as browser:
        await signed_in(browser)
        page = await browser.get(NEEDS)
        assert page.text.count('-kept" value="') == 8
        kept = {f"need-{at}-kept": json.dumps({k: str(v) for k, v in each.items()}) for at, each in enumerate(many)}
        kept |= {f"need-{at}-subject": "sdg.4" for at in range(8)}
        form = {"version": "7.0", "form": form_token(page), **kept}
        opened = await browser.post(NEEDS, data=form | {"open": "need-3"})
        assert 'name="need-3-title" value="Title 3"' in opened.text
        assert 'name="need-2-title"' not in opened.text
        more = await browser.post(NEEDS, data=form | {"more": "need"})
        assert '<option value="">nothing</option>' in more.text
        assert 'id="need-8"' in more.text


async def test_hidden_words_and_those_that_wait_are_told_to_the_city() -> None:
    hidden = {"title": "Evening classes", "text": None, "reason": "An advertisement.", "hidden_on": "2026-12-01"}
    waits = {"status": "pending", "version": 2, "wanted": {"needs": [NEED | {"title": "Quiet words"}]}}
    shown = served() | {"/cities/espoo": state() | {"hidden": [hidden]}, "/changes/espoo": waits}
    async with portal(shown) as browser:
        await signed_in(browser)
        profile, form = await browser.get("/me/profile"), await browser.get(NEEDS)
    for page in (profile, form):
        for expected in (
            "An advertisement.",
            "Since 1 December 2026 the office hides",
            "Words about needs",
            "Quiet words",
        ):
            assert expected in page.text, expected
    assert 'name="need-0-title" value="Quiet words"' in form.text


async def test_a_network_whose_registry_counts_nothing_has_the_form_all_the_same() -> None:
    async with portal(served() | {"/seeking/numbers": 503}) as browser:
        await signed_in(browser)
        page = await browser.get(NEEDS)
    assert page.status_code == 200
    assert str(OFFER["subject"]) in page.text
    assert "of the network look" not in page.text
