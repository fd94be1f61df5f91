"""Staff mails a proposal again: to whom the member has now, and the earlier link ends."""

from dataclasses import replace

import pytest

from isopolity.contracts.answers import Choice
from isopolity.notify.application.answers import Reply
from isopolity.notify.domain.errors import MailNotAgain, ProposalSettled, Refused, UnknownMail
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import PROPOSAL_ID, contact, contact_event, proposal_event

HEIR = replace(contact("a"), contact_id="contact-heir", email="heir@city.example")


@pytest.fixture
async def bench(bench: NotifyBench) -> NotifyBench:
    """notify with a proposal; the address of side a is refused."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    return bench


async def lost(bench: NotifyBench) -> Mail:
    return next(mail for mail in await bench.mails() if mail.side == "a")


async def replace_contact(bench: NotifyBench) -> None:
    bench.directory.contacts[HEIR.contact_id] = HEIR
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"))


async def test_who_follows_gets_the_mail_and_the_earlier_link_ends(bench: NotifyBench) -> None:
    mail = await lost(bench)
    await replace_contact(bench)
    fresh = await bench.mail_again(mail.mail_id)
    await bench.sender().send_due()
    assert bench.mailer.recipients()[-1] == "heir@city.example"
    former, latter = [each for each in await bench.mails() if each.side == "a"]
    assert (former.mail_id, former.state, former.link_voided_at) == (mail.mail_id, MailState.FAILED, bench.clock())
    assert (latter.mail_id, latter.state, latter.link_voided_at) == (fresh.mail_id, MailState.SENT, None)


async def test_staff_says_who_of_the_contacts_gets_it_while_the_former_one_is_still_named(bench: NotifyBench) -> None:
    bench.mailer.at_transmit = {}
    mail = await lost(bench)
    await bench.mail_again(mail.mail_id)
    await bench.sender().send_due()
    heir = replace(HEIR, member_id="member-a")
    bench.directory.contacts[HEIR.contact_id] = heir
    await bench.handle(contact_event("heir"))
    with pytest.raises(MailNotAgain, match="choose another contact"):
        await bench.mail_again(mail.mail_id)
    with pytest.raises(MailNotAgain, match="does not answer for the member"):
        await bench.mail_again(mail.mail_id, contact("b").contact_id)
    fresh = await bench.mail_again(mail.mail_id, HEIR.contact_id)
    await bench.sender().send_due()
    assert bench.mailer.recipients()[-1] == "heir@city.example"
    assert {each.mail_id: each.link_voided_at is None for each in await bench.mails() if each.side == "a"} == {
        mail.mail_id: False,
        fresh.mail_id: True,
    }


async def test_the_same_contact_gets_it_where_it_never_arrived(bench: NotifyBench) -> None:
    bench.mailer.at_transmit = {}
    mail = await lost(bench)
    assert (await bench.mail_again(mail.mail_id)).mail_id == mail.mail_id
    await bench.sender().send_due()
    assert (await lost(bench)).state is MailState.SENT
    with pytest.raises(MailNotAgain, match="has the mail already"):
        await bench.mail_again(mail.mail_id)


async def test_nothing_goes_where_nobody_is_or_nothing_waits(bench: NotifyBench) -> None:
    mail = await lost(bench)
    await bench.handle(contact_event("a", 2, "erased"))
    with pytest.raises(MailNotAgain, match="name one first"):
        await bench.mail_again(mail.mail_id)
    bench.clock.advance(days=30)
    with pytest.raises(ProposalSettled):
        await bench.mail_again(mail.mail_id)
    with pytest.raises(UnknownMail):
        await bench.mail_again("none")


async def test_a_member_that_has_answered_is_not_asked_again(bench: NotifyBench) -> None:
    mail = await lost(bench)
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.NO))
    with pytest.raises(MailNotAgain, match="answered already"):
        await bench.mail_again(mail.mail_id)


async def test_only_the_mail_of_a_proposal_goes_again(bench: NotifyBench) -> None:
    await bench.handle(proposal_event("agreed", 2))
    introduction = next(mail for mail in await bench.mails() if mail.purpose is Purpose.INTRODUCTION)
    with pytest.raises(MailNotAgain, match="Only the mail of a proposal"):
        await bench.mail_again(introduction.mail_id)


async def test_a_mail_that_is_on_its_way_is_left_alone(bench: NotifyBench) -> None:
    await bench.handle(proposal_event(proposal_id="another"))
    waiting = next(mail for mail in await bench.mails() if mail.state is MailState.QUEUED)
    with pytest.raises(MailNotAgain, match="queued"):
        await bench.mail_again(waiting.mail_id)


async def test_a_member_is_reminded_once_a_week_at_its_first_contact(bench: NotifyBench) -> None:
    bench.mailer.at_transmit = {}
    asked = ["member-a", "member-a", "member-none"]
    done = await bench.remind(asked)
    assert (done.reminded, done.already, done.without_contact) == (1, 0, 1)
    assert await bench.sender().send_due() == 1
    assert sorted(bench.mailer.recipients()) == ["a@city.example", "b@city.example"], "b has its proposal"
    text = " ".join(bench.mailer.text_to("a@city.example").split())
    assert "office has chosen to remind your member" in text, "whatever the reason that staff has"
    done = await bench.remind(asked)
    assert (done.reminded, done.already) == (0, 1)
    bench.clock.advance(days=7)
    assert (await bench.remind(asked)).reminded == 1


async def test_who_is_erased_before_the_reminder_goes_gets_none(bench: NotifyBench) -> None:
    await bench.remind(["member-a"])
    await bench.handle(contact_event("a", 2, "erased"))
    await bench.sender().send_due()
    reminder = next(mail for mail in await bench.mails() if mail.purpose is Purpose.REMINDER)
    assert (reminder.state, reminder.reason) == (MailState.SUPPRESSED, "no-contact")
