"""The pages, before services that answer as they should, otherwise, or not at all."""

import re
from typing import Any

import httpx
import pytest

from isopolity.contracts.registry import PartnerState, RequestState
from tests.support.portal.profiles import profile
from tests.support.portal.service import EMPTY, HOME, HOSTILE, NO_TIES, NOWHERE, PARTNER, REQUEST, city, listed, portal

MAP = '<script src="/static//map.js" defer>'
"""The script of the first page, without its version."""


def _named(name: str, country: str = "FI") -> dict[str, Any]:
    return {"city_id": name.casefold(), "name": name, "country": country, "illustrative": True}


def _sought(subject: str, seeking: list[dict[str, Any]], offering: list[dict[str, Any]]) -> dict[str, Any]:
    first = {"first_seeking": seeking, "first_offering": offering}
    return {"subject": subject, "seeking": len(seeking), "offering": len(offering)} | first


async def test_the_first_page_counts_and_leads_on() -> None:
    board = listed(_sought("sdg.4", [_named(HOSTILE)], [_named("Cork", "IE")]))
    async with portal(HOME | {"/seeking": board}) as browser:
        answer = await browser.get("/")
    assert answer.status_code == 200
    for expected in ("4,000", ">city</a>", 'href="/cities/cork"', "&lt;script&gt;", "Illustrative", "/join?kind=city"):
        assert expected in answer.text


async def test_the_first_page_names_cities_that_could_meet() -> None:
    espoo, osan, cork = _named("Espoo"), _named("Osan", "KR"), _named("Cork", "IE")
    board = listed(
        _sought("sdg.4", [espoo], [espoo]),  # nobody to meet
        _sought("sdg.5", [espoo], [_named("Turku"), osan]),  # another country is preferred
        _sought("sdg.6", [osan], [cork]),  # Osan stands above
        _sought("sdg.7", [cork], [_named("Turku")]),
    )
    async with portal(HOME | {"/seeking": board}) as browser:
        text = (await browser.get("/")).text
    assert re.findall(r'</span> <a href="/cities/(\w+)">', text) == ["espoo", "osan", "cork", "turku"]
    async with portal(HOME) as browser:
        assert "Cities that could meet" not in (await browser.get("/")).text


async def test_no_page_lets_in_anything_from_elsewhere() -> None:
    async with portal(HOME) as browser:
        for path in ("/", "/about", "/imprint", "/privacy", "/accessibility", "/parts", "/nothing"):
            answer = await browser.get(path)
            assert answer.headers["content-security-policy"].startswith(
                "default-src 'none'; style-src 'self'; font-src 'self';"
            )
            assert not answer.cookies
            scripts = re.findall(r"<script[^>]*>", answer.text)
            assert [re.sub(r"[0-9a-f]{12}", "", each) for each in scripts] == ([MAP] if path == "/" else [])
            assert 'href="/imprint"' in answer.text
            assert answer.text.count("<h1>") == 1


async def test_lists_run_a_script_which_is_our_own() -> None:
    async with portal(HOME | {"/cities": EMPTY}) as browser:
        about, cities = await browser.get("/about"), await browser.get("/cities")
        sources = re.findall(r'<script src="([^"]*)" defer>', cities.text)
        answers = [await browser.get(each) for each in sources]
    assert cities.text.count("<script") == len(sources) == 2
    policies = [each.headers["content-security-policy"] for each in (about, cities)]
    assert ["script-src 'self'" in policy for policy in policies] == [False, True]
    assert all("connect-src 'self'" in policy for policy in policies)
    assert "unsafe" not in policies[1]
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


async def test_a_list_asks_for_what_was_chosen_and_its_address_holds_it() -> None:
    seen: list[httpx.Request] = []
    answers = {"/cities": listed(city(), following="c 2"), "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}
    async with portal(answers, seen) as browser:
        answer = await browser.get("/cities", params={"need": "sdg.4", "text": " sao ", "unknown": "x", "region": ""})
    assert dict(seen[0].url.params) == {"need": "sdg.4", "text": "sao", "order": "name", "limit": "24"}
    (places,) = [each for each in seen if each.url.path.endswith("/cities/places")]
    assert dict(places.url.params) == {"need": "sdg.4", "text": "sao", "limit": "500"}
    assert 'href="/cities?text=sao&amp;need=sdg.4&amp;cursor=c+2"' in answer.text
    assert 'href="/cities?text=sao"' in answer.text, "a choice can be taken away"
    assert 'value="sao"' in answer.text
    assert '<option value="sdg.4" selected>' in answer.text


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/partners?kind=ngo&order=x", {"kind": "ngo", "order": "name", "limit": "30", "total": "true"}),
        ("/requests?region=africa", {"region": "africa", "order": "newest", "limit": "30", "total": "true"}),
        ("/requests?order=name&cursor=c", {"order": "name", "cursor": "c", "limit": "30", "total": "true"}),
    ],
)
async def test_lists_of_partners_and_requests_are_in_an_order_and_counted(path: str, asked: dict[str, str]) -> None:
    seen: list[httpx.Request] = []
    request = REQUEST | {
        "request_id": "r1",
        "city_id": "espoo",
        "illustrative": False,
        "changed_on": "2026-11-20",
        "description": "Shelves.",
    }
    request |= {"starts": "2027-01-01", "ends": "2027-06-30"}
    fund = PARTNER | {"partner_id": "p1", "illustrative": False}
    answers = {"/partners": listed(fund) | {"total": 7_000}, "/requests": listed(request) | {"total": 7_000}}
    answers |= {"/cities": listed(city())}
    async with portal(answers, seen) as browser:
        answer = await browser.get(path)
    assert dict(seen[0].url.params) == asked
    assert "7,000" in answer.text
    assert (">Espoo</a>, Finland ·" in answer.text) == path.startswith("/requests")
    assert ("as of 20 November 2026" in answer.text) == path.startswith("/requests")


async def test_the_visitors_own_address_goes_with_each_question() -> None:
    seen: list[httpx.Request] = []
    async with portal({"/cities": EMPTY, "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}, seen) as browser:
        await browser.get("/cities", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen[0].headers["x-forwarded-for"] == "192.0.2.7"


@pytest.mark.parametrize("kind", ["cities", "partners", "requests"])
async def test_an_empty_list_says_what_to_do(kind: str) -> None:
    async with portal({f"/{kind}": EMPTY, "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}) as browser:
        assert "Remove one of your choices." in (await browser.get(f"/{kind}")).text


@pytest.mark.parametrize("typed", ["100,000", "100 000", "100.000", "100000"])
async def test_inhabitants_may_be_typed_with_their_thousands_set_apart(typed: str) -> None:
    seen: list[httpx.Request] = []
    async with portal({"/cities": EMPTY, "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}, seen) as browser:
        page = await browser.get("/cities", params={"population_min": typed})
    assert seen[0].url.params["population_min"] == "100000"
    assert 'name="population_min" value="100000"' in page.text


async def test_a_number_that_is_none_is_told_beside_its_field_and_the_rest_is_looked_for() -> None:
    seen: list[httpx.Request] = []
    async with portal({"/cities": EMPTY, "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}, seen) as browser:
        page = await browser.get("/cities", params={"population_max": "<many>", "population_min": "9", "need": "sdg.4"})
    assert page.status_code == 422
    assert all({"population_max"}.isdisjoint(request.url.params) for request in seen)
    assert seen[0].url.params["population_min"] == "9"
    field = page.text.partition('id="population_max"')[2].partition("</p>")[0]
    assert all(text in field for text in ('value="&lt;many&gt;"', 'aria-invalid="true"', "Give a whole number."))
    assert page.text.count("Give a whole number.") == 1


async def test_a_kind_that_is_an_abbreviation_stays_one() -> None:
    fund = PARTNER | {"partner_id": "p1", "kind": "ngo", "illustrative": False}
    async with portal({"/partners": listed(fund)}) as browser:
        assert "NGO · " in (await browser.get("/partners")).text


async def test_a_city_shows_what_it_states_and_its_ties() -> None:
    ties = [
        {"city_a": "aarhus", "city_b": "espoo", "since": 1999},
        {"city_a": "espoo", "city_b": "gone", "since": None},
    ]
    partners = [
        {"member_kind": "city", "member_id": "espoo", "name": "Espoo", "country": "FI"},
        {"member_kind": "partner", "member_id": "fund", "name": "The Fund", "country": "DK"},
    ]
    answers = profile() | {
        "/twinnings": listed(*ties),
        "/cities": listed(city(city_id="aarhus", name="Aarhus", country="DK")),
        "/partnerships": listed({"members": partners, "established_at": "2026-11-27T00:00:00Z"}),
    }
    seen: list[httpx.Request] = []
    async with portal(answers, seen) as browser:
        text = " ".join((await browser.get("/cities/espoo")).text.split())
    assert [dict(each.url.params) for each in seen if each.url.path.endswith("/cities")] == [
        {"ids": "aarhus,gone", "limit": "100"}
    ], "one question for all twin cities"
    for expected in (
        "Quality education", ">webinar<", "until 31 December 2027", "Unknown.code", "320,000", "Finnish and Swedish",
        "2015", 'href="/cities/aarhus">Aarhus</a>', "Denmark", "since 1999", 'href="/partners/fund">The Fund</a>',
    ):  # fmt: skip
        assert expected in text
    assert "gone" not in text, "a twin that nobody may see is not shown"
    assert "Illustrative" not in text


async def test_a_page_says_when_what_it_tells_was_last_changed() -> None:
    async with portal(profile(changed_on="2026-11-20")) as browser:
        assert "Last changed on 20 November 2026." in (await browser.get("/cities/espoo")).text
    async with portal(profile()) as browser:
        assert "Last changed" not in (await browser.get("/cities/espoo")).text


async def test_a_page_says_who_the_member_is_in_its_own_words() -> None:
    fund = dict(PARTNER) | {
        "partner_id": "fund",
        "version": 1,
        "status": "endorsed",
        "programmes": [],
        "about": "We give.",
    }
    partner = PartnerState.model_validate(fund).model_dump(mode="json")
    served = profile(about="A city of schools.") | {"/partners/fund": partner, "/partnerships": EMPTY}
    async with portal(served) as browser:
        assert "“A city of schools.”" in (await browser.get("/cities/espoo")).text
        assert "“We give.”" in (await browser.get("/partners/fund")).text
        assert "A city of schools" not in (await browser.get("/cities")).text


async def test_a_citys_page_tells_its_time_zone() -> None:
    async with portal(profile(time_zone="America/Sao_Paulo")) as browser:
        assert " Time zone</dt><dd>America/Sao Paulo</dd>" in (await browser.get("/cities/espoo")).text
    async with portal(profile(time_zone=None)) as browser:
        assert "Time zone" not in (await browser.get("/cities/espoo")).text


async def test_illustrative_data_says_so() -> None:
    async with portal(profile(illustrative=True)) as browser:
        assert "Illustrative" in (await browser.get("/cities/espoo")).text


@pytest.mark.parametrize(
    "field", ["name", "about", "web", "country", "kind", "creative_field", "local_names", "languages"]
)
async def test_hostile_text_stays_text(field: str) -> None:
    value = [HOSTILE] if field in ("local_names", "languages") else HOSTILE
    async with portal(profile(**{field: value})) as browser:
        answer = await browser.get("/cities/espoo")
    assert answer.status_code == 200
    assert "<script" not in answer.text


@pytest.mark.parametrize("web", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example"])
async def test_only_a_web_address_becomes_a_link(web: str) -> None:
    async with portal(profile(web=web)) as browser:
        assert f'href="{web}' not in (await browser.get("/cities/espoo")).text


async def test_a_partner_and_a_request_are_shown() -> None:
    common = {"version": 1, "illustrative": True}
    programmes = [each | {"programme_id": "p1"} for each in PARTNER["programmes"]]
    fund = PARTNER | common | {"partner_id": "fund", "status": "endorsed", "programmes": programmes}
    books = REQUEST | common | {"request_id": "r1", "status": "published", "city_id": "espoo"}
    answers = {
        "/partners/fund": PartnerState.model_validate(fund).model_dump(mode="json"),
        "/partnerships": EMPTY,
        "/requests/r1": RequestState.model_validate(books).model_dump(mode="json"),
        "/cities/espoo": city(),
    }
    async with portal(answers) as browser:
        partner, request = await browser.get("/partners/fund"), await browser.get("/requests/r1")
    assert PARTNER["programmes"][0]["name"] in partner.text
    assert REQUEST["title"] in request.text
    assert all("Illustrative" in page.text for page in (partner, request))


async def test_a_programme_that_waits_or_is_refused_says_beside_itself_that_others_do_not_see_it() -> None:
    programmes = [PARTNER["programmes"][0] | {"programme_id": name, "name": name} for name in ("p1", "p2", "p3")]
    more = {"partner_id": "fund", "version": 1, "status": "endorsed", "illustrative": False, "programmes": programmes}
    hidden = {"waiting": ["p2"], "refused": [{"programme_id": "p3", "reason": "No.", "refused_on": "2026-11-01"}]}
    state = PartnerState.model_validate(PARTNER | more).model_dump(mode="json")
    async with portal({"/partners/fund": state | hidden, "/partnerships": EMPTY}) as browser:
        whole = (await browser.get("/partners/fund")).text
        each = [(await browser.get(f"/partners/fund/programmes/{name}")).text for name in ("p1", "p2", "p3")]
    assert whole.count("others do not see it") == 2
    assert ["others do not see it" in page for page in each] == [False, True, True]


async def test_what_cannot_be_shown_says_why() -> None:
    often = httpx.Response(429, json={"detail": "Try again in 7 seconds."})
    async with portal(HOME | {"/figures": 503, "/cities": often, "/partners": 422}) as browser:
        nothing, away, busy, refused = [
            await browser.get(path) for path in ("/cities/none", "/", "/cities", "/partners")
        ]
    assert (nothing.status_code, away.status_code, busy.status_code, refused.status_code) == (404, 503, 429, 422)
    assert "Page not found" in nothing.text
    assert "This page is not available now" in away.text
    assert away.headers["retry-after"]
    assert "Try again in 7 seconds." in busy.text
    assert 'href="/cities"' in busy.text


@pytest.mark.parametrize(
    ("path", "asked"), [("/cities/a%3Fb%23c", "/registry/v1/cities/a%3Fb%23c"), ("/cities/%2e%2e", "")]
)
async def test_an_id_of_a_visitors_making_leads_nowhere_else(path: str, asked: str) -> None:
    seen: list[httpx.Request] = []
    async with portal({}, seen) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404
    assert all(not request.url.fragment for request in seen)
    assert {request.url.raw_path.decode() for request in seen if "/cities" in request.url.path} == ({asked} - {""})


async def test_a_look_may_be_kept_for_ever() -> None:
    async with portal({}) as browser:
        page = (await browser.get("/about")).text
        address = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        answer = await browser.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


async def test_requests_are_chosen_by_each_of_what_they_tell_and_a_file_has_what_is_shown() -> None:
    seen: list[httpx.Request] = []
    chosen = {
        "text": "books", "currency": "EUR", "asked_min": "20000", "asked_max": "60000", "benefits_min": "100",
        "runs_on": "2027-02-01", "payee": "Évora",
    }  # fmt: skip
    async with portal({"/requests": EMPTY | {"total": 0}}, seen) as browser:
        page = await browser.get("/requests", params=chosen | {"asked_min": "20 000"})
        assert page.status_code == 200
        for expected in ("asks for at least 20000", "for at least 100 people", "runs on 2027-02-01", "paid to: Évora"):
            assert expected in page.text
        await browser.get("/requests", params=chosen | {"form": "csv"})
    (shown, filed) = [dict(each.url.params) for each in seen if each.url.path.endswith("/requests")]
    assert {name: shown[name] for name in chosen} == {name: filed[name] for name in chosen} == chosen


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"asked_min": "5"}, "Give the currency of the amount. Amounts are not converted."),
        ({"order": "most"}, "Give the currency of the amount. Amounts are not converted."),
        ({"currency": "€"}, "Give the three letters of a currency, such as EUR."),
        ({"runs_on": "soon"}, "Give a day, as in 2027-02-01."),
        ({"benefits_min": "<many>"}, "&lt;many&gt;"),
    ],
    ids=str,
)
async def test_what_cannot_be_chosen_by_is_told_beside_its_field(query: dict[str, str], sentence: str) -> None:
    seen: list[httpx.Request] = []
    async with portal({"/requests": EMPTY | {"total": 0}}, seen) as browser:
        page = await browser.get("/requests", params=query)
    assert page.status_code == 422
    assert sentence in page.text
    assert '<details class="more" open>' in page.text
    assert ("The amount is not used yet" in page.text) == (not query.keys().isdisjoint({"asked_min", "order"}))
    assert "asks for at least 5 " not in page.text
    asked = next(dict(each.url.params) for each in seen if each.url.path.endswith("/requests"))
    assert not asked.keys() & {"asked_min", "asked_max", "runs_on", "benefits_min", "currency"}
    assert asked["order"] == "newest"
