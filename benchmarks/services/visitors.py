"""Fifty visitors at once who come from one address, as those of one office do: each looks at six pages of the portal.

All services run on Kafka and PostgreSQL, and count requests by the visitor's address, as behind the proxy.
`python -m benchmarks.services.visitors http://127.0.0.1:8080` asks a stack that runs, such as that of `docker compose`
at its proxy; it keeps no figures, and ends with 1 where a page was refused.
"""

import asyncio
import ssl
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Final

import httpx

from benchmarks.measuring import PATIENCE
from benchmarks.report import Row, Target
from benchmarks.sample import csv_file
from benchmarks.services.memory import settled
from benchmarks.services.processes import running_services
from benchmarks.services.smtp_sink import smtp_sink
from benchmarks.surroundings import Surroundings
from isopolity.contracts.event_types import SERVICES

VISITORS: Final = 50
_CITIES: Final = 5_000
_PAGES: Final = ("/", "/cities?text=sample", "/partners", "/seeking", "/requests", "/about")
_ADDRESS: Final = "192.0.2.7"
_TRUSTED: Final = {"ISOPOLITY_TRUSTED_PROXIES": "127.0.0.1"}


async def measure(here: Surroundings) -> Sequence[Row]:
    """How many pages are refused, and how long one takes while all come at once."""
    names = (*SERVICES, "portal")
    async with smtp_sink() as sink, running_services(here, names, {**sink.settings, **_TRUSTED}) as services:
        cities = here.size(_CITIES)
        await services.import_cities(csv_file(cities))
        await settled(services, cities)
        return await ask(services.urls["portal"], f"{cities:,} cities")


async def ask(portal: str, network: str) -> Sequence[Row]:
    """Ask the portal at this address for the pages; `network` says in words what it serves."""
    trust = ssl.create_default_context()  # made once: it takes longer than a page
    visits = await asyncio.gather(*(_visit(portal, trust) for _ in range(VISITORS)))
    answers = [each for visit in visits for each in visit]
    taken = sorted(milliseconds for _, milliseconds in answers)
    refused = sum(status != httpx.codes.OK for status, _ in answers)
    size, note = f"{network}, {VISITORS} visitors", f"{len(answers)} pages"
    return [
        Row(
            what="portal, pages refused",
            size=size,
            unit="",
            ours=refused,
            target=Target(of="figure", sense="≤", value=0),
            note=note,
        ),
        Row(
            what="portal, a page while all come at once, p95",
            size=size,
            unit="ms",
            ours=taken[round(0.95 * (len(taken) - 1))],
            note=note,
        ),
    ]


async def _visit(portal: str, trust: ssl.SSLContext) -> list[tuple[int, float]]:
    """Status and milliseconds of each page, one after the other."""
    seen: list[tuple[int, float]] = []
    async with httpx.AsyncClient(headers={"X-Forwarded-For": _ADDRESS}, timeout=PATIENCE, verify=trust) as browser:
        for path in _PAGES:
            started = perf_counter()
            reply = await browser.get(f"{portal}{path}")
            seen.append((reply.status_code, 1e3 * (perf_counter() - started)))
    return seen


def main(address: str) -> int:
    """Print the figures of the portal at this address; 1 where it refused a page, else 0."""
    rows = asyncio.run(ask(address.rstrip("/"), "what it holds"))
    for row in rows:
        print(f"{row.what}: {row.ours:.0f} {row.unit} ({row.note})")  # noqa: T201  # a program's output
    return int(any(row.reached is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
