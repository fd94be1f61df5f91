"""Taking stock: the contents of databases, log, graphs and mail server at rest."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from isopolity.contracts.catalogue import EVENT_TOPICS, TOPIC_OF_TYPE
from isopolity.contracts.event import Data, Event
from isopolity.contracts.notify import ResponseReceived
from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.matching.application.workflows.handlers import TOPICS as MATCHING_TOPICS
from isopolity.matching.bootstrap import GROUP as MATCHING_GROUP
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.codec import to_event
from isopolity.messaging.dead_letters import list_dead_letters
from isopolity.messaging.errors import BrokerUnavailable, PoisonMessage
from isopolity.notify.bootstrap import GROUP as NOTIFY_GROUP
from isopolity.notify.entrypoints.event_handlers import TOPICS as NOTIFY_TOPICS
from tests.support.faults.child import described
from tests.support.faults.tested import SERVICES, Received, Tested
from tests.support.faults.waiting import eventually

Row = Mapping[str, Any]
_MOVING = "state IN ('queued', 'claimed', 'transmitting', 'deferred')"

_QUERIES: Final = {
    "cities": ("registry", "SELECT id, version, status FROM cities"),
    "partners": ("registry", "SELECT id, version, status FROM partners"),
    "members": ("matching", "SELECT member_id, version, status FROM members"),
    "proposals": ("matching", "SELECT proposal_id, version, stage, document FROM proposals"),
    "partnerships": ("matching", "SELECT partnership_id, version, proposal_id, document FROM partnerships"),
    "reservations": ("matching", "SELECT holder, slot, proposal_id FROM reservations"),
    "projections": ("notify", "SELECT proposal_id, version, stage FROM proposals"),
    "mails": ("notify", "SELECT mail_id, occasion_id AS proposal_id, side, purpose, state FROM mails"),
    "answers": ("notify", "SELECT proposal_id, side, choice, response_id FROM answers"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The contents of all databases, the log, the graphs and the mail server."""

    cities: Sequence[Row]
    partners: Sequence[Row]
    members: Sequence[Row]
    """The proposals of matching."""
    proposals: Sequence[Row]
    partnerships: Sequence[Row]
    reservations: Sequence[Row]
    projections: Sequence[Row]
    """The proposals of notify."""
    mails: Sequence[Row]
    answers: Sequence[Row]
    arrived: Sequence[Received]
    versions: Mapping[tuple[str, str], Sequence[int]]
    """By topic and key, the version of each event in the log, in order, each event counted once."""
    responses: Sequence[str]
    """The proposal of each answer in the log; an answer that was published again counts once."""
    graphs: Sequence[Mapping[str, str]]
    rebuilt: Mapping[str, str]
    dead_letters: Sequence[str]
    """The reasons of the dead letters."""


async def quiescent(system: Tested) -> None:
    """Return once two checks in a row find empty outboxes, groups without lag, and no unsent mail.

    A single check can miss an event that is handled after the check of the outboxes and before that of the lag.
    """
    moving: dict[str, int] = {}
    looks = 0

    async def still() -> bool:
        nonlocal looks
        moving.clear()
        moving.update({name: count for name, count in (await _moving(system)).items() if count})
        looks = 0 if moving else looks + 1
        return looks == 2

    try:
        await eventually(still, "the system did not come to rest")
    except AssertionError as error:
        raise AssertionError(f"{error}: {moving}") from None


async def _moving(system: Tested) -> dict[str, int]:
    await system.hurry_mails()
    found = await asyncio.gather(*(_waiting(system, name) for name in SERVICES))
    counts = {f"outbox of {name}": row["outbox"] for name, row in zip(SERVICES, found, strict=True)}
    counts |= {"parked": sum(row["parked"] for row in found), "mails": found[-1]["mails"]}
    async with system.reading() as broker:
        groups = ((MATCHING_GROUP, MATCHING_TOPICS), (NOTIFY_GROUP, NOTIFY_TOPICS))
        lags = await asyncio.gather(*(_lag(broker, group, topics) for group, topics in groups))
    return counts | {f"lag of {group}": lag for (group, _), lag in zip(groups, lags, strict=True)}


async def _waiting(system: Tested, service: str) -> Row:
    """The number of unpublished events and unsent mails, without canaries, which never stop."""
    mails = f"SELECT count(*) FROM mails WHERE {_MOVING}" if service == "notify" else "SELECT 0"  # noqa: S608 - ours
    outbox = "SELECT count(*) FROM outbox WHERE topic NOT LIKE '%.canary'"
    parked = "SELECT count(*) FROM parked"
    query = f"SELECT ({outbox}) AS outbox, ({parked}) AS parked, ({mails}) AS mails"
    return (await system.rows(service, query))[0]


async def _lag(broker: MessageBroker, group: str, topics: Sequence[str]) -> int:
    try:
        lag = await broker.group_lag(group, [name for name in topics if not name.endswith(".canary")])
    except BrokerUnavailable:
        return -1
    return sum(lag.values())


async def take_stock(system: Tested) -> Stock:
    """Read all contents."""
    async with system.reading() as broker:
        events = await _log(broker)
        rebuilt = await _rebuilt(broker)
        dead_letters = await _dead_letters(broker)
    tables = await asyncio.gather(*(system.rows(service, query) for service, query in _QUERIES.values()))
    graphs: Sequence[Mapping[str, str]] = []

    async def have_read_all() -> bool:
        nonlocal graphs
        graphs = await system.graphs()
        return all(graph == rebuilt for graph in graphs)

    await eventually(have_read_all, "a graph differs from one rebuilt from the log", within=60)
    return Stock(
        **dict(zip(_QUERIES, tables, strict=True)),
        arrived=await system.arrivals.received(),
        versions=_versions(events),
        responses=_responses(events),
        graphs=graphs,
        rebuilt=rebuilt,
        dead_letters=dead_letters,
    )


async def _log(broker: MessageBroker) -> list[Event[Data]]:
    """Every event that the log holds, once by its id, in the order of each key; poison is left out."""
    names = [topic.name for topic in EVENT_TOPICS if not topic.name.endswith(".canary")]
    events: dict[str, Event[Data]] = {}
    async with broker.reader(names) as reader:
        ends = await reader.end_offsets()
        while any(position < ends[place] for place, position in (await reader.position()).items()):
            for batch in await reader.fetch(limit=5000, timeout=0.5):
                for record in batch.records:
                    with suppress(PoisonMessage):
                        event = to_event(record)
                        events.setdefault(event.envelope.id, event)
    return list(events.values())


def _versions(events: Sequence[Event[Data]]) -> dict[tuple[str, str], list[int]]:
    versions: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event in events:
        version = getattr(event.data, "version", None)
        if version is not None:
            versions[TOPIC_OF_TYPE[event.envelope.type].name, event.envelope.subject].append(version)
    return versions


def _responses(events: Sequence[Event[Data]]) -> Sequence[str]:
    found = (event.data for event in events if isinstance(event.data, ResponseReceived))
    return list({data.response_id: data.proposal_id for data in found}.values())


async def _rebuilt(broker: MessageBroker) -> dict[str, str]:
    reader = GraphReader(broker)
    task = asyncio.create_task(reader.run())
    try:

        async def has_read() -> bool:
            return reader.is_ready

        await eventually(has_read, "the graph was not rebuilt")
        return described(reader.network)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _dead_letters(broker: MessageBroker) -> list[str]:
    letters = [await list_dead_letters(broker, f"isopolity.{name}.dead-letter") for name in SERVICES]
    return sorted(letter.reason for service in letters for letter in service)
