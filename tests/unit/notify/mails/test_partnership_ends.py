"""A partnership that staff ends: each side is told once, whatever the order and however often the event comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import PARTNERSHIP_ESTABLISHED
from isopolity.contracts.notify import DeliveryState
from isopolity.messaging.errors import PoisonMessage
from isopolity.notify.application.mails import Decision
from isopolity.notify.domain.errors import MailWithoutLink, OutcomeUnknown
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.notify.domain.proposal import NEWS
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    PROPOSAL_ID,
    START,
    contact,
    contact_event,
    ended_event,
    event,
    partnership_state,
    proposal_event,
    side,
)

_MOMENT = timedelta(microseconds=1)


@pytest.fixture
async def bench(bench: NotifyBench) -> NotifyBench:
    """notify, with a contact of each side."""
    await bench.handle(contact_event("a"), contact_event("b"))
    return bench


async def endings(bench: NotifyBench) -> list[Mail]:
    return [mail for mail in await bench.mails() if mail.purpose is Purpose.ENDING]


async def test_both_sides_are_told_also_where_notify_never_knew_their_proposal(bench: NotifyBench) -> None:
    await bench.handle(ended_event())
    assert await bench.sender().send_due() == 2
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    assert [(mail.side, mail.state, mail.contact_id) for mail in await endings(bench)] == [
        ("a", MailState.SENT, "contact-a"),
        ("b", MailState.SENT, "contact-b"),
    ]


async def test_an_introduction_that_waits_is_not_sent_once_the_partnership_has_ended(bench: NotifyBench) -> None:
    await bench.handle(proposal_event("issued"))
    await bench.sender().send_due()
    await bench.handle(proposal_event("agreed", 2), ended_event())
    await bench.sender().send_due()
    waited = [mail for mail in await bench.mails() if mail.purpose is Purpose.INTRODUCTION]
    assert [(mail.state, mail.reason) for mail in waited] == [(MailState.SUPPRESSED, "partnership-ended")] * 2
    assert len(await endings(bench)) == 2


async def test_an_end_that_comes_again_under_whatever_version_tells_nobody_again(bench: NotifyBench) -> None:
    ended = ended_event()
    await bench.handle(ended, ended)
    await bench.sender().send_due()
    heir = replace(contact("a"), contact_id="contact-heir", email="heir@city.example")
    bench.directory.contacts[heir.contact_id] = heir
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"))
    await bench.handle(ended, ended_event(), ended_event(version=1002), ended_event(version=1003, ended_reason="other"))
    assert await bench.sender().send_due() == 0
    assert len(bench.mailer.delivered) == 2


@pytest.mark.parametrize(
    ("changes", "mails"),
    [
        ({}, 2),
        ({"ended_at": START - NEWS}, 2),
        ({"ended_at": START - NEWS - _MOMENT}, 0),
        ({"ended_at": None}, 0),
        ({"ended_reason": "member-withdrew"}, 0),
        ({"ended_reason": "a-reason-of-a-newer-release"}, 0),
        ({"ended_reason": None}, 0),
    ],
)
async def test_only_news_of_an_end_by_staff_is_told(bench: NotifyBench, changes: dict[str, object], mails: int) -> None:
    await bench.handle(ended_event(**changes))
    assert len(await bench.mails()) == mails


async def test_a_partnership_that_stands_tells_nobody(bench: NotifyBench) -> None:
    standing = partnership_state(stage="exploratory", ended_reason=None, ended_at=None)
    await bench.handle(event(PARTNERSHIP_ESTABLISHED, standing))
    assert await bench.mails() == []


async def test_sides_with_other_names_are_poison(bench: NotifyBench) -> None:
    with pytest.raises(PoisonMessage):
        await bench.handle(ended_event(sides=(side("a"), side("a"))))


async def test_a_side_without_a_contact_is_not_waited_for(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a", 2, "erased"), ended_event())
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    assert [(mail.state, mail.reason) for mail in await endings(bench)] == [
        (MailState.SUPPRESSED, "no-contact"),
        (MailState.SENT, None),
    ]
    assert await bench.parked() == []
    await bench.handle(contact_event("a", 3))
    assert await bench.sender().send_due() == 0


async def test_the_present_contact_is_told_and_not_the_one_that_was_asked(bench: NotifyBench) -> None:
    await bench.handle(proposal_event())
    await bench.sender().send_due()
    heir = replace(contact("a"), contact_id="contact-heir", email="heir@city.example")
    bench.directory.contacts[heir.contact_id] = heir
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"), ended_event())
    bench.mailer.delivered.clear()
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example", "heir@city.example"]


async def test_an_unknown_mail_goes_again_by_a_persons_decision_only(bench: NotifyBench) -> None:
    await bench.handle(ended_event())
    bench.mailer.at_transmit["a@city.example"] = OutcomeUnknown("cut")
    await bench.sender().send_due()
    unknown, _ = await endings(bench)
    assert (unknown.side, unknown.state) == ("a", MailState.UNKNOWN)
    await bench.handle(ended_event(version=3))
    assert await bench.sender().send_due() == 0
    bench.mailer.at_transmit.clear()
    await bench.resolve(unknown.mail_id, Decision.SEND_AGAIN)
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]


async def test_outcomes_are_published_under_the_proposal_that_the_partnership_came_of(bench: NotifyBench) -> None:
    await bench.handle(ended_event())
    await bench.sender().send_due()
    told = [event.data for event in await bench.published("delivery.sent")]
    assert {(data.purpose, data.proposal_id, data.side) for data in told if isinstance(data, DeliveryState)} == {
        ("ending", PROPOSAL_ID, "a"),
        ("ending", PROPOSAL_ID, "b"),
    }


async def test_it_has_no_answer_link_that_could_be_ended(bench: NotifyBench) -> None:
    await bench.handle(ended_event())
    mail, _ = await endings(bench)
    with pytest.raises(MailWithoutLink, match="this one's purpose is ending"):
        await bench.void_link(mail.mail_id)
