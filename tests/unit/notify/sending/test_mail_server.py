"""A mail server that takes mails from nobody uses up no attempts of a mail; all go as soon as it is back."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from isopolity.notify.application.mail_server import probe
from isopolity.notify.application.sender import Sender
from isopolity.notify.domain.errors import DeliveryProblem, ServerAway, TryLater
from isopolity.notify.domain.mail import MailState, RetryPolicy
from isopolity.notify.domain.mail_server import LONGEST_WAIT, MailServer
from tests.support.notify.bench import NotifyBench, by
from tests.support.notify.events import START, contact_event, proposal_event, sign_in, sign_in_event
from tests.support.notify.memory_mailer import FakeMailer

UNREACHABLE = ServerAway("connect-lost")
CLOSING = ServerAway("smtp-421", refuses=True)
BUSY = TryLater("smtp-451")
BOTH = ("a@city.example", "b@city.example")


class Server(FakeMailer):
    """A mail server with one problem for everybody."""

    problem: DeliveryProblem | None = None
    pings = 0

    def everybody(self, problem: DeliveryProblem | None) -> None:
        self.problem = problem
        self.at_offer = dict.fromkeys(BOTH, problem) if problem else {}

    async def ping(self) -> None:
        self.pings += 1
        if isinstance(self.problem, ServerAway) and not self.problem.refuses:
            raise self.problem


async def _known(bench: NotifyBench) -> MailServer:
    async with bench.unit_of_work() as uow:
        return await uow.mail_server.get()


async def _turn(bench: NotifyBench, sender: Sender) -> None:
    await sender.send_due()
    await sender.probe()


@pytest.mark.parametrize("problem", [UNREACHABLE, ServerAway("connect-smtp-535"), CLOSING, BUSY])
async def test_a_week_without_a_mail_server_uses_up_no_attempt_and_loses_no_mail(
    bench: NotifyBench, problem: DeliveryProblem
) -> None:
    server = Server()
    server.everybody(problem)
    sender = bench.sender(server, retries=RetryPolicy(attempts=3))
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    for _ in range(7 * 24):
        await _turn(bench, sender)
        bench.clock.advance(hours=1)
    waiting = await bench.mails()
    assert {mail.attempts for mail in waiting} <= {0, 1}
    assert {mail.state for mail in waiting} <= {MailState.QUEUED, MailState.DEFERRED}
    known = await _known(bench)
    assert known.away_since is not None
    assert bench.clock() - known.away_since > timedelta(days=6)
    server.everybody(None)
    for _ in range(3):
        await _turn(bench, sender)
        bench.clock.advance(minutes=1)
    assert server.recipients() == list(BOTH)
    assert (await _known(bench)).away_since is None


async def test_a_server_that_is_away_is_tried_by_one_at_a_time_after_waits_that_double(bench: NotifyBench) -> None:
    server = Server()
    server.everybody(UNREACHABLE)
    sender, other = bench.sender(server), bench.sender(server)
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await sender.send_due()
    tried = []
    for _ in range(200):
        before = server.pings
        await _turn(bench, sender)
        await _turn(bench, other)
        tried += [bench.clock()] * (server.pings - before)
        bench.clock.advance(seconds=1)
    waits = [(after - before).total_seconds() for before, after in itertools.pairwise(tried)]
    assert waits == [10, 20, 40, 60, 60]
    assert len(server.offered) == 2


async def test_a_server_that_refuses_everybody_is_offered_one_mail_at_a_time(bench: NotifyBench) -> None:
    server = Server()
    server.everybody(CLOSING)
    sender = bench.sender(server)
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await _turn(bench, sender)
    assert len(server.offered) == 2
    bench.clock.advance(minutes=2)
    await _turn(bench, sender)
    assert len(server.offered) == 3
    server.everybody(None)
    bench.clock.advance(minutes=2)
    await _turn(bench, sender)
    assert server.recipients() == list(BOTH)


async def test_mails_that_are_stale_do_not_hold_up_a_server_that_takes_mails_again(bench: NotifyBench) -> None:
    server = Server()
    server.everybody(CLOSING)
    sender = bench.sender(server)
    await bench.handle(contact_event("a"), contact_event("b"), *(sign_in_event(f"sign-in-{n}") for n in range(5)))
    bench.applicants.sign_ins |= {f"sign-in-{n}": replace(sign_in(), email=BOTH[0]) for n in range(5)}
    await _turn(bench, sender)
    assert (await _known(bench)).refuses
    bench.applicants.sign_ins.clear()
    await bench.handle(proposal_event())
    server.everybody(None)
    bench.clock.advance(minutes=2)
    await _turn(bench, sender)
    assert server.recipients() == list(BOTH)
    assert (await _known(bench)).away_since is None


async def test_one_mail_that_is_put_off_is_no_state_of_the_server(bench: NotifyBench) -> None:
    server = Server(at_offer={BOTH[0]: BUSY})
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await _turn(bench, bench.sender(server))
    assert (await bench.mails())[0].attempts == 1
    assert (await _known(bench)).away_since is None


async def test_a_server_of_which_nothing_was_heard_for_a_minute_is_asked(bench: NotifyBench) -> None:
    server = Server()
    sender = bench.sender(server)
    for _ in range(180):
        await _turn(bench, sender)
        bench.clock.advance(seconds=1)
    assert server.pings == 3
    server.everybody(UNREACHABLE)
    bench.clock.advance(minutes=1)
    await _turn(bench, sender)
    assert (await _known(bench)).reason == "connect-lost"


async def test_a_person_can_have_it_tried_at_once(bench: NotifyBench) -> None:
    server = Server()
    server.everybody(UNREACHABLE)
    sender = bench.sender(server)
    for _ in range(10):
        await _turn(bench, sender)
        bench.clock.advance(minutes=2)
    await _turn(bench, sender)
    server.everybody(None)
    assert not await probe(bench.unit_of_work, server, bench.clock)
    async with bench.unit_of_work() as uow:
        await uow.mail_server.change(lambda known: known.tried_at_once(bench.clock()))
        await uow.commit()
    assert await probe(bench.unit_of_work, server, bench.clock)
    assert (await _known(bench)) == MailServer(answered_at=bench.clock())


def test_a_try_is_reserved_no_longer_than_the_longest_wait() -> None:
    away = MailServer().away("connect-lost", START).reserved(START)
    assert not away.may_be_tried(START + LONGEST_WAIT - timedelta(seconds=1))
    assert away.may_be_tried(START + LONGEST_WAIT)


PATH = "/notify/v1/mail-server"


async def _be_away(bench: NotifyBench) -> MailServer:
    async with bench.unit_of_work() as uow:
        server = await uow.mail_server.change(lambda known: known.away("connect-lost", bench.clock()))
        await uow.commit()
    return server


async def test_who_looks_after_the_network_reads_since_when_and_why_it_is_away(bench: NotifyBench) -> None:
    server = await _be_away(bench)
    async with bench.client() as client:
        answer = (await client.get(PATH, headers=by(member=None, scope="operator"))).json()
    assert (answer["reason"], answer["answered_at"]) == ("connect-lost", None)
    assert server.away_since is not None
    assert answer["away_since"] == server.away_since.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("scope", ["operator:redrive", "staff:publish"])
async def test_a_server_that_is_away_is_tried_at_once(bench: NotifyBench, scope: str) -> None:
    await _be_away(bench)
    bench.clock.advance(seconds=1)
    async with bench.client() as client:
        assert (await client.post(f"{PATH}/try", headers=by(member=None, scope=scope))).status_code == 200
    async with bench.unit_of_work() as uow:
        assert (await uow.mail_server.get()).may_be_tried(bench.clock())


async def test_who_only_reads_has_nothing_tried(bench: NotifyBench) -> None:
    server = await _be_away(bench)
    async with bench.client() as client:
        for scope in ("operator:read", "staff:read", "member"):
            assert (await client.post(f"{PATH}/try", headers=by(member=None, scope=scope))).status_code == 403
    async with bench.unit_of_work() as uow:
        assert await uow.mail_server.get() == server
