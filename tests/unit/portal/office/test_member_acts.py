"""What staff does on a member's pages: entering one by hand, its leaving, its contacts, a merger, notes, endings."""

import json
from typing import Any

import httpx
import pytest

from tests.support.page_forms import fields_of
from tests.support.portal.members import CONTACT, DEPUTY, NAMED, ONE, PROPOSAL, served
from tests.support.portal.service import HOSTILE, NOW, REQUEST, city, form_token, listed, portal, signed_in

NEW = "/office/members/new/cities"
LIKE = {"member_id": "aachen", "name": HOSTILE, "kind": "city", "country": "DE", "status": "endorsed", "is_same": False}
TYPED = {
    "kind": "city",
    "name": "Aken",
    "country": "DE",
    "admit": "1",
    "contact-name": "Bo",
    "contact-email": "bo@city",
}
NOTE = {
    "note_id": "n1", "about": "left", "day": "2026-11-01", "text": HOSTILE, "written_at": "2026-11-02T09:00:00Z",
    "written_by": "mia",
}  # fmt: skip
DEPARTURE = {
    "proposals": 1, "first_ends": "2026-12-11T09:00:00Z", "last_ends": "2026-12-11T09:00:00Z", "partnerships": 1,
    "interests": 1, "drafts": 0, "told": 1, "asking": 1, "last_hears": "2026-12-20T09:00:00Z",
}  # fmt: skip
MEMBER = {"member_kind": "city", "member_id": "espoo", "name": "Espoo"}
OWN = {
    "partnership_id": "q1", "own": MEMBER, "other": MEMBER | {"member_id": "turku", "name": "Turku"},
    "established_at": "2025-03-01T09:00:00Z", "ended_at": None,
}  # fmt: skip
PARTNERSHIP = {
    "partnership_id": "q1", "kind": "twinning", "stage": "active", "shown": False, "ended_at": None,
    "established_at": "2025-03-01T09:00:00Z", "members": [MEMBER | {"member_id": "turku", "name": HOSTILE}, MEMBER],
}  # fmt: skip
EFFECTS = {
    "proposals": 2, "partnerships": 1, "interests": 0, "drafts": 1,
    "lost": [
        {"what": "proposal", "identifier": "p", "reason": "no-place", "other": HOSTILE,
         "until": "2026-12-11T09:00:00Z"},
        {"what": "partnership", "identifier": "q", "reason": "same-pair", "other": "Turku", "until": None},
    ],
}  # fmt: skip
PAGES: dict[str, Any] = {
    "/look-alikes": {"items": [LIKE]},
    "/members/espoo/departure": DEPARTURE,
    "/members/espoo/merger": EFFECTS,
    "/cities/esbo": city() | {"city_id": "esbo", "name": "Esbo", "population": 7},
    "/office-notes": listed(NOTE),
    "/partnerships/q1": PARTNERSHIP,
    "/proposals/p1": PROPOSAL,
    "/members/espoo/partnerships": listed(OWN),
}


def sent(seen: list[httpx.Request], path: str) -> list[Any]:
    """The bodies that were posted there."""
    posted = [each for each in seen if each.method == "POST" and each.url.path.endswith(path)]
    return [json.loads(each.content) if each.content else None for each in posted]


async def test_members_that_a_new_one_may_be_are_shown_before_it_is_entered() -> None:
    seen: list[httpx.Request] = []
    made = city() | {"city_id": "aken"}
    async with portal(served(**PAGES, **{"POST /cities": httpx.Response(201, json=made)}), seen) as browser:
        await signed_in(browser)
        form = TYPED | {"form": form_token(await browser.get(NEW))}
        unseen = await browser.post(NEW, data=form | {"do": "make"})
        assert "Is it one of these?" in unseen.text
        assert "a similar name" in unseen.text
        assert 'name="seen" value="aachen"' in unseen.text
        assert not sent(seen, "/cities")
        done = await browser.post(NEW, data=form | {"do": "make", "seen": "aachen"})
        assert (done.status_code, done.headers["location"]) == (303, "/office/members/cities/aken?done=entered")
    (body,) = sent(seen, "/cities")
    assert (body["name"], body["country"], body["contact"]["email"]) == ("Aken", "DE", "bo@city")
    (request,) = [each for each in seen if each.method == "POST" and each.url.path.endswith("/cities")]
    assert request.url.params["endorse"] == "true"


async def test_a_member_that_is_there_already_is_not_entered_again() -> None:
    seen: list[httpx.Request] = []
    same = {"/look-alikes": {"items": [LIKE | {"is_same": True}]}}
    async with portal(served(**PAGES | same), seen) as browser:
        await signed_in(browser)
        form = TYPED | {"form": form_token(await browser.get(NEW)), "do": "make", "seen": "aachen"}
        page = await browser.post(NEW, data=form)
    assert "It is in the network already" in page.text
    assert 'value="make"' not in page.text
    assert not sent(seen, "/cities")


async def test_a_wrong_field_of_a_new_partner_and_its_contact_stands_beside_it() -> None:
    errors = [{"pointer": "/contact/email", "detail": "No address."}, {"pointer": "/web", "detail": "No site."}]
    refused = httpx.Response(422, json={"detail": "Wrong.", "code": "invalid-request", "errors": errors})
    paths = PAGES | {"/look-alikes": {"items": []}, "POST /partners": refused}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        address = "/office/members/new/partners"
        form = {"form": form_token(await browser.get(address)), "do": "make", "seen": "", "name": "Fund"}
        page = await browser.post(address, data=form | {"home_country": "DE", "contact-name": "Bo"})
    assert page.status_code == 422
    assert 'id="contact-email-fault"' in page.text
    assert 'id="web-fault"' in page.text


async def test_before_a_member_leaves_the_page_says_what_ends_and_a_reason_is_asked_for() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PAGES, **{"/cities/espoo/withdraw": city()}), seen) as browser:
        await signed_in(browser)
        address = f"{ONE}/leaving"
        page = await browser.get(address)
        for told in (
            "sees it as open until",
            "it ends at once, and nobody is mailed",
            "does not say who left",
            "hears",
        ):
            assert told in " ".join(page.text.split())
        assert f'max="{NOW.date().isoformat()}"' in page.text
        form = {"form": form_token(page), "reason": "It voted so.", "day": "2026-11-20"}
        form |= {"seen": fields_of(page.text)["seen"]}
        unsure = await browser.post(address, data=form)
        assert (unsure.status_code, "Tick to confirm." in unsure.text, "It voted so." in unsure.text) == (
            422,
            True,
            True,
        )
        done = await browser.post(address, data=form | {"sure": "1"})
        assert done.headers["location"] == f"{ONE}?done=left"
    assert sent(seen, "/cities/espoo/withdraw") == [{"reason": "It voted so.", "day": "2026-11-20"}]


async def test_a_proposal_made_since_staff_looked_is_listed_before_the_member_leaves() -> None:
    seen: list[httpx.Request] = []
    paths = served(**PAGES, **{"/cities/espoo/withdraw": city()})
    async with portal(paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get(f"{ONE}/leaving")
        form = {"form": form_token(page), "reason": "It voted so.", "sure": "1", "seen": fields_of(page.text)["seen"]}
        paths["/proposals"] = listed(PROPOSAL, PROPOSAL | {"proposal_id": "p2"})
        late = await browser.post(f"{ONE}/leaving", data=form)
        assert (late.status_code, late.text.count("Something has changed since you looked")) == (422, 1)
        assert "It voted so." in late.text
        assert not sent(seen, "/cities/espoo/withdraw")
        done = await browser.post(f"{ONE}/leaving", data=form | {"seen": fields_of(late.text)["seen"]})
        assert done.headers["location"] == f"{ONE}?done=left"
    assert len(sent(seen, "/cities/espoo/withdraw")) == 1


async def test_nobody_leaves_while_it_cannot_be_told_what_would_end() -> None:
    async with portal(served(**PAGES | {"/members/espoo/departure": 503})) as browser:
        await signed_in(browser)
        page = await browser.get(f"{ONE}/leaving")
    assert "We cannot tell now what would end" in page.text
    assert "Record that it leaves" not in page.text


async def test_a_member_that_has_left_is_taken_back_from_the_same_page() -> None:
    seen: list[httpx.Request] = []
    paths = PAGES | {"/cities/espoo": city() | {"status": "withdrawn"}, "/cities/espoo/reinstate": city()}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        assert "Take it back into the network" in (await browser.get(ONE)).text
        page = await browser.get(f"{ONE}/leaving")
        assert "What ended when it left stays ended" in page.text
        done = await browser.post(f"{ONE}/return", data={"form": form_token(page), "reason": "A new vote."})
    assert done.headers["location"] == f"{ONE}?done=returned"
    assert sent(seen, "/cities/espoo/reinstate") == [{"reason": "A new vote."}]


async def test_a_member_that_cannot_be_taken_back_is_shown_with_why_and_what_was_typed() -> None:
    refused = httpx.Response(422, json={"detail": "It was merged into another entry.", "code": "invalid-request"})
    paths = PAGES | {"/cities/espoo": city() | {"status": "withdrawn"}, "/cities/espoo/reinstate": refused}
    async with portal(served(**paths)) as browser:
        await signed_in(browser)
        page = await browser.get(f"{ONE}/leaving")
        page = await browser.post(f"{ONE}/return", data={"form": form_token(page), "reason": "A new vote."})
    assert page.status_code == 422
    assert "A new vote." in page.text


@pytest.mark.parametrize(
    ("form", "path", "body", "done"),
    [
        ({"do": "main", "reason": "She asked."}, "/contacts/c0/main", {"reason": "She asked."}, "main"),
        (
            {"do": "change", "version": "1", "name": "Ewa", "email": "e@city", "role": "deputy", "language": "fr"},
            "/contacts/c0",
            {"name": "Ewa", "email": "e@city", "role": "deputy", "language": "fr"},
            "changed",
        ),
    ],
)
async def test_staff_makes_a_contact_the_main_one_or_changes_it(
    form: dict[str, str], path: str, body: dict[str, str], done: str
) -> None:
    seen: list[httpx.Request] = []
    kept = DEPUTY | {"version": 1, "language": "en", "member_kind": "city"}
    paths = {"/contacts": listed(CONTACT, kept), "/contacts/c0": kept, "/contacts/c0/main": NAMED}
    async with portal(served(**PAGES, **paths), seen) as browser:
        await signed_in(browser)
        address = f"{ONE}/contacts/c0"
        page = await browser.get(address)
        assert "becomes coordinator, and our mails go there first." in page.text
        assert "becomes a deputy." in page.text
        reply = await browser.post(address, data=form | {"form": form_token(page)})
        assert reply.headers["location"] == f"{ONE}?done={done}"
    (request,) = [each for each in seen if each.method in ("POST", "PATCH") and each.url.path.endswith(path)]
    assert json.loads(request.content) == body


async def test_a_contact_that_has_changed_meanwhile_is_shown_again() -> None:
    kept = DEPUTY | {"version": 3, "language": "en", "member_kind": "city"}
    async with portal(served(**PAGES, **{"/contacts/c0": kept})) as browser:
        await signed_in(browser)
        address = f"{ONE}/contacts/c0"
        form = {"form": form_token(await browser.get(address)), "do": "change", "version": "2", "name": "Ewa Typed"}
        page = await browser.post(address, data=form)
    assert page.status_code == 409
    assert "Ewa Typed" in page.text
    assert 'name="version" value="3"' in page.text


async def test_two_entries_stand_side_by_side_with_what_is_carried_and_what_is_not() -> None:
    seen: list[httpx.Request] = []
    paths = PAGES | {
        "/cities": listed(city(), city() | {"city_id": "esbo", "name": "Esbo"}),
        "POST /cities/espoo/merge": city(),
    }
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        address = f"{ONE}/merge"
        found = await browser.get(address, params={"text": "Es"})
        assert f'href="{address}?duplicate=esbo"' in found.text
        assert f'href="{address}?duplicate=espoo"' not in found.text
        page = await browser.get(address, params={"duplicate": "esbo"})
        for told in (
            "2 open proposals go on",
            "has no free place",
            "has one with the same member",
            "You can undo it for 30 days",
        ):
            assert told in page.text
        assert HOSTILE not in page.text
        assert 'href="/office/members/cities/esbo/merge?duplicate=espoo"' in page.text
        form = {"form": form_token(page), "duplicate": "esbo", "take-population": "other", "take-place": "kept"}
        form |= {"seen": fields_of(page.text)["seen"]}
        unsure = await browser.post(address, data=form)
        assert (unsure.status_code, "Tick to confirm." in unsure.text) == (422, True)
        assert 'id="population-other" name="take-population" value="other" checked' in unsure.text
        done = await browser.post(address, data=form | {"sure": "1"})
        assert done.headers["location"] == f"{ONE}?done=merged"
    assert sent(seen, "/cities/espoo/merge") == [{"duplicate_id": "esbo", "confirmed": True, "take": ["population"]}]


async def test_a_proposal_made_since_staff_looked_is_counted_before_two_entries_are_merged() -> None:
    seen: list[httpx.Request] = []
    paths = served(**PAGES | {"POST /cities/espoo/merge": city()})
    async with portal(paths, seen) as browser:
        await signed_in(browser)
        page = await browser.get(f"{ONE}/merge", params={"duplicate": "esbo"})
        form = {"form": form_token(page), "duplicate": "esbo", "sure": "1", "seen": fields_of(page.text)["seen"]}
        form["take-population"] = "other"
        paths["/members/espoo/merger"] = EFFECTS | {"proposals": 3}
        late = await browser.post(f"{ONE}/merge", data=form)
        assert (late.status_code, late.text.count("Something has changed since you looked")) == (422, 1)
        assert "3 open proposals go on" in late.text
        assert 'id="population-other" name="take-population" value="other" checked' in late.text
        assert not sent(seen, "/cities/espoo/merge")
        done = await browser.post(f"{ONE}/merge", data=form | {"seen": fields_of(late.text)["seen"]})
        assert done.headers["location"] == f"{ONE}?done=merged"
    assert len(sent(seen, "/cities/espoo/merge")) == 1


async def test_the_search_for_an_entry_to_merge_begins_with_the_members_own_name_and_asks_for_nothing() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PAGES), seen) as browser:
        await signed_in(browser)
        page = await browser.get(f"{ONE}/merge")
    assert fields_of(page.text)["text"] == "Espoo"
    assert "No other entry has this name" not in page.text
    assert not [each for each in seen if "text" in each.url.params]


async def test_nothing_is_merged_while_it_cannot_be_told_what_would_end() -> None:
    async with portal(served(**PAGES | {"/members/espoo/merger": 503})) as browser:
        await signed_in(browser)
        page = await browser.get(f"{ONE}/merge", params={"duplicate": "esbo"})
    assert "We cannot tell now" in page.text
    assert 'id="sure"' not in page.text


async def test_notes_stand_on_the_story_and_on_a_page_of_their_own() -> None:
    seen: list[httpx.Request] = []
    paths = PAGES | {"POST /office-notes": {"note_id": "n2"}, "/office-notes/n1": 204}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        assert "Left on 1 November 2026" in (await browser.get(ONE)).text
        address = f"{ONE}/notes"
        page = await browser.get(address)
        assert "the member never sees them" in page.text
        assert HOSTILE not in page.text
        form = {"form": form_token(page)}
        written = await browser.post(address, data=form | {"do": "write", "text": "Ask for Bo."})
        assert written.headers["location"] == f"{address}?done=written"
        deleted = await browser.post(address, data=form | {"do": "delete", "note_id": "n1"})
        assert deleted.headers["location"] == f"{address}?done=deleted"
    assert sent(seen, "/office-notes") == [{"member_kind": "city", "member_id": "espoo", "text": "Ask for Bo."}]
    assert [each.url.params["member_id"] for each in seen if each.method == "DELETE"] == ["espoo"]


async def test_a_partnership_ends_on_a_page_that_says_who_is_mailed() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PAGES, **{"/partnerships/q1/end": PARTNERSHIP}), seen) as browser:
        await signed_in(browser)
        address = f"{ONE}/partnerships/q1/end"
        assert address in (await browser.get(ONE)).text
        page = await browser.get(address)
        assert "Both get a mail" in page.text
        done = await browser.post(address, data={"form": form_token(page), "reason": "inactive"})
    assert done.headers["location"] == f"{ONE}?done=ended"
    assert sent(seen, "/partnerships/q1/end") == [{"reason": "inactive"}]


async def test_one_suggestion_is_taken_back_while_it_is_open() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**PAGES, **{"/proposals/take-back": {"taken_back": 1}}), seen) as browser:
        await signed_in(browser)
        address = f"{ONE}/proposals/p1/take-back"
        assert address in (await browser.get(ONE)).text
        page = await browser.get(address)
        done = await browser.post(address, data={"form": form_token(page)})
    assert done.headers["location"] == f"{ONE}?done=taken-back"
    assert sent(seen, "/proposals/take-back")[0]["proposal_ids"] == ["p1"]
    async with portal(served(**PAGES | {"/proposals/p1": PROPOSAL | {"stage": "expired"}})) as browser:
        await signed_in(browser)
        page = await browser.get(address)
    assert "It cannot be taken back" in page.text


@pytest.mark.parametrize("path", ["partnerships/q1/end", "proposals/p1/take-back", "contacts/c1"])
async def test_what_is_another_members_is_not_on_this_members_page(path: str) -> None:
    other = "/office/members/cities/turin"
    strangers = {"/cities/turin": city() | {"city_id": "turin"}}
    async with portal(served(**PAGES, **strangers)) as browser:
        await signed_in(browser)
        assert (await browser.get(f"{other}/{path}")).status_code == 404


async def test_staff_records_a_twinning_and_takes_it_back() -> None:
    seen: list[httpx.Request] = []
    turku = city() | {"city_id": "turku", "name": "Turku"}
    tie = {"twinning_id": "espoo:turku", "version": 1, "status": "declared", "city_a": "espoo", "city_b": "turku"}
    paths = {"/cities": listed(city(), turku), "POST /twinnings": httpx.Response(201, json=tie)}
    async with portal(served(**PAGES, **paths, **{"/twinnings/espoo:turku/retract": tie}), seen) as browser:
        await signed_in(browser)
        address = f"{ONE}/ties"
        assert address in (await browser.get(ONE)).text
        page = await browser.get(address, params={"text": "Turk"})
        assert 'name="other" value="turku"' in page.text
        assert 'name="other" value="espoo"' not in page.text
        form = {"form": form_token(page), "other": "turku"}
        done = await browser.post(address, data=form | {"since": "1950"})
        assert done.headers["location"] == f"{ONE}?done=tied"
        gone = await browser.post(f"{ONE}/untie", data=form)
        assert gone.headers["location"] == f"{ONE}?done=untied"
    assert sent(seen, "/twinnings") == [{"city_a": "espoo", "city_b": "turku", "since": 1950}]
    assert sent(seen, "/twinnings/espoo:turku/retract") == [None]


async def test_staff_makes_and_closes_a_request_for_a_city() -> None:
    seen: list[httpx.Request] = []
    kept = REQUEST | {"request_id": "r1", "version": 2, "status": "published", "city_id": "espoo"}
    paths = {"/requests": listed(kept), "POST /requests": httpx.Response(201, json=kept), "/requests/r1/close": kept}
    async with portal(served(**PAGES, **paths, **{"/changes": listed(), "/codes": listed()}), seen) as browser:
        await signed_in(browser)
        story = (await browser.get(ONE)).text
        assert f"{ONE}/requests/new" in story
        assert f"{ONE}/requests/r1/close" in story
        page = await browser.get(f"{ONE}/requests/new")
        assert "You act for" in page.text
        assert f'action="{ONE}/requests/new"' in page.text
        typed = {"form": form_token(page), "do": "save", "title": "Lamps", "currency": "EUR", "amount_min": "1"}
        done = await browser.post(f"{ONE}/requests/new", data=typed | {"amount_max": "2"})
        assert done.headers["location"] == f"{ONE}?done=requested&request=r1"
        page = await browser.get(f"{ONE}/requests/r1/close")
        closed = await browser.post(f"{ONE}/requests/r1/close", data={"form": form_token(page)})
        assert closed.headers["location"] == f"{ONE}?done=closed"
        assert "The request is closed." in (await browser.get(closed.headers["location"])).text
    (body,) = sent(seen, "/requests")
    assert (body["city_id"], body["title"]) == ("espoo", "Lamps")
    assert len(sent(seen, "/requests/r1/close")) == 1
