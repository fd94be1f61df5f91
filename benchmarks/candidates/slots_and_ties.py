"""The work of one event in a large network: the slots of the holders concerned, the components that a tie joins.

Beside each stands the way that it was done before: the slots of all holders, all components anew.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.candidates import members
from benchmarks.candidates.one_member import NOW, network_of
from benchmarks.measuring import Contender, Cost, interleaved
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.reservations import SqlReservationRepository
from isopolity.matching.application.candidates.market import Market, ties_among
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.domain.scores.city_arrays import components, has_tie
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade

MEMBERS: Final = 50_000
PROPOSALS: Final = 20_000
CONCERNED: Final = 40
"""Holders that a search for one city asks about: twice what it wants, where most have capacity left."""
_ROUNDS: Final = 20
_AT_ONCE: Final = 1_000


async def measure(here: Surroundings) -> Sequence[Row]:
    """Slots on both databases, then ties."""
    rows = []
    async with here.database() as url:
        rows.append(await _slots("PostgreSQL", url, here))
    with TemporaryDirectory() as folder:
        rows.append(await _slots("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'matching.db'}", here))
    return [*rows, await _ties(here)]


async def _slots(name: str, url: str, here: Surroundings) -> Row:
    people, proposals = here.size(MEMBERS), here.size(PROPOSALS)
    async with _filled(url, people, proposals) as database:
        await _require_equal(database, people)
        asked = Random(1)  # noqa: S311  # sample data

        async def concerned(connection: AsyncConnection) -> object:
            holders = [_holder(number) for number in asked.sample(range(people), CONCERNED)]
            return await SqlReservationRepository(connection).taken(holders)

        contenders = {"ours": _timed(database, concerned), "all": _timed(database, _all_holders)}
        samples = await interleaved(contenders, here.rounds(_ROUNDS))
    return Row(
        what=f"slots in use, asked for one search, {name}",
        size=f"{people:,} members, {proposals:,} open proposals",
        unit="ms",
        ours=1e3 * median(samples.clock("ours")),
        peer_name="all holders in one query",
        peer=1e3 * median(samples.clock("all")),
        ratio=samples.times("all", "ours"),
        work_ratio=samples.times_the_work("all", "ours"),
        note="as fast",
        target=Target(of="figure", sense="≤", value=20),
        samples=samples.seconds("ours", "all"),
    )


@asynccontextmanager
async def _filled(url: str, people: int, proposals: int) -> AsyncIterator[Database]:
    """A database of matching in which both sides of each proposal have a slot."""
    database, random = Database.open(url), Random(people)  # noqa: S311  # sample data
    used: dict[str, int] = {}
    rows = []
    for number in range(proposals):
        for member in random.sample(range(people), 2):
            holder = _holder(member)
            used[holder] = slot = used.get(holder, -1) + 1
            rows.append({"holder": holder, "slot": slot, "proposal_id": f"proposal-{number:06d}"})
    try:
        await upgrade(database, "isopolity.matching")
        async with database.writing() as connection:
            for start in range(0, len(rows), _AT_ONCE):
                await connection.execute(insert(tables.reservations), rows[start : start + _AT_ONCE])
            await connection.commit()
        yield database
    finally:
        await database.close()


def _holder(number: int) -> str:
    return f"0199aaaa-0000-7000-8000-{number:012d}"


async def _all_holders(connection: AsyncConnection) -> Mapping[str, int]:
    """The way before: everybody's slots in one answer."""
    query = select(tables.reservations.c.holder, func.count().label("slots")).group_by(tables.reservations.c.holder)
    return {row.holder: row.slots for row in await connection.execute(query)}


async def _require_equal(database: Database, people: int) -> None:
    async with database.reading() as connection:
        everybody = await _all_holders(connection)
        some = [_holder(number) for number in range(0, people, people // CONCERNED)]
        found = await SqlReservationRepository(connection).taken(some)
    if found != {holder: everybody[holder] for holder in some if holder in everybody}:
        raise SystemExit("both ways of asking for slots do not answer alike: the comparison would mean nothing")


def _timed(database: Database, ask: Callable[[AsyncConnection], Awaitable[object]]) -> Contender:
    async def once() -> Cost:
        started = _now()
        async with database.reading() as connection:
            await ask(connection)
        return _since(started)

    return once


async def _ties(here: Surroundings) -> Row:
    """Ties come and go one by one: all that the market does about each in the event loop, beside parts of that anew."""
    drawn = members.network(here.size(MEMBERS))
    network = network_of(drawn)
    maker = MarketSource(network)
    cities = maker.market(NOW.date()).profiles.cities
    changes = _changes([city.city_id for city in cities])

    async def followed() -> Cost:
        network.put_tie(next(changes))
        started = _now()
        maker.market(NOW.date())
        return _since(started)

    async def anew() -> Cost:
        names = {city.city_id for city in cities}
        started = _now()
        components(cities, network.graph), has_tie(cities, network.graph), ties_among(names, network.graph)
        return _since(started)

    samples = await interleaved({"ours": followed, "anew": anew}, here.rounds(_ROUNDS))
    _require_same_parts(maker.market(NOW.date()), network)
    return Row(
        what="one tie event, in the event loop",
        size=f"{len(cities):,} cities, {drawn.ties.number_of_edges():,} ties",
        unit="ms",
        ours=1e3 * median(samples.clock("ours")),
        peer_name="components and ties anew, by networkx",
        peer=1e3 * median(samples.clock("anew")),
        ratio=samples.times("anew", "ours"),
        work_ratio=samples.times_the_work("anew", "ours"),
        note="as fast",
        target=Target(of="figure", sense="≤", value=20),
        samples=samples.seconds("ours", "anew"),
    )


def _changes(city_ids: Sequence[str]) -> Iterator[Tie]:
    """A tie between two cities comes, and goes again; then the next."""
    random = Random(7)  # noqa: S311  # sample data
    for number in count():
        one, other = random.sample(city_ids, 2)
        tie = Tie(f"new-{number}", 1, True, one, other, "twinning")
        yield tie
        yield replace(tie, version=2, active=False)


def _require_same_parts(market: Market, network: Network) -> None:
    """Cities with one number are exactly those of one component."""
    ours, anew = market.profiles.component.tolist(), components(market.profiles.cities, network.graph).tolist()
    if not len(set(ours)) == len(set(anew)) == len(set(zip(ours, anew, strict=True))):
        raise SystemExit("the components followed are not those found anew: the comparison would mean nothing")


def _now() -> Cost:
    return Cost(perf_counter(), process_time())


def _since(started: Cost) -> Cost:
    return Cost(perf_counter() - started.clock, process_time() - started.work)
