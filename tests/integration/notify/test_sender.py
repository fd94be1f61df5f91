"""Instances of notify share one database: each mail is sent once, and its states are written as the ledger says."""

import asyncio

from isopolity.machine.clock import uuid7
from isopolity.notify.domain.errors import OutcomeUnknown, TryLater
from isopolity.notify.domain.mail import MailState
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import contact_event, proposal_event


async def test_two_instances_share_the_mails_and_send_each_once(bench: NotifyBench) -> None:
    events = [proposal_event(proposal_id=uuid7()) for _ in range(20)]
    await bench.handle(contact_event("a"), contact_event("b"), *events)
    first, second = bench.sender(), bench.sender()
    claimed = await asyncio.gather(first.send_due(), second.send_due())
    assert sum(claimed) == 40
    assert len({letter.mail_id for letter in bench.mailer.delivered}) == len(bench.mailer.delivered) == 40


async def test_what_became_of_each_mail_stands_in_the_database(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_offer["a@city.example"] = TryLater("smtp-451")
    bench.mailer.at_transmit["b@city.example"] = OutcomeUnknown("connection-lost-in-data")
    await bench.sender().send_due()
    assert await bench.states() == [MailState.DEFERRED, MailState.UNKNOWN]
    assert len(await bench.published("delivery")) == 2
    bench.mailer.at_offer.clear()
    bench.clock.advance(minutes=1)
    assert await bench.sender().send_due() == 1
    assert await bench.states() == [MailState.SENT, MailState.UNKNOWN]
