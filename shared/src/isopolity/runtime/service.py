"""A service that is ready to run, and the foundation that the bootstrap of each service builds on.

async with open_foundation(settings, NAME, TABLES, settings.database_url, …) as foundation:
    worker = foundation.consumer(GROUP, TOPICS, lambda: NotifyUnitOfWork(foundation.storage), HANDLERS)
    yield foundation.service(tokens=…, title=…, description=…, routers=…, consumers=[worker])
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypedDict

from fastapi import FastAPI

from isopolity.configuration.setting_names import release_of
from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import dead_letter_topic
from isopolity.identity.lineage import Tracing
from isopolity.machine.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.consuming.lane import EventProcessor
from isopolity.messaging.consuming.runner import ConsumerRunner
from isopolity.messaging.consuming.settings import GroupSwitch, RunnerSettings
from isopolity.observability.catalogue import BUILD_INFO
from isopolity.observability.logs import open_tracing
from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.database import Database
from isopolity.persistence.journal.table import Backfill
from isopolity.persistence.migrations import is_current, upgrade
from isopolity.persistence.processor import Handler, TransactionalProcessor, UnitOfWorkT
from isopolity.persistence.relay import OutboxSignal, Relay, outbox_signal
from isopolity.persistence.republication import Republishing
from isopolity.persistence.tables import MessagingTables
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.runtime.connections import open_broker, open_database, open_tokens, topic_generation
from isopolity.runtime.sampling import StreamSampler, sample_process_for_ever
from isopolity.runtime.scanner import ChildScanner
from isopolity.runtime.upkeep import keep_up, try_writing_for_ever
from isopolity.web.application import service_app
from isopolity.web.operations.events import states_router
from isopolity.web.operations.groups.pauses import position_of
from isopolity.web.operations.routers import InsideOnly, answer_for, operations_routers
from isopolity.web.operations.settings import ListedSetting, settings_list, settings_router
from isopolity.web.operations.vitals import CanarySeen, Check, ConsumerGroup, Counts, Vitals
from isopolity.web.revocations import RevocableTokens, RevocationReader
from isopolity.web.routing import ServiceRouter
from isopolity.web.tokens import TokenVerifier

Task = Callable[[], Coroutine[Any, Any, None]]
"""Long-running work, which ends when it is cancelled."""

Turn = Callable[[], Awaitable[Any]]
"""One turn of a task: what is due now is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that is ready to run: serve `app`, and run `tasks` beside it."""

    name: str
    app: FastAPI
    tasks: Mapping[str, Task]
    vitals: Vitals
    metrics: ServiceMetrics
    turns: Mapping[str, Turn] = field(default_factory=dict)
    """Tasks that go by the clock, each done once: for whoever moves the clock and lets the tasks not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConsumer:
    """A consumer group of a service and its runner in this process."""

    group: str
    topics: Sequence[str]
    runner: ConsumerRunner
    remembers: timedelta | None = None
    """How long the rows are kept by which it does nothing twice; None: forever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """Foundation of a service: its database, the broker, its outbox with relay, its metrics."""

    name: str
    settings: Settings
    database: Database
    tables: MessagingTables
    broker: MessageBroker
    storage: Storage
    signal: OutboxSignal
    metrics: ServiceMetrics
    tracing: Tracing
    tokens: TokenVerifier
    """The verifier that the settings describe; a bootstrap may use another."""
    clock: Clock
    ids: IdFactory
    checks: Mapping[str, Check] = field(default_factory=dict)

    def consumer(
        self,
        group: str,
        topics: Sequence[str],
        unit_of_work: Callable[[], UnitOfWorkT],
        handlers: Mapping[str, Handler[UnitOfWorkT]],
        settings: RunnerSettings | None = None,
        around: Callable[[EventProcessor], EventProcessor] = lambda processor: processor,
        remembers: timedelta | None = None,
    ) -> ServiceConsumer:
        """A consumer group that handles events by type, in transactions; `around` wraps the processor.

        `remembers` is how long the rows are kept by which it does nothing twice; None: forever.
        """
        settings = settings or RunnerSettings()
        dead_letters = dead_letter_topic(self.name).name
        switch = GroupSwitch(lambda: position_of(self.database, self.tables.group_switches, group))
        release = str(release_of(self.settings.build))
        fates = settings.fates(
            group, self.broker, dead_letters, clock=self.clock, observer=self.metrics, release=release
        )
        processor = TransactionalProcessor(unit_of_work, handlers, self.tracing, fates=fates)
        runner = ConsumerRunner(
            broker=self.broker,
            topics=topics,
            processor=around(processor),
            fates=fates,
            event_types=processor.event_types,
            settings=settings,
            switch=switch,
            clock=self.clock,
        )
        return ServiceConsumer(group=group, topics=topics, runner=runner, remembers=remembers)

    def service(
        self,
        *,
        tokens: TokenVerifier | None = None,
        title: str,
        description: str,
        routers: Iterable[ServiceRouter] = (),
        consumers: Sequence[ServiceConsumer] = (),
        tasks: Mapping[str, Task] | None = None,
        turns: Mapping[str, Turn] | None = None,
        checks: Mapping[str, Check] | None = None,
        surroundings: Mapping[str, Check] | None = None,
        counts: Counts | None = None,
        canary: CanarySeen | None = None,
        canary_returned: CanarySeen | None = None,
        body_limits: Mapping[str, int] | None = None,
        listed_settings: Mapping[str, ListedSetting] | None = None,
        states: Republishing[Any] | None = None,
        revocations: RevocationReader | None = None,
    ) -> Service:
        """The service, with operators' routes and the tasks of relay and consumers added to its own.

        Give `revocations` if the service itself looks up revoked tokens too.
        """
        revocations = revocations or RevocationReader(self.broker)
        relay = self._relay()
        vitals = Vitals(
            service=self.name,
            database=self.database,
            tables=self.tables,
            broker=self.broker,
            clock=self.clock,
            groups=[
                ConsumerGroup(name=c.group, topics=c.topics, health=c.runner.health, remembers=c.remembers)
                for c in consumers
            ],
            checks={**self.checks, "revocations": revocations.check, **(checks or {})},
            surroundings=surroundings or {},
            audit_days=self.settings.audit_days,
            audit_address_days=self.settings.audit_address_days,
            journal_days=self.settings.journal_days,
            release=str(release_of(self.settings.build)),
            counts=counts,
            canary=canary,
            canary_returned=canary_returned,
            published=lambda: relay.totals,
            scanner=ChildScanner(broker=self.broker, database=self.database),
            generation=topic_generation(self.settings),
            states=states,
        )
        own_states = [] if states is None else [states_router(self.name)]
        settings = [] if listed_settings is None else [settings_router(self.name)]
        app = service_app(
            self.name,
            title=title,
            description=description,
            tokens=RevocableTokens(tokens or self.tokens, revocations),
            routers=[*routers, *own_states, *settings, *operations_routers(self.name)],
            ids=self.ids,
            tracing=self.tracing,
            observer=self.metrics.request,
            body_limits=body_limits,
            https=self.settings.public_url.lower().startswith("https:"),
        )
        listed = partial(settings_list, self.settings, listed_settings or {})
        answer_for(app, vitals, self.metrics.text, InsideOnly.of(self.settings), listed)
        own: dict[str, Task] = {
            "relay": relay.run,
            "journal": Backfill(
                database=self.database,
                journal=self.tables.journal,
                broker=self.broker,
                service=self.name,
                clock=self.clock,
                days=self.settings.journal_days,
                relay_leads=relay.leads,
            ).run,
            "upkeep": lambda: keep_up(vitals, self.metrics),
            "sampling": lambda: sample_process_for_ever(vitals),
            "sampling streams": StreamSampler(vitals=vitals).run,
            "writing": lambda: try_writing_for_ever(vitals),
            "revocations": revocations.run,
            **{c.group: c.runner.run for c in consumers},
        }
        tasks = {**own, **(tasks or {})}
        return Service(name=self.name, app=app, tasks=tasks, vitals=vitals, metrics=self.metrics, turns=turns or {})

    def _relay(self) -> Relay:
        return Relay(
            database=self.database,
            outbox=self.tables.outbox,
            journal=self.tables.journal,
            broker=self.broker,
            signal=self.signal,
            service=self.name,
            observer=self.metrics,
            clock=self.clock,
        )


class Overrides(TypedDict, total=False):
    """Arguments of a bootstrap that replace what the settings describe."""

    broker: MessageBroker | None
    database: Database | None
    tracing: Tracing | None
    clock: Clock
    ids: IdFactory


@asynccontextmanager
async def open_foundation(
    settings: Settings,
    name: str,
    tables: MessagingTables,
    database_url: str,
    *,
    broker: MessageBroker | None = None,
    database: Database | None = None,
    tracing: Tracing | None = None,
    clock: Clock = system_clock,
    ids: IdFactory = uuid7,
) -> AsyncIterator[Foundation]:
    """Open the connections that are not given. Migrates a SQLite database; PostgreSQL must be migrated separately."""
    package = f"isopolity.{name}"
    async with AsyncExitStack() as stack:
        if database is None:
            database = await stack.enter_async_context(open_database(settings, database_url, owner=True))
        if broker is None:
            broker = await stack.enter_async_context(open_broker(settings, clock))
        if database.is_sqlite:
            await upgrade(database, package)
        signal = await stack.enter_async_context(outbox_signal(database))
        events = EventFactory(f"urn:{package.replace('.', ':')}", clock, ids)
        release, metrics = release_of(settings.build), ServiceMetrics(name)
        metrics.set(BUILD_INFO, release.version, release.build, to=1)
        yield Foundation(
            name=name,
            settings=settings,
            database=database,
            tables=tables,
            broker=broker,
            storage=Storage(database=database, tables=tables, events=events, wake=signal.wake),
            signal=signal,
            metrics=metrics,
            tracing=tracing or stack.enter_context(open_tracing(name, settings.otlp_endpoint)),
            tokens=await stack.enter_async_context(open_tokens(settings, clock)),
            clock=clock,
            ids=ids,
            checks={"migrations": _migrated(database, package)},
        )


def _migrated(database: Database, package: str) -> Check:
    migrated = False

    async def check() -> str | None:
        nonlocal migrated
        migrated = migrated or await is_current(database, package)
        if migrated:
            return None
        return f"the database is not migrated: run `python -m {package} migrate`"

    return check
