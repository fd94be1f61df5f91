"""The explorer and the budget of a partner: one selection as list, charts and map; what-ifs change nothing."""

from typing import Any

import httpx
import pytest

from isopolity.matching.entrypoints.http.view import EXAMPLES
from tests.support.portal.partners import REACH, READ, served
from tests.support.portal.service import HOSTILE, listed, portal, signed_in

PORTFOLIO = EXAMPLES["PortfolioView"][0]

SUMS = REACH | {"fits": [0] * 9 + [1_200], "sizes": [1, 2, 3, 4], "blocked": {"region": 5}}
BAMAKO: dict[str, Any] = {
    "city_id": "bamako",
    "name": HOSTILE,
    "country": "ML",
    "region": "africa",
    "population": 2_000_000,
    "illustrative": False,
    "fits": True,
    "score": 0.724,
    "blockers": [],
    "confidence": 0.7,
    "first_tie": True,
    "request_id": "r1",
    "request_title": HOSTILE,
    "amount_min": 1_000,
    "amount_max": 2_000,
    "currency": "EUR",
    "beneficiaries": 300,
    "starts": "2027-01-01",
    "ends": None,
    "payee": HOSTILE,
}
OUT = BAMAKO | {
    "city_id": "oslo",
    "name": "Oslo",
    "fits": False,
    "blockers": ["region", "of-nobody"],
    "request_id": None,
}
ENTRY = {"city_id": "bamako", "status": "set-aside"}
PLACE = {"latitude": 12.6, "longitude": -8.0, "count": 1, "name": HOSTILE}


def with_cities(*found: Any, total: int = 1, **changes: Any) -> dict[str, Any]:
    answer = {"total": total, "sums": SUMS, "items": list(found), "places": [PLACE], "placed": 1}
    return served([], **changes) | {
        "/partners/fund/cities": answer,
        "/programmes/fund/p1/portfolio": PORTFOLIO,
        "/partners/fund/shortlist": {"items": [ENTRY]},
    }


async def shown(known: dict[str, Any], path: str, seen: list[httpx.Request] | None = None) -> httpx.Response:
    async with portal(known, seen) as browser:
        await signed_in(browser)
        return await browser.get(path)


async def test_each_city_is_shown_with_fit_what_blocks_and_how_well_it_is_known() -> None:
    page = await shown(with_cities(BAMAKO, OUT), "/me/explore")
    assert page.status_code == 200
    told = ("72 of 100", "set aside by us", "It would be its first tie.", "for 300 people", "1,200")
    for expected in (*told, "another region, of-nobody"):
        assert expected in page.text
    assert "/me/ask?city=bamako&amp;programme_id=p1&amp;request_id=r1" in page.text
    assert "/me/ask?city=oslo" not in page.text
    assert HOSTILE not in page.text


TOLD: dict[str, Any] = {
    "proposal_id": "x1",
    "kind": "sponsorship",
    "stage": "open",
    "own": {"answer": None, "programme_id": "p1"},
    "other": {"member_id": "bamako"},
    "issued_at": "2026-11-20T09:00:00Z",
    "answer_by": "2026-12-20T23:59:59Z",
    "closes_at": "2026-12-20T23:59:59Z",
}
ASKED = {
    "kind": "sponsorship",
    "other_id": "bamako",
    "programme_id": "p1",
    "state": "waiting",
    "hear_by": "2026-12-28",
    "hears_at": "2026-12-28T23:59:59Z",
}
AGREED = {
    "kind": "sponsorship",
    "own": {"programme_id": "p1"},
    "other": {"member_id": "bamako"},
    "established_at": "2026-11-20T09:00:00Z",
}


@pytest.mark.parametrize(
    ("kind", "document", "expected", "may_ask"),
    [
        ("proposals", TOLD, "proposed to you, answer by 20 December 2026", False),
        ("proposals", TOLD | {"own": TOLD["own"] | {"answer": "yes"}}, "you said yes, and hear by 20 December", False),
        ("proposals", TOLD | {"own": TOLD["own"] | {"answer": "no"}}, "you said no", True),
        ("proposals", TOLD | {"own": TOLD["own"] | {"programme_id": "p2"}}, "in another of your programmes", True),
        ("proposals", TOLD | {"stage": "closed"}, None, True),
        ("interests", ASKED, "you asked to be introduced, and hear by 28 December 2026", False),
        ("interests", ASKED | {"state": "over"}, None, True),
        ("partnerships", AGREED, "your partner since 20 November", False),
    ],
)
async def test_a_city_is_shown_with_what_was_suggested_and_what_we_did(
    kind: str, document: dict[str, Any], expected: str | None, *, may_ask: bool
) -> None:
    known = with_cities(BAMAKO) | {"/partners/fund/shortlist": {"items": []}, f"/members/fund/{kind}": listed(document)}
    page = " ".join((await shown(known, "/me/explore")).text.split())
    assert (expected or "Status:</span> new") in page
    assert ("new ·" in page) == (expected is None)
    assert ('href="/me/ask?' in page) == may_ask


async def test_a_request_in_another_currency_says_about_how_much_it_asks_in_ours() -> None:
    asks = BAMAKO | {"currency": "USD", "about_min": 900, "about_max": 1_700}
    page = " ".join((await shown(with_cities(asks), "/me/explore")).text.split())
    assert '1,000 to 2,000 USD</span> <span class="quiet">(about 900 to 1,700 EUR)' in page


async def test_a_programme_that_waits_asks_for_no_city() -> None:
    page = await shown(with_cities(BAMAKO, waiting=["p1"]), "/me/explore")
    assert "72 of 100" in page.text
    assert 'href="/me/ask?' not in page.text


async def test_a_city_that_does_not_fit_has_no_number_and_the_head_counts_both() -> None:
    sums = SUMS | {"cities": 1}
    known = with_cities(BAMAKO, OUT | {"score": 0.39}, total=3) | {}
    known["/partners/fund/cities"] = known["/partners/fund/cities"] | {"sums": sums}
    page = " ".join((await shown(known, "/me/explore?with_blocked=1")).text.split())
    assert "39 of 100" not in page
    assert "1 city fits. 2 do not." in page
    assert "Of 2 cities we do not know how many." in page


async def test_a_selection_is_sent_with_the_criteria_of_its_programme_and_goes_on_from_page_to_page() -> None:
    seen: list[httpx.Request] = []
    chosen = "region=africa&size_min=100+000&requests_only=1&asked_max=5000"
    page = await shown(with_cities(BAMAKO, total=30), f"/me/explore?{chosen}", seen)
    asked = next(request.url.params for request in seen if request.url.path.endswith("/cities"))
    expected = {"subjects": "sdg.4", "countries": "FI", "grant_max": "5000", "region": "africa", "size_min": "100000"}
    assert expected | {"requests_only": "true", "asked_max": "5000", "offset": "0"} == {
        name: asked[name] for name in (*expected, "requests_only", "asked_max", "offset")
    }
    assert "programme" not in asked
    assert "cursor=24" in page.text
    assert "at least 100,000 inhabitants" in page.text
    wrong = await shown(with_cities(), "/me/explore?size_min=many")
    assert (wrong.status_code, "Give a whole number." in wrong.text, 'value="many"' in wrong.text) == (422, True, True)


@pytest.mark.parametrize("path", ["/me/explore?size_min={}", "/me/programmes/p1/budget?cities={}"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [("-1", "Give 0 or more."), ("9" * 20, "Give a smaller number."), ("1.5", "Give a whole number.")],
)
async def test_a_number_that_cannot_be_is_told_in_words_that_fit_it(path: str, typed: str, told: str) -> None:
    page = await shown(with_cities(), path.format(typed))
    assert (page.status_code, f'-fault">{told}' in page.text) == (422, True)


async def test_amounts_of_currencies_with_large_numbers_are_amounts() -> None:
    seen: list[httpx.Request] = []
    for path in ("/me/explore?asked_max=2+000+000+000", "/me/programmes/p1/budget?budget=2000000000"):
        assert (await shown(with_cities(), path, seen)).status_code == 200
    asked = [each.url.params for each in seen if each.url.path.endswith(("/cities", "/portfolio"))]
    assert (asked[0]["asked_max"], asked[1]["budget"]) == ("2000000000",) * 2


async def test_a_selection_that_cannot_be_is_told_in_place_of_cities_and_as_typed() -> None:
    refused = httpx.Response(422, json={"detail": "The most, 1,000, is less than the least, 500,000; correct one."})
    known = with_cities(BAMAKO) | {"/partners/fund/cities": lambda _: refused}
    page = await shown(known, "/me/explore?size_min=500000&size_max=1000")
    assert page.status_code == 422
    assert "The most, 1,000, is less than the least, 500,000; correct one.</p>" in page.text
    assert all(expected in page.text for expected in ('value="500000"', 'value="1000"'))
    assert "cities fit" not in page.text


@pytest.mark.parametrize("path", ["/me/explore", "/me/explore/file.csv"])
async def test_a_programme_of_nobody_shows_no_other_one_in_its_place(path: str) -> None:
    page = await shown(with_cities(BAMAKO), f"{path}?programme=garbage")
    assert (page.status_code, "There is no such programme of yours." in page.text) == (422, True)
    assert "72 of 100" not in page.text


async def test_people_of_whom_we_do_not_know_stand_beside_people_and_not_beside_ties() -> None:
    page = " ".join((await shown(with_cities(BAMAKO), "/me/explore")).text.split())
    assert "People who live there: 4,200,000. Of 2 cities we do not know how many." in page


async def test_the_same_selection_is_charts_and_a_map() -> None:
    charts = await shown(with_cities(), "/me/explore?view=charts&region=africa")
    assert charts.text.partition("<main")[2].count("<svg") == 4
    assert 'aria-label="Cities by fit, of 100: 0' in charts.text
    drawn = await shown(with_cities(), "/me/explore?view=map")
    assert "<circle" in drawn.text
    assert "A dot is a city that fits; a larger one stands for several" in drawn.text
    assert HOSTILE not in drawn.text


async def test_a_budget_tells_what_it_reaches_and_what_would_change_it() -> None:
    seen: list[httpx.Request] = []
    page = await shown(with_cities(), "/me/programmes/p1/budget?budget=45+000&cities=3", seen)
    for expected in ("São Leopoldo", "240,000", "Porto would come in", "A tenth less", "25,000 EUR", 'value="45 000"'):
        assert expected in page.text
    asked = next(request.url.params for request in seen if request.url.path.endswith("/portfolio"))
    assert dict(asked) == {"budget": "45000", "cities": "3"}


async def test_a_budget_says_where_each_amount_comes_from_and_how_many_places_are_free() -> None:
    example: Any = PORTFOLIO
    grant: dict[str, Any] = example["grants"][0] | {"least": 1_000, "most": 2_000}
    asked: dict[str, Any] = {"city_id": "sapporo", "city_name": HOSTILE, "request_id": "r9", "request_title": HOSTILE}
    asked |= {"amount_min": 72_000, "amount_max": 72_000, "currency": "USD"}
    grants = [grant, grant | {"city_id": "oslo", "least": 3_000, "most": 3_000}]
    found = dict(PORTFOLIO) | {"grants": grants, "waiting": [asked], "places": 7, "grant_min": 1_000}
    known = with_cities() | {"/programmes/fund/p1/portfolio": found}
    page = " ".join((await shown(known, "/me/programmes/p1/budget?cities=12")).text.split())
    for expected in (
        "Both of you accept 1,000 to 2,000 EUR.",
        "It is the one amount that both of you accept.",
        "A city that asks for no money gets none.",
        "7 of 12 free; the others are taken",
        "a budget counts it only once the office has set its amount in EUR",
    ):
        assert expected in page
    assert HOSTILE not in page


async def test_a_budget_of_a_programme_that_takes_no_cities_says_so_and_not_that_places_are_taken() -> None:
    found = dict(PORTFOLIO) | {
        "places": 0,
        "grants": [],
        "budget": {"whole": 9, "promised": 0, "open": 0, "left": 9},
    }
    told = {"/programmes/fund/p1/portfolio": found}
    page = (await shown(with_cities() | told, "/me/programmes/p1/budget?cities=0")).text
    assert "It takes no cities now: it has 0 for “Cities at a time”." in page
    assert "are taken" not in page.partition("<dl")[0]
    assert "set aside or promised" not in page


async def test_a_refusal_keeps_its_place_and_money_on_the_budget_page_as_matching_does() -> None:
    found = dict(PORTFOLIO) | {
        "places": 0,
        "grants": [],
        "budget": {"whole": 9, "promised": 0, "open": 6, "left": 3},
    }
    no = TOLD | {"own": TOLD["own"] | {"answer": "no"}, "other": TOLD["other"] | {"name": HOSTILE}}
    told = {"/programmes/fund/p1/portfolio": found | {"grant_min": 3}, "/members/fund/proposals": listed(no)}
    page = " ".join((await shown(with_cities() | told, "/me/programmes/p1/budget?cities=1")).text.split())
    for expected in (
        "Your limit is the number of places (1), not the money",
        "For them 6 EUR are set aside",
        "its place is kept until 20 December 2026",
        "keeps its place, and the money set aside for it, until its last day",
        "The first place may be free after 20 December 2026.",
    ):
        assert expected in page
    assert "would be granted" not in page
    assert HOSTILE not in page


async def test_a_budget_below_what_is_set_aside_says_so_and_by_what_changes_are_told() -> None:
    found = dict(PORTFOLIO) | {"budget": {"whole": 9_000, "promised": 20_000, "open": 270_000, "left": 0}}
    known = with_cities() | {"/programmes/fund/p1/portfolio": found}
    page = " ".join((await shown(known, "/me/programmes/p1/budget?budget=9000")).text.split())
    assert "290,000 EUR are promised or set aside, more than this budget of 9,000 EUR: so nothing is left" in page
    assert "This follows from public profiles. Whether a city has a free place" in page
    usual = (await shown(with_cities(), "/me/programmes/p1/budget")).text
    assert "more than this budget" not in usual


async def test_what_a_budget_cannot_be_is_told_beside_its_field() -> None:
    fault = {"pointer": "budget", "detail": "Give 1 or more."}
    refused = httpx.Response(422, json={"detail": "Wrong.", "errors": [fault]})
    known = with_cities() | {"/programmes/fund/p1/portfolio": lambda _: refused}
    page = await shown(known, "/me/programmes/p1/budget?budget=0")
    assert (page.status_code, 'id="budget-fault">Give 1 or more.' in page.text) == (422, True)


@pytest.mark.parametrize(
    ("answer", "query", "status", "expected"),
    [
        (404, "", 200, "once the programme is open"),
        (200, "?budget=much", 422, "Give a whole number."),
        (httpx.Response(422, json={"detail": "Suppose a grant_max."}), "", 422, "Suppose a grant_max."),
    ],
)
async def test_a_budget_that_cannot_be_told_says_why(answer: Any, query: str, status: int, expected: str) -> None:
    known = with_cities() | {"/programmes/fund/p1/portfolio": answer if isinstance(answer, int) else lambda _: answer}
    page = await shown(known, f"/me/programmes/p1/budget{query}")
    assert (page.status_code, expected in page.text) == (status, True)


async def test_a_partner_without_programmes_is_told_what_to_do() -> None:
    page = await shown(with_cities(programmes=[]), "/me/explore")
    assert "/me/programmes/new" in page.text
    assert READ["name"] not in page.text
