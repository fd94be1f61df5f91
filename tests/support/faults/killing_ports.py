"""The real database, broker and mailer, with a kill switch at the boundaries of every write."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.messaging.broker import Consumer, Message, PartitionsCallback, Place, Producer, TopicPartition
from isopolity.messaging.dead_letters import PREFIX
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from isopolity.notify.application.letters import Letter, Mailer, MailSession
from isopolity.persistence.database import Database
from tests.support.faults.boundaries import KillSwitch

_ROUND = "a round's commit"
_COMMITS = {
    ("registry", "insert", "cities"): "a member's commit",
    ("registry", "insert", "import_works"): "the start of an import's work is committed",
    ("registry", "delete", "import_works"): "the end of an import's work is committed",
    ("matching", "insert", "members"): "the worker's commit",
    ("matching", "insert", "partnerships"): "an agreement's commit",
    ("matching", "update", "partnerships"): "an end's commit",
    ("matching", "insert", "rounds"): "an order's commit",
    ("matching", "update", "rounds"): "a round's step's commit",
    ("matching", "insert", "certificates"): _ROUND,
    ("matching", "insert", "drafts"): "a draft's commit",
    ("notify", "insert", "proposals"): "the effect's commit",
    ("notify", "insert", "partnerships"): "an end's effect's commit",
    ("notify", "insert", "answers"): "an answer's commit",
}
"""Commits under way, by service, verb and table."""
_STATE_COMMITS = {
    ("notify", "mails", "claimed"): "the claim's commit",
    ("notify", "mails", "transmitting"): "transmitting is committed",
    ("notify", "mails", "sent"): "sent is committed",
    ("matching", "proposals", "issued"): "a release's commit",
    ("matching", "proposals", "declined"): "a deadline's commit",
    ("matching", "proposals", "expired"): "a deadline's commit",
}
"""Commits of updates under way, by service, table and new state."""
_IMPORT = "an import's commit"
_MIDDLES = {
    ("registry", "insert", "outbox"): "before events enter the outbox",
    ("registry", "insert", "prepared_rows"): "before rows of an import are stored",
}
"""Writes between others of their transaction, by service, verb and table."""
_CLAIM = f"{PREFIX}claim"


class KillingDatabase(Database):
    """A database whose commits can kill; set `service` and `switch` after opening it."""

    service: str
    switch: KillSwitch
    errand: str | None = None
    """The name for all commits, in a process that does one thing only."""

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with super().writing() as connection:
            yield cast("AsyncConnection", _KillingConnection(connection, self.service, self.switch, self.errand))


class _KillingConnection:
    def __init__(self, connection: AsyncConnection, service: str, switch: KillSwitch, errand: str | None) -> None:
        self._connection = connection
        self._service = service
        self._switch = switch
        self._errand = errand
        self._doing: str | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        doing = self._named(statement, parameters)
        if doing == self._doing == _IMPORT:
            self._switch.passing(f"{self._service}: in the middle of an import")
        if (middle := _MIDDLES.get((self._service, *_verb_and_table(statement)))) is not None:
            self._switch.passing(f"{self._service}: {middle}")
        if self._doing != _ROUND:  # a publication updates its round after it has entered the certificate
            self._doing = doing or self._doing
        return await self._connection.execute(statement, parameters, **options)

    async def commit(self) -> None:
        self._pass("before")
        await self._connection.commit()
        self._pass("after")

    def _pass(self, moment: str) -> None:
        doing = self._errand or self._doing
        if doing is not None:
            self._switch.passing(f"{self._service}: {moment} {doing}")

    def _named(self, statement: Any, parameters: Any) -> str | None:
        verb, table = _verb_and_table(statement)
        if (verb, table) == ("delete", "outbox") or "DELETE FROM outbox" in getattr(statement, "text", ""):
            return "the published outbox is deleted"
        if verb == "update" and table in ("mails", "proposals") and parameters:
            state = parameters[0].get("new_state", parameters[0].get("stage"))
            return _STATE_COMMITS.get((self._service, table, str(state)))
        if (verb, table) == ("insert", "cities") and statement.select is not None:  # many rows at once
            return _IMPORT
        return _COMMITS.get((self._service, verb, table))


def _verb_and_table(statement: Any) -> tuple[str, str]:
    table = getattr(getattr(statement, "table", None), "name", None)
    return statement.__class__.__name__.lower(), str(table)


class KillingBroker(KafkaBroker):
    """Kafka with a switch at each publish and at each commit of an offset."""

    def __init__(self, settings: KafkaSettings, service: str, switch: KillSwitch) -> None:
        super().__init__(settings)
        self._service = service
        self._switch = switch

    @asynccontextmanager
    async def producer(self, transactional_id: str | None = None) -> AsyncIterator[Producer]:
        async with super().producer(transactional_id) as producer:
            yield _KillingProducer(producer, self._service, self._switch, is_relay=transactional_id is not None)

    @asynccontextmanager
    async def consumer(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: PartitionsCallback | None = None,
        on_revoked: PartitionsCallback | None = None,
    ) -> AsyncIterator[Consumer]:
        async with super().consumer(group, topics, on_assigned=on_assigned, on_revoked=on_revoked) as consumer:
            yield cast("Consumer", _KillingConsumer(consumer, self._service, self._switch))


class _KillingProducer:
    def __init__(self, producer: Producer, service: str, switch: KillSwitch, *, is_relay: bool) -> None:
        self._producer = producer
        self._service = service
        self._switch = switch
        self._is_relay = is_relay

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        claims = any(name == _CLAIM for name, _ in messages[0].headers)
        what = "the outbox" if self._is_relay else "a claim of a dead letter" if claims else "a dead letter"
        self._switch.passing(f"{self._service}: before publishing {what}")
        places = await self._producer.publish(messages)
        self._switch.passing(f"{self._service}: after publishing {what}")
        return places


class _KillingConsumer:
    def __init__(self, consumer: Consumer, service: str, switch: KillSwitch) -> None:
        self._consumer = consumer
        self._service = service
        self._switch = switch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        counts = any(not place.topic.endswith(".canary") for place in offsets)
        if counts:
            self._switch.passing(f"{self._service}: before an offset's commit")
        await self._consumer.commit(offsets)
        if counts:
            self._switch.passing(f"{self._service}: after an offset's commit")


class KillingMailer:
    """A mailer with a switch before and after each step of the dialogue with the mail server."""

    def __init__(self, mailer: Mailer, switch: KillSwitch) -> None:
        self._mailer = mailer
        self._switch = switch

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        return self._session()

    async def ping(self) -> None:
        await self._mailer.ping()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[MailSession]:
        async with self._mailer.session() as session:
            yield _KillingSession(session, self._switch)


class _KillingSession:
    def __init__(self, session: MailSession, switch: KillSwitch) -> None:
        self._session = session
        self._switch = switch

    async def offer(self, letter: Letter) -> None:
        self._switch.passing("notify: before a mail is offered")
        await self._session.offer(letter)
        self._switch.passing("notify: after a mail is offered")

    async def transmit(self, letter: Letter) -> None:
        self._switch.passing("notify: before DATA")
        await self._session.transmit(letter)
        self._switch.passing("notify: after DATA")
