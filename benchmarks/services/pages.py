"""The time that the portal takes for its pages, with 500 and with 50,000 cities, all services on Kafka and PostgreSQL.

It is counted from the request to the whole answer: what the services behind it take, and the way to them, is in it.
Of strangers' pages p50 has a bound of its own; those of staff and foundations hold theirs at p95.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random
from time import perf_counter
from typing import Any, Final

import httpx

from benchmarks.report import Row, Target
from benchmarks.sample import csv_file
from benchmarks.services import desks
from benchmarks.services.memory import settled
from benchmarks.services.processes import Services, running_services
from benchmarks.services.smtp_sink import smtp_sink
from benchmarks.surroundings import Surroundings
from isopolity.client import registry
from isopolity.contracts.event_types import SERVICES

_TIMES: Final = 40
_TIES_OF_A_CITY: Final = 2
_CITIES_A_PARTNER: Final = 7
_CITIES_A_REQUEST: Final = 5
_P50, _P95, _ENGINE = 50.0, 150.0, 300.0
"""Bounds of a page in milliseconds: p50, p95, and both for a page that asks the engine."""
_RARE: Final = "need=sdg.4&offer=sdg.5&mode=webinar&language=fr&population_min=9000"
_LISTS: Final = {
    "list of cities": "/cities",
    "list of cities, chosen by need and name": "/cities?need=sdg.4&text=sample+paulo",
    "list of cities, chosen by five things": f"/cities?{_RARE}",
    "list of partners": "/partners?region=africa",
    "list of requests": "/requests?region=africa",
    "needs beside offers": "/seeking",
    "needs beside offers, in a country": "/seeking?country=KE",
}
_OF_ENGINE: Final = {
    "requests beside programmes": "/seeking/requests",
    "requests beside programmes, by subject and region": "/seeking/requests?subject=sdg.4&region=africa",
}


_COUNTER: Final = 200.0
"""Bound of the counter of criteria in milliseconds."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both sizes in the same processes, the larger after the smaller; of desks the larger alone."""
    rows: list[Row] = []
    times = _TIMES // 4 if here.quick else _TIMES
    async with (
        smtp_sink() as sink,
        running_services(here, (*SERVICES, "portal"), {**sink.settings, **desks.NEEDED}) as services,
    ):
        portal, cities = services.urls["portal"], 0
        for cities in (500, here.size(50_000)):
            await services.import_cities(csv_file(cities, contacts=True))
            await _import(services, "twinnings", _ties(cities))
            programmes = cities // _CITIES_A_PARTNER
            await _import(services, "partners", _partners(programmes))
            await _import(services, "requests", _requests(cities))
            await settled(services, cities + programmes)
            for name, path in {"home": "/", **_LISTS, **await _profile(services)}.items():
                taken = await _taken(services, f"{portal}{path}", times)
                rows += _rows(name, cities, taken, {"p50": _P50, "p95": _P95})
            for name, path in _OF_ENGINE.items():
                taken = await _taken(services, f"{portal}{path}", times)
                rows += _rows(name, cities, taken, {"p50": _ENGINE, "p95": _ENGINE})
        rows += await _of_desks(services, cities, times)
    return rows


async def _of_desks(services: Services, cities: int, times: int) -> list[Row]:
    """Pages of staff and of a foundation, once work lies on their desks."""
    partner = await desks.a_partner(services)
    await desks.fill_desks(services, partner, cities)
    round_id = await desks.drafted_round(services)
    visits = [
        *await desks.staff_visits(services, await desks.signed_in(services, "staff"), round_id),
        *await desks.foundation_visits(services, await desks.signed_in(services, "member", partner), partner),
    ]
    rows: list[Row] = []
    for visit in visits:
        address = f"{services.urls['portal']}{visit.path}"
        taken = await _taken(services, address, times, cookies=visit.cookie)
        rows += _rows(visit.name, cities, taken, {"p95": visit.bound})
    call = desks.counter(partner)
    taken = await _taken(services, services.address(call), times, params=call.parameters)
    return rows + _rows("foundation: counter of criteria", cities, taken, {"p95": _COUNTER})


def _ties(cities: int) -> list[str]:
    """Twinnings between cities that are drawn, two for each on average."""
    random = Random(cities)  # noqa: S311  # sample data
    drawn = (tuple(sorted(random.sample(range(cities), 2))) for _ in iter(int, 1))
    pairs = sorted(set(islice(drawn, cities * _TIES_OF_A_CITY // 2)))
    return ["a_geonames_id,b_geonames_id", *(f"{1_000_000 + a},{1_000_000 + b}" for a, b in pairs)]


def _partners(count: int) -> list[str]:
    """Partners with a programme each, about two of the subjects of the cities."""
    lines = ["kind,name,home_country,programme_name,budget,currency,grant_min,grant_max,subjects,supports,cities"]
    for number in range(count):
        name = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        subjects = f"sdg.{number % 17 + 1}|sdg.{number * 7 % 17 + 1}"
        lines.append(f"foundation,Sample Fund {name},CH,Programme {name},900000,EUR,1000,90000,{subjects},funding,5")
    return lines


def _requests(cities: int) -> list[str]:
    """A request of every fifth city."""
    heading = "city_geonames_id,title,amount_min,amount_max,currency,subjects"
    numbers = range(0, cities, _CITIES_A_REQUEST)
    return [heading, *(f"{1_000_000 + each},Books for all,5000,20000,EUR,sdg.{each % 17 + 1}" for each in numbers)]


async def _import(services: Services, kind: str, lines: Sequence[str]) -> None:
    """Import a file of these lines, and endorse who is in it."""
    call = registry.imports.create(kind=kind, endorse=True if kind == "partners" else None)
    (await services.imported(call, "\n".join(lines).encode())).raise_for_status()


async def _profile(services: Services) -> Mapping[str, str]:
    """The page of a city that has ties."""
    (tie,) = (await services.send(registry.twinnings.list(limit=1))).items
    return {"page of a city": f"/cities/{tie.city_a}"}


async def _taken(services: Services, address: str, times: int, **more: Any) -> list[float]:
    """Milliseconds of each request, one after the other; the first does not count."""
    taken: list[float] = []
    for _ in range(times + 1):
        started = perf_counter()
        reply = await services.client.get(address, **more)
        taken.append(1e3 * (perf_counter() - started))
        if reply.status_code != httpx.codes.OK:
            raise SystemExit(f"{address} answers {reply.status_code}")
    return taken[1:]


_POSITIONS: Final = {"p50": 0.5, "p95": 0.95}


def _rows(name: str, cities: int, taken: Sequence[float], bounds: Mapping[str, float]) -> list[Row]:
    ordered = sorted(taken)
    return [
        Row(
            what=f"portal, {name}, {share}",
            size=f"{cities:,} cities",
            unit="ms",
            ours=ordered[round(_POSITIONS[share] * (len(ordered) - 1))],
            target=Target(of="figure", sense="≤", value=bound),
            note=f"{len(ordered)} requests, one at a time",
            samples={"milliseconds": taken},
        )
        for share, bound in bounds.items()
    ]
