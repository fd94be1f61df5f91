"""Tokens are revoked over HTTP, told to every service by the topic, and forgotten when they have all expired."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from isopolity.contracts.registry import RevocationState
from isopolity.identity.actors import of_subject
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import load_headers
from isopolity.persistence.retention import chores
from isopolity.registry.adapters.sql.retention import KINDS, forgetting
from isopolity.registry.adapters.sql.tables import messaging, revocations
from isopolity.registry.entrypoints.examples import HANDOVER
from isopolity.registry.settings import RegistrySettings
from tests.support.registry.access import add_contact, revoked
from tests.support.registry.service import MERGE_PATCH, RegistryUnderTest, bearer, member, staff
from tests.support.shared.relays import let_go, storage_of

PATH = "/registry/v1/revocations"


async def published(registry: RegistryUnderTest) -> list[RevocationState]:
    return [event.data for event in await registry.events() if isinstance(event.data, RevocationState)]


async def test_a_revocation_by_token_subject_or_member_is_published_and_audited(registry: RegistryUnderTest) -> None:
    digest = sha256(b"isopolity.subject:anna@city.example").hexdigest()
    wanted = {
        "token_id": ("0199-1", "token:0199-1"),
        "subject": ("anna@city.example", f"subject:{digest}"),
        "member_id": ("city-7", "member:city-7"),
    }
    for name, (value, revocation_id) in wanted.items():
        answer = await registry.client.post(PATH, json={name: value}, headers=bearer("operator"))
        assert answer.status_code == 201, answer.text
        assert answer.json()["revocation_id"] == revocation_id
    states = await published(registry)
    assert [state.revocation_id for state in states] == [revocation_id for _, revocation_id in wanted.values()]
    assert all(state.expires_at - state.revoked_at >= timedelta(days=30) for state in states)
    audit = (await registry.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    assert [(entry["actor_kind"], entry["action"]) for entry in audit] == [("operator", "revocations.create")] * 3
    assert "anna" not in str(audit) + str(states)


async def test_a_second_revocation_moves_the_moment_and_the_version_on(registry: RegistryUnderTest) -> None:
    for _ in range(2):
        await registry.client.post(PATH, json={"subject": "anna"}, headers=staff())
    first, second = await published(registry)
    assert (first.version, second.version) == (1, 2)
    assert second.revoked_at > first.revoked_at


async def test_revocations_are_listed_by_pages_for_staff_and_operators(registry: RegistryUnderTest) -> None:
    for wanted in ({"token_id": "t1"}, {"subject": "anna@city.example"}, {"member_id": "city-7"}):
        await registry.client.post(PATH, json=wanted, headers=staff())
    first = (await registry.client.get(PATH, params={"limit": 2}, headers=bearer("operator"))).json()
    rest = (await registry.client.get(PATH, params={"cursor": first["next"]}, headers=staff())).json()
    ids = [entry["revocation_id"] for entry in first["items"] + rest["items"]]
    assert [one.partition(":")[0] for one in ids] == ["member", "subject", "token"]
    assert rest["next"] is None
    assert "anna" not in str(first)
    assert (await registry.client.get(PATH, headers=member("city-7"))).status_code == 403


async def test_a_member_that_withdraws_loses_its_tokens(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=member(city_id))
    assert [state.revocation_id for state in await published(registry)] == [f"member:{city_id}"]


@pytest.mark.parametrize("way", ["erased", "withdrawn", "merged", "handed over", "of another address"])
async def test_tokens_of_a_contact_that_is_no_more_end_with_it(registry: RegistryUnderTest, way: str) -> None:
    """Programs hold them: their subject is the contact's id. A change that leaves the person leaves them, too."""
    city_id = await registry.add_city()
    hands_over = way == "handed over"
    contact_id = await add_contact(registry, city_id, role="coordinator" if hands_over else "deputy")
    contact, post = f"/registry/v1/contacts/{contact_id}", registry.client.post
    patch = {"Content-Type": MERGE_PATCH, "If-Match": '"1"'} | staff()
    if not hands_over:
        changed = await registry.client.patch(contact, json={"role": "approver"}, headers=patch)
        assert (changed.status_code, await revoked(registry)) == (200, [])
    if way == "erased":
        await registry.client.delete(contact, headers=staff())
    elif way == "withdrawn":
        await post(f"/registry/v1/cities/{city_id}/withdraw?erase_contacts=true", headers=staff())
    elif way == "merged":
        other = await registry.add_city(name="Another", geonames_id=7)
        await post(
            f"/registry/v1/cities/{other}/merge", json={"duplicate_id": city_id, "confirmed": True}, headers=staff()
        )
    elif way == "handed over":
        successor = HANDOVER | {"member_id": city_id, "predecessor_becomes": "gone"}
        by = member(city_id) | bearer("member", subject=contact_id, member_id=city_id)
        begun = (await post("/registry/v1/handovers", json=successor, headers=by)).json()
        path = f"/registry/v1/confirmations/{begun['handover_id']}/issue"
        secret = (await post(path, headers=bearer("contacts:read"))).json()["secret"]
        await post("/registry/v1/handovers/confirm", json={"secret": secret})
    else:
        again = patch | {"If-Match": '"2"'}
        await registry.client.patch(contact, json={"email": "another@city.example"}, headers=again)
    assert of_subject(contact_id) in await revoked(registry)


async def test_what_has_expired_is_forgotten_with_a_tombstone(registry: RegistryUnderTest) -> None:
    for name in ("anna", "ben"):
        await registry.client.post(PATH, json={"subject": name}, headers=staff())
    gone, kept = await published(registry)
    past = system_clock() - timedelta(seconds=1)
    async with registry.database.writing() as connection:
        expired = update(revocations).where(revocations.c.id == gone.revocation_id).values(expires_at=past)
        await connection.execute(expired)
        await connection.commit()
    storage = storage_of(registry.database, messaging, system_clock)
    due = chores(KINDS, RegistrySettings(), forgetting(storage))
    assert await let_go(storage, due) == {"revocations of tokens": 1}
    async with registry.database.reading() as connection:
        left = (await connection.execute(select(revocations.c.id))).scalars().all()
        last = (await connection.execute(select(messaging.outbox).order_by(messaging.outbox.c.id.desc()))).first()
    assert left == [kept.revocation_id]
    assert last is not None
    assert (last.topic, last.key, last.value) == ("isopolity.registry.revocation", gone.revocation_id, None)
    assert load_headers(last.headers) == []
    assert await let_go(storage, due) == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": None},
        {"subject": "anna", "token_id": "1"},
        {"token_id": "a b"},
        {"subject": ""},
        {"subject": "a" * 256},
        {"member_id": "x" * 121},
        {"name": "anna"},
    ],
    ids=range(8),
)
async def test_a_revocation_of_nothing_or_of_two_things_is_refused(
    on_sqlite: RegistryUnderTest, body: dict[str, object]
) -> None:
    assert (await on_sqlite.client.post(PATH, json=body, headers=staff())).status_code == 422


async def test_revoking_is_for_staff_and_operators(on_sqlite: RegistryUnderTest) -> None:
    answer = await on_sqlite.client.post(PATH, json={"subject": "anna"}, headers=member("city-7"))
    assert answer.status_code == 403
