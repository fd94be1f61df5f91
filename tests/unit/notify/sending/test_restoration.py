"""A notify restored to an older state: nothing is mailed twice, and people decide about mails that may have gone."""

from collections.abc import Sequence
from typing import Any

from isopolity.contracts.event import Data, Event
from isopolity.contracts.notify import DeliveryState, ResponseReceived
from isopolity.machine.clock import uuid7
from isopolity.notify.application.mails import Decision
from isopolity.notify.application.restoration import RESTORED, Known, take_in
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.persistence.republication import Finding
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    INTEREST_ID,
    PROPOSAL_ID,
    START,
    asked_event,
    contact_event,
    ended_event,
    event,
    interest_event,
    proposal_event,
)


async def _restored(
    bench: NotifyBench, *known: Event[Any], answers: Sequence[ResponseReceived] = ()
) -> Sequence[Finding]:
    """Take in what these events tell."""
    of = {kind: {each.envelope.subject: each for each in known if f".{kind}." in each.envelope.type} for kind in KINDS}
    topics = Known(
        contacts=of["contact"],
        proposals=of["proposal"],
        interests=of["interest"],
        partnerships=of["partnership"],
        deliveries=of["delivery"],
        answers=answers,
    )
    async with bench.unit_of_work() as uow:
        findings = await take_in(topics, uow, bench.clock, uuid7)
        await uow.commit()
    return findings


KINDS = ("contact", "proposal", "interest", "partnership", "delivery")


def _delivery(outcome: str, *, mail_id: str = "mail-1", version: int = 4, purpose: str = "proposal") -> Event[Data]:
    state = DeliveryState(
        message_id=mail_id,
        version=version,
        purpose=purpose,
        proposal_id=PROPOSAL_ID,
        side="a",
        contact_id="contact-a",
        outcome=outcome,
        attempts=1,
        at=START,
    )
    return event(f"isopolity.notify.delivery.{outcome}.v1", state)


async def test_mails_that_were_open_become_unknown_and_are_sent_by_a_persons_decision_only(
    bench: NotifyBench,
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    findings = await _restored(bench, proposal_event())
    assert [finding.outcome for finding in findings] == ["unknown", "unknown"]
    assert {(mail.state, mail.reason) for mail in await bench.mails()} == {(MailState.UNKNOWN, RESTORED)}
    assert await bench.sender().send_due() == 0
    assert bench.mailer.delivered == []


async def test_a_proposal_of_the_hour_that_is_lost_is_not_mailed_again_whatever_matching_publishes(
    bench: NotifyBench,
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    await _restored(bench, proposal_event(version=2))
    await bench.handle(proposal_event(version=2), proposal_event(version=1002))
    assert await bench.states() == [MailState.UNKNOWN, MailState.UNKNOWN]
    assert await bench.sender().send_due() == 0


async def test_a_mail_whose_end_the_topic_knows_is_adopted_with_its_id(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    await _restored(bench, proposal_event(), _delivery("sent"))
    mails = {mail.side: mail for mail in await bench.mails()}
    assert (mails["a"].mail_id, mails["a"].state, mails["a"].version) == ("mail-1", MailState.SENT, 4)
    assert mails["b"].state is MailState.UNKNOWN


async def test_a_mail_that_was_to_be_tried_again_may_have_gone_since(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    await _restored(bench, proposal_event(), _delivery("deferred"))
    assert await bench.states() == [MailState.UNKNOWN, MailState.UNKNOWN]


async def test_an_agreement_of_the_lost_hour_introduces_nobody_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    await _restored(bench, proposal_event("agreed", version=4))
    await bench.handle(proposal_event("agreed", version=1004))
    states = {(mail.purpose, mail.side): mail.state for mail in await bench.mails()}
    assert states == dict.fromkeys(
        [(purpose, side) for purpose in (Purpose.PROPOSAL, Purpose.INTRODUCTION) for side in "ab"], MailState.UNKNOWN
    )


async def test_a_mail_without_a_known_contact_goes_to_the_members_first_choice_when_a_person_says_so(
    bench: NotifyBench,
) -> None:
    await _restored(bench, proposal_event())
    await bench.handle(contact_event("a"), contact_event("b"))
    assert await bench.sender().send_due() == 0
    for mail in await bench.mails():
        await bench.resolve(mail.mail_id, Decision.SEND_AGAIN)
    assert await bench.sender().send_due() == 2
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    assert {mail.contact_id for mail in await bench.mails()} == {"contact-a", "contact-b"}


async def test_whoever_was_erased_since_is_forgotten_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    findings = await _restored(bench, contact_event("a", version=2, verb="erased"))
    assert [(finding.key, finding.outcome) for finding in findings] == [("contact-a", "applied")]
    assert await bench.contact("contact-a") is None
    assert await bench.contact("contact-b") is not None


async def test_answers_are_adopted_once_and_published_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    given = ResponseReceived(
        response_id="response-1", proposal_id=PROPOSAL_ID, side="a", answer="yes", answered_at=START
    )
    for expected in (1, 0):
        findings = await _restored(bench, answers=[given])
        assert [finding.topic for finding in findings].count("isopolity.notify.response") == expected
    answer = await bench.answer_of("a", PROPOSAL_ID)
    assert answer is not None
    assert (answer.response_id, answer.choice, answer.reason) == ("response-1", "yes", None)


async def test_what_was_taken_in_once_is_not_found_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    topics = (proposal_event(), _delivery("sent"), contact_event("b", version=2, verb="erased"))
    assert {finding.outcome for finding in await _restored(bench, *topics)} == {"adopted", "applied", "unknown"}
    mails = await bench.mails()
    findings = await _restored(bench, *topics)
    assert [(finding.key, finding.outcome) for finding in findings] == [("contact-b", "applied")]
    assert await bench.mails() == mails


async def test_a_newer_delivery_of_a_known_mail_is_adopted_and_an_older_one_is_not(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    mail = next(mail for mail in await bench.mails() if mail.side == "a")
    await _restored(bench, proposal_event(), _delivery("failed", mail_id=mail.mail_id, version=3))
    for version, expected in ((2, MailState.FAILED), (4, MailState.SENT)):
        await _restored(bench, _delivery("sent", mail_id=mail.mail_id, version=version))
        assert (await bench.mails())[0].state is expected


async def test_a_delivery_about_an_unknown_proposal_is_lost(bench: NotifyBench) -> None:
    (finding,) = await _restored(bench, _delivery("sent"))
    assert (finding.outcome, finding.key) == ("lost", "mail-1")
    assert await bench.mails() == []


async def test_an_end_of_the_lost_hour_is_told_to_nobody_again_whatever_matching_publishes(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    findings = await _restored(bench, ended_event(), _delivery("sent", purpose="ending"))
    assert [(finding.key, finding.outcome) for finding in findings] == [
        ("partnership", "adopted"),
        ("mail-1", "adopted"),
        ("partnership", "unknown"),
    ]
    await bench.handle(ended_event(), ended_event(version=1002))
    assert [(mail.purpose, mail.side, mail.state) for mail in await bench.mails()] == [
        (Purpose.ENDING, "a", MailState.SENT),
        (Purpose.ENDING, "b", MailState.UNKNOWN),
    ]
    assert await bench.sender().send_due() == 0
    assert await _restored(bench, ended_event(), _delivery("sent", purpose="ending")) == []


async def test_of_an_old_end_nobody_has_to_decide_about_a_mail(bench: NotifyBench) -> None:
    bench.clock.advance(days=31)
    for events in ([ended_event()], [ended_event(), ended_event(ended_reason="member-withdrew")]):
        findings = await _restored(bench, *events)
        adopted = [("partnership", "adopted")] if len(events) == 1 else []
        assert [(finding.key, finding.outcome) for finding in findings] == adopted
        assert await bench.mails() == []


async def test_that_a_member_left_is_kept_and_told_to_nobody(bench: NotifyBench) -> None:
    findings = await _restored(bench, ended_event(ended_reason="member-withdrew"))
    assert [(finding.outcome, finding.detail) for finding in findings] == [("adopted", "member-withdrew")]
    assert await bench.mails() == []


async def test_who_asked_to_be_introduced_is_owed_an_introduction_and_no_mail_before(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    await _restored(bench, asked_event())
    assert [(mail.side, mail.purpose) for mail in await bench.mails()] == [("b", Purpose.PROPOSAL)]
    await _restored(bench, asked_event("agreed", 3, answers="ab"))
    introductions = [mail for mail in await bench.mails() if mail.purpose is Purpose.INTRODUCTION]
    assert sorted((mail.side, mail.contact_id) for mail in introductions) == [("a", ""), ("b", "contact-b")]
    await _restored(bench, asked_event("expired", 4))
    assert {mail.side for mail in await bench.mails() if mail.purpose is Purpose.CLOSING} == {"b"}


async def test_an_asker_who_was_to_hear_in_the_lost_hour_is_mailed_by_a_persons_decision_only(
    bench: NotifyBench,
) -> None:
    await bench.handle(contact_event("a"))
    findings = await _restored(bench, interest_event())
    assert [(finding.key, finding.outcome) for finding in findings] == [
        (INTEREST_ID, "adopted"),
        (INTEREST_ID, "unknown"),
    ]
    await bench.handle(interest_event())
    assert await bench.sender().send_due() == 0
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state) == (Purpose.NOT_INTRODUCED, MailState.UNKNOWN)
    await bench.resolve(mail.mail_id, Decision.SEND_AGAIN)
    assert await bench.sender().send_due() == 1
    assert bench.mailer.recipients() == ["a@city.example"]
    assert await _restored(bench, interest_event()) == []
