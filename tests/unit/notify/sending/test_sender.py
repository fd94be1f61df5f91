"""The ledger: what a crash, a refusal or a silent mail server makes of a mail."""

from dataclasses import replace

import pytest

from isopolity.machine.clock import uuid7
from isopolity.notify.application.letters import Letter
from isopolity.notify.application.mails import Decision
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import MailNotUnknown, OutcomeUnknown, Refused, TryLater, UnknownMail
from isopolity.notify.domain.mail import MailState, RetryPolicy
from isopolity.persistence.database import DatabaseUnavailable
from tests.support.notify.bench import LEASE, NotifyBench
from tests.support.notify.events import contact_event, proposal_event
from tests.support.notify.memory_mailer import FakeMailer


class ProcessDied(BaseException):
    """The process is gone: nothing after this runs."""


class DyingMailer(FakeMailer):
    """Dies in the step named, after the mail has gone if that is `transmit`."""

    step = "transmit"

    async def offer(self, letter: Letter) -> None:
        await super().offer(letter)
        if self.step == "offer":
            raise ProcessDied

    async def transmit(self, letter: Letter) -> None:
        await super().transmit(letter)
        raise ProcessDied


async def _two_mails(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())


async def test_a_crash_while_claimed_sends_the_mail_again(bench: NotifyBench) -> None:
    await _two_mails(bench)
    dying = DyingMailer()
    dying.step = "offer"
    with pytest.raises(ProcessDied):
        await bench.sender(dying).send_due()
    assert await bench.states() == [MailState.CLAIMED, MailState.CLAIMED]
    assert await bench.sender().send_due() == 0
    bench.clock.advance(seconds=LEASE.total_seconds())
    assert await bench.sender().list_abandoned() == 0
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]


async def test_a_crash_while_transmitting_makes_the_mail_unknown_and_never_sends_it_again(bench: NotifyBench) -> None:
    await _two_mails(bench)
    with pytest.raises(ProcessDied):
        await bench.sender(DyingMailer()).send_due()
    assert await bench.states() == [MailState.TRANSMITTING, MailState.TRANSMITTING]
    bench.clock.advance(seconds=LEASE.total_seconds())
    assert await bench.sender().list_abandoned() == 2
    await bench.sender().send_due()
    assert bench.mailer.delivered == []
    assert await bench.states() == [MailState.UNKNOWN, MailState.UNKNOWN]
    assert len(await bench.published("delivery.unknown")) == 2


async def test_a_process_that_knows_it_is_the_only_one_need_not_wait_for_the_lease(bench: NotifyBench) -> None:
    await _two_mails(bench)
    with pytest.raises(ProcessDied):
        await bench.sender(DyingMailer()).send_due()
    sender = bench.sender()
    await sender.disown()
    assert await sender.list_abandoned() == 2


async def test_mails_crash_safe_means_one_wave_is_unknown_at_most(bench: NotifyBench) -> None:
    ids = [uuid7() for _ in range(5)]
    events = [proposal_event(proposal_id=proposal_id) for proposal_id in ids]
    await bench.handle(contact_event("a"), contact_event("b"), *events)
    with pytest.raises(ProcessDied):
        await bench.sender(DyingMailer(), concurrency=3).send_due()
    states = await bench.states()
    assert (states.count(MailState.TRANSMITTING), states.count(MailState.QUEUED)) == (3, 7)


async def test_a_mail_server_that_asks_for_patience_gets_the_mail_later(bench: NotifyBench) -> None:
    await _two_mails(bench)
    bench.mailer.at_offer["a@city.example"] = TryLater("smtp-451")
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    deferred = (await bench.mails())[0]
    assert (deferred.state, deferred.reason, deferred.attempts) == (MailState.DEFERRED, "smtp-451", 1)
    bench.mailer.at_offer.clear()
    assert await bench.sender().send_due() == 0
    bench.clock.now = deferred.due_at
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    assert [event.envelope.type.split(".")[3] for event in await bench.published("delivery")].count("deferred") == 1


async def test_the_waits_of_a_deferred_mail_double_and_end(bench: NotifyBench) -> None:
    await _two_mails(bench)
    bench.mailer.at_offer = {"a@city.example": TryLater("smtp-451")}
    sender = bench.sender(retries=RetryPolicy(attempts=3))
    waits = []
    for _ in range(3):
        await sender.send_due()
        mail = (await bench.mails())[0]
        waits.append((mail.due_at - bench.clock.now).total_seconds())
        bench.clock.now = mail.due_at
    assert waits == [30, 60, 0]
    assert await bench.states() == [MailState.FAILED, MailState.SENT]
    assert await sender.send_due() == 0


async def test_a_refused_recipient_fails_alone(bench: NotifyBench) -> None:
    await _two_mails(bench)
    bench.mailer.at_offer["a@city.example"] = Refused("smtp-550")
    await bench.sender().send_due()
    assert await bench.states() == [MailState.FAILED, MailState.SENT]
    assert bench.mailer.recipients() == ["b@city.example"]


async def test_a_refusal_after_data_is_known_not_to_have_sent(bench: NotifyBench) -> None:
    await _two_mails(bench)
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-554"), "b@city.example": TryLater("smtp-452")}
    await bench.sender().send_due()
    assert await bench.states() == [MailState.FAILED, MailState.DEFERRED]


async def test_a_cut_within_data_makes_the_mail_unknown_at_once(bench: NotifyBench) -> None:
    await _two_mails(bench)
    bench.mailer.at_transmit["a@city.example"] = OutcomeUnknown("connection-lost-in-data")
    await bench.sender().send_due()
    assert await bench.states() == [MailState.UNKNOWN, MailState.SENT]


async def test_the_mails_of_an_instance_that_died_are_taken_over_by_the_other(bench: NotifyBench) -> None:
    events = [proposal_event(proposal_id=uuid7()) for _ in range(4)]
    await bench.handle(contact_event("a"), contact_event("b"), *events)
    dying = DyingMailer()
    with pytest.raises(ProcessDied):
        await bench.sender(dying, concurrency=2).send_due()
    other = bench.sender(concurrency=2)
    await other.send_due()
    bench.clock.advance(seconds=LEASE.total_seconds())
    await other.list_abandoned()
    await other.send_due()
    sent, unknown = len(bench.mailer.delivered), (await bench.states()).count(MailState.UNKNOWN)
    assert (sent, unknown) == (6, 2)
    assert {letter.mail_id for letter in dying.delivered}.isdisjoint({m.mail_id for m in bench.mailer.delivered})


async def test_an_owner_past_its_lease_does_not_transmit(bench: NotifyBench) -> None:
    await _two_mails(bench)
    end = bench.clock.now + LEASE

    class SlowMailer(FakeMailer):
        async def offer(self, letter: Letter) -> None:
            bench.clock.now = end
            sender.stop()

    slow = SlowMailer()
    sender = bench.sender(slow)
    await sender.send_due()
    assert slow.delivered == []
    assert await bench.states() == [MailState.CLAIMED, MailState.CLAIMED]


async def test_an_owner_that_was_only_slow_reports_what_it_knows(bench: NotifyBench) -> None:
    await _two_mails(bench)
    other = bench.sender()

    class SlowMailer(FakeMailer):
        async def transmit(self, letter: Letter) -> None:
            bench.clock.advance(seconds=LEASE.total_seconds())
            await other.list_abandoned()
            await super().transmit(letter)

    await bench.sender(SlowMailer()).send_due()
    assert await bench.states() == [MailState.SENT, MailState.SENT]


async def test_an_unknown_mail_is_sent_again_only_when_a_person_says_so(bench: NotifyBench) -> None:
    await _two_mails(bench)
    bench.mailer.at_transmit = {f"{name}@city.example": OutcomeUnknown("connection-lost-in-data") for name in "ab"}
    await bench.sender().send_due()
    bench.mailer.at_transmit.clear()
    first, second = await bench.mails()
    await bench.resolve(first.mail_id, Decision.SENT)
    await bench.resolve(second.mail_id, Decision.SEND_AGAIN)
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    assert await bench.states() == [MailState.SENT, MailState.SENT]


async def test_only_an_unknown_mail_can_be_resolved(bench: NotifyBench) -> None:
    await _two_mails(bench)
    queued = (await bench.mails())[0]
    with pytest.raises(MailNotUnknown, match="this one is queued"):
        await bench.resolve(queued.mail_id, Decision.SEND_AGAIN)
    with pytest.raises(UnknownMail):
        await bench.resolve("nothing", Decision.SENT)


async def test_a_contact_with_an_unusable_address_fails_alone(bench: NotifyBench) -> None:
    unusable = replace(bench.directory.contacts["contact-a"], email="aino virtanen@city.example")
    bench.directory.contacts["contact-a"] = unusable
    await _two_mails(bench)
    await bench.sender().send_due()
    assert await bench.states() == [MailState.FAILED, MailState.SENT]
    assert (await bench.mails())[0].reason == "address-unusable"


async def test_an_outcome_that_the_database_could_not_take_is_recorded_later(bench: NotifyBench) -> None:
    await _two_mails(bench)
    away = [False]

    class CuttingMailer(FakeMailer):
        async def transmit(self, letter: Letter) -> None:
            await super().transmit(letter)
            away[0] = True

    def unit_of_work() -> NotifyUnitOfWork:
        if away[0]:
            raise DatabaseUnavailable("the database is away")
        return bench.unit_of_work()

    mailer = CuttingMailer()
    sender = replace(bench.sender(mailer), unit_of_work=unit_of_work)
    with pytest.raises(DatabaseUnavailable, match="away"):
        await sender.send_due()
    away[0] = False
    await sender.send_due()
    assert await bench.states() == [MailState.SENT, MailState.SENT]
    assert len(mailer.delivered) == 2
