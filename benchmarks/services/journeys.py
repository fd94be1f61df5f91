"""Journeys through journals of 50,000 members and 200,000 proposals: from the first question to the tree.

The journals of the three services lie in PostgreSQL, one database each; their routes are asked in this process.
"""

# ruff: noqa: S608 - statements are made of texts in this file alone

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from statistics import quantiles
from time import perf_counter
from typing import Final, TypeVar, cast

import asyncpg
import httpx
from sqlalchemy import MetaData

from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.client.call import Call
from isopolity.contracts.event_types import SERVICES
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import MessageBroker
from isopolity.persistence.database import Database
from isopolity.persistence.tables import messaging_tables
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.operations.journal import journal_router
from isopolity.web.operations.journey_trees import chains_of
from isopolity.web.operations.journeys import Journey, follow
from isopolity.web.operations.vitals import Vitals

Answer = TypeVar("Answer")
METADATA: Final = MetaData()
TABLES: Final = messaging_tables(METADATA)
_MEMBERS, _PROPOSALS = 50_000, 200_000
_TIMES: Final = 40
_BOUND: Final = 300.0
_KEY: Final = "k" * 32
_COLUMNS: Final = "event_id, type, at, member_id, other_member_id, proposal_id, mail_id, correlation_id, causation_id"
_AT: Final = "now() - interval '90 days' + n * interval '20 seconds'"
_LINES: Final[Mapping[str, Sequence[str]]] = {
    "registry": [
        f"SELECT 'r' || n, 'isopolity.registry.city.registered.v1', {_AT}, 'city-' || n, NULL, NULL, NULL, 'in-' || n,"
        " NULL FROM generate_series(0, {members} - 1) AS n",
        f"SELECT 'e' || n, 'isopolity.registry.city.endorsed.v1', {_AT}, 'city-' || n, NULL, NULL, NULL, 'yes-' || n,"
        " NULL FROM generate_series(0, {members} - 1) AS n",
    ],
    "matching": [
        f"SELECT 'p{each}' || n, 'isopolity.matching.proposal.{name}.v1', {_AT}, 'city-' || n % {{members}},"
        " 'city-' || n * 7 % {members}, 'proposal-' || n, NULL, 'round-' || n / 9000, "
        f"{cause} FROM generate_series(0, {{proposals}} - 1) AS n"
        for each, name, cause in (("i", "issued", "NULL"), ("a", "answered", "'a' || n"), ("d", "declined", "NULL"))
    ],
    "notify": [
        *(
            f"SELECT 'm{side}' || n, 'isopolity.notify.delivery.sent.v1', {_AT}, NULL, NULL, 'proposal-' || n,"
            f" 'mail-{side}-' || n, 'round-' || n / 9000, 'pi' || n FROM generate_series(0, {{proposals}} - 1) AS n"
            for side in "ab"
        ),
        f"SELECT 'a' || n, 'isopolity.notify.response.received.v1', {_AT}, NULL, NULL, 'proposal-' || n, NULL,"
        " 'answer-' || n, NULL FROM generate_series(0, {proposals} - 1) AS n",
    ],
}
"""Lines of each service's journal, written by the database itself."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """Members and proposals from all over the journals, each once."""
    sizes = {"members": here.size(_MEMBERS), "proposals": here.size(_PROPOSALS)}
    async with AsyncExitStack() as stack:
        clients: dict[str, httpx.AsyncClient] = {}
        for service in SERVICES:
            url = await stack.enter_async_context(here.database())
            database = Database.open(url)
            stack.push_async_callback(database.close)
            await _fill(database, url, service, sizes)
            clients[service] = await stack.enter_async_context(_client(here, service, database))
        rows = []
        for kind, count in (("member", sizes["members"]), ("proposal", sizes["proposals"])):
            prefix = "city" if kind == "member" else "proposal"
            ids = [f"{prefix}-{count // _TIMES * number}" for number in range(_TIMES)]
            taken = [await _taken(clients, kind, each) for each in ids]
            rows.append(_row(kind, sizes, taken))
    return rows


async def _fill(database: Database, url: str, service: str, sizes: Mapping[str, int]) -> None:
    async with database.writing() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.commit()
    plain = await asyncpg.connect(url)
    for number, lines in enumerate(_LINES[service]):
        topic = f"isopolity.{service}.{('city', 'proposal', 'delivery')[SERVICES.index(service)]}"
        if "response" in lines:
            topic = "isopolity.notify.response"
        rows = lines.format(**sizes)
        await plain.execute(
            f'INSERT INTO journal ({_COLUMNS}, topic, partition, "offset")'
            f" SELECT rows.*, '{topic}', 0, {number} * 1000000 + row_number() OVER () FROM ({rows}) AS rows",
            timeout=300,
        )
    await plain.execute("ANALYZE journal")
    await plain.close()


def _client(here: Surroundings, service: str, database: Database) -> httpx.AsyncClient:
    tokens = LocalTokens([_KEY], system_clock)
    vitals = Vitals(
        service=service,
        database=database,
        tables=TABLES,
        broker=cast("MessageBroker", here.broker),
        clock=system_clock,
    )
    app = service_app(service, title=service, description="", tokens=tokens, routers=[journal_router(service)])
    app.state.vitals = vitals
    bearer = tokens.issue("bench", ["operator:read"], lifetime=timedelta(hours=1))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url=f"http://{service}",
        headers={"Authorization": f"Bearer {bearer}"},
    )


async def _taken(clients: Mapping[str, httpx.AsyncClient], kind: str, identifier: str) -> float:
    """Milliseconds for one journey and its tree."""

    async def ask(call: Call[Answer]) -> Answer | None:
        answer = await clients[call.service].request(call.method, call.path, params=call.parameters)
        return call.read(answer.raise_for_status().content)

    started = perf_counter()
    found = await follow(ask, kind, identifier)
    if not isinstance(found, Journey) or not chains_of(found.lines):
        raise SystemExit(f"{kind} {identifier} has no journey")
    return (perf_counter() - started) * 1000


def _row(kind: str, sizes: Mapping[str, int], taken: Sequence[float]) -> Row:
    return Row(
        what=f"journey of a {kind}, p95",
        size=f"{sizes['members']:,} members, {sizes['proposals']:,} proposals",
        unit="ms",
        ours=quantiles(taken, n=20)[-1],
        target=Target(of="figure", sense="≤", value=_BOUND),
        samples={"ours": [each / 1000 for each in taken]},
    )
