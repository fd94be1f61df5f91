"""From events to mails: one a side, whatever the order and however often the events come."""

from dataclasses import replace

import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.notify import DeliveryState
from isopolity.messaging.errors import RetryableError
from isopolity.notify.application.answers import Reply
from isopolity.notify.domain.mail import MailState, Purpose
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import PROPOSAL_ID, contact, contact_event, proposal_event


async def test_an_issued_proposal_mails_both_sides(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    assert await bench.sender().send_due() == 2
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    assert await bench.states() == [MailState.SENT, MailState.SENT]
    sent = [event.data for event in await bench.published("delivery.sent")]
    assert {(data.proposal_id, data.side, data.contact_id) for data in sent if isinstance(data, DeliveryState)} == {
        (PROPOSAL_ID, "a", "contact-a"),
        (PROPOSAL_ID, "b", "contact-b"),
    }


async def test_a_redelivered_event_sends_one_mail_a_side(bench: NotifyBench) -> None:
    issued = proposal_event()
    await bench.handle(contact_event("a"), contact_event("b"), issued, issued)
    await bench.sender().send_due()
    await bench.handle(issued)
    await bench.sender().send_due()
    assert len(bench.mailer.delivered) == 2


async def test_the_whole_topic_read_again_sends_nothing_again(bench: NotifyBench) -> None:
    history = [proposal_event(), proposal_event("answered", 2), proposal_event("expired", 3)]
    await bench.handle(contact_event("a"), contact_event("b"), history[0])
    await bench.sender().send_due()
    await bench.handle(*history[1:])
    await bench.sender().send_due()
    assert len(bench.mailer.delivered) == 4
    await bench.handle(*history)
    await bench.sender().send_due()
    assert len(bench.mailer.delivered) == 4


async def test_each_side_is_mailed_as_soon_as_it_has_a_contact_whatever_the_other_has(bench: NotifyBench) -> None:
    await bench.handle(proposal_event())
    assert await bench.parked() == ["member:member-a"]
    await bench.handle(contact_event("a"))
    assert await bench.parked() == ["member:member-b"]
    assert [mail.side for mail in await bench.mails()] == ["a"]
    await bench.handle(proposal_event("answered", 2), contact_event("b"))
    assert await bench.parked() == []
    assert sorted(mail.side for mail in await bench.mails()) == ["a", "b"]


async def test_a_side_that_closed_what_was_proposed_sees_so_at_once_and_the_other_does_not(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), proposal_event(), proposal_event(version=2, lapsed_by="b"))
    await bench.handle(contact_event("b"))
    assert [mail.side for mail in await bench.mails()] == ["a"]
    async with bench.unit_of_work() as uow:
        known = (await uow.proposals.get([PROPOSAL_ID]))[PROPOSAL_ID]
    assert (known.takes_answers("a", bench.clock()), known.takes_answers("b", bench.clock())) == (True, False)


async def test_a_proposal_that_expired_while_its_first_event_was_parked_mails_nobody(bench: NotifyBench) -> None:
    await bench.handle(proposal_event(), proposal_event("expired", 2))
    await bench.handle(contact_event("a"), contact_event("b"))
    assert await bench.parked() == []
    assert await bench.mails() == []


async def test_a_proposal_that_ends_unmailed_waits_no_longer_for_a_contact_and_others_do(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), proposal_event(), proposal_event(proposal_id="another"))
    assert await bench.parked() == ["member:member-b"] * 2
    await bench.handle(proposal_event("expired", 2))
    assert await bench.parked() == ["member:member-b"]
    await bench.handle(contact_event("b"))
    assert {mail.proposal_id for mail in await bench.mails() if mail.side == "b"} == {"another"}


async def test_an_agreed_proposal_introduces_both_to_each_other(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    bench.mailer.delivered.clear()
    await bench.handle(proposal_event("answered", 2), proposal_event("agreed", 3))
    await bench.sender().send_due()
    by_recipient = {letter.recipient: letter.content.decode() for letter in bench.mailer.delivered}
    assert "b@city.example" in by_recipient["a@city.example"]
    assert "a@city.example" in by_recipient["b@city.example"].replace("To: ", "").partition("\r\n\r\n")[2]
    assert all("As you agreed when you answered" in text.replace("=\r\n", "") for text in by_recipient.values())


async def test_the_introduction_names_who_answered_even_if_a_coordinator_came_later(bench: NotifyBench) -> None:
    bench.directory.contacts["contact-b"] = replace(contact("b"), role="deputy")
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    late = replace(contact("b"), contact_id="contact-late", email="late@city.example")
    bench.directory.contacts["contact-late"] = late
    await bench.handle(contact_event("late"))
    bench.mailer.delivered.clear()
    await bench.handle(proposal_event("agreed", 2))
    await bench.sender().send_due()
    assert not any(b"late@city.example" in letter.content for letter in bench.mailer.delivered)
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]


@pytest.mark.parametrize("stage", ["declined", "expired", "superseded"])
async def test_a_closed_proposal_tells_both_sides_once(bench: NotifyBench, stage: str) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    await bench.handle(proposal_event(stage, 2), proposal_event(stage, 2))
    await bench.sender().send_due()
    closing = [mail for mail in await bench.mails() if mail.purpose is Purpose.CLOSING]
    assert [(mail.side, mail.state) for mail in closing] == [("a", MailState.SENT), ("b", MailState.SENT)]


async def test_a_mail_is_not_sent_once_its_proposal_is_settled(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), proposal_event("superseded", 2))
    await bench.sender().send_due()
    assert bench.mailer.delivered == []
    assert set(await bench.states()) == {MailState.SUPPRESSED}
    assert {mail.reason for mail in await bench.mails()} == {"proposal-settled", "never-told"}


async def test_a_mail_is_not_sent_after_the_deadline(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.clock.advance(days=22)
    await bench.sender().send_due()
    assert bench.mailer.delivered == []


async def test_an_erased_contact_is_deleted_and_gets_no_mail(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.handle(contact_event("a", 2, "erased"))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    suppressed = (await bench.mails())[0]
    assert (suppressed.state, suppressed.reason) == (MailState.SUPPRESSED, "contact-erased")
    assert await bench.contact("contact-a") is None


async def test_what_an_erased_contact_wrote_is_deleted_and_the_answer_stays(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    for name in "ab":
        words = Reply(choice=Choice.NO, reason=f"words of {name}")
        await bench.answer(name, PROPOSAL_ID, words)
    await bench.handle(contact_event("a", 2, "erased"))
    answers = [await bench.answer_of(name, PROPOSAL_ID) for name in "ab"]
    assert [(answer.choice, answer.reason) for answer in answers if answer] == [
        (Choice.NO, None),
        (Choice.NO, "words of b"),
    ]


async def test_a_contact_that_registry_no_longer_has_is_treated_as_erased(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"))
    del bench.directory.contacts["contact-a"]
    await bench.handle(contact_event("a", 2))
    assert await bench.contact("contact-a") is None


async def test_an_older_contact_never_replaces_a_newer_one(bench: NotifyBench) -> None:
    bench.directory.contacts["contact-a"] = contact("a", version=5)
    await bench.handle(contact_event("a", 5))
    bench.directory.contacts["contact-a"] = contact("a", version=4)
    await bench.handle(contact_event("a", 4))
    assert await bench.contact("contact-a") == contact("a", version=5)


async def test_while_registry_is_away_nothing_is_changed_and_the_event_is_retried(bench: NotifyBench) -> None:
    bench.directory.problem = RetryableError("registry does not answer")
    with pytest.raises(RetryableError):
        await bench.handle(contact_event("a"), proposal_event())
    assert await bench.parked() == []


async def test_what_a_mail_becomes_carries_the_lineage_of_its_cause(bench: NotifyBench) -> None:
    issued = proposal_event()
    await bench.handle(contact_event("a"), contact_event("b"), issued)
    await bench.sender().send_due()
    lineages = {event.envelope.lineage for event in await bench.published("delivery")}
    assert {(line.correlation_id, line.causation_id) for line in lineages} == {
        (issued.envelope.lineage.correlation_id, issued.envelope.id)
    }
