"""The network in one process: the four services on one broker, with a clock that stands still and mails in memory.

The test settles deadlines and moves the watermark; all else runs by itself, and the test waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import httpx
import jwt.api_jwt

from isopolity.command.hosting.network import PathRouter
from isopolity.contracts.catalogue import TOPICS
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.relay import outbox_backlog
from isopolity.portal.bootstrap import open_portal
from isopolity.portal.settings import PortalSettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import keys_of
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until
from tests.support.shared.migrated import filled_with_tables

START: Final = datetime(2026, 10, 23, 10, 30, tzinfo=UTC)
"""Three different days in the zones of the cast; clocks are put back in Europe and America before answers are due."""
ADDRESS: Final = "http://network.test"
_SERVICES: Final = ("registry", "matching", "notify", "portal")
_KEY: Final = "a-key-for-tests-that-is-long-enough-to-sign"
_BY_HAND: Final = frozenset(
    {"watermark", "deadlines", "retention", "canary", "upkeep", "writing", "sampling", "sampling streams"}
)
"""Tasks that go by the machine's time; the first two are done by `World.settle`, the last two are for operators."""


@dataclass(slots=True)
class StandingClock:
    """The time of all services; it moves when told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True, kw_only=True)
class World:
    """The services, a client that reaches them all, and the mails."""

    services: Mapping[str, Service]
    transport: httpx.ASGITransport
    client: httpx.AsyncClient
    clock: StandingClock
    mailer: FakeMailer
    tokens: LocalTokens
    names: dict[str, str] = field(default_factory=dict)
    """The names of ids in views, by id."""
    forbidden: set[Any] = field(default_factory=set)
    """Requests that were refused, and are not sent again."""

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        of: str | None = None,
        contact_id: str = "somebody",
        waits: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request as staff, or as the member `of`; it must succeed.

        With `waits`, return once its effects are done.
        """
        given = self.bearer(of, contact_id) | dict(headers or {})
        response = await self.client.request(method, path, json=body, headers=given)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        if waits:
            await self.quiet()
        return response.json() if response.content else None

    def bearer(self, member_id: str | None = None, subject: str = "somebody") -> dict[str, str]:
        """The header of a member, or of staff."""
        scopes = ["staff"] if member_id is None else ["member"]
        token = self.tokens.issue(subject, scopes, member_id=member_id, lifetime=timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    async def quiet(self) -> None:
        """Return once no event and no mail is pending."""
        await until(self._is_quiet, what="everything is done")

    async def settle(self) -> None:
        """Settle what is due."""
        await self._task("notify", "watermark").publish()
        await self.quiet()
        await self._task("matching", "deadlines").settle()
        await self.quiet()

    async def place(self) -> None:
        """Propose to others the introductions that members have asked for."""
        await self._task("matching", "releases").work()
        await self.quiet()

    def _task(self, service: str, name: str) -> Any:
        run: Any = self.services[service].tasks[name]
        return run.__self__

    async def _is_quiet(self) -> bool:
        for _ in range(2):  # between two checks, messages between the services have arrived
            if not await self._rests():
                return False
            await asyncio.sleep(0.005)
        return True

    async def _rests(self) -> bool:
        for service in self.services.values():
            vitals = service.vitals
            depth, _ = await outbox_backlog(vitals.database, vitals.tables.outbox)
            lags = [await vitals.broker.group_lag(group.name, group.topics) for group in vitals.groups]
            if depth or any(sum(lag.values()) for lag in lags):
                return False
        matching, notify = (self.services[name].vitals.counts for name in ("matching", "notify"))
        assert matching is not None and notify is not None  # noqa: PT018
        waiting = await notify()
        is_sending = any(waiting[f"mails_{state}"] for state in ("queued", "claimed", "transmitting"))
        return (await matching())["graph_lag"] == 0 and not is_sending


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[World]:
    """A world whose databases lie in `folder`."""
    clock, mailer = StandingClock(), FakeMailer()
    shared: dict[str, Any] = {"data": folder, "public_url": ADDRESS, "registry_url": ADDRESS, **keys_of(_KEY)}
    async with AsyncExitStack() as stack:
        stack.enter_context(_tokens_by(clock))
        enter = stack.enter_async_context
        broker = await enter(EmbeddedBroker.opened(folder / "broker.db", clock))
        await broker.ensure_topics(TOPICS)
        places: dict[str, Any] = {}

        async def portal(*asked: Any) -> None:
            await places["portal"](*asked)

        transport = httpx.ASGITransport(PathRouter(places, portal))
        client = await enter(httpx.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60))
        registered, notified, shown = RegistrySettings(**shared), NotifySettings(**shared), PortalSettings(**shared)
        matched = MatchingSettings(**shared, sending_policy="rounds-only", minimum_score=0.05)
        for name, settings in zip(_SERVICES, (registered, matched, notified, shown), strict=True):
            await filled_with_tables(settings.database_url, f"isopolity.{name}")
        opening = (
            open_registry(registered, broker=broker, clock=clock),
            open_matching(matched, broker=broker, clock=clock),
            open_notify(notified, broker=broker, clock=clock, http_client=client, mailer=mailer),
            open_portal(shown, broker=broker, clock=clock, http_client=client),
        )
        services = {service.name: service for service in [await enter(each) for each in opening]}
        places |= {name: service.app for name, service in services.items()}
        tasks = {
            f"{service.name} {name}": task
            for service in services.values()
            for name, task in service.tasks.items()
            if name not in _BY_HAND
        }
        await enter(running(tasks))
        tokens = LocalTokens([_KEY], clock)
        world = World(services=services, transport=transport, client=client, clock=clock, mailer=mailer, tokens=tokens)
        await world.quiet()
        yield world


@contextmanager
def _tokens_by(clock: StandingClock) -> Iterator[None]:
    """Tokens expire by that clock: PyJWT asks the machine what time it is."""

    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Standing(metaclass=AnyDatetime):
        @staticmethod
        def now(tz: tzinfo) -> datetime:
            return clock().astimezone(tz)

    with patch.object(jwt.api_jwt, "datetime", Standing):
        yield
