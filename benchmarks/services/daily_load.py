"""A day of people and other systems at the services: read, change, import, tie, ask for suggestions, answer.

Invariant: each kind of act succeeds at least once, or the load ends with a sentence.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from random import Random
from typing import Final

import httpx
from sqlalchemy import text

from benchmarks.sample import applied, csv_file
from benchmarks.services.processes import Services
from benchmarks.services.smtp_sink import SmtpSink
from isopolity.client import matching, notify, registry
from isopolity.client.call import Call
from isopolity.client.registry.models import TwinningInput
from isopolity.persistence.database import Database

_PAUSE: Final = 0.1
"""Seconds between two acts of a kind, so that the services are busy and not drowned."""
_REVISED: Final = 2_000
"""Cities in a file that is imported again and again, each time with another capacity."""
_LINK: Final = re.compile(r"/notify/answer/[^\s?\"]+")
_ANSWERS: Final = ("yes", "later", "no")


@dataclass(slots=True)
class DailyLoad:
    """Acts on services that hold `cities`, in an order that a seed decides."""

    services: Services
    sink: SmtpSink
    cities: Sequence[str]
    contacts: Sequence[str]
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311  # sample data
    outcomes: Counter[tuple[str, int]] = field(default_factory=Counter)
    made: int = 0

    def require_success(self, names: Sequence[str] = ()) -> None:
        """Raise SystemExit where an act that was tried never succeeded."""
        tried = {name for name, _ in self.outcomes} | set(names)
        failed = {name for name in tried if not any(self.outcomes[name, code] for code in (200, 201, 202, 303))}
        if failed:
            raise SystemExit(f"the load never succeeded with {sorted(failed)}: {dict(self.outcomes)}")

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """All kinds of acts, one after the other within each kind, while the block lasts."""
        acts = [asyncio.create_task(self._again_and_again(name, act)) for name, act in self._acts().items()]
        try:
            yield
        finally:
            for task in acts:
                task.cancel()
            ended = await asyncio.gather(*acts, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def _acts(self) -> Mapping[str, Callable[[], Awaitable[httpx.Response | None]]]:
        ask = self.services.ask
        return {
            "list cities": lambda: ask(registry.cities.list(limit=100, country="FR")),
            "read a city": lambda: ask(registry.cities.read(self._city())),
            "join": self._join,
            "change a city": self._change_city,
            "change a contact": self._change_contact,
            "tie": self._tie,
            "import": self._import,
            "suggestions": lambda: ask(matching.members.suggestions(self._city())),
            "proposals": lambda: ask(matching.proposals.list(limit=50)),
            "mails": lambda: ask(notify.mails.list()),
            "answer": self._answer,
        }

    async def _again_and_again(self, name: str, act: Callable[[], Awaitable[httpx.Response | None]]) -> None:
        while True:
            try:
                reply = await act()
            except httpx.TransportError:
                self.outcomes[name, 0] += 1
            else:
                if reply is not None:
                    self.outcomes[name, reply.status_code] += 1
            await asyncio.sleep(_PAUSE)

    async def _changed(self, read: Call[object], change: Callable[[int], Call[object]]) -> httpx.Response:
        """The answer to the change of the version that is read."""
        seen = await self.services.ask(read)
        if not seen.is_success:
            return seen
        return await self.services.ask(change(int(seen.headers["etag"].strip('"'))))

    async def _change_city(self) -> httpx.Response:
        city, wanted = self._city(), {"population": self.random.randrange(10_000, 9_000_000)}
        return await self._changed(
            registry.cities.read(city), lambda version: registry.cities.change(city, wanted, version=version)
        )

    async def _join(self) -> httpx.Response:
        self.made += 1
        contact = {"name": "Coordinator", "email": f"coordinator@joined-{self.made}.example"}
        body = applied(1_000_000 + self.made, contact=contact)
        return await self.services.ask(registry.cities.create(body, endorse=True))

    async def _change_contact(self) -> httpx.Response:
        contact, wanted = self.random.choice(self.contacts), {"name": f"Coordinator {self.random.choice('abcdefghij')}"}
        return await self._changed(
            registry.contacts.read(contact), lambda version: registry.contacts.change(contact, wanted, version=version)
        )

    async def _tie(self) -> httpx.Response:
        one, other = self.random.sample(self.cities, 2)
        return await self.services.ask(registry.twinnings.create(TwinningInput(city_a=one, city_b=other, since=2020)))

    async def _import(self) -> httpx.Response:
        self.made += 1
        file = await asyncio.to_thread(csv_file, _REVISED, capacity=1 + self.made % 3)
        return await self.services.imported(registry.imports.create(kind="cities", endorse=True), file)

    async def _answer(self) -> httpx.Response | None:
        """Look at a link that has been mailed, and answer."""
        if not self.sink.letters:
            return None
        letter = message_from_bytes(self.sink.letters.pop(), policy=default).get_body(("plain",))
        found = _LINK.search("" if letter is None else letter.get_content())
        if found is None:
            return None
        url = self.services.urls["notify"] + found[0]
        await self.services.client.get(url)
        form = {"choice": self.random.choice(_ANSWERS)}
        return await self.services.client.post(url, data=form)

    def _city(self) -> str:
        return self.random.choice(self.cities)


async def kept_ids(services: Services, table: str) -> Sequence[str]:
    """The ids in a table of registry."""
    database = Database.open(services.databases["registry"])
    try:
        async with database.reading() as connection:
            return list((await connection.execute(text(f"SELECT id FROM {table} ORDER BY 1"))).scalars())  # noqa: S608 - a name of ours
    finally:
        await database.close()
