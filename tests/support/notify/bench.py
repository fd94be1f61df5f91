"""notify with everything injected, in memory or on a real database: events in, mails out, outcomes looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, cast

import httpx
from sqlalchemy import select

from isopolity.contracts.event import Data, Event
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import Record, load_headers
from isopolity.messaging.codec import to_event
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.adapters.sql.member_lists import MemberLists
from isopolity.notify.adapters.sql.queries import FeedbackQueries, MailQueries
from isopolity.notify.adapters.sql.shared_rows import answers_are_over
from isopolity.notify.adapters.sql.tables import messaging
from isopolity.notify.adapters.sql.unarrived import UnarrivedMails, UnreachedContacts
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.answers import ByLink, Reply, give_answer
from isopolity.notify.application.letters import Mailer
from isopolity.notify.application.mails import Decision, Reminded, remind, resolve_mail, void_link
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.application.resubmission import mail_again
from isopolity.notify.application.sender import Sender
from isopolity.notify.bootstrap import ROUTERS, install
from isopolity.notify.domain.mail import Mail, MailState
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import Answer
from isopolity.notify.entrypoints.event_handlers import event_handlers
from isopolity.notify.entrypoints.http.context import NotifyContext
from isopolity.persistence.database import Database
from isopolity.persistence.processor import TransactionalProcessor
from isopolity.persistence.unit_of_work import EventFactory, Storage
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from tests.support.notify.events import FakeClock, contact, delivery, unsent
from tests.support.notify.fakes import FakeStore
from tests.support.notify.known_contacts import FakeApplicants, FakeDirectory
from tests.support.notify.memory_mailer import FakeMailer

LEASE = timedelta(minutes=5)


class Store(Protocol):
    """The state of an instance, as tests read it."""

    def unit_of_work(self) -> NotifyUnitOfWork: ...

    async def answers_are_over(self) -> bool: ...

    async def mails(self) -> list[Mail]: ...

    async def published(self) -> list[Event[Data]]: ...

    async def parked(self) -> list[str]: ...


@dataclass(slots=True)
class SqlStore:
    """The state in a database."""

    database: Database
    clock: FakeClock

    def unit_of_work(self) -> SqlNotifyUnitOfWork:
        events = EventFactory("urn:isopolity:notify", self.clock, uuid7)
        return SqlNotifyUnitOfWork(Storage(database=self.database, tables=messaging, events=events, wake=lambda: None))

    async def answers_are_over(self) -> bool:
        return await answers_are_over(self.database)

    async def mails(self) -> list[Mail]:
        return list(await MailQueries(database=self.database).page(state=None, before=None, limit=1000))

    async def published(self) -> list[Event[Data]]:
        outbox = messaging.outbox
        async with self.database.reading() as connection:
            rows = (await connection.execute(select(outbox).order_by(outbox.c.id))).all()
        records = [Record(row.topic, 0, row.id, 0, row.key, row.value, load_headers(row.headers)) for row in rows]
        return [to_event(record) for record in records]

    async def parked(self) -> list[str]:
        async with self.database.reading() as connection:
            return list((await connection.execute(select(messaging.parked.c.awaited))).scalars())


@dataclass(slots=True, kw_only=True)
class NotifyBench:
    """One instance of notify."""

    store: Store
    clock: FakeClock
    mailer: FakeMailer = field(default_factory=FakeMailer)
    directory: FakeDirectory = field(
        default_factory=lambda: FakeDirectory({f"contact-{name}": contact(name) for name in "ab"})
    )
    applicants: FakeApplicants = field(default_factory=FakeApplicants)
    links: SignedAnswerLinks = field(default_factory=lambda: SignedAnswerLinks(["k" * 32], "http://notify.example"))

    def unit_of_work(self) -> NotifyUnitOfWork:
        return self.store.unit_of_work()

    async def handle(self, *events: Event[Data]) -> None:
        """Process the events as one batch."""
        # the processor needs no more of a unit of work than the fake has
        unit_of_work = cast("Any", self.store.unit_of_work)
        handlers = event_handlers(self.directory, self.clock, uuid7)
        await TransactionalProcessor(unit_of_work, handlers)([delivery(event) for event in events])

    def sender(self, mailer: Mailer | None = None, *, concurrency: int = 4, **settings: Any) -> Sender:
        return Sender(
            unit_of_work=self.unit_of_work,
            mailer=mailer or self.mailer,
            writer=self.writer,
            applicants=self.applicants,
            clock=self.clock,
            ids=uuid7,
            concurrency=concurrency,
            lease=LEASE,
            **settings,
        )

    @property
    def writer(self) -> JinjaLetterWriter:
        return JinjaLetterWriter(
            self.links, "Isopolity <network@isopolity.example>", public_url="http://notify.example"
        )

    def client(self, **changes: Any) -> httpx.AsyncClient:
        """A client of the HTTP interface, with `changes` of its context; without the queries for people."""
        nothing = cast("Any", None)  # only the queries use the database
        context: dict[str, Any] = {
            "unit_of_work": self.unit_of_work,
            "reading": self.unit_of_work,
            "links": self.links,
            "writer": self.writer,
            "applicants": self.applicants,
            "mails": MailQueries(database=nothing),
            "feedback": FeedbackQueries(database=nothing),
            "unreached": UnreachedContacts(database=nothing),
            "unarrived": UnarrivedMails(database=nothing),
            "members": MemberLists(database=nothing),
            "clock": self.clock,
            "ids": uuid7,
        }
        tokens = LocalTokens(["k" * 32], self.clock)
        app = service_app("notify", title="notify", description="", tokens=tokens, routers=ROUTERS)
        install(app, NotifyContext(**{**context, **changes}))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notify.example")

    async def answer(self, side: str, proposal_id: str, reply: Reply) -> None:
        """Answer by the link in that side's mail."""
        link = self.links.read(await self.token(side, proposal_id))
        async with self.unit_of_work() as uow:
            await give_answer(ByLink(link, self.links), reply, uow, uuid7)
            await uow.commit()

    async def resolve(self, mail_id: str, decision: Decision) -> Mail:
        """Decide about an unknown mail."""
        async with self.unit_of_work() as uow:
            mail = await resolve_mail(mail_id, decision, uow, self.clock)
            await uow.commit()
        return mail

    async def remind(self, member_ids: Sequence[str]) -> Reminded:
        """Staff reminds members."""
        async with self.unit_of_work() as uow:
            done = await remind(member_ids, uow, self.clock, uuid7)
            await uow.commit()
        return done

    async def mail_again(self, mail_id: str, contact_id: str | None = None) -> Mail:
        """Staff sends a mail again."""
        async with self.unit_of_work() as uow:
            fresh = await mail_again(mail_id, uow, self.clock, uuid7, contact_id)
            await uow.commit()
        return fresh

    async def void_link(self, mail_id: str) -> Mail:
        """End the link of a mail."""
        async with self.unit_of_work() as uow:
            mail = await void_link(mail_id, uow, self.clock)
            await uow.commit()
        return mail

    async def token(self, side: str, proposal_id: str, address: str | None = None) -> str:
        """The token of the link in the first mail of that side, or, without a mail, the token of its side and
        address.
        """
        found = [mail for mail in await self.mails() if (mail.occasion_id, mail.side) == (proposal_id, side)]
        mail = found[-1] if found else unsent(proposal_id, side)
        return self.links.issue(mail, address or f"{side}@city.example").rpartition("/")[2]

    async def mails(self) -> list[Mail]:
        """The ledger, by purpose and side."""
        return sorted(await self.store.mails(), key=lambda mail: (mail.purpose, mail.side))

    async def states(self) -> list[MailState]:
        return [mail.state for mail in await self.mails()]

    async def published(self, part: str = "") -> list[Event[Data]]:
        """The events in the outbox whose type contains `part`, in order."""
        return [event for event in await self.store.published() if part in event.envelope.type]

    async def parked(self) -> list[str]:
        """The names that parked events wait for."""
        return await self.store.parked()

    async def contact(self, contact_id: str) -> Contact | None:
        """The contact that notify knows by this id; None without one."""
        async with self.unit_of_work() as uow:
            return (await uow.contacts.get([contact_id])).get(contact_id)

    async def answer_of(self, side: str, proposal_id: str) -> Answer | None:
        """The side's latest answer."""
        async with self.unit_of_work() as uow:
            return await uow.answers.get(proposal_id, side)


def bench_in_memory() -> NotifyBench:
    """notify on fakes."""
    clock = FakeClock()
    return NotifyBench(store=FakeStore(clock), clock=clock)


def bench_on(database: Database, clock: FakeClock | None = None) -> NotifyBench:
    """notify on a database."""
    clock = clock or FakeClock()
    return NotifyBench(store=SqlStore(database, clock), clock=clock)


def by(
    contact: str = "contact-a", member: str | None = "member-a", scope: str = "member", **claims: Any
) -> dict[str, str]:
    """The header of a session's token."""
    tokens = LocalTokens(["k" * 32], system_clock)
    token = tokens.issue(contact, [scope], member_id=member, lifetime=timedelta(hours=1), **claims)
    return {"Authorization": f"Bearer {token}"}
