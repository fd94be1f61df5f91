"""A partner's programmes on its desk: listed, added, changed, opened and closed; nothing that was typed is lost."""

import html
import json
import re
from typing import Any

import httpx
import pytest

from tests.support.portal.partners import FUND, READ, served
from tests.support.portal.service import CITY, HOSTILE, answers, form_token, portal, signed_in

WRITE = {"name": "Write", "currency": "eur", "budget": "90 000", "grant_min": "10", "grant_max": "50", "cities": "1"}


async def sent(known: dict[str, Any], seen: list[httpx.Request], path: str, **typed: str) -> httpx.Response:
    async with portal(known, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/me/programmes/new"))
        return await browser.post(path, data=typed | {"form": token})


def changes(seen: list[httpx.Request]) -> list[Any]:
    return [json.loads(request.content) for request in seen if request.method == "PATCH"]


@pytest.mark.parametrize(
    ("days", "waiting", "expected"),
    [
        ({}, [], "Open"),
        ({"closes": "2026-11-27"}, [], "Open until 27 November 2026"),
        ({"closes": "2026-11-26"}, [], "Closed since 27 November 2026"),
        ({"opens": "2026-11-28"}, [], "Opens on 28 November 2026"),
        ({}, ["p1"], "Waits for the office"),
    ],
)
async def test_the_list_says_how_each_programme_stands(days: dict[str, str], waiting: list[str], expected: str) -> None:
    known = served([], programmes=[READ | days | {"name": HOSTILE}], waiting=waiting)
    async with portal(known) as browser:
        await signed_in(browser)
        page = await browser.get("/me/programmes")
    assert f"<strong>{expected}" in page.text
    assert HOSTILE not in page.text
    assert "/me/why" in page.text


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({"purpose": "Books."}, []),
        ({}, ["not say what it is for"]),
        ({"supports": []}, ["not say what it is for", "not say in which form"]),
        ({"purpose": "Books.", "subjects": []}, ["names no subject, so no city fits"]),
    ],
)
async def test_a_programme_that_says_too_little_is_told_so(stated: dict[str, Any], missing: list[str]) -> None:
    async with portal(served([], programmes=[READ | stated], waiting=["p1"])) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/programmes")).text
    hints = ("names no subject, so no city fits", "not say what it is for", "not say in which form")
    assert [each for each in hints if each in page] == missing


WAITING = {"programme_id": "p2", "name": "Write"}


@pytest.mark.parametrize(
    ("path", "more", "it_waits"),
    [
        ("new", WRITE, True),
        ("p1", WRITE, False),
        ("p2", WRITE, True),
        ("p1/close", {}, False),
        ("p2/withdraw", {}, False),
    ],
)
async def test_who_saves_is_told_of_the_office_where_what_was_saved_waits_for_it(
    path: str, more: dict[str, str], *, it_waits: bool
) -> None:
    known = served([], programmes=[READ, READ | WAITING], waiting=["p2"])
    async with portal(known) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/me/programmes/new"))
        reply = await browser.post(f"/me/programmes/{path}", data=more | {"form": token, "version": "7"})
        page = (await browser.get(reply.headers["location"])).text
    assert ("Saved." in page, "The office will look at what is new." in page) == (True, it_waits)


async def test_topics_of_a_programme_are_found_left_unticked_and_saved_once_ticked() -> None:
    seen: list[httpx.Request] = []
    typed = WRITE | {
        "version": "7",
        "purpose": "Adult literacy",
        "topics-topics-text": "fishing",
        "topics-of": "topics",
    }
    page = await sent(served(seen), seen, "/me/programmes/new", **typed)
    assert page.status_code == 200
    assert 'name="topics-topic.' in page.text
    assert not [line for line in page.text.splitlines() if 'name="topics-topic.' in line and "checked" in line]
    assert changes(seen) == []
    saved = WRITE | {"version": "7", "topics-topic.556": "1", "topics-topics-text": "fishing", "language": "pt"}
    reply = await sent(served(seen), seen, "/me/programmes/new", **saved)
    assert reply.status_code == 303
    ((_, added),) = [each["programmes"] for each in changes(seen)]
    assert (added["topics"], added["language"]) == (["topic.556"], "pt")


async def test_a_new_programme_is_added_beside_the_others() -> None:
    seen: list[httpx.Request] = []
    typed = WRITE | {"version": "7", "subjects-sdg.13": "1", "countries": "Finland\nSE", "opens": ""}
    reply = await sent(served(seen), seen, "/me/programmes/new", **typed)
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/programmes?saved=waits")
    ((kept, added),) = [each["programmes"] for each in changes(seen)]
    assert kept == READ
    assert added == {
        "name": "Write",
        "currency": "EUR",
        "budget": 90_000,
        "grant_min": 10,
        "grant_max": 50,
        "cities": 1,
        "subjects": ["sdg.13"],
        "topics": [],
        "supports": [],
        "regions": [],
        "countries": ["FI", "SE"],
    }


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept() -> None:
    seen: list[httpx.Request] = []
    problem = {
        "detail": "Wrong.",
        "errors": [{"pointer": "/programmes/1/grant_max", "detail": "Not above the budget."}],
    }
    typed = WRITE | {"version": "7", "purpose": HOSTILE, "regions-africa": "1"}
    reply = await sent(served(seen, 422, problem), seen, "/me/programmes/new", **typed)
    assert reply.status_code == 422
    assert '<span class="fault" id="grant_max-fault">Not above the budget.</span>' in reply.text
    assert 'value="90 000"' in reply.text
    assert HOSTILE not in reply.text
    assert 'name="regions-africa" value="1" checked' in reply.text


@pytest.mark.parametrize(
    ("known", "path", "closes", "status"),
    [
        ({}, "new", "2026-01-01", 422),
        ({}, "new", "2026-11-27", 303),
        ({"waiting": ["p1"], "programmes": [READ | {"closes": "2026-01-01"}]}, "p1", "2026-01-01", 422),
        ({"programmes": [READ | {"closes": "2026-01-01"}]}, "p1", "2026-01-01", 303),
        ({}, "p1", "2026-01-01", 422),
    ],
    ids=["new and over", "new and today", "waits and over", "was closed already", "closed by its form"],
)
async def test_a_programme_is_not_handed_in_with_a_last_day_that_is_over(
    known: dict[str, Any], path: str, closes: str, status: int
) -> None:
    seen: list[httpx.Request] = []
    reply = await sent(served(seen, **known), seen, f"/me/programmes/{path}", **WRITE, version="7", closes=closes)
    assert reply.status_code == status
    assert ("The last day is over" in reply.text, bool(changes(seen))) == (status == 422, status == 303)


async def test_the_card_of_a_programme_that_waits_shows_its_days() -> None:
    known = served([], programmes=[READ | {"opens": "2026-01-01", "closes": "2026-02-01"}], waiting=["p1"])
    async with portal(known) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/me/programmes")).text.split())
    assert "First day 1 January 2026 · last day 1 February 2026. That day is over; give a later one." in page


async def test_a_form_that_is_sent_twice_makes_one_programme_and_an_older_one_is_shown_again() -> None:
    seen: list[httpx.Request] = []
    there = READ | {"programme_id": "p2", "name": "Write", "budget": 90_000, "grant_min": 10, "grant_max": 50}
    there |= {"cities": 1, "subjects": [], "supports": [], "countries": []}
    again = served(seen, 412, {"detail": "Older."}, programmes=[READ, there])
    assert (await sent(again, seen, "/me/programmes/new", **WRITE, version="7")).status_code == 303
    stale = await sent(served(seen, 412, {"detail": "Older."}), seen, "/me/programmes/new", **WRITE, version="6")
    assert (stale.status_code, 'value="Write"' in stale.text, 'name="version" value="7"' in stale.text) == (
        409,
        True,
        True,
    )


async def stale(seen: list[httpx.Request], now: dict[str, Any], **typed: str) -> str:
    """The page that answers a form which was shown before somebody made the programme what it is `now`."""
    known = served(seen, 412, {"detail": "Older."}, programmes=[READ])
    async with portal(known, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/programmes/p1")
        shown = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.text))
        form = {name: html.unescape(value) for name, value in shown.items() if "-" not in name}
        form |= {"subjects-sdg.4": "1", "supports-funding": "1", "countries": "Finland"}
        known |= served(seen, 412, {"detail": "Older."}, programmes=[READ | now], version=8)
        reply = await browser.post("/me/programmes/p1", data=form | typed)
    assert reply.status_code == 409
    assert 'name="version" value="8"' in reply.text
    return " ".join(reply.text.split())


async def test_who_saves_an_older_form_reads_what_somebody_has_changed_meanwhile() -> None:
    page = await stale([], {"budget": 70_000, "purpose": HOSTILE, "supports": []}, name="Read on", budget="60 000")
    stands = page.partition("Saved now")[2].partition("</dl>")[0]
    labels = [each.partition("</dt>")[0] for each in stands.split("<dt>")[1:]]
    assert labels == ["What it is for", "Support", "Whole budget"], "and not the name, which nobody else has changed"
    assert ("70,000" in stands, '<dd><span class="quiet">nothing</span></dd>' in stands) == (True, True)
    assert HOSTILE not in page
    assert 'value="60 000"' in page
    assert "it is open again" not in page


async def test_who_saves_an_older_form_reads_that_it_would_open_what_was_closed_meanwhile() -> None:
    page = await stale([], {"closes": "2026-11-26"}, name="Read on")
    assert "It is closed since 27 November 2026. If you save what you typed, it is open again." in page
    assert "<dt>Last day</dt><dd>26 November 2026</dd>" in page


async def test_who_saves_a_form_of_which_nobody_has_changed_anything_is_told_so() -> None:
    page = await stale([], {}, name="Read on")
    assert "but nothing that you would overwrite" in page
    assert "Saved now" not in page


async def test_all_that_contradicts_itself_is_marked_at_once_and_named_where_nothing_can_be_counted() -> None:
    seen: list[httpx.Request] = []
    typed = WRITE | {"budget": "12", "grant_min": "50,000", "grant_max": "20,000", "closes": "2020-01-01"}
    page = await sent(served(seen), seen, "/me/programmes/new", **typed, version="7")
    assert (page.status_code, changes(seen)) == (422, [])
    assert set(re.findall(r'id="([a-z_]+)-fault"', page.text)) == {"budget", "grant_max", "closes"}
    assert "A grant, at most: It is less than the least of a grant." in page.text
    typed = WRITE | {"population_min": "9", "population_max": "8", "opens": "2027-02-01", "closes": "2027-01-01"}
    page = await sent(served(seen), seen, "/me/programmes/new", **typed, version="7")
    assert set(re.findall(r'id="([a-z_]+)-fault"', page.text)) == {"population_max", "closes"}


async def test_a_form_says_what_follows_once_the_office_agrees() -> None:
    async with portal(served([])) as browser:
        await signed_in(browser)
        follows = "we propose as many cities as the programme takes at a time, and both sides get a mail"
        assert follows in (await browser.get("/me/programmes/new")).text
        assert follows not in (await browser.get("/me/programmes/p1")).text


async def test_a_programme_is_closed_and_opened_by_its_days_alone() -> None:
    seen: list[httpx.Request] = []
    assert (await sent(served(seen), seen, "/me/programmes/p1/close")).status_code == 303
    later = served(seen, programmes=[READ | {"opens": "2027-01-01"}])
    assert (await sent(later, seen, "/me/programmes/p1/open", closes="2028-06-30")).status_code == 303
    ((closed,), (opened,)) = [each["programmes"] for each in changes(seen)]
    assert closed == READ | {"closes": "2026-11-26"}
    assert opened == READ | {"opens": "2026-11-27", "closes": "2028-06-30"}
    assert (await sent(served(seen), seen, "/me/programmes/of-nobody/open")).status_code == 404


async def test_a_page_asks_before_a_programme_is_closed_and_says_that_its_last_day_is_given_up() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(seen, programmes=[READ | {"closes": "2028-06-30"}]), seen) as browser:
        await signed_in(browser)
        asked = await browser.get("/me/programmes/p1/close")
    assert "Its last day, 30 June 2028, no longer applies." in asked.text
    assert changes(seen) == []


@pytest.mark.parametrize(("closes", "expected"), [("2028-06-30", "2028-06-30"), ("2026-11-26", "")])
async def test_a_page_asks_until_when_a_programme_is_opened(closes: str, expected: str) -> None:
    known = served([], programmes=[READ | {"opens": "2026-12-24" if expected else None, "closes": closes}])
    async with portal(known) as browser:
        await signed_in(browser)
        asked = await browser.get("/me/programmes/p1/open")
    assert f'type="date" id="closes" name="closes" value="{expected}"' in asked.text


async def test_a_last_day_that_registry_refuses_is_kept_beside_what_is_wrong() -> None:
    problem = {"detail": "Wrong.", "errors": [{"pointer": "/programmes/0/closes", "detail": "Give a later day."}]}
    known = served([], 422, problem, programmes=[READ | {"closes": "2026-11-01"}])
    reply = await sent(known, [], "/me/programmes/p1/open", closes="2026-11-02")
    assert (reply.status_code, 'value="2026-11-02"' in reply.text) == (422, True)
    assert '<span class="fault" id="closes-fault">Give a later day.</span>' in reply.text


@pytest.mark.parametrize("act", ["open", "close", "withdraw"])
async def test_what_cannot_be_done_to_a_programme_as_it_stands_is_not_done(act: str) -> None:
    seen: list[httpx.Request] = []
    stands = {"open": {}, "close": {"closes": "2026-11-20"}, "withdraw": {}}[act]
    reply = await sent(served(seen, programmes=[READ | stands]), seen, f"/me/programmes/p1/{act}")
    assert (reply.headers["location"], changes(seen)) == ("/me/programmes", [])


async def test_a_programme_that_waits_is_withdrawn_and_no_other_is() -> None:
    seen: list[httpx.Request] = []
    waiting = served(seen, programmes=[READ, READ | {"programme_id": "p2", "name": "Write"}], waiting=["p2"])
    assert (await sent(waiting, seen, "/me/programmes/p2/withdraw")).status_code == 303
    assert changes(seen)[-1]["programmes"] == [READ]
    assert (await sent(served(seen), seen, "/me/programmes/p2/withdraw")).headers["location"] == "/me/programmes"


async def test_an_approver_reads_and_a_city_is_led_on() -> None:
    async with portal(
        served([]) | answers(FUND | {"role": "approver"}) | {"/partners/fund": served([])["/partners/fund"]}
    ) as one:
        await signed_in(one)
        page = await one.get("/me/programmes")
        assert ("Read" in page.text, "Close it today" in page.text) == (True, False)
        assert (await one.get("/me/programmes/new")).headers["location"] == "/me"
    async with portal(answers(CITY)) as other:
        await signed_in(other)
        assert (await other.get("/me/programmes")).headers["location"] == "/me"


async def test_a_counter_tells_what_fits_as_it_is_typed_and_saves_nothing() -> None:
    seen: list[httpx.Request] = []
    typed = WRITE | {"version": "7", "do": "count", "regions-africa": "1", "regions-arab-states": "1"}
    page = await sent(served(seen), seen, "/me/programmes/p1", **typed)
    assert page.status_code == 200
    for expected in (
        "1,200 cities fit.",
        "Their requests: 1. People who live there: 4,200,000.",
        "how many. For 7 of them",
        "Africa 1,000",
        "of-nobody 200",
    ):
        assert expected in page.text
    asked = [request.url.params for request in seen if request.url.path.endswith("/reach")][-1]
    assert (asked.get_list("regions"), asked["budget"], asked["currency"]) == (
        ["africa", "arab-states"],
        "90000",
        "EUR",
    )
    assert changes(seen) == []
    assert 'value="90 000"' in page.text


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (503, "We cannot count the cities now"),
        (httpx.Response(422, json={"detail": "Give a whole number."}), "We cannot count yet: Give a whole number."),
        (
            httpx.Response(422, json={"errors": [{"pointer": "/grant_min", "detail": "Give a whole number."}]}),
            "We cannot count yet: A grant, at least: Give a whole number.",
        ),
    ],
)
async def test_a_counter_that_cannot_count_says_so_and_the_form_stays(answer: Any, expected: str) -> None:
    known = served([]) | {"/partners/fund/reach": (lambda _: answer) if isinstance(answer, httpx.Response) else answer}
    page = await sent(known, [], "/me/programmes/new", **WRITE, version="7", do="count")
    assert (page.status_code, expected in page.text, 'value="Write"' in page.text) == (200, True, True)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Turkey\nIvory Coast\nUSA\ncote d'ivoire", ["TR", "CI", "US", "CI"]),
        ("South Korea\nDR Congo\nRussia\nPalestinian Territories\nkorea", ["KR", "CD", "RU", "PS", "KR"]),
        ("TÜRKIYE\nBrazil", ["TR", "BR"]),
    ],
    ids=["common names", "names of others", "any case"],
)
async def test_countries_are_understood_by_common_names(typed: str, expected: list[str]) -> None:
    seen: list[httpx.Request] = []
    await sent(served(seen), seen, "/me/programmes/new", **WRITE, version="7", countries=typed)
    assert changes(seen)[0]["programmes"][1]["countries"] == expected


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Finland\nTurkiy", "We do not know “Turkiy”; did you mean “Türkiye”?"),
        ("<Atlantis>", "We do not know the country “&lt;Atlantis&gt;”"),
    ],
)
async def test_a_country_that_is_none_is_named_beside_its_field_and_in_the_count(typed: str, told: str) -> None:
    seen: list[httpx.Request] = []
    page = await sent(served(seen), seen, "/me/programmes/new", **WRITE, version="7", countries=typed)
    assert (page.status_code, changes(seen)) == (422, [])
    assert f'<span class="fault" id="countries-fault">{told}' in page.text
    assert f"We cannot count yet: Countries: {told}" in page.text


async def test_a_country_outside_of_the_chosen_regions_is_named() -> None:
    typed = {"countries": "Brazil\nGhana", "regions-africa": "1", "do": "count", "version": "7"}
    page = await sent(served([]), [], "/me/programmes/new", **WRITE, **typed)
    assert "Brazil is not in Africa, so no city there fits." in page.text
    assert "Ghana is not" not in page.text
