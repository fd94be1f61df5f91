"""The second factor of staff and operators: whoever reads their mail alone does not act for the office."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from pyotp import TOTP
from sqlalchemy import select

from isopolity.registry.adapters.authenticators import TotpAuthenticator
from isopolity.registry.adapters.sql import tables
from isopolity.registry.settings import RegistrySettings
from isopolity.web.tokens import AUDIENCE
from tests.support.keys import keys_of, registry_half
from tests.support.registry.access import (
    OFFICE,
    PEOPLE,
    add_to_office,
    enrol,
    enrolled,
    entered,
    pass_with_code,
    refresh,
    reset_factor,
    revoked,
    signed_in,
    signed_in_as_staff,
)
from tests.support.registry.service import CONTACT, KEY, RegistryUnderTest, bearer, open_under_test
from tests.support.shared.relays import Moving

MIA = str(OFFICE["email"])


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


async def begun(registry: RegistryUnderTest, needs: str = "enrolment") -> dict[str, Any]:
    """A session that a mailed link began, of which nothing follows yet."""
    session = await signed_in(registry, MIA)
    assert (session["access_token"], session["account_id"], session["second_factor"]) == (None, None, needs)
    return session


async def test_the_mailed_link_alone_gives_staff_no_token(timed: RegistryUnderTest) -> None:
    person_id = await add_to_office(timed)
    session = await begun(timed)
    answer = await refresh(timed, session, account_id=person_id)
    assert (answer.status_code, "the code of your app" in answer.json()["detail"]) == (409, True)
    again = (await refresh(timed, session)).json()
    assert (again["access_token"], again["second_factor"]) == (None, "enrolment")


async def test_an_app_is_brought_once_and_its_code_is_asked_for_ever_after(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    person_id = await add_to_office(timed)
    session = await begun(timed)
    app = await enrolled(timed, session)
    staff = (await pass_with_code(timed, session, app.at(clock.now))).json()
    claims = jwt.decode(staff["access_token"], registry_half(KEY), ["EdDSA"], audience=AUDIENCE)
    assert (claims["sub"], staff["second_factor"]) == (person_id, None)
    assert (await refresh(timed, staff)).json()["access_token"]
    session = await begun(timed, needs="code")
    refused = await enrol(timed, session)
    assert (refused.status_code, "an app already" in refused.json()["detail"]) == (409, True)
    clock.now += timedelta(seconds=30)
    assert (await pass_with_code(timed, session, app.at(clock.now))).status_code == 200
    assert await entered(timed, "sessions.enrolment", "sessions.second-factor") == [
        ("sessions.enrolment", "staff", person_id, {"way": "app"}),
        ("sessions.second-factor", "staff", person_id, {"way": "app", "enrolled": True}),
        ("sessions.second-factor", "staff", person_id, {"way": "app"}),
    ]


async def test_a_code_counts_once(timed: RegistryUnderTest, clock: Moving) -> None:
    await add_to_office(timed)
    session = await begun(timed)
    app = await enrolled(timed, session)
    code = app.at(clock.now)
    assert (await pass_with_code(timed, session, code)).status_code == 200
    another = await begun(timed, needs="code")
    assert (await pass_with_code(timed, another, code)).status_code == 422
    assert (await pass_with_code(timed, another, app.at(clock.now + timedelta(seconds=30)))).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 200), (30, 200), (90, 422)])
async def test_a_clock_may_be_half_a_minute_off(
    timed: RegistryUnderTest, clock: Moving, seconds: int, status: int
) -> None:
    await add_to_office(timed)
    session = await begun(timed)
    app = await enrolled(timed, session)
    code = app.at(clock.now + timedelta(seconds=seconds))
    assert (await pass_with_code(timed, session, code)).status_code == status


async def test_a_wrong_code_is_told_at_its_field_and_twenty_a_day_are_heard(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    await add_to_office(timed)
    session = await begun(timed)
    app = await enrolled(timed, session)
    right = app.at(clock.now)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(20):
        answer = await pass_with_code(timed, session, wrong)
        assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/code"]
    late = await pass_with_code(timed, session, right)
    assert (late.status_code, "go on tomorrow" in late.json()["detail"]) == (429, True)
    clock.after(1)
    session = await begun(timed)
    app = await enrolled(timed, session)
    assert (await pass_with_code(timed, session, app.at(clock.now))).status_code == 200


async def test_after_seven_days_only_an_operator_lets_somebody_bring_an_app(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    person_id = await add_to_office(timed)
    clock.after(7)
    session = await begun(timed, needs="closed")
    assert (await enrol(timed, session)).status_code == 409
    reset = f"{PEOPLE}/{person_id}/reset-second-factor"
    assert (await timed.client.post(reset, headers=bearer("staff"))).status_code == 403
    await reset_factor(timed, person_id)
    assert await signed_in_as_staff(timed, MIA, clock.now)


async def test_a_reset_forgets_the_app_and_ends_the_sessions(timed: RegistryUnderTest, clock: Moving) -> None:
    person_id = await add_to_office(timed)
    session = await begun(timed)
    app = await enrolled(timed, session)
    staff = (await pass_with_code(timed, session, app.at(clock.now))).json()
    await reset_factor(timed, person_id)
    assert (await refresh(timed, staff)).status_code == 410
    assert f"session:{staff['session_id']}" in await revoked(timed)
    session = await begun(timed)
    clock.now += timedelta(seconds=30)
    assert (await pass_with_code(timed, session, app.at(clock.now))).status_code == 422
    assert (await timed.client.post(f"{PEOPLE}/nobody/reset-second-factor", headers=bearer("operator"))).is_error


async def test_an_earlier_refresh_token_ends_the_session_here_too(timed: RegistryUnderTest) -> None:
    await add_to_office(timed)
    first = await begun(timed)
    await refresh(timed, first)
    assert (await enrol(timed, first)).status_code == 410
    assert (await pass_with_code(timed, first, "123456")).status_code == 410


async def test_contacts_need_no_app_and_bring_none(timed: RegistryUnderTest) -> None:
    await timed.add_city(contact=CONTACT)
    session = await signed_in(timed)
    assert session["access_token"]
    assert session["second_factor"] is None
    assert (await enrol(timed, session)).status_code == 409


async def test_a_network_may_do_without(url: str, tmp_path: Path) -> None:
    settings = RegistrySettings(data=tmp_path, **keys_of(KEY), staff_second_factor=False)
    async with open_under_test(url, tmp_path, settings=settings) as registry:
        await add_to_office(registry)
        assert (await signed_in(registry, MIA))["access_token"]


async def test_the_secret_is_kept_sealed(timed: RegistryUnderTest) -> None:
    await add_to_office(timed)
    app = await enrolled(timed, await begun(timed))
    async with timed.database.reading() as connection:
        (sealed,) = (await connection.execute(select(tables.people.c.factor_sealed))).scalars()
    assert app.secret not in sealed


def test_a_secret_opens_with_an_older_key_and_is_sealed_with_the_newest() -> None:
    now, old, new = datetime.now(UTC), TotpAuthenticator(["a" * 32]), TotpAuthenticator(["b" * 32, "a" * 32])
    made = old.make("mia@network.example")
    code = TOTP(made.secret).at(now)
    resealed = new.resealed(made.sealed)
    assert new.step(made.sealed, code, now) == int(now.timestamp()) // 30
    assert TotpAuthenticator(["b" * 32]).step(resealed, code, now) is not None
    assert TotpAuthenticator(["b" * 32]).step(made.sealed, code, now) is None
