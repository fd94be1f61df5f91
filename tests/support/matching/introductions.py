"""One instance of matching on a SQLite file, used over HTTP, and all that a member can observe there.

Staff, other members and the clock are moved by methods; `views` is what a test compares between two courses of events.
"""

import json
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import select

from isopolity.contracts.catalogue import INTEREST
from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.workflows.placement import place_interests
from isopolity.matching.application.workflows.settlement import close_interests
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.app import ROUTERS, install
from isopolity.matching.entrypoints.http.context import MatchingContext
from isopolity.persistence.database import Database
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from tests.support.matching.instance import Instance
from tests.support.matching.service import KEY, TestClock, city, need, offer, partner, programme
from tests.support.shared.migrated import open_migrated

DAY: Final = timedelta(days=1)
_TOKENS: Final = LocalTokens([KEY], lambda: datetime.now(UTC))


def members(capacity: int = 1) -> list[CityState | PartnerState]:
    """Five cities that fit each other, and a partner with two programmes that fit them all."""
    wishes = {"needs": (need("cluster.literacy"),), "offers": (offer("cluster.literacy"),), "capacity": capacity}
    cities = [city(f"city-{i}", country=f"{chr(65 + i)}X", **wishes) for i in range(5)]
    return [*cities, partner("halcyon", [programme("reading"), programme("books")])]


class Introductions(Instance):
    """An instance with its HTTP."""

    def __init__(self, database: Database, network: Network, policy: SendingPolicy, clock: TestClock) -> None:
        super().__init__(database, network, policy, clock)
        self.database = database
        app = service_app("matching", title="", description="", tokens=_TOKENS, routers=ROUTERS)
        queries = MatchingQueries(database)
        context = MatchingContext(
            unit_of_work=self.unit_of_work,
            reading=self.unit_of_work,
            surroundings=self.surroundings,
            queries=queries,
            wake_rounds=lambda: None,
        )
        install(app, context)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://matching/matching/v1")

    def known(self, state: CityState | PartnerState) -> None:
        """Let the network know a member's state."""
        kind, member_id = ("city", state.city_id) if isinstance(state, CityState) else ("partner", state.partner_id)
        self.network.put_member(kind, member_id, state.version, state.status, state.model_dump_json().encode())

    async def ask(self, member_id: str, other_id: str, key: str | None = None, **order: Any) -> httpx.Response:
        headers = headers_of(member_id) | ({"Idempotency-Key": key} if key else {})
        body = {"other_id": other_id, **order}
        return await self.client.post(f"/members/{member_id}/interests", json=body, headers=headers)

    async def asked(self, member_id: str, other_id: str, **order: Any) -> dict[str, Any]:
        answer = await self.ask(member_id, other_id, **order)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def place(self) -> int:
        """Place the pending interests, as the task does."""
        return await place_interests(self.unit_of_work, self.surroundings)

    async def pass_time(self, days: float) -> None:
        """Let time pass, settle and close what is due, and place pending interests."""
        self.clock.move(days * DAY)
        await self.settle()
        await close_interests(self.unit_of_work, self.clock())
        await self.place()

    async def get(self, path: str, member_id: str | None = None) -> httpx.Response:
        """Read as a member, or as staff."""
        return await self.client.get(path, headers=headers_of(member_id))

    async def interests(self, member_id: str) -> list[dict[str, Any]]:
        return list((await self.get(f"/members/{member_id}/interests", member_id)).json()["items"])

    async def own_proposals(self, member_id: str) -> list[dict[str, Any]]:
        return list((await self.get(f"/members/{member_id}/proposals", member_id)).json()["items"])

    async def heard(self, member_id: str) -> list[dict[str, Any]]:
        """Events for mails to the member about its interests, in order and without ids."""
        outbox = tables.messaging.outbox
        async with self.database.reading() as connection:
            rows = await connection.execute(
                select(outbox.c.value).where(outbox.c.topic == INTEREST.name).order_by("id")
            )
            told = [json.loads(value) for value in rows.scalars()]
        return [
            {name: value for name, value in each.items() if name != "interest_id"}
            for each in told
            if each["member_id"] == member_id
        ]

    async def slots(self) -> dict[str, int]:
        """The number of slots in use, by holder."""
        async with self.unit_of_work() as uow:
            return dict(await uow.reservations.taken())

    async def views(self, member_id: str, others: Collection[str]) -> dict[str, Any]:
        """All that a member can read, without the ids of its interests, which are new each time."""
        found: dict[str, Any] = {"heard": await self.heard(member_id)}
        for name in ("suggestions", "proposals", "partnerships", "interests"):
            found[name] = (await self.get(f"/members/{member_id}/{name}", member_id)).json()
        for interest in found["interests"]["items"]:
            del interest["interest_id"]
        for programme_id in ("reading", "books") if member_id == "halcyon" else ():
            path = f"/programmes/halcyon/{programme_id}/portfolio"
            found[path] = (await self.get(path, member_id)).json()
        for other in others:
            path = f"/pairs/{member_id}/{other}"
            for programme_id in ("reading", "books") if "halcyon" in (member_id, other) else ("",):
                query = f"?programme_id={programme_id}" if programme_id else ""
                found[path + query] = (await self.get(path + query, member_id)).json()
        for proposal in await self.proposals():
            answer = await self.get(f"/proposals/{proposal.proposal_id}", member_id)
            if answer.status_code != 404:
                found[f"/proposals/{proposal.pair_key}"] = answer.json()
        return found


@asynccontextmanager
async def introductions(
    folder: Path, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY, *, capacity: int = 1
) -> AsyncIterator[Introductions]:
    """An instance on an empty database, whose members all have a contact but `city-4`."""
    os.makedirs(folder, exist_ok=True)
    database = await open_migrated(f"sqlite+aiosqlite:///{folder / 'matching.db'}", "isopolity.matching")
    network = Network(contacts_count=True)
    instance = Introductions(database, network, policy, TestClock())
    for state in members(capacity):
        instance.known(state)
        member_id = state.city_id if isinstance(state, CityState) else state.partner_id
        if member_id != "city-4":
            network.put_contact(f"contact-of-{member_id}", 1, member_id)
    try:
        yield instance
    finally:
        await instance.client.aclose()
        await database.close()


def headers_of(member_id: str | None = None) -> dict[str, str]:
    """The headers of a member, or of staff."""
    scope = "staff" if member_id is None else "member"
    token = _TOKENS.issue("test", [scope], member_id=member_id, lifetime=timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


def code(answer: Any) -> str:
    """The code of a refusal."""
    return str(answer.json()["type"].rpartition(":")[2])


async def the_proposal(network: Introductions) -> Any:
    """The only proposal of a network."""
    (proposal,) = await network.proposals()
    return proposal
