"""Keys of registry rotate, what they seal goes on, and a network of the release before is upgraded step by step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from pydantic import ValidationError
from sqlalchemy import select

from isopolity.identity.network_keys import COMMAND, REGISTRY, public_key
from isopolity.registry.adapters.authenticators import app_secrets
from isopolity.registry.adapters.encryption import seal_anew
from isopolity.registry.adapters.sql import tables
from isopolity.registry.settings import RegistrySettings
from isopolity.web.issuer_tokens import SharedSecretTokens
from tests.support.registry.access import (
    OFFICE,
    PEOPLE,
    add_to_office,
    enrolled,
    holder,
    pass_with_code,
    refresh,
    signed_in,
)
from tests.support.registry.service import CONTACT, KEY, RegistryUnderTest, bearer, open_under_test
from tests.support.shared.relays import Moving

SHARED, OLD, NEW = ("s" * 32, "o" * 32, "n" * 32)
OF_THE_COMMAND: Final = public_key(KEY, COMMAND)


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@asynccontextmanager
async def registry_with(folder: Path, clock: Moving, **keys: str) -> AsyncIterator[RegistryUnderTest]:
    """registry on the same database each time, with these keys; it knows the command's."""
    named: dict[str, Any] = {"public_keys": f"{OF_THE_COMMAND.name}:{OF_THE_COMMAND.half}", **keys}
    settings = RegistrySettings(data=folder, **named)
    url = f"sqlite+aiosqlite:///{folder / 'registry.db'}"
    async with open_under_test(url, folder, settings=settings, clock=clock) as opened:
        await seal_anew(opened.database, app_secrets(settings.sealing_keys))  # as its task does
        yield opened


async def of_a_member(registry: RegistryUnderTest) -> dict[str, Any]:
    await registry.add_city(contact=CONTACT)
    return await signed_in(registry)


async def is_taken(registry: RegistryUnderTest, session: dict[str, Any]) -> bool:
    return (await registry.client.get("/registry/v1/sessions", headers=holder(session))).status_code == 200


def algorithm(session: dict[str, Any]) -> str:
    return str(jwt.get_unverified_header(session["access_token"])["alg"])


async def test_the_first_key_signs_and_all_are_published(tmp_path: Path, clock: Moving) -> None:
    old, new = (public_key(key, REGISTRY).key_id for key in (OLD, NEW))
    for ring, published in ((OLD, [old]), (f"{NEW},{OLD}", [new, old]), (NEW, [new])):
        async with registry_with(tmp_path, clock, registry_keys=ring) as registry:
            answer = await registry.client.get("/registry/v1/keys")
            assert [key["kid"] for key in answer.json()["keys"]] == [*published, OF_THE_COMMAND.key_id]
            assert answer.headers["Cache-Control"] == "public, max-age=60"
            assert (await registry.client.get(PEOPLE, headers=bearer("operator"))).status_code == 200


async def test_a_session_goes_on_over_a_rotation(tmp_path: Path, clock: Moving) -> None:
    async with registry_with(tmp_path, clock, registry_keys=OLD) as registry:
        session = await of_a_member(registry)
    async with registry_with(tmp_path, clock, registry_keys=f"{NEW},{OLD}") as registry:
        assert await is_taken(registry, session), "an older key verifies"
        following = (await refresh(registry, session)).json()
    async with registry_with(tmp_path, clock, registry_keys=NEW) as registry:
        assert await is_taken(registry, following)
        assert not await is_taken(registry, session), "its key is dropped"
        assert await is_taken(registry, (await refresh(registry, following)).json())


async def test_a_network_of_the_release_before_is_upgraded_step_by_step(tmp_path: Path, clock: Moving) -> None:
    shared = SharedSecretTokens([SHARED], clock).issue("somebody", ["operator"], lifetime=timedelta(hours=1))
    by_shared = {"Authorization": f"Bearer {shared}"}
    async with registry_with(tmp_path, clock, token_keys=SHARED) as registry:
        session = await of_a_member(registry)
        assert algorithm(session) == "HS256", "services of the release before take nothing else"
        assert await is_taken(registry, session)
    async with registry_with(tmp_path, clock, token_keys=SHARED, registry_keys=NEW) as registry:
        assert await is_taken(registry, session)
        assert (await registry.client.get(PEOPLE, headers=by_shared)).status_code == 200
        following = (await refresh(registry, session)).json()
        assert algorithm(following) == "EdDSA"
        assert await is_taken(registry, following)
    async with registry_with(tmp_path, clock, registry_keys=NEW) as registry:
        assert not await is_taken(registry, session)
        assert (await registry.client.get(PEOPLE, headers=by_shared)).status_code == 401
        assert await is_taken(registry, (await refresh(registry, following)).json())


async def test_secrets_of_apps_are_sealed_anew_so_that_an_older_key_can_go(tmp_path: Path, clock: Moving) -> None:
    async def seal(registry: RegistryUnderTest) -> str:
        async with registry.database.reading() as connection:
            return str((await connection.execute(select(tables.people.c.factor_sealed))).scalar_one())

    async def counts(registry: RegistryUnderTest) -> bool:
        clock.now += timedelta(minutes=1)
        session = await signed_in(registry, str(OFFICE["email"]))
        return (await pass_with_code(registry, session, app.at(clock.now))).status_code == 200

    async with registry_with(tmp_path, clock, token_keys=SHARED) as registry:
        await add_to_office(registry)
        app = await enrolled(registry, await signed_in(registry, str(OFFICE["email"])))
        assert await counts(registry)
        sealed = await seal(registry)
    async with registry_with(tmp_path, clock, token_keys=SHARED, registry_keys=NEW) as registry:
        sealed_anew = await seal(registry)
        assert sealed_anew != sealed
    async with registry_with(tmp_path, clock, registry_keys=NEW) as registry:
        assert await seal(registry) == sealed_anew, "the first key made it"
        assert await counts(registry)
        sealed_anew = await seal(registry)
    async with registry_with(tmp_path, clock, registry_keys=OLD) as registry:
        assert await seal(registry) == sealed_anew, "what no key opens is left as it is"
        assert not await counts(registry)


@pytest.mark.parametrize(
    ("ring", "problem"),
    [(f"{NEW},{SHARED}", "share a key: make another for registry"), ("short", "32"), (f"{NEW},short", "32 characters")],
)
def test_a_short_key_or_one_that_all_services_shared_is_none_for_registry(ring: str, problem: str) -> None:
    settings: dict[str, Any] = {"registry_keys": ring, "token_keys": SHARED}
    with pytest.raises(ValidationError, match=problem):
        RegistrySettings(**settings)
