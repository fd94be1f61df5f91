"""A large file of the office in PostgreSQL: its rows are looked at, imported, and taken back.

The rows are cities of one country, each with two other names and a contact, and are compared with all names of the
members that are there: a third of these are in that country, or all are, among them all its places of the gazetteer,
which bring their other names. A row that could be one of these asks who it is, and is left out of the import.
"""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from random import Random
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import Final

from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.contracts.codes import country_regions
from isopolity.gazetteer.places import packaged_lines
from isopolity.machine.clock import system_clock, uuid7
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.imports.undo import undo_import
from isopolity.registry.application.imports.undo_plan import UndoOrder, digest_of_plan, planned
from isopolity.registry.application.ports import Surroundings as RegistrySurroundings
from isopolity.registry.entrypoints.imports.import_run import ImportOptions
from isopolity.registry.entrypoints.imports.preparation import Preparation
from isopolity.runtime.process import spare_collector

MEMBERS: Final = 50_000
ROWS: Final = 3_000
SECONDS: Final = {"looked at": 15, "imported": 20, "taken back": 20}
"""The acts that are measured, each with its bound in seconds."""
_CASES: Final = {
    "beside {members} members, a third of them there": ("FR", "FR", "KE", "JP", "MX", "JO"),
    "beside {members} members that are all there": ("FR",),
}
"""The countries of the members, by what a case is called."""
_HEADING: Final = "kind,name,local_names,country,latitude,longitude,population,contact_name,contact_email\n"
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both cases, one after the other."""
    spare_collector()
    return [row for name, countries in _CASES.items() for row in await _case(here, name, countries)]


async def _case(here: Surroundings, name: str, countries: Sequence[str]) -> Sequence[Row]:
    """The medians of three rounds; each takes back what it has imported."""
    members, rows, random = here.size(MEMBERS), here.size(ROWS), Random(1)  # noqa: S311  # sample data
    known = [] if len(countries) > 1 else _places(countries[0])[: members // 2]
    async with here.database() as url:
        database = Database.open(url)
        await upgrade(database, "isopolity.registry")
        office = _Office(database)
        await office.take(await office.look(_file(random, members - len(known), countries, known)))
        rounds = [await office.round(_file(random, rows, ("FR",))) for _ in range(here.rounds(3))]
        await database.close()
    beside = name.format(members=f"{members:,}")
    return [
        Row(
            what=f"a file of the office {act}",
            size=f"{rows:,} rows of one country with all names, {beside}, each with a contact",
            unit="s",
            ours=median(each[act] for each in rounds),
            target=Target(of="figure", sense="≤", value=bound),
            samples={act: [each[act] for each in rounds]},
        )
        for act, bound in SECONDS.items()
    ]


class _Office:
    """The acts of the office on a file, as registry's work in the background does them."""

    def __init__(self, database: Database) -> None:
        events = EventFactory("urn:isopolity:registry", system_clock, uuid7)
        storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
        self._unit_of_work = partial(SqlRegistryUnitOfWork, storage)
        self._surroundings = RegistrySurroundings(ids=uuid7, regions=country_regions(), clock=system_clock)
        self._preparation = Preparation(
            unit_of_work=self._unit_of_work,
            reading=partial(self._unit_of_work, for_reading=True),
            surroundings=self._surroundings,
        )

    async def round(self, file: bytes) -> dict[str, float]:
        """The seconds that each act takes."""
        moments = [perf_counter()]
        import_id = await self.look(file)
        moments.append(perf_counter())
        created = await self.take(import_id)
        moments.append(perf_counter())
        digest = await self._digest(import_id)
        before = perf_counter()
        if await self._take_back(import_id, digest) < created:
            raise SystemExit("not all that was created was taken back: the figures would mean nothing")
        taken_back = perf_counter() - before
        return dict(zip(SECONDS, (moments[1] - moments[0], moments[2] - moments[1], taken_back), strict=True))

    async def look(self, file: bytes) -> str:
        options = ImportOptions(kind="cities", dry_run=True)
        digest = sha256(file).hexdigest()
        with TemporaryFile() as received:
            received.write(file)
            return (await self._preparation.prepare(received, "members.csv", digest, options, ask=True)).import_id

    async def take(self, import_id: str) -> int:
        found = await self._preparation.find(import_id)
        taken = await self._preparation.take(import_id, found.shown, skip_wrong=True)
        created: int = taken.report["created"]
        if created < 0.8 * taken.report["rows"]:
            raise SystemExit(f"only {created} rows were imported: the figures would mean nothing")
        return created

    async def _digest(self, import_id: str) -> str:
        async with self._unit_of_work() as uow:
            done = await uow.done_imports.get(import_id)
            assert done is not None  # noqa: S101 - it was imported
            return digest_of_plan(await planned(done, _ORDER, uow, self._surroundings))

    async def _take_back(self, import_id: str, digest: str) -> int:
        async with self._unit_of_work() as uow:
            await uow.begin_bulk()
            done = await undo_import(import_id, digest, "bench", _ORDER, uow, self._surroundings)
            await uow.commit()
        return done.taken_back


_ORDER: Final = UndoOrder(with_mailed=True)


def _places(country: str) -> Sequence[str]:
    """The names of the places of a country, each once."""
    lines = (line.split("\t", 3) for line in packaged_lines().decode().splitlines())
    return list(dict.fromkeys(name for _, name, of, _ in lines if of == country))


def _file(random: Random, count: int, countries: Sequence[str], known: Sequence[str] = ()) -> bytes:
    named = [_line(random, countries[0], name) for name in known]
    return (_HEADING + "".join((*named, *(_line(random, random.choice(countries)) for _ in range(count))))).encode()


def _line(random: Random, country: str, known: str | None = None) -> str:
    name, *others = (_word(random) for _ in range(3))
    name = known or name
    place = f"{random.uniform(-60, 70):.4f},{random.uniform(-179, 179):.4f},{random.randint(10_000, 9_000_000)}"
    return (
        f"city,{name},{'|'.join(others)},{country},{place},Coordinator of {name},office@{others[0].lower()}.example\n"
    )


def _word(random: Random) -> str:
    syllables = (random.choice(_CONSONANTS) + random.choice(_VOWELS) for _ in range(random.randint(4, 6)))
    return "".join(syllables).capitalize()
