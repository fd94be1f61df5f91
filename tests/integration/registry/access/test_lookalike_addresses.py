"""A link opens the accounts of the mail box that it went to, and no account of an address that only looks like it."""

# ruff: noqa: RUF001 - letters that look alike are meant
import pytest
from sqlalchemy import update

from isopolity.identity.addresses import MailAddress
from isopolity.registry.adapters.sql import tables
from tests.support.registry.access import (
    OFFICE,
    add_contact,
    add_to_office,
    ask,
    enrolled,
    exchange,
    holder,
    issue,
    mailed,
    refresh,
    signed_in,
)
from tests.support.registry.service import CONTACT, NOW, RegistryUnderTest, staff

LOOKALIKES = [
    ("anna@straße.example", "anna@strasse.example"),
    ("anna@strasse.example", "anna@straße.example"),
    ("anna@STRASSE.example", "Anna@straẞe.example"),
    ("anna@πόλεως.example", "anna@πόλεωσ.example"),
    ("anna@istanbul.example", "anna@ıstanbul.example"),
    ("anna@i̇stanbul.example", "anna@istanbul.example"),
    ("anna@ﬁrma-straße.example", "anna@firma-strasse.example"),
]
"""Addresses of two mail boxes, that of who is attacked first."""
SPELLINGS = [
    ("anna@strasse.example", "ANNA@Strasse.Example"),
    ("anna@straße.example", "anna@xn--strae-oqa.example"),
    ("anna@straße.example", "anna@XN--Strae-OQA.example"),
    ("anna@firma.example", "anna@ﬁrma.example"),
    ("anna@city.example", "anna@ＣＩＴＹ。example"),
    ("anna@İstanbul.example", "anna@i̇stanbul.example"),
]
"""Two ways to write the address of one mail box."""


@pytest.mark.parametrize(("anna", "lookalike"), LOOKALIKES)
async def test_a_lookalike_that_is_entered_first_does_not_take_a_city_over(
    registry: RegistryUnderTest, anna: str, lookalike: str
) -> None:
    attacker = await registry.add_city(contact=CONTACT | {"email": lookalike})
    city = await registry.add_city(geonames_id=2, contact=CONTACT | {"email": anna})
    for asked, own in ((lookalike, attacker), (anna, city)):
        mail = await mailed(registry, asked)
        assert MailAddress.of(mail["email"]) == MailAddress.of(asked)
        session = (await exchange(registry, secret=mail["secret"])).json()
        assert [one["member_id"] for one in session["accounts"]] == [own]
        again = await mailed(registry, asked)
        session = (await exchange(registry, sign_in_id=again["sign_in_id"], code=again["code"])).json()
        assert [one["member_id"] for one in session["accounts"]] == [own]
        assert [one["member_id"] for one in (await refresh(registry, session)).json()["accounts"]] == [own]


@pytest.mark.parametrize(("anna", "lookalike"), LOOKALIKES)
async def test_a_lookalike_does_not_bring_an_app_to_the_entry_of_staff(
    registry: RegistryUnderTest, anna: str, lookalike: str
) -> None:
    person_id = await add_to_office(registry, email=anna)
    attacker = await registry.add_city(contact=CONTACT | {"email": lookalike})
    session = await signed_in(registry, lookalike)
    assert ([one["member_id"] for one in session["accounts"]], session["second_factor"]) == ([attacker], None)
    assert (await refresh(registry, session, account_id=person_id)).status_code == 422
    assert (await signed_in(registry, anna))["second_factor"] == "enrolment"


@pytest.mark.parametrize(("anna", "lookalike"), LOOKALIKES)
async def test_a_lookalike_that_nobody_has_is_not_mailed(
    registry: RegistryUnderTest, anna: str, lookalike: str
) -> None:
    await registry.add_city(contact=CONTACT | {"email": anna})
    assert (await issue(registry, await ask(registry, lookalike))).status_code == 410


@pytest.mark.parametrize(("anna", "lookalike"), LOOKALIKES)
async def test_a_lookalike_is_another_person_of_the_office_and_another_contact(
    registry: RegistryUnderTest, anna: str, lookalike: str
) -> None:
    assert await add_to_office(registry, email=anna) != await add_to_office(registry, email=lookalike)
    city_id = await registry.add_city(contact=CONTACT | {"email": anna})
    contact_id = await add_contact(registry, city_id, email=lookalike, name="Somebody Else")
    asked = {"member_id": city_id}
    there = (await registry.client.get("/registry/v1/contacts", params=asked, headers=staff())).json()
    assert {one["email"]: one["contact_id"] == contact_id for one in there["items"]} == {anna: False, lookalike: True}


@pytest.mark.parametrize(("anna", "spelling"), SPELLINGS)
async def test_another_spelling_of_the_same_mail_box_is_the_same_account(
    registry: RegistryUnderTest, anna: str, spelling: str
) -> None:
    person_id = await add_to_office(registry, email=anna)
    assert await add_to_office(registry, email=spelling, scopes=["staff"]) == person_id
    city_id = await registry.add_city(contact=CONTACT | {"email": anna})
    session = await signed_in(registry, spelling)
    assert [one["member_id"] for one in session["accounts"]] == [city_id, None]
    assert await enrolled(registry, session)


async def test_who_enters_somebody_elses_address_writes_nothing_into_the_mails_to_it(
    registry: RegistryUnderTest,
) -> None:
    """A name is words of whoever enters it, in a mail of the network; the language may be one that nobody reads."""
    other = await registry.add_city(name="Elsewhere", geonames_id=77)
    await add_contact(registry, other, email="attacker@other.example")
    attacker = await signed_in(registry, "attacker@other.example")
    body = CONTACT | {"member_kind": "city", "member_id": other, "role": "approver"}
    for email in (str(OFFICE["email"]), "victim@city.org"):
        wrong = {"email": email, "name": "Locked, tell us your password", "language": "ar"}
        entered = await registry.client.post("/registry/v1/contacts", json=body | wrong, headers=holder(attacker))
        assert entered.status_code == 201, entered.text
    await add_to_office(registry)
    mail = await mailed(registry, str(OFFICE["email"]))
    assert (mail["name"], mail["language"]) == (OFFICE["name"], "en")
    confirmed = {"email": "victim@city.org", "name": "Vic Tim", "language": "de"}
    await add_contact(registry, await registry.add_city(name="Home", geonames_id=78), **confirmed)
    async with registry.database.writing() as connection:
        named = update(tables.contacts).where(tables.contacts.c.name == "Vic Tim")
        await connection.execute(named.values(confirmed=True, confirmed_at=NOW))
        await connection.commit()
    mail = await mailed(registry, "victim@city.org")
    assert (mail["name"], mail["language"]) == ("Vic Tim", "de")
