"""Who has not confirmed the address gets one mail, which asks for that, and no other."""

from dataclasses import replace

import pytest

from isopolity.contracts.answers import Choice
from isopolity.notify.application.answers import Reply
from isopolity.notify.domain.errors import MailNotAgain, RegistryAway
from isopolity.notify.domain.mail import MailState
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    PROPOSAL_ID,
    applicant,
    confirmation_event,
    contact,
    contact_event,
    proposal_event,
)


def unconfirmed(bench: NotifyBench, name: str, version: int = 1) -> None:
    """Registry says that the contact has not confirmed its address."""
    bench.directory.contacts[f"contact-{name}"] = replace(contact(name, version), confirmed=False)


def confirmed(bench: NotifyBench, name: str, version: int) -> None:
    bench.directory.contacts[f"contact-{name}"] = contact(name, version)


async def test_a_proposal_waits_until_the_contact_is_confirmed(bench: NotifyBench) -> None:
    unconfirmed(bench, "a")
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    assert await bench.parked() == ["member:member-a"]
    confirmed(bench, "a", 2)
    await bench.handle(contact_event("a", 2))
    await bench.sender().send_due()
    assert sorted(bench.mailer.recipients()) == ["a@city.example", "b@city.example"]
    assert await bench.parked() == []


async def test_a_mail_that_waits_does_not_go_to_an_address_that_is_not_confirmed(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    unconfirmed(bench, "a", 2)
    await bench.handle(contact_event("a", 2))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    lost = (await bench.mails())[0]
    assert (lost.state, lost.reason) == (MailState.SUPPRESSED, "contact-unconfirmed")
    for contact_id in (None, "contact-a"):
        with pytest.raises(MailNotAgain, match="confirmed the address"):
            await bench.mail_again(lost.mail_id, contact_id)


async def test_nobody_is_reminded_or_introduced_at_such_an_address(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    unconfirmed(bench, "a", 2)
    await bench.handle(contact_event("a", 2), proposal_event("agreed", 2))
    before = len(bench.mailer.recipients())
    await bench.sender().send_due()
    assert bench.mailer.recipients()[before:] == ["b@city.example"]
    assert b"a@city.example" not in bench.mailer.delivered[-1].content
    assert (await bench.remind(["member-a"])).without_contact == 1


async def test_who_is_named_reads_for_whom_and_gets_a_link_to_the_portal(bench: NotifyBench) -> None:
    bench.applicants.waiting["confirmation-1"] = replace(applicant("Bo <Lind>"), contact_role="deputy")
    await bench.handle(confirmation_event())
    await bench.sender().send_due()
    (letter,) = bench.mailer.delivered
    content = letter.content.decode().replace("=\r\n", "")
    assert "named as a contact of" in content
    assert "http://notify.example/contact/" in content
    assert "applied" not in content


async def test_an_answer_by_the_link_of_a_mail_is_told_to_registry_until_it_confirms(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    unconfirmed(bench, "a", 2)  # as after the upgrade, where another's address reads alike
    await bench.handle(contact_event("a", 2))
    assert await bench.sender().report_answered() == 0
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.LATER))
    await bench.answer("b", PROPOSAL_ID, Reply(choice=Choice.LATER))
    bench.applicants.problem = RegistryAway("away")
    assert await bench.sender().report_answered() == 0
    bench.applicants.problem = None
    assert await bench.sender().report_answered() == 1
    assert bench.applicants.answered == {"contact-a": 2}
    confirmed(bench, "a", 3)
    await bench.handle(contact_event("a", 3))
    assert await bench.sender().report_answered() == 0
