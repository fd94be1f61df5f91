"""The office acts for a member and its contacts: named, mailed, reminded and erased, on the member's page."""

import json
from typing import Any

import httpx
import pytest

from isopolity.client.registry.models import ContactDocument
from isopolity.notify.domain.people import Contact, first_choice
from isopolity.portal.entrypoints.http.office.members.story import mailed_first
from tests.support.portal.members import CONTACT, DEPUTY, HEIR, ONE, PROPOSAL, SIDE, served
from tests.support.portal.service import REQUEST, city, form_token, listed, portal, signed_in

HIDE = {"do": "hide", "title": "Loud words", "text": "", "reason": "An advertisement."}
TYPED = {"do": "name", "name": "Bo", "email": "bo@city", "role": "deputy", "language": "en"}


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


@pytest.mark.parametrize(
    ("form", "method", "path", "done"),
    [
        ({"do": "erase", "contact_id": "c1", "sure": "1"}, "POST", "/registry/v1/contacts/c1/erase", "erased"),
        ({"do": "mail-again", "mail_id": "m1"}, "POST", "/notify/v1/mails/m1/mail-again", "mailed"),
        ({"do": "remind"}, "POST", "/notify/v1/nudges", "reminded"),
        (TYPED, "POST", "/registry/v1/contacts", "named"),
        (HIDE, "POST", "/registry/v1/cities/espoo/hidden-words", "hidden"),
        (HIDE | {"do": "show"}, "POST", "/registry/v1/cities/espoo/shown-words", "shown"),
        (HIDE | {"do": "hide-request", "request_id": "r1"}, "POST", "/registry/v1/requests/r1/hide", "hidden"),
    ],
)
async def test_what_staff_does_for_a_member_goes_to_who_keeps_it(
    form: dict[str, str], method: str, path: str, done: str
) -> None:
    seen: list[httpx.Request] = []
    reminded = {"nudged": 1, "already": 0, "without_contact": 0}
    words = dict.fromkeys(("/cities/espoo/hidden-words", "/cities/espoo/shown-words"), city())
    words["/requests/r1/hide"] = REQUEST | {"request_id": "r1", "version": 2, "status": "closed", "city_id": "espoo"}
    async with portal(served(**{"/mails/m1/mail-again": {}, "/nudges": reminded}, **words), seen) as browser:
        await signed_in(browser)
        reply = await browser.post(ONE, data=form | {"form": form_token(await browser.get(ONE))})
        assert (reply.status_code, reply.headers["location"]) == (303, f"{ONE}?done={done}")
        told = (await browser.get(reply.headers["location"])).text
        assert 'role="status"' in told
        assert ("gets a mail to confirm the address" in told) == (done == "named")
    assert (method, path) in [(request.method, request.url.path) for request in seen]


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
    assert '<option value="en" selected lang="en" translate="no">English</option>' in page
    assert 'id="new-contact"><summary>' in page, "it is not open"


@pytest.mark.parametrize(
    ("contacts", "answer", "told", "silent"),
    [
        ([CONTACT], None, ["It then has no contact", "1 open proposal will stay unanswered"], []),
        ([CONTACT], "yes", ["It then has no contact"], ["open proposal"]),
        ([CONTACT, CONTACT | {"contact_id": "c2"}], None, [], ["It then has no contact", "open proposal"]),
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
    paths = {"/changes/espoo": 404, "/members/espoo/fitting": 404}
    async with portal(served(**paths), seen) as browser:
        await signed_in(browser)
        assert f"{ONE}/profile/who" in (await browser.get(ONE)).text
        needs = (await browser.get(f"{ONE}/profile/needs")).text
        assert ("It looks for" in needs, "You look for" in needs) == (True, False)
        page = await browser.get(f"{ONE}/profile/who")
        assert "<h1>Identity</h1>" in page.text
        assert not any(text in page.text for text in ("Who you are", "You are a", "your own words"))
        assert "You act for Espoo." in page.text
        assert "until it agrees" not in page.text
        form = {"form": form_token(page), "version": "1.0", "kind": "city", "name": "Espoo", "about": "Words."}
        reply = await browser.post(f"{ONE}/profile/who", data=form)
        assert (reply.status_code, reply.headers["location"]) == (303, f"{ONE}/profile/who?saved=1")
        assert "Saved." in (await browser.get(reply.headers["location"])).text
        assert (await browser.get(f"{ONE}/profile/none")).status_code == 404
    (sent,) = [request for request in seen if request.method == "PATCH"]
    assert (sent.url.path, json.loads(sent.content)["about"]) == ("/registry/v1/cities/espoo", "Words.")
