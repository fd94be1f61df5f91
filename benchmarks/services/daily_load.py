"""A day of people and other systems at the services: read, change, import, tie, ask for suggestions, answer.

Invariant: each kind of act succeeds at least once, or the load ends with a sentence.
"""

import asyncio
import json
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

from benchmarks.sample import application, csv_file
from benchmarks.services.processes import Services
from benchmarks.services.smtp_sink import SmtpSink
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
        return {
            "list cities": lambda: self._registry("GET", "/cities", params={"limit": "100", "country": "FR"}),
            "read a city": lambda: self._registry("GET", f"/cities/{self._city()}"),
            "join": self._join,
            "change a city": lambda: self._patch(f"/cities/{self._city()}", self._change()),
            "change a contact": self._change_contact,
            "tie": self._tie,
            "import": self._import,
            "suggestions": lambda: self._get(f"/matching/v1/members/{self._city()}/suggestions", "matching"),
            "proposals": lambda: self._get("/matching/v1/proposals?limit=50", "matching"),
            "mails": lambda: self._get("/notify/v1/mails", "notify"),
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

    async def _get(self, path: str, service: str) -> httpx.Response:
        return await self.services.client.get(self.services.urls[service] + path)

    async def _registry(self, method: str, path: str, **options: object) -> httpx.Response:
        url = f"{self.services.urls['registry']}/registry/v1{path}"
        return await self.services.client.request(method, url, **options)  # type: ignore[arg-type] # httpx's own options

    async def _patch(self, path: str, change: Mapping[str, object]) -> httpx.Response:
        seen = await self._registry("GET", path)
        if not seen.is_success:
            return seen
        headers = {"content-type": "application/merge-patch+json", "if-match": seen.headers["etag"]}
        return await self._registry("PATCH", path, content=json.dumps(change), headers=headers)

    async def _join(self) -> httpx.Response:
        self.made += 1
        contact = {"name": "Coordinator", "email": f"coordinator@joined-{self.made}.example"}
        body = application(1_000_000 + self.made) | {"contact": contact}
        return await self._registry("POST", "/cities", params={"endorse": "true"}, json=body)

    async def _change_contact(self) -> httpx.Response:
        change = {"name": f"Coordinator {'abcdefghij'[self.random.randrange(10)]}"}
        return await self._patch(f"/contacts/{self.random.choice(self.contacts)}", change)

    async def _tie(self) -> httpx.Response:
        one, other = self.random.sample(self.cities, 2)
        return await self._registry("POST", "/twinnings", json={"city_a": one, "city_b": other, "since": 2020})

    async def _import(self) -> httpx.Response:
        self.made += 1
        query = {"kind": "cities", "endorse": "true"}
        file = await asyncio.to_thread(csv_file, _REVISED, capacity=1 + self.made % 3)
        return await self._registry(
            "POST", "/imports", params=query, content=file, headers={"content-type": "text/csv"}
        )

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

    def _change(self) -> Mapping[str, int]:
        return {"population": self.random.randrange(10_000, 9_000_000)}


async def kept_ids(services: Services, table: str) -> Sequence[str]:
    """The ids in a table of registry."""
    database = Database.open(services.databases["registry"])
    try:
        async with database.reading() as connection:
            return list((await connection.execute(text(f"SELECT id FROM {table} ORDER BY 1"))).scalars())  # noqa: S608 - a name of ours
    finally:
        await database.close()
