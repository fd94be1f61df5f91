"""The services at a moment of the past: they run on the data folder, and only this process speaks to them.

Invariant: all that is done goes through the services' APIs. Their time stands still and moves when told to; tokens
alone go by the machine's time. Mails are taken as a mail server would, and are not kept.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from isopolity.client.call import Call
from isopolity.command.client.credentials import own_subject
from isopolity.command.client.http_client import answer_of, refusal
from isopolity.command.data_folder import NetworkKeys, ensure_link_keys
from isopolity.command.failure import Failure
from isopolity.command.hosting.network import PathRouter, shared_settings
from isopolity.configuration.secret_files import given_secret
from isopolity.contracts.catalogue import TOPICS
from isopolity.machine.clock import system_clock
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.application.letters import Letter
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.relay import outbox_backlog
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import open_broker, open_tokens
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from isopolity.web.network_tokens import LocalTokens

Answer = TypeVar("Answer")
_STAFF: Final = ("staff", "contacts:read")
_LIFE: Final = timedelta(minutes=30)
_BY_THE_MACHINE: Final = frozenset(
    {"upkeep", "writing", "sampling", "sampling streams", "retention", "market", "journal"}
)
"""Tasks that go by the machine's time, and those that only old stores and pages need."""
_BY_HAND: Final = frozenset({"watermark", "deadlines", "releases", "due"})
"""Tasks that look at what is due again and again; `Past.settle` does."""
ANSWER_DAYS: Final = 21
_ON_THEIR_WAY: Final = ("graph_lag", "mails_queued", "mails_claimed", "mails_transmitting")
_LOOK_EVERY: Final = 0.02
_PATIENCE: Final = 120.0


@dataclass(slots=True)
class StandingClock:
    """The time of all services; it stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class ReadMails:
    """A mailer whose mails are read at once; of each address only the last text is kept."""

    last: dict[str, bytes] = field(default_factory=dict)
    arrived: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    @asynccontextmanager
    async def session(self) -> AsyncIterator["ReadMails"]:
        yield self

    async def ping(self) -> None:
        return

    async def offer(self, letter: Letter) -> None:
        return

    async def transmit(self, letter: Letter) -> None:
        self.last[letter.recipient] = letter.content
        self.arrived[letter.recipient].set()

    async def secret_to(self, address: str, page: str) -> str:
        """The secret of the link to `page` in the mail to this address, once it comes. Raises Failure without one."""
        async with asyncio.timeout(_PATIENCE):
            await self.arrived[address].wait()
        body = message_from_bytes(self.last[address], policy=default).get_body(("plain",))
        found = re.search(rf"/{page}/([\w.~-]+)", "" if body is None else body.get_content())
        if found is None:
            raise Failure(f"The mail of the demo's history to {address} has no link to {page}.")
        return found[1]


@dataclass(slots=True, kw_only=True)
class Past:
    """The services, the clock that they go by, and whoever acts."""

    services: Mapping[str, Service]
    http: httpx.AsyncClient
    start: datetime
    """When the demo begins: the end of this past."""
    clock: StandingClock
    mails: ReadMails
    tokens: LocalTokens
    cities: dict[str, str] = field(default_factory=dict)
    """Ids of cities that have joined, by their names."""
    partners: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    """The contact that a member's mails go to, by the member's id."""
    _bearers: dict[str, str] = field(default_factory=dict)

    def move(self, days: float) -> None:
        """Go on to so many days before the start; never back."""
        self.clock.now = max(self.clock.now, self.start - timedelta(days=days))

    async def send(
        self, call: Call[Answer], *, of: str | None = None, contact_id: str = "", content: bytes | None = None
    ) -> Answer:
        """The answer to `call`, as staff, or as a contact of the member `of`. Raises Failure."""
        headers = {**call.typed_headers, "Authorization": f"Bearer {self._bearer(of, contact_id)}"}
        body = call.content if content is None else content
        response = await self.http.request(
            call.method, call.path, params=call.parameters, content=body, headers=headers
        )
        if response.is_error:
            raise refusal(response)
        return answer_of(call, response.content)

    async def send_as_stranger(self, call: Call[Answer]) -> Answer:
        """The answer to `call` of somebody without a token. Raises Failure."""
        response = await self.http.request(call.method, call.path, content=call.content, headers=call.typed_headers)
        if response.is_error:
            raise refusal(response)
        return answer_of(call, response.content)

    def _bearer(self, member_id: str | None, contact_id: str) -> str:
        subject = contact_id or own_subject()
        key = f"{member_id} {subject}"
        if key not in self._bearers:
            scopes = _STAFF if member_id is None else ("member",)
            self._bearers[key] = self.tokens.issue(subject, scopes, member_id=member_id, lifetime=_LIFE)
        return self._bearers[key]

    async def quiet(self) -> None:
        """Return once no event and no mail is on its way. Raises Failure after two minutes."""
        try:
            async with asyncio.timeout(_PATIENCE):
                calm = 0
                while calm < 2:  # between two looks, what one service has published has reached the others
                    await asyncio.sleep(_LOOK_EVERY)
                    calm = calm + 1 if await self._rests() else 0
        except TimeoutError:
            raise Failure(f"The demo's history did not come to rest within {_PATIENCE:.0f} s.") from None

    async def settle(self) -> None:
        """Settle what is due by now. Raises Failure."""
        await self.services["notify"].turns["watermark"]()
        await self.quiet()
        await self.services["matching"].turns["deadlines"]()
        await self.quiet()

    async def _rests(self) -> bool:
        for service in self.services.values():
            vitals = service.vitals
            depth, _ = await outbox_backlog(vitals.database, vitals.tables.outbox)
            if depth:
                return False
            for group in vitals.groups:
                if sum((await vitals.broker.group_lag(group.name, group.topics)).values()):
                    return False
        counts = defaultdict[str, Any](int)
        for name in ("matching", "notify"):
            if (counted := self.services[name].vitals.counts) is not None:
                counts.update(await counted())
        return not any(counts[name] for name in _ON_THEIR_WAY)


@asynccontextmanager
async def open_past(data: Path, url: str, keys: NetworkKeys, start: datetime, days: float) -> AsyncIterator[Past]:
    """The services on the folder `data`, as they were `days` before the start; proposals go out by themselves."""
    clock, mails = StandingClock(start - timedelta(days=days)), ReadMails()
    tokens = LocalTokens([keys.command], system_clock)
    shared = dict(shared_settings(data, url, keys))
    reviews = {"review_words": True, "review_programmes": True, "applications_per_client": 20}
    registered = RegistrySettings.model_validate(shared | reviews | {"registry_database_url": None})
    rules = {"sending_policy": "rounds-only", "answer_days": ANSWER_DAYS}
    matched = MatchingSettings.model_validate(shared | rules | {"matching_database_url": None})
    links = {} if given_secret("ISOPOLITY_LINK_KEYS") else {"link_keys": ",".join(ensure_link_keys(data))}
    calling = {"service_token": tokens.issue("notify", ["contacts:read"], lifetime=_LIFE), "rehearsal": None}
    notified = NotifySettings.model_validate(shared | links | calling | {"notify_database_url": None})
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        broker = await enter(open_broker(registered, clock))
        verifier = await enter(open_tokens(registered, system_clock))
        await broker.ensure_topics(TOPICS)
        registry = await enter(open_registry(registered, broker=broker, tokens=verifier, clock=clock))
        matching = await enter(open_matching(matched, broker=broker, tokens=verifier, clock=clock))
        inside = httpx.AsyncClient(transport=httpx.ASGITransport(registry.app), base_url=url)
        to_registry = await enter(inside)
        opening = open_notify(
            notified, mailer=mails, broker=broker, clock=clock, http_client=to_registry, tokens=verifier
        )
        notify = await enter(opening)
        services = {service.name: service for service in (registry, matching, notify)}
        router = PathRouter({name: service.app for name, service in services.items()}, registry.app)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(router), base_url=url, timeout=_PATIENCE)
        tasks = {
            f"{service.name} {name}": task
            for service in services.values()
            for name, task in service.tasks.items()
            if name not in _BY_THE_MACHINE | _BY_HAND
        }
        await enter(running(tasks))
        yield Past(services=services, http=await enter(http), start=start, clock=clock, mails=mails, tokens=tokens)
