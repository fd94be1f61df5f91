"""A member's profile by steps: each is saved by itself, and nothing that was typed is lost."""

import json
import re
from typing import Any

import httpx
import pytest

from isopolity.portal.domain.steps.interests import interests_in, row_fields, rows_in, rows_of
from isopolity.registry.entrypoints import examples
from isopolity.web.request_limits import FORM_FIELDS
from tests.support.portal.fitting import fitting
from tests.support.portal.profiles import NEED, OFFER, fields, state
from tests.support.portal.service import CITY, HOSTILE, OFFICE, answers, form_token, listed, portal, signed_in

BOATS = {"title": "Boats", "text": "Out at four.", "language": "pt", "topics": ["topic.556", "topic.57"]}


def test_rows_are_what_was_stated_or_an_empty_one() -> None:
    stated = [NEED, OFFER, NEED | BOATS]
    assert interests_in(rows_in(row_fields("need", rows_of(stated)), "need")) == stated
    assert [row["subject"] for row in rows_of([])] == [""]
    many = [NEED] * 60
    assert interests_in(rows_in(row_fields("need", rows_of(many)), "need")) == many
    odd = {**rows_of([])[0], **dict.fromkeys(("subject", "mode", "valid_until"), "x"), "intensity": "9" * 5_000}
    assert interests_in([odd])[0]["intensity"] == odd["intensity"]
    assert rows_in({"need-1-subject": "sdg.4"}, "need") == []


def test_a_closed_card_keeps_its_row_in_one_field() -> None:
    (row,) = rows_of([NEED | BOATS])
    closed = {"need-0-subject": "sdg.4", "need-0-kept": json.dumps(dict(row))}
    assert rows_in(closed, "need") == [row]
    assert interests_in(rows_in({**closed, "need-0-away": "1"}, "need")) == []
    for odd in ("", "[]", "{", '{"mode": 7, "title": ["x"]}', "[" * 100_000):
        (read,) = rows_in({**closed, "need-0-kept": odd}, "need")
        assert (read["subject"], read["mode"], read["title"]) == ("sdg.4", "", "")


def test_the_language_of_no_words_is_not_stated() -> None:
    assert interests_in(rows_of([NEED | {"language": "pt"}])) == [NEED]


async def test_what_is_stated_stands_in_the_form_and_a_change_is_saved() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY) | {"/cities/espoo": state()}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        for expected in ('name="need-0-subject" value="sdg.4"', 'value="2027-12-31"', '<option value="4" selected>'):
            assert expected in page.text
        added = {"need-1-subject": "sdg.5", "need-1-mode": "peer-review", "need-1-intensity": "5"}
        changes = fields(page, **{"offer-0-away": "1", "capacity": "3"}, **added)
        reply = await browser.post("/me/profile/needs", data=changes)
        assert (reply.status_code, reply.headers["location"]) == (303, "/me/profile/needs?saved=1")
        assert "Saved." in (await browser.get("/me/profile/needs?saved=1")).text
    (sent,) = [request for request in seen if request.method == "PATCH"]
    assert (sent.headers["if-match"], sent.headers["content-type"]) == ('"7"', "application/merge-patch+json")
    assert json.loads(sent.content) == {
        "needs": [NEED, {"subject": "sdg.5", "mode": "peer-review", "intensity": 5}],
        "offers": [],
        "can_travel": True,
        "can_host": False,
        "online_only": False,
        "wants_own_country": False,
        "shows_ratings": False,
        "capacity": 3,
    }


async def test_a_wrong_field_is_told_beside_it_with_what_was_typed() -> None:
    def refused(request: httpx.Request) -> Any:
        if request.method != "PATCH":
            return state()
        errors = [{"pointer": "/needs/0/mode", "detail": "There is no such mode."}]
        errors.append({"pointer": "/capacity", "detail": "Give a whole number."})
        return httpx.Response(422, json={"detail": "Not valid.", "errors": errors})

    async with portal(answers(CITY) | {"/cities/espoo": refused}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        changes = fields(page, **{"need-0-subject": "", "need-1-subject": "sdg.5", "capacity": "<two>"})
        page = await browser.post("/me/profile/needs", data=changes)
    assert page.status_code == 422
    assert 'id="need-1-mode-fault">There is no such mode.' in page.text
    assert 'id="capacity-fault">Give a whole number.' in page.text
    assert 'value="&lt;two&gt;"' in page.text
    assert 'name="need-1-subject" value="sdg.5"' in page.text
    assert 'name="version" value="7.0"' in page.text


async def test_a_change_of_somebody_else_is_shown_beside_what_was_typed() -> None:
    stated = OFFER | {"subject": "sdg.1"}

    def changed(request: httpx.Request) -> Any:
        return 412 if request.method == "PATCH" else state(version=8, offers=[stated])

    async with portal(answers(CITY) | {"/cities/espoo": changed}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        page = await browser.post("/me/profile/needs", data=fields(page, **{"offer-0-subject": "sdg.2"}))
    assert page.status_code == 409
    assert "Somebody has changed this" in page.text
    assert "No poverty" in page.text, "what stands now"
    assert 'name="offer-0-subject" value="sdg.2"' in page.text, "what was typed"
    assert 'name="version" value="8.0"' in page.text


@pytest.mark.parametrize(("account", "leads_to"), [(None, "/sign-in"), (OFFICE, "/me")])
async def test_only_a_city_has_needs_and_offers(account: dict[str, Any] | None, leads_to: str) -> None:
    async with portal(answers(*([account] if account else []))) as browser:
        if account:
            await signed_in(browser)
        reply = await browser.get("/me/profile/needs")
    assert reply.headers["location"].partition("?")[0] == leads_to


async def test_the_steps_show_what_they_hold_and_what_waits_for_the_office() -> None:
    change = {"status": "pending", "version": 2, "wanted": {"name": "Greater Espoo", "country": "SE"}}
    async with portal(answers(CITY) | {"/cities/espoo": state(), "/changes/espoo": change}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile")
        form = await browser.get("/me/profile/who")
    assert page.status_code == 200
    for expected in ("Espoo", "Greater Espoo", "Sweden", "Quality education", "/me/profile/where", "/me/contacts"):
        assert expected in page.text
    assert 'value="Greater Espoo"' in form.text, "the form goes on with what was asked for"
    assert 'name="version" value="7.2"' in form.text


async def test_a_refusal_of_the_office_stands_with_its_reason_where_what_waits_stood() -> None:
    change = {"status": "refused", "version": 3, "wanted": {"name": "Greater Espoo"}, "reason": HOSTILE}
    served = answers(CITY) | {"/cities/espoo": state(), "/changes/espoo": change}
    async with portal(served) as browser:
        await signed_in(browser)
        pages = [(await browser.get(path)).text for path in ("/me/profile", "/me/profile/who")]
        served["/changes/espoo"] = change | {"wanted": {"name": "Espoo"}}
        assert "has not agreed" not in (await browser.get("/me/profile")).text, "it is called so meanwhile"
    for page in pages:
        assert all(text in page for text in ("the office has not agreed to it", "Greater Espoo", "&lt;script&gt;"))
        assert HOSTILE not in page
    assert 'value="Espoo"' in pages[1], "the form begins with what stands"


async def test_a_subject_is_found_and_added_without_being_saved() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY) | {"/cities/espoo": state()}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        typed = fields(page, **{"need-1-subject": "", "capacity": "9", "need-text": "farming", "do": "find"})
        found = await browser.post("/me/profile/needs", data=typed)
        del typed["do"]
        added = await browser.post("/me/profile/needs", data=typed | {"add-need": "sdg.2"})
        nothing = await browser.post("/me/profile/needs", data=typed | {"offer-text": "xyzzy", "do": "enter"})
    assert (found.status_code, added.status_code) == (200, 200)
    assert 'name="add-need" value="sdg.2"' in found.text
    assert 'value="farming"' in found.text
    assert 'name="need-1-subject" value="sdg.2"' in added.text
    assert 'name="add-need"' not in added.text
    assert 'name="capacity" value="9"' in added.text
    assert "No subject fits these words." in nothing.text
    assert not [request for request in seen if request.method == "PATCH"]


async def test_a_form_that_is_sent_twice_is_saved_once() -> None:
    def changed(request: httpx.Request) -> Any:
        return 412 if request.method == "PATCH" else state(version=8, capacity=3)

    async with portal(answers(CITY) | {"/cities/espoo": changed}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        typed = fields(page, capacity="3", can_host="1")
        reply = await browser.post("/me/profile/needs", data=typed)
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/profile/needs?saved=1")


async def test_what_somebody_else_has_asked_the_office_for_is_not_dropped_unseen() -> None:
    """The member's version stays as it is while a change of identity waits."""
    seen: list[httpx.Request] = []
    change = {"status": "pending", "version": 1, "wanted": {"name": "Greater Espoo"}}
    served = answers(CITY) | {"/cities/espoo": state(), "/changes/espoo": change}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/who")
        typed = {"form": form_token(page), "version": "7.0", "kind": "city", "name": "Espoo", "web": ""}
        page = await browser.post("/me/profile/who", data=typed)
    assert page.status_code == 409
    assert "Greater Espoo" in page.text
    assert 'name="version" value="7.1"' in page.text
    assert not [request for request in seen if request.method == "PATCH"]


FUND = dict(examples.PARTNER) | {
    "partner_id": "fund", "version": 1, "illustrative": False, "paused_until": None,
    "programmes": [{"programme_id": "p1", "name": "Cities that read", "cities": 1}],
}  # fmt: skip
OF_FUND = CITY | {"member_kind": "partner", "member_id": "fund", "member_name": "Fund"}


async def test_a_partner_says_who_and_where_it_is() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(OF_FUND) | {"/partners/fund": FUND}, seen) as browser:
        await signed_in(browser)
        assert "/me/profile/who" in (await browser.get("/me/profile")).text
        page = await browser.get("/me/profile/where")
        assert "GeoNames" not in page.text
        typed = {"form": form_token(page), "version": "1.0", "home_country": "NO", "do": "save"}
        typed |= {"time_zone": "Europe/Oslo"}
        reply = await browser.post("/me/profile/where", data=typed)
        assert (await browser.get("/me/profile/needs")).headers["location"] == "/me/profile"
    assert reply.headers["location"] == "/me/profile/where?saved=1"
    (sent,) = [request for request in seen if request.method == "PATCH"]
    assert json.loads(sent.content) == {"home_country": "NO", "time_zone": "Europe/Oslo"}


async def test_a_partner_reads_of_its_programmes_where_a_city_reads_of_needs_and_places() -> None:
    served = answers(OF_FUND) | {
        "/partners/fund": FUND,
        "/members/fund/fitting": fitting(owners=[]),
        "/cities/espoo": state(),
    }
    served |= {f"/members/fund/{kind}": listed() for kind in ("interests", "proposals", "partnerships")}
    served |= {"/requests": listed(), "/partners/fund/shortlist": {"items": []}}
    async with portal(served) as browser:
        await signed_in(browser)
        pages = ("/me/profile", "/me/capacity", "/me/suggestions", "/me/ask?city=espoo")
        texts = {path: " ".join((await browser.get(path)).text.split()) for path in pages}
    assert "Cities that read" in texts["/me/profile"]
    for path in ("/me/profile", "/me/capacity"):
        assert 'href="/me/programmes"' in texts[path]
        assert "office changes it for you" not in texts[path]
    assert "No city fits your programmes at present." in texts["/me/suggestions"]
    assert "one of the places that your programme has for cities" in texts["/me/ask?city=espoo"]
    assert not any(re.search("what you look for|places that you have", text) for text in texts.values())


async def test_own_words_that_were_made_up_say_so_where_they_are_edited() -> None:
    for made_up in (True, False):
        told = state(about="A city of schools.", illustrative=made_up)
        served = answers(CITY) | {"/cities/espoo": told}
        async with portal(served) as browser:
            await signed_in(browser)
            page = await browser.get("/me/profile/who")
        assert ("own words here" in page.text) == made_up


async def test_who_one_is_is_told_in_one_paragraph_and_how_much_is_left_is_said() -> None:
    seen: list[httpx.Request] = []
    served = answers(CITY) | {"/cities/espoo": state(about="A city of schools.")}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/who")
        typed = {"form": form_token(page), "version": "7.0", "kind": "city", "name": "Espoo"}
        await browser.post("/me/profile/who", data=typed | {"about": " A city\r\n\r\nof islands. ", "do": "save"})
        elsewhere = await browser.get("/me/profile/where")
    assert "A city of schools.</textarea>" in page.text
    assert "Characters left: 282<" in page.text
    for shown, has_script in ((page, True), (elsewhere, False)):
        assert ("left.js" in shown.text) == has_script
        assert ("script-src 'self'" in shown.headers["content-security-policy"]) == has_script
    (sent,) = [request for request in seen if request.method == "PATCH"]
    assert json.loads(sent.content)["about"] == "A city of islands."


async def test_a_text_that_is_too_long_is_kept_and_says_by_how_much() -> None:
    errors = [{"pointer": "/about", "detail": "Give at most 300 characters."}]
    patched = httpx.Response(422, json={"title": "x", "detail": "x", "errors": errors})

    def city(request: httpx.Request) -> Any:
        return patched if request.method == "PATCH" else state()

    async with portal(answers(CITY) | {"/cities/espoo": city}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/who")
        typed = {"form": form_token(page), "version": "7.0", "kind": "city", "name": "Espoo", "about": "x" * 312}
        refused = await browser.post("/me/profile/who", data=typed | {"do": "save"})
    assert "x" * 312 + "</textarea>" in refused.text
    assert "Too many characters, by 12<" in refused.text
    assert 'id="about-fault">Give at most 300 characters.' in refused.text


async def test_the_form_of_a_city_with_many_needs_and_offers_is_within_the_limit_of_forms() -> None:
    many = {"needs": [NEED] * 90, "offers": [OFFER] * 90}
    async with portal(answers(CITY) | {"/cities/espoo": state(**many)}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
    assert 700 < len(re.findall(r'<(?:input|select|button)[^>]* name="', page.text)) < FORM_FIELDS


async def test_an_approver_changes_nothing() -> None:
    async with portal(answers(CITY | {"role": "approver"})) as browser:
        await signed_in(browser)
        assert (await browser.get("/me/profile/who")).headers["location"] == "/me"


async def test_a_place_is_found_and_chosen_without_a_script() -> None:
    seen: list[httpx.Request] = []
    async with portal(answers(CITY) | {"/cities/espoo": state()}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/where")
        typed = {"form": form_token(page), "version": "7.0", "country": "FI", "population": "12"}
        found = await browser.post("/me/profile/where", data=typed | {"place-text": "esbo", "do": "enter"})
        chosen = await browser.post("/me/profile/where", data=typed | {"choose-place": "660158"})
        nothing = await browser.post("/me/profile/where", data=typed | {"place-text": "xyzzyq", "do": "find"})
    assert 'name="choose-place" value="660158">Espoo' in found.text
    assert "time of Europe/Helsinki" in found.text
    assert 'name="population" value="12"' in found.text
    assert 'name="geonames_id" value="660158"' in chosen.text
    assert 'name="time_zone" value="Europe/Helsinki"' in chosen.text
    assert 'name="population" value="12"' not in chosen.text
    assert "No place of this name is in our list." in nothing.text
    assert not [request for request in seen if request.method == "PATCH"]


def suggested(*names: str) -> list[dict[str, Any]]:
    known = {"member_kind": "city", "country": "DK", "programme_name": None, "request_title": None}
    return [{"other": {**known, "member_id": name.lower(), "name": name}, "own": {}} for name in names]


BEFORE = fitting(suggested("Aarhus", "Bergen"), numbers=(6, 10))


def after(request: httpx.Request) -> Any:
    """Matching, which tells who would fit the city in the request."""
    stated = json.loads(request.content)
    return fitting(suggested("Bergen", HOSTILE), numbers=(15, 10)) if not stated["online_only"] else BEFORE


def registry_with(member: dict[str, Any]) -> Any:
    """Registry, which answers a change with the city as it would be, and keeps it unless it is a dry run."""
    kept = dict(member)

    def answer(request: httpx.Request) -> Any:
        changed = kept if request.method == "GET" else kept | json.loads(request.content)
        if "dry_run" not in request.url.params:
            kept.update(changed)
        return changed

    return answer


FITTING = {"/members/espoo/fitting": BEFORE, "/members/espoo/trial": after}


@pytest.mark.parametrize("changed", [{}, {"need-0-away": "1"}, {"can_host": "1"}, {"capacity": "7"}])
async def test_what_a_change_would_do_is_told_before_and_after_it_in_the_same_words(changed: dict[str, str]) -> None:
    """“We meet online only” is unticked, with or without another change."""
    seen: list[httpx.Request] = []
    served = answers(CITY) | FITTING | {"/cities/espoo": registry_with(state(online_only=True))}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        tried = await browser.post("/me/profile/needs", data=fields(page, **changed, do="try"))
        assert [each.url.params.get("dry_run") for each in seen if each.method == "PATCH"] == ["true"]
        saved = await browser.post("/me/profile/needs", data=fields(page, **changed, do="save"))
        shown = await browser.get(saved.headers["location"])
    assert 'name="offer-0-subject"' in tried.text, "the form goes on"
    told, then = (each.text.partition('id="effect"')[2].partition("</section>")[0] for each in (tried, shown))
    assert "Nothing is saved yet." in told
    assert "15 cities would fit you.\nBefore it was 6." in told
    assert "10 sponsors would fit you.\nThat is as before." in told
    assert "&lt;script&gt;" in told
    assert told.partition("15 cities")[2] == then.partition("15 cities")[2]


async def test_what_a_change_did_is_told_after_it() -> None:
    served = answers(CITY) | FITTING | {"/cities/espoo": registry_with(state(online_only=False))}
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs?saved=1&cities=6&sponsors=10&was=aarhus~&was=bergen~")
        plain = await browser.get("/me/profile/needs?saved=1")
    assert "What your change does" in page.text
    assert "15 cities would fit you.\nBefore it was 6." in page.text
    assert "What your change does" not in plain.text


@pytest.mark.parametrize("status", [404, 503])
async def test_an_effect_that_cannot_be_told_takes_nothing_from_the_form(status: int) -> None:
    away = dict.fromkeys(FITTING, status)
    served = answers(CITY) | away | {"/cities/espoo": registry_with(state())}
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        tried = await browser.post("/me/profile/needs", data=fields(page, capacity="7", do="try"))
        saved = await browser.get("/me/profile/needs?saved=1&cities=1&sponsors=1")
    assert (tried.status_code, saved.status_code) == (200, 200)
    assert "We cannot say now what this would change" in tried.text
    assert 'name="capacity" value="7"' in tried.text


async def test_what_registry_would_refuse_is_told_with_what_was_typed() -> None:
    refusal = httpx.Response(422, json={"detail": "There is no subject 'x'."})

    def refusing(request: httpx.Request) -> Any:
        return state() if request.method == "GET" else refusal

    async with portal(answers(CITY) | FITTING | {"/cities/espoo": refusing}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
        tried = await browser.post("/me/profile/needs", data=fields(page, capacity="7", do="try"))
    assert tried.status_code == 422
    assert "There is no subject" in tried.text
    assert 'name="capacity" value="7"' in tried.text


async def test_the_page_of_a_dozen_needs_and_a_dozen_offers_is_no_larger_than_others() -> None:
    many = state(needs=[NEED] * 12, offers=[OFFER] * 12)
    async with portal(answers(CITY) | {"/cities/espoo": many}) as browser:
        await signed_in(browser)
        page = await browser.get("/me/profile/needs")
    assert page.text.count('-subject" value="sdg.') == 24
    assert len(page.content) < 60_000
