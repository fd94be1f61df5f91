"""A mail with the link of a draft: registry says where it goes as it is written, and nobody else learns of it."""

import re
from dataclasses import replace

import pytest

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.letters import IssuedLetter
from isopolity.notify.domain.errors import RegistryAway, TryLater
from isopolity.notify.domain.mail import MailState, Purpose
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import contact_event, draft_event, draft_link, proposal_event, unsent
from tests.support.notify.letters import Shown, parsed, parts


@pytest.fixture(autouse=True)
def waiting(bench: NotifyBench) -> None:
    bench.applicants.drafts["draft-1"] = draft_link()


def links_in(bench: NotifyBench) -> set[str]:
    content = bench.mailer.delivered[-1].content.decode().replace("=\r\n", "").replace("=3D", "=")
    return set(re.findall(r"http://notify.example/[\w/-]+", content))


async def test_a_draft_becomes_one_mail_with_its_link(bench: NotifyBench) -> None:
    await bench.handle(draft_event(), draft_event())
    await bench.handle(draft_event())
    await bench.sender().send_due()
    (letter,) = bench.mailer.delivered
    assert letter.recipient == "ana@city.example"
    assert parsed(letter)["To"] == "ana@city.example"
    assert links_in(bench) == {"http://notify.example/join/secret-1"}
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state, mail.occasion_id) == (Purpose.DRAFT, MailState.SENT, "draft-1")
    assert (mail.proposal_id, mail.side, mail.contact_id) == (None, "", "")
    assert await bench.published() == []


async def test_a_draft_that_nobody_waits_for_gets_no_mail(bench: NotifyBench) -> None:
    await bench.handle(draft_event("gone"))
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    assert (mail.state, mail.reason, bench.mailer.offered) == (MailState.SUPPRESSED, "draft-ended", [])


async def test_each_attempt_has_a_fresh_secret(bench: NotifyBench) -> None:
    await bench.handle(draft_event())
    bench.mailer.at_transmit["ana@city.example"] = TryLater("smtp-451")
    await bench.sender().send_due()
    bench.mailer.at_transmit.clear()
    bench.clock.advance(minutes=1)
    await bench.sender().send_due()
    assert links_in(bench) == {"http://notify.example/join/secret-2"}


async def test_while_registry_is_away_the_mail_waits_and_others_go(bench: NotifyBench) -> None:
    bench.applicants.problem = RegistryAway("registry does not answer")
    await bench.handle(draft_event(), contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    bench.applicants.problem = None
    bench.clock.advance(minutes=1)
    await bench.sender().send_due()
    assert "ana@city.example" in bench.mailer.recipients()


async def test_the_letter_says_what_for_how_long_and_what_if_it_was_not_you(bench: NotifyBench) -> None:
    await bench.handle(draft_event())
    await bench.sender().send_due()
    letter = bench.mailer.delivered[-1]
    plain, html = parts(letter)
    assert str(parsed(letter)["Subject"]) == "Your link to join our network"
    for text in (plain, Shown(html).text):
        words = " ".join(text.split())
        assert "go on later from the same link" in words
        assert "for 30 days from the last step that you save" in words
        assert "If it was not you, you need not do anything" in words


async def test_secret_and_address_are_in_no_log_line(bench: NotifyBench, capsys: pytest.CaptureFixture[str]) -> None:
    await bench.handle(draft_event())
    await bench.sender().send_due()
    captured = capsys.readouterr()
    for hidden in ("secret-1", "ana@city.example"):
        assert hidden not in captured.out + captured.err + repr(draft_link())


def invitation() -> IssuedLetter:
    asked_for = replace(unsent("draft-1", ""), purpose=Purpose.DRAFT, contact_id="")
    return IssuedLetter(mail=asked_for, issued=draft_link())


def test_a_rehearsal_sends_the_link_to_one_address_and_leaks_no_other(links: SignedAnswerLinks) -> None:
    writer = JinjaLetterWriter(links, "network@isopolity.example", rehearsal="office@isopolity.example")
    letter = writer.write(invitation())
    assert letter.recipient == "office@isopolity.example"
    assert b"city.example" not in letter.content
    assert "city.example" not in "".join(parts(letter))
    assert str(parsed(letter)["Subject"]).startswith("[Rehearsal, for the holder of an address who wants to join] ")
