"""A second factor is brought with a code that somebody else hands over: the mail box alone brings none."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from isopolity.registry.adapters.sql import tables
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.access import (
    OFFICE,
    PEOPLE,
    add_to_office,
    enrol,
    enrolled,
    holder,
    pass_with_code,
    reset_factor,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.service import KEY, RegistryUnderTest, bearer, open_under_test
from tests.support.shared.relays import Moving

MIA = str(OFFICE["email"])
WRONG = "2222-2222-2222-2222"


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def test_the_mailed_link_alone_brings_no_app(timed: RegistryUnderTest) -> None:
    await add_to_office(timed)
    session = await signed_in(timed, MIA)
    refused = await enrol(timed, session, WRONG)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/code"]
    assert "secret" not in refused.json()


async def test_a_code_counts_as_people_type_it_and_until_an_app_is_brought(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    person_id = await add_to_office(timed)
    code = timed.codes[person_id]
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    session = await signed_in(timed, MIA)
    assert (await enrol(timed, session, code.lower().replace("-", " "))).status_code == 200
    app = await enrolled(timed, session)
    assert (await pass_with_code(timed, session, app.at(clock.now))).status_code == 200
    async with timed.database.reading() as connection:
        assert (await connection.execute(select(tables.people.c.enrolment_digest))).scalars().all() == [None]


async def test_the_code_of_another_person_or_of_before_a_reset_does_not_count(timed: RegistryUnderTest) -> None:
    person_id = await add_to_office(timed)
    other_id = await add_to_office(timed, email="otto@network.example")
    before = timed.codes[person_id]
    await reset_factor(timed, person_id)
    session = await signed_in(timed, MIA)
    for code in (before, timed.codes[other_id]):
        assert (await enrol(timed, session, code)).status_code == 422
    assert (await enrol(timed, session)).status_code == 200


async def test_twenty_codes_are_tried_in_a_day(timed: RegistryUnderTest) -> None:
    await add_to_office(timed)
    session = await signed_in(timed, MIA)
    for _ in range(20):
        assert (await enrol(timed, session, WRONG)).status_code == 422
    assert (await enrol(timed, session)).status_code == 429


async def test_enrolment_that_was_open_before_the_upgrade_needs_a_code_of_somebody_else(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    person_id = await add_to_office(timed)
    async with timed.database.engine.begin() as connection:
        await connection.execute(update(tables.people).values(enrolment_digest=None))
    session = await signed_in(timed, MIA)
    assert session["second_factor"] == "closed"
    assert (await enrol(timed, session)).status_code == 409
    await reset_factor(timed, person_id)
    assert await signed_in_as_staff(timed, MIA, clock.now)


async def test_nobody_hands_a_code_to_himself(timed: RegistryUnderTest, clock: Moving) -> None:
    person_id = await add_to_office(timed)
    own = holder(await signed_in_as_staff(timed, MIA, clock.now))
    refused = await timed.client.post(f"{PEOPLE}/{person_id}/reset-second-factor", headers=own)
    assert (refused.status_code, "You cannot give yourself" in refused.json()["detail"]) == (409, True)
    other_id = await add_to_office(timed, email="otto@network.example", scopes=["staff:endorse"])
    assert (await timed.client.post(f"{PEOPLE}/{other_id}/reset-second-factor", headers=own)).status_code == 200


async def test_the_code_is_kept_as_a_digest_and_stands_in_no_event_or_audit(timed: RegistryUnderTest) -> None:
    person_id = await add_to_office(timed)
    await reset_factor(timed, person_id)
    code = timed.codes[person_id]
    async with timed.database.reading() as connection:
        (digest,) = (await connection.execute(select(tables.people.c.enrolment_digest))).scalars()
    assert (len(digest), code in digest) == (64, False)
    entries = (await timed.client.get("/registry/v1/audit", headers=bearer("staff"))).text
    assert (code in entries, digest in entries) == (False, False)
    listed = (await timed.client.get(PEOPLE, headers=bearer("operator"))).text
    assert (code in listed, digest in listed) == (False, False)


async def test_without_second_factors_there_is_no_code(url: str, tmp_path: Path) -> None:
    settings = RegistrySettings(data=tmp_path, **keys_of(KEY), staff_second_factor=False)
    async with open_under_test(url, tmp_path, settings=settings) as registry:
        person_id = await add_to_office(registry)
        assert person_id not in registry.codes
