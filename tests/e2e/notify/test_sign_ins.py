"""Somebody signs in by the mail: registry and notify together, and what a session's end means to the other service."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyotp import TOTP

from tests.support.notify.with_registry import Both, both_services
from tests.support.polling import until
from tests.support.registry.access import COMMAND, FACTOR, OFFICE, PEOPLE, SIGN_INS
from tests.support.registry.service import CITY, CONTACT, bearer, staff

MIA = str(OFFICE["email"])
LINK = re.compile(r"http://notify/sign-in/(\S+)")
CODE = re.compile(r"^(\d{6})\r?$", re.MULTILINE)
MAILS = "/notify/v1/mails"


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    async with both_services(tmp_path) as services:
        yield services


async def ask(both: Both, email: str) -> str:
    answer = await both.registry.post(SIGN_INS, json={"email": email})
    assert answer.status_code == 202
    return str(answer.json()["sign_in_id"])


async def text_to(both: Both, email: str) -> str:
    async def is_mailed() -> bool:
        return email in both.mailer.recipients()

    await until(is_mailed, what="the mail to sign in with")
    return both.mailer.text_to(email)


async def test_a_coordinator_comes_in_by_the_code_where_sign_in_began(both: Both) -> None:
    await both.registry.post("/registry/v1/cities?endorse=true", json=CITY | {"contact": CONTACT}, headers=staff())
    sign_in_id = await ask(both, CONTACT["email"])
    code = CODE.search(await text_to(both, CONTACT["email"]))
    assert code is not None
    answer = await both.registry.post(f"{SIGN_INS}/exchange", json={"sign_in_id": sign_in_id, "code": code[1]})
    assert answer.status_code == 200
    assert answer.json()["accounts"][0]["member_name"] == CITY["name"]


async def test_staff_comes_in_by_the_link_and_out_of_every_service_at_once(both: Both) -> None:
    person = (await both.registry.post(PEOPLE, json=OFFICE, headers=COMMAND)).json()
    await ask(both, MIA)
    link = LINK.search(await text_to(both, MIA))
    assert link is not None
    session = (await both.registry.post(f"{SIGN_INS}/exchange", json={"secret": link[1]})).json()
    going_on = {"refresh_token": session["refresh_token"]}
    enrolling = going_on | {"code": person["enrolment_code"]}
    app = (await both.registry.post(f"{FACTOR}/enrolment", json=enrolling)).json()
    code = TOTP(app["secret"]).now()
    session = (await both.registry.post(FACTOR, json=going_on | {"code": code})).json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    assert (await both.pages.get(MAILS, headers=headers)).status_code == 200
    await both.registry.delete(f"{PEOPLE}/{person['person_id']}", headers=bearer("operator"))

    async def is_out() -> bool:
        answers = [await both.pages.get(MAILS, headers=headers), await both.registry.get(PEOPLE, headers=headers)]
        return [answer.status_code for answer in answers] == [401, 401]

    await until(is_out, what="the end of the session in both services")


async def test_who_has_no_account_gets_no_mail_and_nobody_is_told(both: Both) -> None:
    await ask(both, "nobody@elsewhere.example")

    async def is_suppressed() -> bool:
        mails = (await both.pages.get(MAILS, headers=staff())).json()["items"]
        return [(mail["purpose"], mail["state"], mail["reason"]) for mail in mails] == [
            ("sign-in", "suppressed", "sign-in-ended")
        ]

    await until(is_suppressed, what="the mail that is not sent")
    assert both.mailer.delivered == []
