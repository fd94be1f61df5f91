"""Two instances of notify on PostgreSQL hand mails to a real SMTP server while one dies: the sums add up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest

from isopolity.machine.clock import uuid7
from isopolity.notify.application.letters import Letter, Mailer, MailSession
from isopolity.notify.domain.mail import MailState
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from tests.support.notify.bench import LEASE, NotifyBench, bench_on
from tests.support.notify.events import contact_event, proposal_event
from tests.support.servers.mailpit import Mailpit, local_mailer, mailpit  # noqa: F401 - a fixture

pytestmark = pytest.mark.postgres


class InstanceDied(BaseException):
    """The instance is gone."""


class DyingMailer:
    """Hands over `mails` of them, the last one as the instance's last act, before anybody is told."""

    def __init__(self, mailer: Mailer, mails: int) -> None:
        self._mailer = mailer
        self.left = mails

    @asynccontextmanager
    async def session(self) -> AsyncIterator["_DyingSession"]:
        async with self._mailer.session() as session:
            yield _DyingSession(self, session)

    async def ping(self) -> None:
        await self._mailer.ping()


class _DyingSession:
    def __init__(self, mailer: DyingMailer, session: MailSession) -> None:
        self._mailer, self._session = mailer, session

    async def offer(self, letter: Letter) -> None:
        await self._session.offer(letter)

    async def transmit(self, letter: Letter) -> None:
        await self._session.transmit(letter)
        self._mailer.left -= 1
        if self._mailer.left <= 0:
            raise InstanceDied


@pytest.fixture
async def bench(postgres: str) -> AsyncIterator[NotifyBench]:
    database = Database.open(postgres)
    await upgrade(database, "isopolity.notify")
    yield bench_on(database)
    await database.close()


async def test_no_mail_is_lost_and_none_doubled_but_the_unknown_are_listed(
    bench: NotifyBench,
    mailpit: Mailpit,  # noqa: F811 - the fixture
) -> None:
    proposals = [proposal_event(proposal_id=uuid7()) for _ in range(25)]
    await bench.handle(contact_event("a"), contact_event("b"), *proposals)
    healthy = bench.sender(local_mailer(mailpit.smtp_port))
    dying = bench.sender(DyingMailer(local_mailer(mailpit.smtp_port), 10))
    ends = await asyncio.gather(healthy.send_due(), _until_dead(dying.send_due()))
    assert ends[1] is True
    bench.clock.advance(seconds=LEASE.total_seconds())
    await healthy.list_abandoned()
    await healthy.send_due()

    mails = await bench.mails()
    arrived = mailpit.message_ids()
    states = {state: [m.mail_id for m in mails if m.state is state] for state in MailState}
    assert len(arrived) == len(set(arrived)), "a mail was doubled"
    assert len(states[MailState.SENT]) + len(states[MailState.UNKNOWN]) == len(mails) == 50
    arrived_ids = {message_id.partition("@")[0] for message_id in arrived}
    assert set(states[MailState.SENT]) <= arrived_ids <= set(states[MailState.SENT]) | set(states[MailState.UNKNOWN])
    assert states[MailState.UNKNOWN]


async def _until_dead(sending: Awaitable[int]) -> bool:
    try:
        await sending
    except InstanceDied:
        return True
    return False
