"""An interest of which nothing came: its asker is told once, whoever is its contact then, and never why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.letters import Notice
from isopolity.notify.application.matching_events import to_ended_interest
from isopolity.notify.domain.errors import OutcomeUnknown
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.proposal import NEWS
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    INTEREST_ID,
    START,
    asked_event,
    contact,
    contact_event,
    interest_ended,
    interest_event,
    unsent,
)
from tests.support.notify.letters import Shown, parsed, parts


def notice() -> Notice:
    mail = replace(unsent(INTEREST_ID, ""), purpose=Purpose.NOT_INTRODUCED)
    return Notice(mail=mail, about=to_ended_interest(interest_ended()), recipient=contact("a"))


async def test_the_asker_alone_is_told_and_no_service_is(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), interest_event())
    assert await bench.sender().send_due() == 1
    assert bench.mailer.recipients() == ["a@city.example"]
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state, mail.contact_id) == (Purpose.NOT_INTRODUCED, MailState.SENT, "contact-a")
    assert await bench.published("delivery.sent") == []


async def test_an_end_that_comes_again_is_told_to_nobody_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), interest_event(), interest_event())
    await bench.sender().send_due()
    heir = replace(contact("a"), contact_id="contact-heir", email="heir@city.example")
    bench.directory.contacts[heir.contact_id] = heir
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"), interest_event())
    assert await bench.sender().send_due() == 0
    assert bench.mailer.recipients() == ["a@city.example"]


async def test_who_follows_an_erased_contact_is_told(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), interest_event())
    heir = replace(contact("a"), contact_id="contact-heir", email="heir@city.example")
    bench.directory.contacts[heir.contact_id] = heir
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["heir@city.example"]


async def test_an_asker_without_a_contact_is_told_nothing_and_not_waited_for(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("a", 2, "erased"), interest_event())
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    assert (mail.state, mail.reason) == (MailState.SUPPRESSED, "no-contact")
    assert bench.mailer.recipients() == await bench.parked() == []


@pytest.mark.parametrize(("late", "mails"), [(timedelta(), 1), (NEWS, 1), (NEWS + timedelta(seconds=1), 0)])
async def test_only_news_is_told(bench: NotifyBench, late: timedelta, mails: int) -> None:
    await bench.handle(contact_event("a"), interest_event(hear_by=START - late))
    assert len(await bench.mails()) == mails


async def test_a_mail_that_may_have_gone_is_not_sent_again_by_itself(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), interest_event())
    bench.mailer.at_transmit["a@city.example"] = OutcomeUnknown("cut")
    await bench.sender().send_due()
    await bench.handle(interest_event())
    assert await bench.sender().send_due() == 0
    assert await bench.states() == [MailState.UNKNOWN]


async def test_the_mail_is_the_same_whatever_became_of_the_proposal(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    texts = list[object]()
    for events in ((), (asked_event(), asked_event("declined", 3)), (asked_event("superseded", 4),)):
        interest_id = f"interest-{len(events)}-{len(texts)}"
        await bench.handle(*events, interest_event(interest_id=interest_id))
        await bench.sender().send_due()
        own = [letter for letter in bench.mailer.delivered if letter.recipient == "a@city.example"]
        texts.append((parsed(own[-1])["Subject"], parts(own[-1])))
    assert len(own) == 3
    assert texts[0] == texts[1] == texts[2]


def test_the_mail_says_what_was_asked_and_until_when_and_not_why(writer: JinjaLetterWriter) -> None:
    letter = writer.write(notice())
    assert str(parsed(letter)["Subject"]) == "Turku and Medellín: the introduction did not go ahead"
    plain, html = parts(letter)
    asked, day = (START - timedelta(days=35), START)
    paragraphs = [
        "Dear Aino Virtanen,",
        f"On {asked.day} {asked:%B %Y} you asked to be introduced to Medellín. "
        f"You were to hear by {day.day} {day:%B %Y, %H:%M} (UTC): it did not go ahead.",
        "This mail is the same whatever the reason: it does not tell you whether we could ask Medellín, "
        "or what they said.",
        "You need not do anything. This introduction takes none of your places any more, "
        "and you can ask for another one.",
        "We go on looking, and write to you when we see a good match.",
    ]
    assert " ".join(paragraphs) in " ".join(plain.split())
    assert " ".join(paragraphs) in Shown(html).text
    assert Shown(html).links == []


def test_the_mail_names_the_day_and_the_hour_where_the_asker_is(writer: JinjaLetterWriter) -> None:
    in_seattle = replace(
        to_ended_interest(interest_ended()),
        time_zone="America/Los_Angeles",
        hear_by=datetime(2026, 12, 31, 7, 59, 59, tzinfo=UTC),
    )
    for text in parts(writer.write(replace(notice(), about=in_seattle))):
        assert "You were to hear by 30 December 2026, 23:59 (Los Angeles time):" in " ".join(text.split())


def test_in_a_rehearsal_the_office_gets_it_and_reads_for_whom_it_is(links: SignedAnswerLinks) -> None:
    letter = JinjaLetterWriter(links, "network@isopolity.example", rehearsal="office@isopolity.example").write(notice())
    assert letter.recipient == "office@isopolity.example"
    assert str(parsed(letter)["Subject"]).startswith("[Rehearsal, for the coordinator of Turku]")
    assert b"a@city.example" not in letter.content
