"""The whole story of a member on one page of the office, with what each service knows."""

from typing import Any

import httpx
import pytest

from isopolity.matching.domain.proposal import Stage
from isopolity.portal.adapters.titles import STAGES
from tests.support.portal.members import ACT, MAIL, ONE, PROPOSAL, REMINDER, served
from tests.support.portal.service import HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in


async def test_all_mails_to_a_members_contacts_stand_in_its_story() -> None:
    def mails(request: httpx.Request) -> dict[str, Any]:
        by_contact = request.url.params.get_list("contact_id")
        return listed(REMINDER, MAIL) if by_contact == ["c1"] else listed(MAIL)

    async with portal(served(**{"/mails": mails})) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    assert page.index("a reminder of the office") < page.index("smtp-550")
    assert page.count("smtp-550") == 1


async def test_an_act_that_changed_several_things_of_a_member_stands_once_in_its_story() -> None:
    one = ACT | {"action": "applications.endorse", "correlation_id": "c-1"}
    acts = listed(one, one | {"id": 2}, one | {"id": 3}, ACT, ACT | {"id": 4})
    audit = {"/audit": lambda each: acts if each.url.host == "registry" else listed()}
    async with portal(served(**audit)) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    assert (page.count("Admitted an application"), page.count("Changed a city")) == (1, 2)


async def test_the_whole_story_of_a_member_stands_on_one_page() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    for expected in (
        "ana@city.example",
        "Turku</a>",
        "answer by 11 December 2026",
        "smtp-550",
        "Changed a city",
        "since 1950",
    ):
        assert expected in page
    assert page.count("Send again<") == 1, "the mail of the other side is not this member's"
    assert HOSTILE not in page


@pytest.mark.parametrize("stage", Stage)
async def test_a_suggestion_stands_in_the_story_as_on_the_pages_of_its_round(stage: Stage) -> None:
    async with portal(served(**{"/proposals": listed(PROPOSAL | {"stage": stage})})) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    assert f'Turku</a> <span class="quiet">{STAGES[stage]}' in page
    assert ("answer by 11 December 2026" in page) == (stage in ("issued", "answered"))


async def test_services_that_are_away_hide_what_they_alone_know() -> None:
    async with portal(served(**{"/proposals": 503, "/members/espoo/partnerships": 503, "/audit": 503})) as browser:
        await signed_in(browser)
        page = await browser.get(ONE)
    assert (page.status_code, page.text.count("does not answer"), "ana@city.example" in page.text) == (200, 4, True)


async def test_a_handover_that_waits_stands_beside_the_contacts() -> None:
    waits = {"name": "Budi", "valid_until": "2026-12-12T09:00:00Z", "handover_id": "h1"}
    async with portal(served(**{"/handovers": listed(waits)})) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    assert "Budi is asked to take over and can confirm until 12 December 2026." in page


async def test_a_member_page_says_what_each_right_that_is_missing_would_allow() -> None:
    async with portal(served() | answers(STAFF | {"scopes": ["staff:endorse"]})) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    assert "To mail its contacts, you need the right to publish." in page
    assert "To erase a contact who has left, you need the right to manage." in page
    assert "To change something here" not in page


@pytest.mark.parametrize(
    ("form", "path", "told"),
    [
        ({"do": "erase", "contact_id": "c1", "sure": "1"}, "/contacts/c1", "The contact is erased"),
        (
            {"do": "mail-again", "mail_id": "m1"},
            "/mails/m1/mail-again",
            "Nothing was done: what you chose no longer exists.",
        ),
        ({"do": "remind"}, "/nudges", "Nothing was done: what you chose no longer exists."),
    ],
    ids=["erased twice", "a mail that is gone", "a reminder"],
)
async def test_of_what_is_there_no_more_the_page_says_no_more_than_that(
    form: dict[str, str], path: str, told: str
) -> None:
    async with portal(served(**{path: httpx.Response(404)})) as browser:
        await signed_in(browser)
        reply = await browser.post(ONE, data=form | {"form": form_token(await browser.get(ONE))})
        page = (await browser.get(reply.headers["location"])).text
    assert told in page
    assert page.count('role="status"') == 1


async def test_what_a_city_says_of_its_needs_can_be_hidden_and_shown_again() -> None:
    loud, quiet = ({"subject": "sdg.4", "intensity": 3, "mode": "webinar", "title": each} for each in ("Loud", "Quiet"))
    hidden = {"title": "Loud", "text": None, "reason": "An advertisement.", "hidden_on": "2026-12-01"}
    said = city(needs=[loud], offers=[quiet]) | {"hidden": [hidden]}
    async with portal(served(**{"/cities/espoo": said})) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    for expected in ("An advertisement.", "hidden from others since 1 December 2026", 'value="show"', 'value="hide"'):
        assert expected in page, expected
    assert (page.count('value="show"'), page.count('value="hide"')) == (1, 1)


@pytest.mark.parametrize(("status", "offered"), [("endorsed", True), ("withdrawn", False)])
async def test_a_member_that_left_is_not_reminded_and_gives_no_answer(status: str, offered: bool) -> None:
    paths = {"/cities/espoo": city() | {"status": status}, "/proposals": listed(PROPOSAL | {"stage": "issued"})}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    for act in ("Send a reminder", "Enter an answer by telephone", "Take back<"):
        assert (act in page) is offered
