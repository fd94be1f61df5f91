"""Letters about applications: written with a decision, read by the service that mails them, and forgotten."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.registry import ConfirmationRequested
from tests.support.registry.applications import APPLICATIONS, apply, apply_and_confirm, issue
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, bearer, staff

LETTERS = "/registry/v1/letters"
MAILER = bearer("contacts:read")


async def refuse(registry: RegistryUnderTest, application_id: str, **body: Any) -> httpx.Response:
    path = f"{APPLICATIONS}/{application_id}/refuse"
    return await registry.client.post(path, json={"reason": "incomplete"} | body, headers=staff())


async def letters_of(registry: RegistryUnderTest, about: str = "refusal") -> list[ConfirmationRequested]:
    """What was published about letters."""
    told = [one.data for one in await registry.events() if isinstance(one.data, ConfirmationRequested)]
    return [data for data in told if data.about == about]


async def test_a_refusal_leaves_a_letter_until_its_mail_is_out(registry: RegistryUnderTest) -> None:
    application_id = await apply_and_confirm(registry)
    words = "Please tell us\nwhat the city looks for."
    refused = (await refuse(registry, application_id, words=words)).json()
    assert (refused["is_mailed"], refused["contact"], refused["reason"]) == (True, None, "incomplete")
    assert words not in str(refused)
    (told,) = await letters_of(registry)
    assert CONTACT["email"] not in str(told)
    place = f"{LETTERS}/{told.confirmation_id}"
    for _ in range(2):  # an attempt that failed asks again
        letter = (await registry.client.post(f"{place}/issue", headers=MAILER)).json()
        assert letter == {
            "about": "refusal",
            **{name: CONTACT[name] for name in ("name", "email")},
            "language": "en",
            "member_name": "São Leopoldo",
            "reason": "incomplete",
            "words": words,
            "secret": None,
            "valid_until": None,
            "notice": None,
            "invitation": None,
        }
    for _ in range(2):  # told twice, forgotten once
        assert (await registry.client.post(f"{place}/forget", headers=MAILER)).status_code == 204
    assert (await registry.client.post(f"{place}/issue", headers=MAILER)).status_code == 404
    assert (await registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()[
        "status"
    ] == "refused"


async def test_a_refusal_that_is_sent_twice_writes_one_letter(registry: RegistryUnderTest) -> None:
    path, key = f"{APPLICATIONS}/{await apply_and_confirm(registry)}/refuse", {"Idempotency-Key": "once"}
    for _ in range(2):
        assert (await registry.client.post(path, json={"reason": "other"}, headers=staff(**key))).is_success
    assert (await registry.client.post(path, json={"reason": "other"}, headers=staff())).status_code == 409
    assert len(await letters_of(registry)) == 1


async def test_who_is_taken_in_is_welcomed_once_and_an_import_welcomes_nobody(on_sqlite: RegistryUnderTest) -> None:
    http, path = on_sqlite.client, f"{APPLICATIONS}/{await apply_and_confirm(on_sqlite)}/endorse"
    endorsed = await http.post(path, headers=staff(**{"Idempotency-Key": "once"}))
    assert (await http.post(path, headers=staff(**{"Idempotency-Key": "once"}))).json() == endorsed.json()
    assert (await http.post(path, headers=staff())).status_code == 409
    table = "kind,name,country,contact_name,contact_email\ncity,Braga,PT,Ben,ben@braga.example\n"
    imported = await http.post(
        "/registry/v1/imports?kind=cities&endorse=true", content=table, headers=staff(**{"content-type": "text/csv"})
    )
    assert imported.json()["created"] == 1, imported.text
    (told,) = await letters_of(on_sqlite, "welcome")
    letter = await http.post(f"{LETTERS}/{told.confirmation_id}/issue", headers=MAILER)
    assert {name: letter.json()[name] for name in ("about", "member_name", "email", "reason", "secret")} == {
        "about": "welcome", "member_name": "São Leopoldo", "email": CONTACT["email"], "reason": None, "secret": None,
    }  # fmt: skip


async def test_a_member_that_has_left_meanwhile_is_not_welcomed(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply_and_confirm(on_sqlite)
    endorsed = await on_sqlite.client.post(f"{APPLICATIONS}/{application_id}/endorse", headers=staff())
    member_id = endorsed.json()["member_id"]
    (welcome,) = await letters_of(on_sqlite, "welcome")
    left = await on_sqlite.client.post(f"/registry/v1/cities/{member_id}/withdraw", headers=staff())
    assert left.status_code == 200, left.text
    answer = await on_sqlite.client.post(f"{LETTERS}/{welcome.confirmation_id}/issue", headers=MAILER)
    assert answer.status_code == 410


async def test_whom_a_member_has_erased_meanwhile_nobody_welcomes(on_sqlite: RegistryUnderTest) -> None:
    path = f"{APPLICATIONS}/{await apply_and_confirm(on_sqlite)}/endorse"
    member_id = (await on_sqlite.client.post(path, headers=staff())).json()["member_id"]
    (told,) = await letters_of(on_sqlite, "welcome")
    (contact,) = (await on_sqlite.client.get(f"/registry/v1/contacts?member_id={member_id}", headers=staff())).json()[
        "items"
    ]
    assert (
        await on_sqlite.client.post(f"/registry/v1/contacts/{contact['contact_id']}/erase", json=WHY, headers=staff())
    ).is_success
    issued = await on_sqlite.client.post(f"{LETTERS}/{told.confirmation_id}/issue", headers=MAILER)
    assert issued.status_code == 410


@pytest.mark.parametrize(
    ("body", "is_mailed"),
    [
        ({"reason": "duplicate"}, True),
        ({"reason": "duplicate", "mail": False}, False),
        ({"reason": "not-authentic"}, False),
        ({"reason": "not-authentic", "mail": True}, True),
    ],
    ids=["as usual", "quiet", "not authentic", "not authentic, mailed all the same"],
)
async def test_staff_decides_whether_anybody_is_written_to(
    on_sqlite: RegistryUnderTest, body: dict[str, Any], is_mailed: bool
) -> None:
    refused = (await refuse(on_sqlite, await apply_and_confirm(on_sqlite), **body)).json()
    assert (refused["is_mailed"], len(await letters_of(on_sqlite))) == (is_mailed, int(is_mailed))


async def test_an_address_that_nobody_confirmed_gets_no_mail(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply(on_sqlite)
    await issue(on_sqlite, application_id)
    assert (await refuse(on_sqlite, application_id, mail=True)).json()["is_mailed"] is False
    assert await letters_of(on_sqlite) == []


@pytest.mark.parametrize("words", ["", "a" * 1001, "bell \x07"], ids=["empty", "too long", "control character"])
async def test_words_have_bounds(on_sqlite: RegistryUnderTest, words: str) -> None:
    application_id = await apply_and_confirm(on_sqlite)
    wrong = await refuse(on_sqlite, application_id, words=words)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/words")
    assert (await on_sqlite.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()[
        "contact"
    ] is not None


@pytest.mark.parametrize("act", ["issue", "forget"])
async def test_letters_are_for_the_service_that_mails_them(on_sqlite: RegistryUnderTest, act: str) -> None:
    await refuse(on_sqlite, await apply_and_confirm(on_sqlite))
    (told,) = await letters_of(on_sqlite)
    answer = await on_sqlite.client.post(f"{LETTERS}/{told.confirmation_id}/{act}", headers=staff())
    assert answer.status_code == 403


async def test_no_byte_of_a_forgotten_letter_stays_in_the_file(on_sqlite: RegistryUnderTest, tmp_path: Path) -> None:
    await refuse(on_sqlite, await apply_and_confirm(on_sqlite), words="A sentence for Ana alone.")
    (told,) = await letters_of(on_sqlite)
    await on_sqlite.client.post(f"{LETTERS}/{told.confirmation_id}/forget", headers=MAILER)
    await on_sqlite.database.tidy()
    assert b"A sentence for Ana alone." not in bytes_of(tmp_path)


def bytes_of(folder: Path) -> bytes:
    """All bytes of registry's SQLite files."""
    return b"".join(path.read_bytes() for path in folder.glob("registry.db*"))
