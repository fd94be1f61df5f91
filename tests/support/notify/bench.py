"""notify on a real database with everything else injected: events in, mails out, outcomes looked up."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from isopolity.notify.adapters.sql.queries import MailQueries
from isopolity.notify.adapters.sql.tables import MESSAGING
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.answers import Answering
from isopolity.notify.application.decisions import Resolving
from isopolity.notify.application.ports import Mailer
from isopolity.notify.application.sender import Sender
from isopolity.notify.bootstrap import handlers
from isopolity.notify.domain.applicant import Applicant
from isopolity.notify.domain.contact import Contact
from isopolity.notify.domain.mail import Mail, MailState
from isopolity.persistence.database import Database
from isopolity.persistence.headers import load_headers
from isopolity.persistence.outbox import EventFactory
from isopolity.persistence.processing import TransactionalProcessor
from isopolity.persistence.unit_of_work import Storage
from tests.support.notify.events import FakeClock, contact, delivery, unsent
from tests.support.notify.memory_mailer import FakeMailer

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


@dataclass(slots=True)
class FakeApplicants:
    """Registry's applicants as a test sets them, by confirmation; each issue makes a new secret, and ends the last."""

    waiting: dict[str, Applicant] = field(default_factory=dict)
    problem: Exception | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    """Confirmations by the secret that counts."""
    confirmed: list[str] = field(default_factory=list)
    issued: int = 0

    async def issue(self, confirmation_id: str) -> Applicant | None:
        if self.problem is not None:
            raise self.problem
        if confirmation_id not in self.waiting:
            return None
        self.issued += 1
        secret = f"secret-{self.issued}"
        self.secrets = {s: c for s, c in self.secrets.items() if c != confirmation_id} | {secret: confirmation_id}
        return replace(self.waiting[confirmation_id], secret=secret)

    async def confirm(self, secret: str) -> bool:
        if self.problem is not None:
            raise self.problem
        if secret not in self.secrets:
            return False
        self.confirmed.append(self.secrets.pop(secret))
        return True


@dataclass(slots=True, kw_only=True)
class NotifyBench:
    """One instance of notify."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    directory: FakeDirectory = field(
        default_factory=lambda: FakeDirectory({f"contact-{name}": contact(name) for name in "ab"})
    )
    applicants: FakeApplicants = field(default_factory=FakeApplicants)
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
            writer=JinjaLetterWriter(
                self.links, "Isopolity <network@isopolity.example>", public_url="http://notify.example"
            ),
            applicants=self.applicants,
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

    async def token(self, side: str, proposal_id: str, address: str | None = None) -> str:
        """The token of the link in the first mail of that side, or one that no mail was written for."""
        found = [mail for mail in await self.mails() if (mail.occasion_id, mail.side) == (proposal_id, side)]
        mail = found[-1] if found else unsent(proposal_id, side)
        return self.links.issue(mail, address or f"{side}@city.example").rpartition("/")[2]

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
