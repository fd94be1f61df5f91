"""A mail to sign in with: registry says whom it goes to as it is written, and nobody else learns of it."""

import re
from dataclasses import replace

import pytest

from isopolity.notify.application.letters import IssuedLetter
from isopolity.notify.domain.errors import RegistryAway, TryLater
from isopolity.notify.domain.mail import MailState, Purpose
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import contact_event, proposal_event, sign_in, sign_in_event, unsent
from tests.support.notify.letters import Shown, parsed, parts


@pytest.fixture(autouse=True)
def waiting(bench: NotifyBench) -> None:
    bench.applicants.sign_ins["sign-in-1"] = sign_in()


def links_in(bench: NotifyBench) -> set[str]:
    content = bench.mailer.delivered[-1].content.decode().replace("=\r\n", "").replace("=3D", "=")
    return set(re.findall(r"http://notify.example/[\w/-]+", content))


async def test_a_sign_in_becomes_one_mail_with_link_and_code(bench: NotifyBench) -> None:
    await bench.handle(sign_in_event(), sign_in_event())
    await bench.handle(sign_in_event())
    await bench.sender().send_due()
    (letter,) = bench.mailer.delivered
    assert letter.recipient == "ana@city.example"
    assert links_in(bench) == {"http://notify.example/sign-in/secret-1"}
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state, mail.occasion_id) == (Purpose.SIGN_IN, MailState.SENT, "sign-in-1")
    assert (mail.proposal_id, mail.side, mail.contact_id) == (None, "", "")
    assert await bench.published() == []


async def test_an_address_that_nobody_has_gets_no_mail(bench: NotifyBench) -> None:
    await bench.handle(sign_in_event("of-nobody"))
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    assert (mail.state, mail.reason, bench.mailer.offered) == (MailState.SUPPRESSED, "sign-in-ended", [])
    assert await bench.published() == []


async def test_each_attempt_has_a_fresh_secret(bench: NotifyBench) -> None:
    await bench.handle(sign_in_event())
    bench.mailer.at_transmit["ana@city.example"] = TryLater("smtp-451")
    await bench.sender().send_due()
    bench.mailer.at_transmit.clear()
    bench.clock.advance(minutes=1)
    await bench.sender().send_due()
    assert links_in(bench) == {"http://notify.example/sign-in/secret-2"}


async def test_a_mail_that_cannot_go_out_in_time_is_not_sent_late(bench: NotifyBench) -> None:
    await bench.handle(sign_in_event())
    bench.mailer.at_transmit["ana@city.example"] = TryLater("smtp-451")
    await bench.sender().send_due()
    bench.mailer.at_transmit.clear()
    bench.applicants.sign_ins.clear()  # registry issues nothing for a request that is older than a link holds
    bench.clock.advance(minutes=40)
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    assert (mail.state, bench.mailer.delivered) == (MailState.SUPPRESSED, [])


async def test_while_registry_is_away_the_mail_waits_and_others_go(bench: NotifyBench) -> None:
    bench.applicants.problem = RegistryAway("registry does not answer")
    await bench.handle(sign_in_event(), contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    bench.applicants.problem = None
    bench.clock.advance(minutes=1)
    await bench.sender().send_due()
    assert "ana@city.example" in bench.mailer.recipients()


async def test_the_letter_says_what_for_how_long_and_what_if_it_was_not_you(bench: NotifyBench) -> None:
    await bench.handle(sign_in_event())
    await bench.sender().send_due()
    letter = bench.mailer.delivered[-1]
    plain, html = parts(letter)
    subject = str(parsed(letter)["Subject"])
    assert subject == "Your link to sign in"
    for text in (plain, Shown(html).text):
        words = " ".join(text.split())
        assert "wants to sign in to our network" in words
        assert "work for 30 minutes" in words
        assert "If you did not ask for this mail, you need not do anything" in words
        assert "042137" in words
    assert "042137" not in subject


def test_a_name_cannot_make_the_letter_say_more(bench: NotifyBench) -> None:
    evil = "<a href=https://evil.example>x</a>\r\nBcc: victim@city.example"
    mail = replace(unsent("sign-in-1", ""), purpose=Purpose.SIGN_IN, contact_id="")
    who = replace(sign_in(evil), secret="to-be-issued")
    letter = bench.writer.write(IssuedLetter(mail=mail, issued=who))
    assert parsed(letter)["Bcc"] is None
    assert Shown(parts(letter)[1]).links == ["http://notify.example/sign-in/to-be-issued"]


async def test_secret_code_and_address_are_in_no_log_line(
    bench: NotifyBench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.handle(sign_in_event())
    await bench.sender().send_due()
    captured = capsys.readouterr()
    for hidden in ("secret-1", "042137", "ana@city.example"):
        assert hidden not in captured.out + captured.err + repr(sign_in())
