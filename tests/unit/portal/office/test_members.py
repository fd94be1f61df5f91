"""Members as the office looks after them: lists, reminders, and the whole story of one."""

import json
from typing import Any

import httpx
import pytest

from isopolity.client.registry.models import ContactDocument
from isopolity.matching.domain.proposal import Stage
from isopolity.notify.domain.people import Contact, first_choice
from isopolity.portal.adapters.titles import STAGES
from isopolity.portal.entrypoints.http.office.members.story import mailed_first
from tests.support.portal import HOSTILE, STAFF, answers, city, form_token, listed, portal, signed_in
from tests.support.portal_office import LOST, partner

CONTACT = {
    "contact_id": "c1",
    "member_id": "espoo",
    "name": HOSTILE,
    "role": "coordinator",
    "email": "ana@city.example",
    "confirmed": True,
}
SIDE = {"member_kind": "city", "member_id": "espoo", "name": "Espoo", "side": "a"}
NAMED = {"contact_id": "c3", "member_kind": "city", "member_id": "espoo", "role": "deputy"}
PROPOSAL = {
    "proposal_id": "p1", "stage": "issued", "answer_by": "2026-12-11T09:00:00Z",
    "sides": [SIDE | {"member_id": "turku", "name": "Turku", "side": "b"}, SIDE],
}  # fmt: skip
MAIL = {
    "mail_id": "m1", "purpose": "proposal", "state": "failed", "reason": "smtp-550", "member_id": "espoo",
    "other": HOSTILE, "updated_at": "2026-11-20T09:00:00Z", "link_voided_at": None, "contact_id": "former",
    "created_at": "2026-11-20T09:00:00Z",
}  # fmt: skip
REMINDER = MAIL | {
    "mail_id": "m2", "purpose": "reminder", "state": "sent", "reason": None, "member_id": None, "other": None,
    "contact_id": "c1", "created_at": "2026-11-21T09:00:00Z",
}  # fmt: skip
ACT = {
    "id": 1, "action": "cities.change", "at": "2026-11-19T09:00:00Z", "actor_kind": "staff", "actor": "mia",
    "correlation_id": None,
}  # fmt: skip
TIE = {"city_a": "espoo", "city_b": "turku", "since": 1950}
TYPED = {"do": "name", "name": "Bo", "email": "bo@city", "role": "deputy", "language": "en"}
ONE = "/office/members/cities/espoo"


def _of(contact: ContactDocument) -> Contact:
    return Contact(
        contact_id=contact.contact_id,
        version=1,
        member_kind="city",
        member_id=contact.member_id,
        role=contact.role,
        language="en",
        name=contact.name,
        email=contact.email,
    )


def served(**more: Any) -> dict[str, Any]:
    paths = {
        "/cities": listed(city()),
        "/partners": listed(),
        "/cities/espoo": city(),
        "/contacts": lambda request: NAMED if request.method == "POST" else listed(CONTACT),
        "/contacts/c1": CONTACT,
        "/proposals": listed(PROPOSAL),
        "/members/espoo/partnerships": listed(),
        "/twinnings": listed(TIE),
        "/mails": listed(MAIL, MAIL | {"member_id": "turku", "mail_id": "m9"}),
        "/audit": listed(ACT),
        "/members": listed({"member_kind": "city", "member_id": "espoo", "name": HOSTILE, "number": 3, "of": 3}),
        "/unreached": {"items": [LOST]},
        "/nudges": {"nudged": 1, "already": 1, "without_contact": 0},
    }
    return answers(STAFF) | paths | more


@pytest.mark.parametrize(
    ("chosen", "asked", "told"),
    [
        ("silent", "attention=silent", "unanswered proposals: 3"),
        ("at-capacity", "attention=at-capacity", "3 of 3 places in use"),
        ("unreached", "limit=100", "since 13 November 2026"),
        ("without-contact", "without_contact=true", "Espoo"),
        ("stale", "unchanged_since=2025-11-27T09%3A00%3A00Z", "Espoo"),
    ],
)
async def test_each_list_is_asked_of_who_knows_it(chosen: str, asked: str, told: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        assert "There are none" not in (await browser.get("/office/members")).text
        page = await browser.get("/office/members", params={"list": chosen})
    assert [told in page.text, HOSTILE in page.text] == [True, False]
    assert any(asked in str(request.url.query) for request in seen)


async def test_all_members_are_listed_by_pages_and_those_of_one_name_are_told_apart() -> None:
    seen: list[httpx.Request] = []
    derry = [city(city_id=each, name="Derry", kind=each) for each in ("city", "district")]

    def cities(request: httpx.Request) -> httpx.Response:
        found = listed(derry[1]) if "cursor" in request.url.params else listed(derry[0], following="c~1")
        return httpx.Response(200, json=found)

    async with portal(served(**{"/cities": cities, "/partners": listed(partner())}), seen) as browser:
        await signed_in(browser)
        first = (await browser.get("/office/members")).text
        assert all(text in first for text in ("city · Finland", "Derry", 'rel="next"'))
        assert "Bank" not in first
        second = (await browser.get("/office/members?cursor=city~c~1")).text
        assert all(text in second for text in ("district · Finland", "Bank", "foundation · Portugal"))
        assert 'rel="next"' not in second
        only = (await browser.get("/office/members?member_kind=partner")).text
        assert ("Bank" in only, "Derry" in only) == (True, False)
    asked = [each.url.params for each in seen if each.url.path.endswith("/cities")]
    assert [each.get("cursor") for each in asked] == [None, "c~1"]
    assert {(each["status"], each["order"]) for each in asked} == {("any", "name")}


async def test_those_that_nobody_endorsed_are_listed_and_endorsed_together() -> None:
    seen: list[httpx.Request] = []
    lists = {"/cities": listed(city() | {"status": "applied"}), "/partners": listed(partner(status="applied"))}
    path = "/office/members?list=not-endorsed"
    async with portal(served(**lists, **{"/endorsements": {"endorsed": {"espoo": 2, "p1": 2}}}), seen) as browser:
        await signed_in(browser)
        page = await browser.get(path)
        assert page.text.count("not admitted yet</span>") == 2
        form = {"form": form_token(page), "do": "endorse", "tick-espoo": "city", "tick-p1": "partner"}
        assert "Admitted: 2." in (await browser.post(path, data=form)).text
    (sent,) = [request for request in seen if request.url.path.endswith("/endorsements")]
    assert json.loads(sent.content) == {"cities": ["espoo"], "partners": ["p1"]}
    assert {each.url.params["status"] for each in seen if each.url.path.endswith("/cities")} == {"applied"}


async def test_a_member_is_found_by_name_and_endorsed_on_its_page_before_it_is_endorsed() -> None:
    seen: list[httpx.Request] = []
    applied = city() | {"status": "applied"}
    paths = {"/cities": listed(applied), "/cities/espoo": applied, "/cities/espoo/endorse": {}}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        assert "not admitted yet" in (await browser.get("/office/members?text=Espoo")).text
        assert next(each for each in seen if each.url.path.endswith("/cities")).url.params["status"] == "any"
        form = {"form": form_token(await browser.get(ONE)), "do": "endorse"}
        reply = await browser.post(ONE, data=form)
        assert "It is admitted" in (await browser.get(reply.headers["location"])).text


async def test_a_member_that_was_changed_since_its_page_was_opened_is_not_endorsed() -> None:
    seen: list[httpx.Request] = []
    applied = city() | {"status": "applied", "version": 4}
    async with portal(served(**{"/cities/espoo": applied, "/cities/espoo/endorse": 412}), seen) as browser:
        await signed_in(browser)
        page = await browser.get(ONE)
        assert 'name="version" value="4"' in page.text
        reply = await browser.post(ONE, data={"form": form_token(page), "do": "endorse", "version": "4"})
        assert "so it is not admitted" in (await browser.get(reply.headers["location"])).text
    (sent,) = [each for each in seen if each.url.path.endswith("/endorse")]
    assert sent.headers["if-match"] == '"4"'


async def test_those_that_are_ticked_are_reminded_and_how_many_is_told() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/members", params={"list": "silent"}))}
        page = await browser.post("/office/members?list=silent", data=form | {"tick-espoo": "1", "tick-turku": "1"})
        assert all(text in page.text for text in ("Reminded by mail: 1.", "Already reminded within the last week: 1."))
        for do in ("", "endorse"):
            page = await browser.post("/office/members?list=silent", data=form | {"do": do})
            assert "Tick at least one" in page.text
            assert ": 0." not in page.text
    (sent,) = [request for request in seen if request.url.path.endswith("/nudges")]
    assert json.loads(sent.content) == {"member_ids": ["espoo", "turku"]}


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


@pytest.mark.parametrize(
    ("form", "method", "path", "done"),
    [
        ({"do": "erase", "contact_id": "c1", "sure": "1"}, "POST", "/registry/v1/contacts/c1/erase", "erased"),
        ({"do": "mail-again", "mail_id": "m1"}, "POST", "/notify/v1/mails/m1/mail-again", "mailed"),
        ({"do": "remind"}, "POST", "/notify/v1/nudges", "reminded"),
        (TYPED, "POST", "/registry/v1/contacts", "named"),
    ],
)
async def test_what_staff_does_for_a_member_goes_to_who_keeps_it(
    form: dict[str, str], method: str, path: str, done: str
) -> None:
    seen: list[httpx.Request] = []
    reminded = {"nudged": 1, "already": 0, "without_contact": 0}
    async with portal(served(**{"/mails/m1/mail-again": {}, "/nudges": reminded}), seen) as browser:
        await signed_in(browser)
        reply = await browser.post(ONE, data=form | {"form": form_token(await browser.get(ONE))})
        assert (reply.status_code, reply.headers["location"]) == (303, f"{ONE}?done={done}")
        told = (await browser.get(reply.headers["location"])).text
        assert 'role="status"' in told
        assert ("gets a mail to confirm the address" in told) == (done == "named")
    assert (method, path) in [(request.method, request.url.path) for request in seen]


HEIR = CONTACT | {"contact_id": "c2", "name": "Ewa", "email": "ewa@city.example"}
DEPUTY = HEIR | {"contact_id": "c0", "role": "deputy"}


async def test_staff_says_who_of_several_contacts_is_mailed_again_and_the_usual_one_is_first() -> None:
    seen: list[httpx.Request] = []
    paths = {"/contacts": listed(DEPUTY, HEIR, CONTACT), "/mails/m1/mail-again": {}}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        page = await browser.get(ONE)
        assert page.text.count("our mails go here") == 1
        assert page.text.index('value="c1"') < page.text.index('value="c2"') < page.text.index('value="c0"')
        typed = {"do": "mail-again", "mail_id": "m1", "contact_id": "c2", "form": form_token(page)}
        await browser.post(ONE, data=typed)
    (sent,) = [each for each in seen if each.url.path.endswith("/mail-again")]
    assert json.loads(sent.content) == {"contact_id": "c2"}


def test_the_first_contact_is_the_one_that_notify_chooses() -> None:
    roles = ("approver", "deputy", "programme-officer", "mayor", "coordinator", "coordinator")
    kept = {"version": 1, "member_kind": "city", "language": "en"}
    held = [
        ContactDocument.model_validate(CONTACT | kept | {"contact_id": f"c{number}", "role": role})
        for number, role in enumerate(roles)
    ]
    while held:
        chosen = first_choice([_of(each) for each in held])
        assert chosen is not None
        assert mailed_first(held)[0].contact_id == chosen.contact_id
        held = [*mailed_first(held)[1:]]


async def test_after_a_mail_that_is_refused_the_form_for_a_contact_is_as_before() -> None:
    refused = httpx.Response(409, json={"detail": "This contact has the mail already."})
    async with portal(served(**{"/mails/m1/mail-again": refused})) as browser:
        await signed_in(browser)
        form = {"do": "mail-again", "mail_id": "m1", "form": form_token(await browser.get(ONE))}
        page = (await browser.post(ONE, data=form)).text
    assert '<option value="en" selected>' in page
    assert 'id="new-contact"><summary>' in page, "it is not open"


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
    ("contacts", "answer", "told", "silent"),
    [
        ([CONTACT], None, ["It then has no contact", "1 open suggestion will stay unanswered"], []),
        ([CONTACT], "yes", ["It then has no contact"], ["open suggestion"]),
        ([CONTACT, CONTACT | {"contact_id": "c2"}], None, [], ["It then has no contact", "open suggestion"]),
    ],
    ids=["the last one", "answered", "another one"],
)
async def test_before_the_last_contact_is_erased_it_is_said_what_waits_for_it(
    contacts: list[Any], answer: str | None, told: list[str], silent: list[str]
) -> None:
    asked = PROPOSAL | {"sides": [PROPOSAL["sides"][0], SIDE | {"answer": answer}]}
    async with portal(served(**{"/contacts": listed(*contacts), "/proposals": listed(asked)})) as browser:
        await signed_in(browser)
        page = (await browser.get(ONE)).text
    assert [text in page for text in (*told, *silent)] == [True] * len(told) + [False] * len(silent)


async def test_nobody_is_erased_before_staff_says_that_it_is_sure() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        page = await browser.get(ONE)
        assert "/office/handovers/cities/espoo" in page.text
        page = await browser.post(ONE, data={"do": "erase", "contact_id": "c1", "form": form_token(page)})
    assert page.status_code == 422
    assert all(text in page.text for text in ("Tick to confirm.", 'aria-describedby="sure-1-fault"'))
    assert not [request for request in seen if request.method == "DELETE"]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"nudged": 1}, "The contact gets a reminder."),
        ({"already": 1}, "No mail is sent: the contact got a reminder within the last week."),
        ({"without_contact": 1}, "No mail is sent: the contact is not known yet"),
    ],
)
async def test_staff_reads_whether_a_reminder_goes_out(counts: dict[str, int], told: str) -> None:
    answer = {"nudged": 0, "already": 0, "without_contact": 0} | counts
    async with portal(served(**{"/nudges": answer})) as browser:
        await signed_in(browser)
        reply = await browser.post(ONE, data={"do": "remind", "form": form_token(await browser.get(ONE))})
        assert told in (await browser.get(reply.headers["location"])).text


async def test_whom_nobody_answers_for_somebody_is_named_and_nobody_reminded() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/members", params={"list": "without-contact"})).text
    assert f'href="{ONE}#new-contact"' in page
    assert "Remind" not in page


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


async def test_a_contact_of_another_member_is_not_erased_here() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**{"/contacts/c1": CONTACT | {"member_id": "turku"}}), seen) as browser:
        await signed_in(browser)
        form = {"do": "erase", "contact_id": "c1", "sure": "1", "form": form_token(await browser.get(ONE))}
        assert (await browser.post(ONE, data=form)).status_code == 303
    assert not [request for request in seen if request.method == "DELETE"]


async def test_what_is_refused_stands_beside_its_field_and_what_was_typed_stays() -> None:
    problem = httpx.Response(422, json={"errors": [{"pointer": "/email", "detail": "Give a whole address."}]})
    contacts = lambda request: problem if request.method == "POST" else listed(CONTACT)  # noqa: E731
    async with portal(served(**{"/contacts": contacts})) as browser:
        await signed_in(browser)
        page = await browser.post(ONE, data=TYPED | {"form": form_token(await browser.get(ONE))})
    assert page.status_code == 422
    assert all(
        text in page.text for text in ("Give a whole address.", 'value="bo@city"', '<option value="deputy" selected>')
    )


async def test_staff_acts_for_a_member_step_by_step_and_at_once() -> None:
    seen: list[httpx.Request] = []
    paths = {"/changes/espoo": 404, "/members/espoo/suggestions": listed()}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        assert f"{ONE}/profile/who" in (await browser.get(ONE)).text
        page = await browser.get(f"{ONE}/profile/who")
        assert "You act for Espoo." in page.text
        assert "until it agrees" not in page.text
        form = {"form": form_token(page), "version": "1.0", "kind": "city", "name": "Espoo", "about": "Words."}
        reply = await browser.post(f"{ONE}/profile/who", data=form)
        assert (reply.status_code, reply.headers["location"]) == (303, f"{ONE}/profile/who?saved=1")
        assert "Saved." in (await browser.get(reply.headers["location"])).text
        assert (await browser.get(f"{ONE}/profile/none")).status_code == 404
    (sent,) = [request for request in seen if request.method == "PATCH"]
    assert (sent.url.path, json.loads(sent.content)["about"]) == ("/registry/v1/cities/espoo", "Words.")
