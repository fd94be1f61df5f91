"""Stored entries as an import file: members that have not left, their needs and offers, open requests, and declared
twinnings as CSV, a workbook, or a JSON array with one entry on each line.

Invariant: importing the file changes nothing. Each member has at most one contact, as in imports: a coordinator or
programme officer, if there is one.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter

from isopolity.machine.turns import Turns
from isopolity.registry.application.directory import Directory, Filter
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.partner import INTERNAL_FIELDS, PartnerProfile
from isopolity.registry.domain.request import RequestDetails
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.imports.cells.columns import cell
from isopolity.registry.entrypoints.imports.tables import TABLES
from isopolity.tables.text_files import Value, write_csv

Document = dict[str, Any]


_WIDTH: Final = 20


async def write_export(kind: str, form: str, entries: AsyncIterator[Document], file: BinaryIO) -> None:
    """Write the entries of a `kind` of table into `file` as `csv`, `xlsx` or `json`."""
    with TemporaryFile() as spool:
        async for document in entries:
            spool.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        spool.seek(0)
        await asyncio.to_thread(_WRITERS[form], kind, spool, file)


def _write_csv(kind: str, spool: BinaryIO, file: BinaryIO) -> None:
    write_csv(file, list(TABLES[kind].columns), _rows(kind, spool))


def _write_xlsx(kind: str, spool: BinaryIO, file: BinaryIO) -> None:
    from isopolity.tables.workbooks import Sheet, write_workbook  # openpyxl is slow to import

    columns = list(TABLES[kind].columns)
    write_workbook(file, Sheet(name=kind, heading=columns, rows=_rows(kind, spool), widths=[_WIDTH] * len(columns)))


def _write_json(_kind: str, spool: BinaryIO, file: BinaryIO) -> None:
    before = b"[\n"
    for line in spool:
        file.write(before + line.rstrip(b"\n"))
        before = b",\n"
    file.write(b"\n]\n" if before == b",\n" else b"[\n]\n")


def _rows(kind: str, spool: BinaryIO) -> Iterator[list[Value]]:
    table = TABLES[kind]
    for line in spool:
        for row in table.rows(json.loads(line)):
            yield [cell(row.get(name), column) for name, column in table.columns.items()]


_WRITERS: Final[Mapping[str, Callable[[str, BinaryIO, BinaryIO], None]]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "json": _write_json,
}


_PRESENT: Final = Filter(statuses=("applied", "endorsed"))
_PAGE: Final = 500
_PROFILES: Final[dict[str, TypeAdapter[Any]]] = {
    "cities": TypeAdapter(CityProfile),
    "partners": TypeAdapter(PartnerProfile),
}
_DETAILS: Final = TypeAdapter(RequestDetails)
_INTEREST: Final = TypeAdapter(Interest)
_FIRST_ROLES: Final = ("coordinator", "programme-officer")


async def documents(kind: str, registry: RegistryContext) -> AsyncIterator[Document]:
    """The documents of one kind of table, in the order of registration."""
    turns = Turns()
    if kind in _PROFILES:
        async for document in _members(kind, registry):
            await turns.over()
            yield document
        return
    if kind == "needs-and-offers":
        async for cities_there in _pages(registry.cities, _PRESENT):
            for city in cities_there:
                await turns.over()
                for document in _interests(city.profile):
                    yield document
        return
    cities = {city.member_id: city.profile async for page in _pages(registry.cities, _PRESENT) for city in page}
    if kind == "requests":
        async for requests in _pages(registry.requests, Filter(statuses=("published",))):
            for request in requests:
                await turns.over()
                if (asking := cities.get(request.city_id)) is not None:
                    yield _reference("city", asking) | _DETAILS.dump_python(request.details, mode="json")
        return
    async for twinnings in _pages(registry.twinnings, Filter(statuses=("declared",))):
        for twinning in twinnings:
            await turns.over()
            a, b = cities.get(twinning.city_a), cities.get(twinning.city_b)
            if a is not None and b is not None:
                yield _reference("a", a) | _reference("b", b) | {"since": twinning.since}


async def _members(kind: str, registry: RegistryContext) -> AsyncIterator[Document]:
    directory: Directory[Any] = registry.cities if kind == "cities" else registry.partners
    async for members in _pages(directory, _PRESENT):
        contacts = _first(await registry.contacts.of_members([one.member_id for one in members]))
        for member in members:
            profile = member.profile if kind == "cities" else member.profile.endorsed()
            document: Document = _PROFILES[kind].dump_python(profile, mode="json")
            for name in INTERNAL_FIELDS:
                document.pop(name, None)
            for programme in document.get("programmes", ()):
                del programme["programme_id"]  # ids differ in other networks, where the name identifies it
            contact = contacts.get(member.member_id)
            yield document if contact is None else document | {"contact": _person(contact)}


def _interests(profile: CityProfile) -> Iterator[Document]:
    """The needs, then the offers, of a city; without its id, which is another one in other networks."""
    city = _reference("city", profile)
    for side, interests in (("need", profile.needs), ("offer", profile.offers)):
        for each in interests:
            yield {**city, "side": side, **_INTEREST.dump_python(each, mode="json")}


def _first(contacts: Iterable[Contact]) -> dict[str, Contact]:
    """The exported contact of each member."""
    ordered = sorted(contacts, key=lambda one: one.person.role not in _FIRST_ROLES, reverse=True)
    return {one.member_id: one for one in ordered}


def _person(contact: Contact) -> Document:
    return {name: getattr(contact.person, name) for name in ("role", "name", "email", "language")}


def _reference(prefix: str, city: CityProfile) -> Document:
    return {f"{prefix}_{name}": getattr(city, name) for name in ("kind", "geonames_id", "country", "name")}


async def _pages(directory: Directory[AggregateT], wanted: Filter) -> AsyncIterator[Sequence[AggregateT]]:
    after = None
    while page := await directory.page(wanted, after=after, limit=_PAGE):
        yield page
        after = page[-1].identifier
