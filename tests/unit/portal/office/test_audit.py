"""The audits of all services on one page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from isopolity.portal.adapters import titles
from tests.support.portal.office import partner
from tests.support.portal.service import HOSTILE, OFFICE, STAFF, answers, city, listed, portal, signed_in
from tests.support.shared.acts import ACTS

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def entry(number: int, **changes: Any) -> dict[str, Any]:
    """An entry, the later the higher its number."""
    return {
        "id": number, "at": (NOON + timedelta(minutes=number)).isoformat(), "actor_kind": "staff", "actor": "mia",
        "member_id": None, "token_id": None, "address": None, "action": f"act-{number}", "subject_kind": "city",
        "subject_id": "espoo", "before": None, "after": None, "details": None, "correlation_id": None,
    } | changes  # fmt: skip


def asked(seen: list[httpx.Request]) -> list[httpx.Request]:
    """What was asked of the services' audits."""
    return [each for each in seen if each.url.path.endswith("/audit")]


def by_service(**entries: list[dict[str, Any]] | int) -> dict[str, Any]:
    def answer(request: httpx.Request) -> httpx.Response:
        found = entries.get(request.url.host, [])
        return httpx.Response(found) if isinstance(found, int) else httpx.Response(200, json=listed(*found))

    return answers(STAFF) | {"/audit": answer}


async def test_acts_of_all_services_stand_in_one_order_with_the_names_of_fields_alone() -> None:
    changed = entry(2, before={"web": "secret-before"}, after={"web": HOSTILE})
    contact = entry(3, details={"fields": ["email"]})
    async with portal(by_service(registry=[contact, changed], matching=[entry(1, actor=HOSTILE)])) as browser:
        await signed_in(browser)
        page = await browser.get("/office/audit")
    assert page.text.index("act-3") < page.text.index("act-2") < page.text.index("act-1")
    assert all(text in page.text for text in ("Fields: web", "Fields: email"))
    assert not any(text in page.text for text in ("secret-before", HOSTILE))


async def test_what_an_import_was_to_a_member_says_that_it_was_an_import() -> None:
    entered = entry(1, action="cities.create", details={"by": "prepared-imports.take"})
    strange = entry(2, action="cities.create", details={"by": HOSTILE})
    async with portal(by_service(registry=[entered, strange, entry(3, details={"change": "added"})])) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/audit")).text
    assert page.count("through imported an uploaded file") == 1
    assert HOSTILE not in page


PEOPLE = listed({"person_id": "person-7", "name": "Mia Berg"})


async def test_staff_is_called_by_name_and_looked_for_by_it_and_acts_stand_in_words() -> None:
    seen: list[httpx.Request] = []
    act = entry(1, actor="person-7", action="network-settings.change")
    async with portal(by_service(matching=[act]) | {"/people": PEOPLE}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/audit")
        assert all(text in page.text for text in ("Mia Berg</a>", "<strong>Changed settings of the network</strong>"))
        await browser.get("/office/audit", params={"actor": "mia berg"})
    assert asked(seen)[-1].url.params["actor"] == "person-7"


async def test_members_and_staff_are_found_by_a_part_of_their_names_and_several_are_offered() -> None:
    seen: list[httpx.Request] = []
    cities = listed(city(), city(city_id="lahti", name="Lahti", kind="district"))
    paths = {"/people": PEOPLE, "/cities": cities, "/partners": listed()}
    async with portal(by_service() | paths, seen) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/audit", params={"actor": "mia", "member": "la"})).text
        assert all(
            text in page for text in ("Several members have this name.", "actor=mia&amp;member=lahti", "Lahti</a>")
        )
        assert '<span class="quiet">district · Finland</span>' in page
        assert asked(seen)[-1].url.params["actor"] == "person-7"
        paths["/cities"] = listed(city())
    async with portal(by_service() | paths, seen) as browser:
        await signed_in(browser)
        await browser.get("/office/audit", params={"member": "esp"})
    assert asked(seen)[-1].url.params["member"] == "espoo"


async def test_a_member_whose_id_is_given_is_called_by_its_name_and_no_name_is_read_through() -> None:
    seen: list[httpx.Request] = []
    member_id = "01a221b3-ab49-7766-b074-d410304203b3"
    books = partner(partner_id=member_id, name="Books for All")
    paths = by_service() | {"/cities": listed(), "/partners": listed(books)}
    async with portal(paths, seen) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/audit", params={"member": member_id})).text
    assert "Books for All" in page
    assert "No member has this name or id." not in page
    assert not [request for request in seen if "text" in request.url.params]


async def test_a_name_that_no_member_has_is_said_to_be_none() -> None:
    async with portal(by_service() | {"/cities": listed(), "/partners": listed()}) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/audit", params={"member": "Wroc"})).text
    assert "No member has this name or id." in page


async def test_who_may_not_read_the_list_of_people_reads_ids() -> None:
    reader = answers(OFFICE | {"scopes": ["staff:read"]})
    seen: list[httpx.Request] = []
    async with portal(
        by_service(matching=[entry(1, actor="person-7")]) | reader | {"/people": PEOPLE}, seen
    ) as browser:
        await signed_in(browser)
        page = await browser.get("/office/audit")
    assert "person-7</a>" in page.text
    assert not [request for request in seen if request.url.path.endswith("/people")]


def test_each_act_of_the_audit_has_its_words() -> None:
    assert set().union(*ACTS.values()) <= titles.ACTS.keys()


async def test_a_service_that_is_away_is_named_and_the_rest_is_shown() -> None:
    async with portal(by_service(registry=[entry(1)], notify=503)) as browser:
        await signed_in(browser)
        page = await browser.get("/office/audit")
    assert page.status_code == 200
    assert all(text in page.text for text in ("act-1", "their entries are missing: notify."))


async def test_what_is_chosen_is_asked_of_all_and_a_day_that_is_none_is_told() -> None:
    seen: list[httpx.Request] = []
    async with portal(by_service(), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/audit", params={"actor": "mia", "member": "espoo", "day": "2026-11-26"})
        assert page.status_code == 200
        asked = [request.url.params for request in seen if request.url.path.endswith("/audit")]
        assert [(each["actor"], each["member"], each["since"], each["until"]) for each in asked] == 3 * [
            ("mia", "espoo", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z")
        ]
        wrong = await browser.get("/office/audit", params={"day": "yesterday"})
    assert (wrong.status_code, "Give the date as year-month-day" in wrong.text) == (422, True)


async def test_older_acts_follow_and_those_of_one_moment_stay_together() -> None:
    many = [entry(number) for number in range(31, 0, -1)]
    twin = entry(32, at=many[29]["at"], action="twin")
    seen: list[httpx.Request] = []
    async with portal(by_service(registry=many, notify=[twin]), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/audit")
        assert "twin" in page.text
        assert 'rel="next"' in page.text
        await browser.get("/office/audit", params={"cursor": many[28]["at"]})
    assert asked(seen)[-1].url.params["until"] == many[28]["at"].replace("+00:00", "Z")


async def test_members_of_entries_are_named_with_a_link_to_their_story() -> None:
    books = partner(partner_id="fund", name=HOSTILE)
    entries = [
        entry(1),
        entry(2, subject_kind="contact", subject_id="c-1", details={"fields": ["email"], "member_id": "fund"}),
        entry(3, subject_kind="twinning", subject_id="espoo:turku"),
        entry(4, subject_kind="round", subject_id="r-1", actor_kind="member", member_id="fund"),
        entry(5, subject_kind="reminder", subject_id="", details={"reminded": 3, "already": 1, "without_contact": 0}),
        entry(6, subject_id="no id: \n"),
    ]
    seen: list[httpx.Request] = []
    cities = listed(city(kind="city"), city(city_id="turku", name="Turku", kind="county"))
    async with portal(by_service(registry=entries) | {"/cities": cities, "/partners": listed(books)}, seen) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/audit")).text
    to_espoo = '<span class="quiet">city</span> <a href="/office/members/cities/espoo">Espoo</a>'
    assert (page.count(to_espoo), page.count('<a href="/office/members/partners/fund">')) == (2, 2)
    assert '<span class="quiet">county</span> <a href="/office/members/cities/turku">Turku</a>' in page
    assert all(text in page for text in ("c-1</a>", "Reminded: 3.", "Already reminded within the last week: 1."))
    assert HOSTILE not in page
    (question,) = [each for each in seen if each.url.path.endswith("/partners")]
    assert set(question.url.params["ids"].split(",")) == {"espoo", "turku", "fund"}
    assert question.url.params["status"] == "any"
