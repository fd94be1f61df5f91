"""Who keeps the list of the office comes to more rights by a second person, or by the command, and by no detour."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.identity.network_keys import REGISTRY
from isopolity.persistence.retention import chores
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.access.office_requests import office_requests
from isopolity.registry.adapters.sql.retention import KINDS, forgetting
from isopolity.registry.settings import RegistrySettings
from isopolity.web.network_tokens import LocalTokens
from tests.support.registry.access import COMMAND, OFFICE, PEOPLE, add_to_office
from tests.support.registry.service import KEY, RegistryUnderTest, bearer, open_under_test, staff
from tests.support.shared.relays import Moving, let_go, storage_of

KAI, LEA, NEW = "kai@network.example", "lea@network.example", "new@elsewhere.example"


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


def session(person_id: str, *scopes: str) -> dict[str, str]:
    """The header of this person, signed in."""
    tokens = LocalTokens([KEY], lambda: datetime.now(UTC), name=REGISTRY)
    token = tokens.issue(person_id, scopes, session_id=f"of-{person_id}", lifetime=timedelta(minutes=10))
    return {"Authorization": f"Bearer {token}"}


async def keeper(registry: RegistryUnderTest, email: str, *scopes: str) -> tuple[str, dict[str, str]]:
    """Somebody on the list: the id, and the header."""
    person_id = await add_to_office(registry, email=email, scopes=list(scopes))
    return person_id, session(person_id, *scopes)


async def give(registry: RegistryUnderTest, by: dict[str, str], email: str, *scopes: str) -> httpx.Response:
    return await registry.client.post(PEOPLE, json=OFFICE | {"email": email, "scopes": scopes}, headers=by)


async def reset(registry: RegistryUnderTest, by: dict[str, str], person_id: str) -> httpx.Response:
    return await registry.client.post(f"{PEOPLE}/{person_id}/reset-second-factor", headers=by)


async def decide(registry: RegistryUnderTest, by: dict[str, str], request_id: str, act: str = "confirm") -> Any:
    return await registry.client.post(f"{PEOPLE}/requests/{request_id}/{act}", headers=by)


async def scopes_of(registry: RegistryUnderTest, email: str) -> list[str] | None:
    listed = (await registry.client.get(PEOPLE, headers=COMMAND)).json()["items"]
    return next((one["scopes"] for one in listed if one["email"] == email), None)


async def waiting(registry: RegistryUnderTest, by: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await registry.client.get(f"{PEOPLE}/requests", headers=by)).json()["items"]
    return found


async def test_more_rights_for_oneself_wait_for_another_person_who_keeps_the_list(registry: RegistryUnderTest) -> None:
    kai_id, kai = await keeper(registry, KAI, "staff:manage")
    _, lea = await keeper(registry, LEA, "staff:manage")
    asked = await give(registry, kai, KAI, "staff:manage", "staff:publish")
    assert (asked.status_code, asked.json()["asked_by"]) == (202, kai_id)
    request_id = asked.json()["request_id"]
    assert await scopes_of(registry, KAI) == ["staff:manage"]
    assert [one["person"]["scopes"] for one in await waiting(registry, lea)] == [["staff:manage", "staff:publish"]]
    own = await decide(registry, kai, request_id)
    assert (own.status_code, "asked for this yourself" in own.json()["detail"]) == (409, True)
    done = await decide(registry, lea, request_id)
    assert (done.status_code, done.json()["scopes"]) == (200, ["staff:manage", "staff:publish"])
    assert await scopes_of(registry, KAI) == ["staff:manage", "staff:publish"]
    assert (await decide(registry, lea, request_id)).status_code == 404
    assert await waiting(registry, lea) == []


@pytest.mark.parametrize(
    ("held", "email", "wanted"),
    [
        (("staff:manage",), KAI, ("staff",)),
        (("staff:manage",), NEW, ("staff:publish",)),
        (("staff:manage",), NEW, ("staff:manage",)),
        (("staff",), NEW, ("staff",)),
        (("staff",), LEA, ("staff:read", "staff:manage")),
        (("operator",), KAI, ("operator", "staff")),
        (("operator",), KAI, ("operator", "staff:read")),
        (("operator",), NEW, ("operator",)),
        (("operator", "staff"), NEW, ("staff:manage",)),
    ],
)
async def test_what_one_would_come_to_more_rights_by_waits(
    on_sqlite: RegistryUnderTest, held: tuple[str, ...], email: str, wanted: tuple[str, ...]
) -> None:
    """Also by a second entry that one could sign in as, or by a colleague who would confirm."""
    _, kai = await keeper(on_sqlite, KAI, *held)
    await keeper(on_sqlite, LEA, "staff:read")
    before = await scopes_of(on_sqlite, email)
    assert (await give(on_sqlite, kai, email, *wanted)).status_code == 202
    assert await scopes_of(on_sqlite, email) == before
    assert (await give(on_sqlite, COMMAND, email, *wanted)).status_code == 200, "the command needs nobody"


@pytest.mark.parametrize(
    ("held", "email", "wanted"),
    [
        (("staff",), NEW, ("staff:endorse", "staff:publish")),
        (("staff:manage", "staff:endorse"), NEW, ("staff:endorse",)),
        (("staff:manage",), NEW, ("staff:read",)),
        (("operator",), NEW, ("operator:redrive", "operator:pause")),
        (("staff",), LEA, ("staff:read",)),
    ],
)
async def test_what_one_holds_oneself_is_given_and_anything_taken_at_once(
    on_sqlite: RegistryUnderTest, held: tuple[str, ...], email: str, wanted: tuple[str, ...]
) -> None:
    _, kai = await keeper(on_sqlite, KAI, *held)
    await keeper(on_sqlite, LEA, "staff:publish", "staff:manage")
    assert (await give(on_sqlite, kai, email, *wanted)).status_code == 200


async def test_another_app_for_who_keeps_the_list_or_may_do_more_takes_two_people(
    registry: RegistryUnderTest,
) -> None:
    """Who has the enrolment code and reads the person's mail acts as that person."""
    kai_id, kai = await keeper(registry, KAI, "staff:manage")
    lea_id, lea = await keeper(registry, LEA, "staff:manage")
    other_id = await add_to_office(registry, email="publishing@network.example", scopes=["staff:publish"])
    reader_id = await add_to_office(registry, email="reading@network.example", scopes=["staff:read"])
    assert (await reset(registry, kai, reader_id)).json()["enrolment_code"]
    assert (await reset(registry, kai, kai_id)).status_code == 409
    asked = [await reset(registry, kai, person_id) for person_id in (lea_id, other_id)]
    assert [(one.status_code, one.json()["wants"]) for one in asked] == [(202, "app")] * 2
    assert "enrolment_code" not in asked[0].text
    of_lea, of_other = (one.json()["request_id"] for one in asked)
    assert (await decide(registry, lea, of_lea)).status_code == 409, "nobody hands a code to himself"
    assert (await decide(registry, lea, of_other)).json()["enrolment_code"]
    assert (await decide(registry, COMMAND, of_lea)).json()["enrolment_code"]


async def test_only_a_person_on_the_list_who_has_signed_in_asks_and_confirms(registry: RegistryUnderTest) -> None:
    """A program's token may belong to the same person."""
    kai_id, kai = await keeper(registry, KAI, "staff:manage")
    for by in (bearer("staff:manage", subject=kai_id), bearer("operator"), session("nobody", "staff:manage")):
        refused = await give(registry, by, NEW, "staff")
        assert (refused.status_code, "second person" in refused.json()["detail"]) == (409, True)
    request_id = (await give(registry, kai, KAI, "staff")).json()["request_id"]
    reader_id = await add_to_office(registry, email=LEA, scopes=["staff:read"])
    for by in (bearer("operator"), session("nobody", "staff:manage"), session(reader_id, "staff:manage")):
        assert (await decide(registry, by, request_id)).status_code == 409
    assert (await decide(registry, session(reader_id, "staff:read"), request_id)).status_code == 403
    assert (await decide(registry, COMMAND, request_id)).status_code == 200


async def test_rights_of_operators_are_confirmed_by_operators(registry: RegistryUnderTest) -> None:
    _, kai = await keeper(registry, KAI, "operator")
    _, lea = await keeper(registry, LEA, "staff")
    _, ola = await keeper(registry, "ola@network.example", "operator")
    request_id = (await give(registry, kai, NEW, "operator")).json()["request_id"]
    assert await waiting(registry, lea) == []
    for act in ("confirm", "refuse"):
        assert (await decide(registry, lea, request_id, act)).status_code == 403
    done = await decide(registry, ola, request_id)
    assert done.json()["enrolment_code"], "who confirms hands it over"


async def test_a_request_is_refused_taken_back_or_asked_anew(registry: RegistryUnderTest) -> None:
    _, kai = await keeper(registry, KAI, "staff:manage")
    _, lea = await keeper(registry, LEA, "staff:manage")
    for by in (kai, lea):
        request_id = (await give(registry, kai, NEW, "staff:endorse")).json()["request_id"]
        assert (await decide(registry, by, request_id, "refuse")).status_code == 204
        assert (await decide(registry, lea, request_id)).status_code == 404
    first, second = [
        (await give(registry, kai, NEW, right)).json()["request_id"] for right in ("staff:endorse", "staff")
    ]
    assert (await decide(registry, lea, first)).status_code == 404, "who confirms confirms what stands"
    assert (await decide(registry, lea, second)).json()["scopes"] == ["staff"]


async def test_what_was_asked_by_who_has_left_or_too_long_ago_counts_no_more(
    timed: RegistryUnderTest, clock: Moving
) -> None:
    kai_id, kai = await keeper(timed, KAI, "staff:manage")
    lea_id, _ = await keeper(timed, LEA, "operator", "staff")
    lea = session(lea_id, "operator", "staff")
    left = (await give(timed, kai, NEW, "staff")).json()["request_id"]
    await add_to_office(timed, email=KAI, scopes=["staff:read"])
    assert (await decide(timed, lea, left)).status_code == 410
    await timed.client.delete(f"{PEOPLE}/{kai_id}", headers=COMMAND)
    assert (await decide(timed, lea, left)).status_code == 404
    kai_id, kai = await keeper(timed, KAI, "staff:manage")
    await give(timed, kai, NEW, "staff")
    storage = storage_of(timed.database, tables.messaging, clock)
    clock.after(days=14.1)
    await let_go(storage, chores(KINDS, RegistrySettings(), forgetting(storage)))
    async with timed.database.reading() as connection:
        assert (await connection.execute(office_requests.select())).all() == []


async def test_the_audit_tells_who_asked_and_who_confirmed_and_nobodys_address(registry: RegistryUnderTest) -> None:
    kai_id, kai = await keeper(registry, KAI, "staff:manage")
    lea_id, lea = await keeper(registry, LEA, "staff:manage")
    request_id = (await give(registry, kai, NEW, "staff")).json()["request_id"]
    await decide(registry, lea, request_id)
    entries = (await registry.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    about = [one for one in entries if one["actor"] in (kai_id, lea_id)]
    assert {(one["actor"], one["action"]) for one in about} == {(kai_id, "people.create"), (lea_id, "people.confirm")}
    assert kai_id in str([one["before"] for one in about])
    assert "elsewhere.example" not in str(entries)
