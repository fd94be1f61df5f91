"""A city's requests to sponsors: listed, made, changed, tried, closed; what waits for the office is taken back."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.profiles import state
from tests.support.portal.service import CITY, HOSTILE, answers, form_token, listed, portal, signed_in, supportable

BOOKS: dict[str, Any] = {
    "request_id": "r1", "version": 3, "status": "published", "city_id": "espoo", "title": "Books", "currency": "EUR",
    "description": "For all.", "amount_min": 1000, "amount_max": 5000, "starts": "2027-01-01", "ends": None,
    "beneficiaries": None, "payee": None, "subjects": ["sdg.4"], "topics": ["topic.556"], "language": "en",
    "illustrative": False,
}  # fmt: skip
_NOT_WANTED = ("request_id", "version", "status", "city_id")
WANTED = {name: value for name, value in BOOKS.items() if name not in _NOT_WANTED}
NEW: dict[str, Any] = {
    "member_id": "r2", "member_kind": "request", "version": 1, "status": "pending", "asked_at": "2026-11-20T09:00:00Z",
    "decided_at": None, "reason": None, "before": {"city_id": "espoo"}, "warnings": [],
    "wanted": WANTED | {"title": HOSTILE},
}  # fmt: skip
CHANGED = NEW | {"member_id": "r1", "before": {"city_id": "espoo"} | WANTED}
CHANGED |= {"wanted": {"title": "Boats", "payee": "Trust"}}
REFUSED = NEW | {"member_id": "r3", "status": "refused", "reason": "Say who buys."}
PATH = "/me/requests"
TYPED = {"title": "Lamps", "currency": "eur", "amount_min": "1 000", "amount_max": "5,000", "subjects-sdg.4": "1"}


def served(*requests: Any, changes: Any = (), **more: Any) -> dict[str, Any]:
    known = answers(CITY) | {"/cities/espoo": state(), "/requests": listed(*requests), "/changes": listed(*changes)}
    return known | {"/seeking/numbers": {"items": [{"code": "sdg.4", "seeking": 1200, "offering": 5}]}} | more


async def sent(known: dict[str, Any], seen: list[httpx.Request], path: str, **typed: str) -> httpx.Response:
    async with portal(known, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(path))
        seen.clear()
        return await browser.post(path, data={"form": token, "do": "save", **typed})


def changing(seen: list[httpx.Request]) -> list[httpx.Request]:
    return [each for each in seen if each.method in ("POST", "PATCH") and "/requests" in each.url.path]


async def test_the_list_says_how_each_request_stands_and_why_one_was_refused() -> None:
    over = BOOKS | {"request_id": "r4", "title": "Boats", "ends": "2026-11-26"}
    closed = BOOKS | {"request_id": "r5", "title": "Bells", "status": "closed"}
    gone = BOOKS | {"request_id": "r6", "title": "Moved", "status": "closed", "moved_to": "r9"}
    known = served(BOOKS, over, closed, gone, changes=[NEW, REFUSED, NEW | {"member_id": "r7", "status": "approved"}])
    async with portal(known) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    for once in (
        "<strong>Waits for the office",
        "Say who buys.",
        "<strong>Open<",
        "Its last day was",
        "Ask for it again",
    ):
        assert page.count(once) == 1, once
    assert "2 requests are over or" in page
    for never in (HOSTILE, "Moved", "/me/requests/r7"):
        assert never not in page, never


async def test_a_request_that_the_office_hides_is_changed_and_not_withdrawn() -> None:
    hidden = REFUSED | {"member_id": "r1", "wanted": WANTED}
    async with portal(served(BOOKS | {"status": "closed"}, changes=[hidden])) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        form = await browser.get(f"{PATH}/r1")
    assert "The office hides it" in page
    assert "Say who buys." in page
    assert f'href="{PATH}/r1/close"' not in page
    assert 'name="version" value="1.0"' in form.text


async def test_the_profile_lists_open_requests_and_what_waits() -> None:
    async with portal(served(BOOKS, changes=[NEW])) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/profile")).text
    assert page.count("waits for the office") == 1
    assert page.count('href="/me/requests/r1"') == 1


async def test_a_change_that_waits_is_shown_beside_what_stands_and_taken_back() -> None:
    seen: list[httpx.Request] = []
    known = served(BOOKS, changes=[CHANGED]) | {"/changes/r1": CHANGED, "/requests/r1": BOOKS}
    async with portal(known, seen) as browser:
        await signed_in(browser)
        page = await browser.get(PATH)
        form = {"form": form_token(page), "request_id": "r1"}
        assert (await browser.post(PATH, data=form)).status_code == 303
    assert all(each in page.text for each in ("Your change waits for the office", "Boats", "Trust"))
    (change,) = changing(seen)
    assert (change.headers["if-match"], json.loads(change.content)) == ('"3"', {"title": "Books", "payee": None})


async def test_a_change_that_cannot_be_taken_back_is_told() -> None:
    known = served(BOOKS, changes=[CHANGED]) | {"/changes/r1": CHANGED, "/requests/r1": BOOKS}
    known["PATCH /requests/r1"] = lambda _: httpx.Response(409, json={"detail": "Not now."})
    async with portal(known) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(PATH)), "request_id": "r1"}
        page = await browser.post(PATH, data=form)
    assert (page.status_code, "Not now." in page.text) == (409, True)


async def test_a_new_request_is_published_as_it_was_typed() -> None:
    seen: list[httpx.Request] = []
    known = served() | {"POST /requests": BOOKS | {"request_id": "r9"}}
    reply = await sent(known, seen, f"{PATH}/new", **TYPED, **{"topics-topic.556": "1"}, language="fi")
    assert reply.headers["location"] == f"{PATH}?saved=r9"
    (post,) = changing(seen)
    assert json.loads(post.content) == {
        "city_id": "espoo", "title": "Lamps", "language": "fi", "topics": ["topic.556"], "subjects": ["sdg.4"],
        "amount_min": 1000, "amount_max": 5000, "currency": "EUR",
    }  # fmt: skip


async def test_who_saves_is_told_that_the_request_waits_where_it_does() -> None:
    for changes, waits in (([], False), ([CHANGED], True)):
        async with portal(served(BOOKS, changes=changes)) as browser:
            await signed_in(browser)
            page = (await browser.get(f"{PATH}?saved=r1")).text
        assert ("Saved." in page, "The office will look at what is new." in page) == (True, waits)


async def test_a_request_without_amounts_asks_for_other_help_than_money() -> None:
    seen: list[httpx.Request] = []
    known = served() | {"POST /requests": BOOKS}
    await sent(known, seen, f"{PATH}/new", title="Advice", currency="EUR", amount_min="", amount_max="")
    (post,) = changing(seen)
    assert [json.loads(post.content)[name] for name in ("amount_min", "amount_max")] == [0, 0]
    async with portal(served(BOOKS | {"amount_min": 0, "amount_max": 0})) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert "no money" in page


async def test_who_could_fund_a_request_is_told_before_it_is_saved() -> None:
    seen: list[httpx.Request] = []
    known = served() | {"/members/espoo/request-trial": supportable(programmes_total=2)}
    page = await sent(known, seen, f"{PATH}/new", **TYPED | {"do": "try", "title": ""})
    assert page.status_code == 200
    assert "2 open programmes" in page.text
    assert 'value="1 000"' in page.text
    (trial,) = [each for each in seen if each.url.path.endswith("/request-trial")]
    stated = json.loads(trial.content)
    assert [stated[name] for name in ("city_id", "amount_max", "currency")] == ["espoo", 5000, "EUR"]
    assert not changing(seen)


async def test_who_could_fund_it_may_be_unknown_for_now() -> None:
    page = await sent(served(), [], f"{PATH}/new", **TYPED | {"do": "try"})
    assert "We cannot say now who could fund this" in page.text


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"amount_max": "10"}, "amount_max", "less than the least"),
        ({"starts": "2027-02-01", "ends": "2027-01-01"}, "ends", "before the first day"),
        ({"ends": "2026-11-26"}, "ends", "The last day is over"),
        ({"title": "bóoks"}, "title", "another request of this title"),
    ],
)
async def test_what_contradicts_is_refused_beside_its_box(typed: dict[str, str], field: str, sentence: str) -> None:
    seen: list[httpx.Request] = []
    page = await sent(served(BOOKS), seen, f"{PATH}/new", **TYPED | typed)
    assert page.status_code == 422
    assert f'id="{field}-fault">' in page.text
    assert sentence in page.text
    assert not changing(seen)


async def test_what_registry_refuses_stands_beside_its_box_and_nothing_typed_is_lost() -> None:
    problem = {"errors": [{"pointer": "/payee", "detail": "Name an organisation."}]}
    known = served() | {"POST /requests": lambda _: httpx.Response(422, json=problem)}
    page = await sent(known, [], f"{PATH}/new", **TYPED, payee="Jane Doe", description="Of light.")
    assert page.status_code == 422
    for expected in (
        'id="payee-fault">Name an organisation.',
        'value="Jane Doe"',
        "Of light.</textarea>",
        'value="Lamps"',
    ):
        assert expected in page.text, expected


async def test_topics_are_found_for_words_and_left_unticked() -> None:
    typed = TYPED | {"title": "Literacy of adults", "topics-topics-text": "fishing", "topics-of": "topics"}
    seen: list[httpx.Request] = []
    page = (await sent(served(), seen, f"{PATH}/new", **typed)).text
    found = [line for line in page.splitlines() if 'name="topics-topic.' in line]
    assert len(found) > 2
    assert not any("checked" in line for line in found)
    assert "1,200 cities of the network look for" in " ".join(page.split())
    assert not changing(seen)


async def test_an_invitation_fills_in_what_it_names_and_saves_nothing() -> None:
    fund = {"partner_id": "fund", "version": 1, "status": "endorsed", "name": "Fund", "kind": "foundation"}
    read = {"programme_id": "p1", "name": "Read", "budget": 90, "currency": "KES", "grant_min": 10, "grant_max": 50}
    known = served() | {"/partners/fund": fund | {"home_country": "NL", "programmes": [read]}}
    address = f"{PATH}/new?subject=sdg.4,nonsense&topics=topic.556&topics=topic.0&programme=fund/p1"
    async with portal(known) as browser:
        await signed_in(browser)
        page = (await browser.get(address)).text
        given = (await browser.get(f"{address}&currency=usd")).text
        unknown = await browser.get(f"{PATH}/new?programme=fund/p9&currency=money")
    for expected in (
        'name="subjects-sdg.4" value="1" checked',
        'name="topics-topic.556" value="1" checked',
        'name="currency" value="KES"',
        '<a href="/partners/fund/programmes/p1">Read</a>',
        'name="programme" value="fund/p1"',
    ):
        assert expected in page, expected
    assert "nonsense" not in page.partition("<main")[2]
    assert 'name="currency" value="USD"' in given
    assert unknown.status_code == 200
    assert 'name="currency" value="EUR"' in unknown.text


async def test_a_request_is_changed_from_the_version_that_was_shown() -> None:
    seen: list[httpx.Request] = []
    known = served(BOOKS) | {"PATCH /requests/r1": BOOKS}
    async with portal(known) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}/r1")).text
    for expected in ('value="Books"', 'name="version" value="3.0"', 'name="topics-topic.556" value="1" checked'):
        assert expected in page, expected
    reply = await sent(known, seen, f"{PATH}/r1", **TYPED, version="3.0")
    assert reply.headers["location"] == f"{PATH}?saved=r1"
    (patch,) = changing(seen)
    assert patch.headers["if-match"] == '"3"'
    assert json.loads(patch.content)["title"] == "Lamps"


async def test_the_change_of_somebody_else_is_shown_beside_what_was_typed() -> None:
    seen: list[httpx.Request] = []
    page = await sent(served(BOOKS), seen, f"{PATH}/r1", **TYPED, version="2.0")
    assert page.status_code == 409
    for expected in ("Saved now", "Books", 'value="Lamps"', 'name="version" value="3.0"'):
        assert expected in page.text, expected
    assert not changing(seen)


async def test_a_form_that_is_sent_again_after_it_was_saved_is_no_conflict() -> None:
    typed = {"title": "Books", "description": "For all.", "language": "en", "topics-topic.556": "1", "currency": "EUR"}
    typed |= {"subjects-sdg.4": "1", "amount_min": "1000", "amount_max": "5000", "starts": "2027-01-01"}
    reply = await sent(served(BOOKS), [], f"{PATH}/r1", **typed, version="2.0")
    assert reply.headers["location"] == f"{PATH}?saved=r1"


async def test_a_new_request_that_is_sent_twice_is_made_once_and_both_answers_say_so() -> None:
    typed = {"title": "Books", "description": "For all.", "language": "en", "topics-topic.556": "1", "currency": "EUR"}
    typed |= {"subjects-sdg.4": "1", "amount_min": "1000", "amount_max": "5000", "starts": "2027-01-01"}
    seen: list[httpx.Request] = []
    reply = await sent(served(BOOKS), seen, f"{PATH}/new", **typed)
    assert (reply.headers["location"], changing(seen)) == (f"{PATH}?saved=r1", [])
    listings = iter([listed(), listed(), listed(BOOKS), listed(BOOKS)])
    known = served() | {"GET /requests": lambda _: httpx.Response(200, json=next(listings))}
    known["POST /requests"] = lambda _: httpx.Response(409, json={"detail": "The city has an open request of it."})
    reply = await sent(known, [], f"{PATH}/new", **typed)
    assert reply.headers["location"] == f"{PATH}?saved=r1", "the first one was on its way"


@pytest.mark.parametrize(("known", "path"), [(served(BOOKS), "r1"), (served(changes=[NEW]), "r2")])
async def test_a_request_is_closed_or_withdrawn_after_a_page_that_says_what_that_does(
    known: dict[str, Any], path: str
) -> None:
    seen: list[httpx.Request] = []
    known = known | {f"POST /requests/{path}/close": BOOKS}
    async with portal(known) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}/{path}/close")).text
    assert ("Partnerships stay." in page) == (path == "r1")
    reply = await sent(known, seen, f"{PATH}/{path}/close")
    assert reply.headers["location"] == f"{PATH}?{'closed' if path == 'r1' else 'withdrawn'}=1"
    (post,) = changing(seen)
    assert post.url.path.endswith(f"/requests/{path}/close")


async def test_a_closed_request_is_asked_for_again_without_its_days() -> None:
    closed = BOOKS | {"status": "closed"}
    async with portal(served(closed)) as browser:
        await signed_in(browser)
        leads = await browser.get(f"{PATH}/r1")
        page = (await browser.get(leads.headers["location"])).text
        once_more = await browser.get(f"{PATH}/r1/close")
    assert 'value="Books"' in page
    assert "2027-01-01" not in page
    assert once_more.headers["location"] == f"{PATH}?closed=1"


async def test_what_was_typed_stays_where_somebody_has_closed_the_request_meanwhile() -> None:
    seen: list[httpx.Request] = []
    listings = iter([listed(BOOKS), listed(BOOKS | {"status": "closed"})])
    known = served() | {"GET /requests": lambda _: httpx.Response(200, json=next(listings))}
    page = await sent(known, seen, f"{PATH}/r1", **TYPED, version="3.0")
    assert page.status_code == 422
    for expected in ("This request was closed", 'value="Lamps"', f'action="{PATH}/new"'):
        assert expected in page.text, expected
    assert not changing(seen)


async def test_the_request_of_another_city_is_not_there() -> None:
    async with portal(served(BOOKS)) as browser:
        await signed_in(browser)
        for path in ("r8", "r8/close"):
            assert (await browser.get(f"{PATH}/{path}")).status_code == 404
