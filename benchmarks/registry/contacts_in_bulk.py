"""The contacts of a whole network, fetched by notify from a registry over HTTP: one by one, and up to 500 in a call."""

from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from time import perf_counter, process_time
from typing import Final

import httpx
from sqlalchemy import text

from benchmarks.measuring import Contender, Cost, interleaved
from benchmarks.report import Row, Target
from benchmarks.sample import csv_file
from benchmarks.services.processes import KEY, Services, running_services
from benchmarks.surroundings import Surroundings
from isopolity.machine.clock import system_clock
from isopolity.notify.adapters.http_registry import HttpContactDirectory, RegistryCalls, signed_authorization
from isopolity.persistence.database import Database
from isopolity.web.network_tokens import LocalTokens

CONTACTS: Final = 50_000
PART: Final = 2_000
"""Contacts that are fetched one by one, as all of them would take minutes."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """All in bulk, beside a part one by one, in turns."""
    count, part = here.size(CONTACTS), here.size(PART)
    async with running_services(here, ["registry"]) as services, httpx.AsyncClient(timeout=10) as client:
        await services.import_cities(csv_file(count, contacts=True))
        contact_ids = await _contact_ids(services)
        authorization = signed_authorization(LocalTokens([KEY], system_clock, name="notify"), system_clock)
        directory = HttpContactDirectory(RegistryCalls(client, services.urls["registry"], authorization))
        await _require_equal(directory, contact_ids[:part])
        contenders = {
            "bulk": _timed(lambda: directory.fetch_all(contact_ids), len(contact_ids)),
            "one by one": _timed(lambda: _one_by_one(directory, contact_ids[:part]), part),
        }
        samples = await interleaved(contenders, here.rounds(3))
    return [
        Row(
            what="contacts fetched by notify from registry",
            size=f"{count:,} contacts",
            unit="s",
            ours=count * median(samples.clock("bulk")),
            peer_name=f"one by one (measured on {part:,})",
            peer=count * median(samples.clock("one by one")),
            ratio=samples.times("one by one", "bulk"),
            note="as fast",
            target=Target(of="figure", sense="≤", value=15),
            samples=samples.seconds("bulk", "one by one"),
        )
    ]


async def _contact_ids(services: Services) -> Sequence[str]:
    database = Database.open(services.databases["registry"])
    try:
        async with database.reading() as connection:
            return list((await connection.execute(text("SELECT id FROM contacts ORDER BY 1"))).scalars())
    finally:
        await database.close()


async def _one_by_one(directory: HttpContactDirectory, contact_ids: Sequence[str]) -> None:
    for contact_id in contact_ids:
        await directory.fetch(contact_id)


def _timed(fetch: Callable[[], Awaitable[object]], contacts: int) -> Contender:
    """The seconds of fetching, for each contact."""

    async def once() -> Cost:
        clock, work = perf_counter(), process_time()
        await fetch()
        return Cost((perf_counter() - clock) / contacts, (process_time() - work) / contacts)

    return once


async def _require_equal(directory: HttpContactDirectory, contact_ids: Sequence[str]) -> None:
    """Both ways give the same persons, and somebody for each id."""
    alone = {contact_id: await directory.fetch(contact_id) for contact_id in contact_ids}
    if await directory.fetch_all(contact_ids) != alone or None in alone.values():
        raise SystemExit("contacts in bulk are not those fetched alone: the comparison would mean nothing")
