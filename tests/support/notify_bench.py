"""notify on a real database with everything else injected: events in, mails out, outcomes looked up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from isopolity.clock import uuid7
from isopolity.contracts.data import Data
from isopolity.contracts.event import Event
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_event
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.adapters.mail_queries import MailQueries
from isopolity.notify.adapters.tables import MESSAGING
from isopolity.notify.adapters.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.answering import Answering
from isopolity.notify.application.ports import Mailer
from isopolity.notify.application.resolving import Resolving
from isopolity.notify.application.sending import Sender
from isopolity.notify.bootstrap import handlers
from isopolity.notify.domain.contact import Contact
from isopolity.notify.domain.mail import Mail, MailState
from isopolity.persistence.database import Database
from isopolity.persistence.headers import load_headers
from isopolity.persistence.outbox import EventFactory
from isopolity.persistence.processing import TransactionalProcessor
from isopolity.persistence.unit_of_work import Storage
from tests.support.notify_events import FakeClock, contact, delivery
from tests.support.notify_mailer import FakeMailer

LEASE = timedelta(minutes=5)


@dataclass(slots=True)
class FakeDirectory:
    """Registry's contacts as a test sets them; `problem` is raised instead of answering."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    problem: Exception | None = None

    async def fetch(self, contact_id: str) -> Contact | None:
        if self.problem is not None:
            raise self.problem
        return self.contacts.get(contact_id)


@dataclass(slots=True, kw_only=True)
class NotifyBench:
    """One instance of notify."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    directory: FakeDirectory = field(
        default_factory=lambda: FakeDirectory({f"contact-{name}": contact(name) for name in "ab"})
    )
    links: SignedAnswerLinks = field(default_factory=lambda: SignedAnswerLinks(["k" * 32], "http://notify.example"))

    def unit_of_work(self) -> SqlNotifyUnitOfWork:
        events = EventFactory("urn:isopolity:notify", self.clock, uuid7)
        return SqlNotifyUnitOfWork(Storage(database=self.database, tables=MESSAGING, events=events, wake=lambda: None))

    async def handle(self, *events: Event[Data]) -> None:
        """Process the events as one batch."""
        processor = TransactionalProcessor(self.unit_of_work, handlers(self.directory, self.clock, uuid7))
        await processor([delivery(event) for event in events])

    def sender(self, mailer: Mailer | None = None, *, concurrency: int = 4, **settings: Any) -> Sender:
        return Sender(
            unit_of_work=self.unit_of_work,
            mailer=mailer or self.mailer,
            writer=JinjaLetterWriter(self.links, "Isopolity <network@isopolity.example>"),
            clock=self.clock,
            ids=uuid7,
            concurrency=concurrency,
            lease=LEASE,
            **settings,
        )

    def answering(self) -> Answering:
        return Answering(unit_of_work=self.unit_of_work, links=self.links, clock=self.clock, ids=uuid7)

    def resolving(self) -> Resolving:
        return Resolving(unit_of_work=self.unit_of_work, clock=self.clock)

    def token(self, side: str, proposal_id: str) -> str:
        return self.links.issue(proposal_id, side).rpartition("/")[2]

    async def mails(self) -> list[Mail]:
        """The ledger, by purpose and side."""
        queries = MailQueries(database=self.database)
        return sorted(await queries.page(state=None, before=None, limit=1000), key=lambda m: (m.purpose, m.side))

    async def states(self) -> list[MailState]:
        return [mail.state for mail in await self.mails()]

    async def published(self, part: str = "") -> list[Event[Data]]:
        """The events in the outbox whose type contains `part`, in order."""
        outbox = MESSAGING.outbox
        async with self.database.reading() as connection:
            rows = (await connection.execute(select(outbox).order_by(outbox.c.id))).all()
        records = [Record(row.topic, 0, row.id, 0, row.key, row.value, load_headers(row.headers)) for row in rows]
        return [event for event in map(to_event, records) if part in event.envelope.type]

    async def parked(self) -> list[str]:
        async with self.database.reading() as connection:
            return list((await connection.execute(select(MESSAGING.parked.c.awaited))).scalars())


BenchFactory = Callable[[], NotifyBench]
