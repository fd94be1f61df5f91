"""Letters whose mail is late or reaches nobody: an earlier one gets no link, and nobody waits for an answer to it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from isopolity.contracts.registry import ConfirmationRequested
from isopolity.registry.adapters.sql import tables
from tests.support.registry.applications import APPLICATIONS, apply_and_confirm
from tests.support.registry.commissions import consult, enter
from tests.support.registry.commissions import post as by_commission
from tests.support.registry.drafts import post as by_applicant
from tests.support.registry.service import CONTACT, RegistryUnderTest, bearer, staff

MAILER = bearer("contacts:read")


async def ask(registry: RegistryUnderTest, application_id: str, **key: str) -> int:
    path = f"{APPLICATIONS}/{application_id}/ask"
    answer = await registry.client.post(path, json={"question": "Which district?"}, headers=staff(**key))
    return answer.status_code


async def letters(registry: RegistryUnderTest) -> list[str]:
    """The addresses of all letters that were written, the oldest first."""
    told = [one.data for one in await registry.events() if isinstance(one.data, ConfirmationRequested)]
    asked = [data.confirmation_id for data in told if data.about in ("question", "consultation")]
    return [f"/registry/v1/letters/{letter_id}" for letter_id in asked]


async def issue(registry: RegistryUnderTest, letter: str) -> Any:
    return await registry.client.post(f"{letter}/issue", headers=MAILER)


async def end(registry: RegistryUnderTest, letter: str, outcome: str) -> None:
    for _ in range(2):  # told twice, done once
        ended = await registry.client.post(f"{letter}/forget", json={"outcome": outcome}, headers=MAILER)
        assert ended.status_code == 204, ended.text


async def read(registry: RegistryUnderTest, application_id: str) -> Any:
    return (await registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()


async def waiting(registry: RegistryUnderTest) -> list[Any]:
    items: list[Any] = (await registry.client.get(APPLICATIONS, headers=staff())).json()["items"]
    return items


async def test_a_letter_to_a_commissions_old_address_gets_no_link_of_the_new_one(registry: RegistryUnderTest) -> None:
    await enter(registry, email="old@brazil.example")
    application_id = await apply_and_confirm(registry)
    await consult(registry, application_id)
    await enter(registry, email="new@brazil.example")
    assert (await consult(registry, application_id)).status_code == 200
    late, present = await letters(registry)
    letter = (await issue(registry, present)).json()
    assert letter["email"] == "new@brazil.example"
    assert (await issue(registry, late)).status_code == 410
    await end(registry, late, "suppressed")
    assert (await by_commission(registry, "look", letter["secret"])).status_code == 200
    assert (await read(registry, application_id))["commission"]["undelivered_at"] is None


async def test_the_mail_of_an_earlier_question_gets_no_link_of_the_later_one(registry: RegistryUnderTest) -> None:
    application_id = await apply_and_confirm(registry)
    await ask(registry, application_id)
    (first,) = await letters(registry)
    secret = (await issue(registry, first)).json()["secret"]
    version = (await by_applicant(registry, "open", secret)).json()["version"]
    await by_applicant(registry, "hand-in", secret, version=version, answer="The north.")
    await ask(registry, application_id)
    second = (await issue(registry, (await letters(registry))[1])).json()
    assert (await issue(registry, first)).status_code == 410
    assert (await by_applicant(registry, "open", second["secret"])).status_code == 200


async def test_a_refusal_whose_mail_failed_can_be_mailed_again_and_is_forgotten_then(
    registry: RegistryUnderTest,
) -> None:
    path = f"{APPLICATIONS}/{await apply_and_confirm(registry)}/refuse"
    await registry.client.post(path, json={"reason": "other"}, headers=staff())
    events = [one.data for one in await registry.events() if isinstance(one.data, ConfirmationRequested)]
    (letter,) = (f"/registry/v1/letters/{data.confirmation_id}" for data in events if data.about == "refusal")
    await end(registry, letter, "failed")
    assert (await issue(registry, letter)).status_code == 200
    await end(registry, letter, "sent")
    assert (await issue(registry, letter)).status_code == 404


@pytest.mark.parametrize("outcome", ["failed", "suppressed"])
async def test_a_question_that_reaches_nobody_is_back_at_staff_at_once(
    registry: RegistryUnderTest, outcome: str
) -> None:
    application_id = await apply_and_confirm(registry)
    assert await ask(registry, application_id) == 200
    (letter,) = await letters(registry)
    await issue(registry, letter)
    assert await waiting(registry) == []
    await end(registry, letter, outcome)
    (known,) = await waiting(registry)
    assert known["status"] == "asked"
    assert known["undelivered_at"] == known["waits_since"]
    assert [each["undelivered_at"] for each in (await read(registry, application_id))["exchanges"]] == [
        known["undelivered_at"]
    ]
    assert await ask(registry, application_id) == 200
    assert (await waiting(registry), (await read(registry, application_id))["undelivered_at"]) == ([], None)


async def test_a_question_that_arrived_stays_with_its_applicant(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply_and_confirm(on_sqlite)
    await ask(on_sqlite, application_id)
    (letter,) = await letters(on_sqlite)
    for body in (None, {"outcome": "sent"}):
        assert (await on_sqlite.client.post(f"{letter}/forget", json=body, headers=MAILER)).status_code == 204
    known = await read(on_sqlite, application_id)
    assert (await waiting(on_sqlite), known["undelivered_at"]) == ([], None)
    wait = datetime.fromisoformat(known["waits_since"]) - datetime.fromisoformat(known["asked_at"])
    assert wait == timedelta(days=30)


async def test_a_commission_whose_mail_failed_may_be_asked_again(registry: RegistryUnderTest) -> None:
    await enter(registry)
    application_id = await apply_and_confirm(registry)
    await consult(registry, application_id)
    (letter,) = await letters(registry)
    await end(registry, letter, "failed")
    assert (await read(registry, application_id))["commission"]["undelivered_at"] is not None
    assert (await consult(registry, application_id)).status_code == 200
    assert (await read(registry, application_id))["commission"]["undelivered_at"] is None


async def test_what_failed_after_the_decision_changes_nothing(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply_and_confirm(on_sqlite)
    await ask(on_sqlite, application_id)
    (letter,) = await letters(on_sqlite)
    await on_sqlite.client.post(f"{APPLICATIONS}/{application_id}/refuse", json={"reason": "other"}, headers=staff())
    before = await read(on_sqlite, application_id)
    await end(on_sqlite, letter, "failed")
    assert await read(on_sqlite, application_id) == before


async def test_requests_that_may_be_repeated_keep_nobody_who_applied(on_sqlite: RegistryUnderTest) -> None:
    await enter(on_sqlite)
    application_id = await apply_and_confirm(on_sqlite)
    for act, body in (("consult", None), ("ask", {"question": "Which district?"}), ("refuse", {"reason": "other"})):
        path, headers = f"{APPLICATIONS}/{application_id}/{act}", staff(**{"Idempotency-Key": act})
        first, again = [await on_sqlite.client.post(path, json=body, headers=headers) for _ in range(2)]
        assert (first.status_code, first.content) == (200, again.content)
    async with on_sqlite.database.reading() as connection:
        kept = b"".join((await connection.execute(select(tables.idempotency.c.body))).scalars())
    assert all(hidden.encode() not in kept for hidden in (CONTACT["name"], CONTACT["email"], "Which district?"))
