"""From a member's POST to the mail that proposes a partner to it: three services, Kafka, PostgreSQL, SMTP."""

import asyncio
from collections.abc import Sequence
from statistics import median, quantiles
from time import perf_counter

from benchmarks.measuring import PATIENCE, until
from benchmarks.report import Row, Target
from benchmarks.sample import applied, csv_file
from benchmarks.services.processes import Services, running_services
from benchmarks.services.smtp_sink import SmtpSink, smtp_sink
from benchmarks.surroundings import Surroundings
from isopolity.client import registry

WAITING = 200
WARM_UP = 5
PAUSE = 0.3
"""Seconds between two cities, so that the mail to the other side of a proposal is out before the next comes."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """New cities join one at a time a network in which some wait for partners; the policy is automatic."""
    count = 10 if here.quick else 100
    async with smtp_sink() as sink:
        settings = {**sink.settings, "ISOPOLITY_SENDING_POLICY": "automatic"}
        async with running_services(here, settings=settings) as services:
            await services.import_cities(csv_file(WAITING, capacity=900, contacts=True))

            async def known() -> bool:
                return bool((await services.status("matching")).counts["graph_nodes"] == WAITING)

            await until(known)
            seconds = []
            for number in range(count + WARM_UP):
                seconds.append(await joined(services, sink, number))
                await asyncio.sleep(PAUSE)
    seconds = seconds[WARM_UP:]
    milliseconds = [second * 1000 for second in seconds]
    return [
        Row(
            what="registry to mail, p50",
            size=f"{count} cities join {WAITING}",
            unit="ms",
            ours=median(milliseconds),
            target=Target(of="figure", sense="≤", value=200),
            note="from sending the POST to the end of the mail's DATA",
            samples={"ours": seconds},
        ),
        Row(
            what="registry to mail, p99",
            size=f"{count} cities join {WAITING}",
            unit="ms",
            ours=quantiles(milliseconds, n=100, method="inclusive")[98],
        ),
    ]


async def joined(services: Services, sink: SmtpSink, number: int) -> float:
    """Seconds until a new city has its mail."""
    address = f"coordinator@new-{number}.example"
    wishes = [{"subject": f"sdg.{one}", "intensity": 5, "mode": "webinar"} for one in range(1, 18)]
    contact = {"name": "Coordinator", "email": address}
    body = applied(10_000 + number, needs=wishes[:8], offers=wishes[8:], contact=contact)
    call = registry.cities.create(body, endorse=True)
    started = perf_counter()
    (await services.ask(call)).raise_for_status()
    async with asyncio.timeout(PATIENCE):
        return await sink.arrival(address) - started
