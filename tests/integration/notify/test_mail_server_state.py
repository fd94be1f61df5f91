"""The state of the mail server, which instances of notify share: one contract for the fake and for both databases."""

import asyncio

import pytest

from isopolity.notify.application.mail_server import probe
from isopolity.notify.domain.errors import ServerAway
from isopolity.notify.domain.mail_server import LONGEST_WAIT, MailServer
from tests.support.notify.bench import NotifyBench, bench_in_memory
from tests.support.notify.events import START
from tests.support.notify.memory_mailer import FakeMailer

AWAY = MailServer(answered_at=START, put_off="mail-1").away("connect-lost", START)


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bench(request: pytest.FixtureRequest) -> NotifyBench:
    if request.param == "fake":
        return bench_in_memory()
    made: NotifyBench = request.getfixturevalue(f"{request.param}_bench")
    return made


async def known(bench: NotifyBench) -> MailServer:
    async with bench.unit_of_work() as uow:
        return await uow.mail_server.get()


async def learn(bench: NotifyBench, server: MailServer) -> None:
    async with bench.unit_of_work() as uow:
        assert await uow.mail_server.change(lambda before: server) == server
        await uow.commit()


async def test_a_server_of_which_nothing_was_heard_takes_mails(bench: NotifyBench) -> None:
    assert await known(bench) == MailServer()


async def test_each_field_comes_back_as_it_was_kept(bench: NotifyBench) -> None:
    for server in (AWAY, AWAY.reserved(START), AWAY.away("smtp-421", START, refuses=True), MailServer()):
        await learn(bench, server)
        assert await known(bench) == server


async def test_a_change_is_made_of_what_is_known_and_lost_without_a_commit(bench: NotifyBench) -> None:
    await learn(bench, AWAY)
    async with bench.unit_of_work() as uow:
        await uow.mail_server.change(lambda before: before.answered(START))
    assert await known(bench) == AWAY
    async with bench.unit_of_work() as uow:
        await uow.mail_server.change(lambda before: before.away("connect-timeout", START + LONGEST_WAIT))
        await uow.commit()
    assert (await known(bench)).away_since == START
    assert (await known(bench)).tries == 2


class Silent(FakeMailer):
    """A mail server that cannot be reached; counts who tries."""

    tries = 0

    async def ping(self) -> None:
        self.tries += 1
        await asyncio.sleep(0)
        raise ServerAway("connect-lost")


async def test_of_instances_that_go_at_once_one_tries_a_server_that_is_away(bench: NotifyBench) -> None:
    await learn(bench, AWAY)
    bench.clock.advance(minutes=5)
    mailer = Silent()
    await asyncio.gather(*(probe(bench.unit_of_work, mailer, bench.clock) for _ in range(4)))
    assert mailer.tries == 1
    assert (await known(bench)).tries == 2
