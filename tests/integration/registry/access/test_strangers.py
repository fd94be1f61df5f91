"""Strangers cannot keep anybody from signing in: not by asking for mails, not by guessing codes, not by being many."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from isopolity.registry.adapters.sql.access.sessions import known_browsers
from isopolity.registry.application.access.rules import CODES_A_DAY
from isopolity.registry.domain.access.session import MAIL_GAP
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.access import (
    SESSIONS,
    SIGN_INS,
    add_contact,
    add_to_office,
    ask,
    exchange,
    holder,
    issue,
    mailed,
)
from tests.support.registry.service import (
    CONTACT,
    KEY,
    WHY,
    RegistryUnderTest,
    bearer,
    open_under_test,
    patching,
    staff,
)
from tests.support.shared.relays import Moving

UNKNOWN = "nobody@elsewhere.example"
BROWSER = "a-secret-that-only-this-browser-keeps-0001"
OTHER = "a-secret-that-only-this-browser-keeps-0002"


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def registry(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


@asynccontextmanager
async def calling_from(registry: RegistryUnderTest, network: str) -> AsyncIterator[RegistryUnderTest]:
    """The service as somebody at another network address calls it."""
    transport = httpx.ASGITransport(registry.app, client=(network, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://registry") as client:
        yield RegistryUnderTest(client, registry.database, registry.broker, registry.app)


async def asked(registry: RegistryUnderTest, email: str = CONTACT["email"], **more: Any) -> httpx.Response:
    return await registry.client.post(SIGN_INS, json={"email": email, **more})


async def guess(registry: RegistryUnderTest, sign_in_id: str, right: str, times: int, **more: Any) -> set[int]:
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    return {(await exchange(registry, sign_in_id=sign_in_id, code=wrong, **more)).status_code for _ in range(times)}


async def first_sign_in(registry: RegistryUnderTest, browser: str = BROWSER, email: str = CONTACT["email"]) -> Any:
    """Sign in from a browser, which is known from then on."""
    answer = await exchange(registry, secret=(await mailed(registry, email))["secret"], browser=browser)
    assert answer.status_code == 200, answer.text
    return answer.json()


def statements_of(registry: RegistryUnderTest) -> list[str]:
    """The statements that the database is sent from now on."""
    seen: list[str] = []

    @event.listens_for(registry.database.engine.sync_engine, "before_cursor_execute")
    def _executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    return seen


async def test_twenty_requests_of_strangers_and_the_holder_signs_in(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    async with calling_from(registry, "192.0.2.66") as stranger:
        assert [(await asked(stranger)).status_code for _ in range(25)] == [202] * 21 + [429] * 4
    mail = await mailed(registry)
    assert (await exchange(registry, sign_in_id=mail["sign_in_id"], code=mail["code"])).status_code == 200


async def test_a_hundred_requests_from_the_office_and_five_people_of_it_sign_in(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    for number in range(100):
        await asked(registry, f"{number}@elsewhere.example")
    emails = [f"person-{number}@network.example" for number in range(5)]
    for email in emails:
        await add_to_office(registry, email=email, scopes=["staff"])
        assert (await exchange(registry, secret=(await mailed(registry, email))["secret"])).status_code == 200


async def test_a_network_that_is_flooded_slows_strangers_and_nobody_who_has_signed_in_here_before(
    url: str, tmp_path: Path, clock: Moving
) -> None:
    settings = RegistrySettings(**keys_of(KEY), sign_ins_per_day=3)
    async with open_under_test(url, tmp_path, settings=settings, clock=clock) as registry:
        await registry.add_city(contact=CONTACT)
        await first_sign_in(registry)
        async with calling_from(registry, "192.0.2.66") as flood:
            codes = [(await asked(flood, f"{number}@elsewhere.example")).status_code for number in range(5)]
        assert codes == [202, 202, 202, 429, 429]
        for _ in range(5):
            assert (await asked(registry, browser=BROWSER)).status_code == 202
        answers = [await asked(registry, browser=one) for one in (OTHER, None, OTHER)]
        assert [answer.status_code for answer in answers] == [202, 429, 429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        clock.now += timedelta(minutes=1)
        assert (await asked(registry)).status_code == 202


async def test_a_browser_is_known_to_the_address_that_signed_in_there_alone(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await registry.add_city(geonames_id=2, contact=CONTACT | {"email": "bo@city.example"})
    await first_sign_in(registry)
    codes = {
        email: [(await asked(registry, email, browser=BROWSER)).status_code for _ in range(22)]
        for email in (CONTACT["email"], "bo@city.example")
    }
    assert codes == {CONTACT["email"]: [202] * 22, "bo@city.example": [202] * 21 + [429]}


async def test_one_mail_in_ten_minutes_serves_all_requests(registry: RegistryUnderTest, clock: Moving) -> None:
    await registry.add_city(contact=CONTACT)
    async with calling_from(registry, "192.0.2.66") as stranger:
        of_stranger = await mailed(stranger)
    clock.now += MAIL_GAP - timedelta(seconds=1)
    mine = await ask(registry)
    assert (await issue(registry, mine)).status_code == 410
    assert (await exchange(registry, sign_in_id=mine, code=of_stranger["code"])).status_code == 200
    assert (await exchange(registry, secret=of_stranger["secret"])).status_code == 410


async def test_a_later_mail_voids_no_earlier_one_and_each_lets_in_once(
    registry: RegistryUnderTest, clock: Moving
) -> None:
    await registry.add_city(contact=CONTACT)
    first = await mailed(registry)
    clock.now += MAIL_GAP
    second = await mailed(registry)
    assert second["secret"] != first["secret"]
    for body in ({"secret": first["secret"]}, {"sign_in_id": first["sign_in_id"], "code": second["code"]}):
        assert [(await exchange(registry, **body)).status_code for _ in range(2)] == [200, 410]


async def test_once_a_mail_has_let_in_another_device_gets_its_own_at_once(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    first = await mailed(registry)
    assert (await exchange(registry, secret=first["secret"])).status_code == 200
    second = await mailed(registry)
    assert second["code"] != first["code"]
    assert (await exchange(registry, secret=second["secret"])).status_code == 200


async def test_guesses_of_strangers_stop_neither_the_link_nor_a_known_browser(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await first_sign_in(registry)
    mail = await mailed(registry)
    async with calling_from(registry, "192.0.2.66") as stranger:
        theirs = await ask(stranger)
        assert await guess(stranger, theirs, mail["code"], CODES_A_DAY) == {410}
        assert (await exchange(stranger, sign_in_id=theirs, code=mail["code"])).status_code == 410
    answer = await exchange(registry, sign_in_id=mail["sign_in_id"], code=mail["code"], browser=BROWSER)
    assert answer.status_code == 200
    again = await mailed(registry)
    assert (await exchange(registry, sign_in_id=again["sign_in_id"], code=again["code"])).status_code == 410
    assert (await exchange(registry, secret=again["secret"])).status_code == 200


async def test_a_known_browser_has_twenty_guesses_of_its_own(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await first_sign_in(registry)
    mail = await mailed(registry)
    assert await guess(registry, mail["sign_in_id"], mail["code"], CODES_A_DAY, browser=BROWSER) == {410}
    bodies = [{"browser": BROWSER}, {}]
    answers = [
        (await exchange(registry, sign_in_id=mail["sign_in_id"], code=mail["code"], **body)).status_code
        for body in bodies
    ]
    assert answers == [410, 200]


async def test_wrong_codes_over_all_addresses_are_few_and_stop_unknown_browsers_only(url: str, tmp_path: Path) -> None:
    settings = RegistrySettings(**keys_of(KEY), sign_in_guesses_per_day=3)
    async with open_under_test(url, tmp_path, settings=settings) as registry:
        await registry.add_city(contact=CONTACT)
        await registry.add_city(geonames_id=2, contact=CONTACT | {"email": "bo@city.example"})
        await first_sign_in(registry)
        mail, other = await mailed(registry), await mailed(registry, "bo@city.example")
        assert await guess(registry, other["sign_in_id"], other["code"], 3) == {410}
        right = {"sign_in_id": mail["sign_in_id"], "code": mail["code"]}
        assert (await exchange(registry, **right)).status_code == 410
        assert (await exchange(registry, **right, browser=BROWSER)).status_code == 200
        assert (await exchange(registry, secret=other["secret"])).status_code == 200


async def test_no_answer_and_no_work_tells_who_has_an_address_or_signed_in(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await first_sign_in(registry)
    mail = await mailed(registry)
    seen = statements_of(registry)
    answers: dict[str, list[Any]] = {}
    wrong = f"{(int(mail['code']) + 1) % 1_000_000:06}"
    for network, email in (("192.0.2.66", CONTACT["email"]), ("192.0.2.67", UNKNOWN)):
        async with calling_from(registry, network) as stranger:
            seen.clear()
            told = [await asked(stranger, email, browser=OTHER) for _ in range(23)]
            guessed = {"sign_in_id": told[0].json()["sign_in_id"], "code": wrong}
            told += [await exchange(stranger, **guessed, **more) for more in ({}, {"browser": OTHER}) * 11]
        shown = [(one.status_code, one.content if one.status_code != 202 else set(one.json())) for one in told]
        answers[email] = [shown, list(seen)]
    assert {status for status, _ in answers[UNKNOWN][0]} == {202, 410, 429}
    assert answers[CONTACT["email"]] == answers[UNKNOWN]


async def known(registry: RegistryUnderTest) -> Sequence[Any]:
    async with registry.database.reading() as connection:
        return (await connection.execute(select(known_browsers.c.digest))).all()


async def test_nothing_of_a_browser_or_an_address_is_kept(registry: RegistryUnderTest) -> None:
    await registry.add_city(contact=CONTACT)
    await first_sign_in(registry)
    kept = str(await known(registry))
    assert kept != "[]"
    assert BROWSER not in kept
    assert CONTACT["email"] not in kept


@pytest.mark.parametrize("end", ["erasure", "another address", "removal", "others"])
async def test_a_browser_is_known_no_more_once_its_holder_has_gone(registry: RegistryUnderTest, end: str) -> None:
    city_id = await registry.add_city(contact=CONTACT)
    contact_id = await add_contact(registry, city_id, email="bo@city.example")
    person_id = await add_to_office(registry, email="mia@network.example")
    email = "mia@network.example" if end == "removal" else "bo@city.example"
    session = await first_sign_in(registry, OTHER, email)
    if end == "others":
        session = await first_sign_in(registry, BROWSER, email)
    before = len(await known(registry))
    client, path = registry.client, f"/registry/v1/contacts/{contact_id}"
    if end == "erasure":
        answer = await client.post(f"{path}/erase", json=WHY, headers=staff())
    elif end == "another address":
        version = int((await client.get(path, headers=staff())).json()["version"])
        answer = await client.patch(path, json=WHY | {"email": "bo@new.example"}, headers=staff(**patching(version)))
    elif end == "removal":
        answer = await client.delete(f"/registry/v1/people/{person_id}", headers=bearer("operator"))
    else:
        headers = holder(session)
        answer = await client.post(f"{SESSIONS}/end-others", json={"browser": BROWSER}, headers=headers)
    assert answer.is_success, answer.text
    assert len(await known(registry)) == before - 1
