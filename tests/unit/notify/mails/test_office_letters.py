"""Letters of registry's office about applications: one mail each, and then registry forgets whom it went to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.letters import IssuedLetter
from isopolity.notify.application.mails import Decision
from isopolity.notify.domain.errors import OutcomeUnknown, Refused, RegistryAway, TryLater
from isopolity.notify.domain.mail import MailState, Purpose
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import START, letter_event, office_letter, unsent
from tests.support.notify.letters import Shown, parsed, parts

ADDRESS = "ana@city.example"
REASONS = {
    "duplicate": "is in our network already, or its application came twice",
    "incomplete": "too much is missing in the application",
    "not-authentic": "could not make sure that the application comes from São Leopoldo itself",
    "not-eligible": "our network is not open to São Leopoldo",
    "other": "please ask our office",
    "of-a-later-release": "please ask our office",
}


@pytest.fixture(autouse=True)
def waiting(bench: NotifyBench) -> None:
    bench.applicants.letters["letter-1"] = office_letter(reason="incomplete")


async def send(bench: NotifyBench) -> None:
    sender = bench.sender()
    await sender.send_due()
    await sender.report_ended_letters()


async def test_a_refusal_becomes_one_mail_and_registry_forgets_it(bench: NotifyBench) -> None:
    await bench.handle(letter_event(), letter_event())
    await bench.handle(letter_event())
    await send(bench)
    (letter,) = bench.mailer.delivered
    assert (letter.recipient, parsed(letter)["To"]) == (ADDRESS, "Ana Souza <ana@city.example>")
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state, mail.occasion_id) == (Purpose.REFUSAL, MailState.SENT, "letter-1")
    assert (mail.proposal_id, mail.side, mail.contact_id) == (None, "", "")
    assert (bench.applicants.letters, bench.applicants.ended) == ({}, {"letter-1": MailState.SENT})
    assert await bench.published() == []
    await bench.handle(letter_event())
    await send(bench)
    assert len(bench.mailer.delivered) == 1


async def test_a_letter_that_registry_knows_no_more_gets_no_mail(bench: NotifyBench) -> None:
    await bench.handle(letter_event(letter_id="gone"))
    await send(bench)
    (mail,) = await bench.mails()
    assert (mail.state, mail.reason, bench.mailer.offered) == (MailState.SUPPRESSED, "letter-ended", [])
    assert bench.applicants.ended == {"gone": MailState.SUPPRESSED}


async def test_registry_keeps_the_letter_while_the_mail_is_tried_again(bench: NotifyBench) -> None:
    await bench.handle(letter_event())
    bench.mailer.at_transmit[ADDRESS] = TryLater("smtp-451")
    await send(bench)
    assert "letter-1" in bench.applicants.letters
    bench.mailer.at_transmit.clear()
    bench.clock.advance(minutes=1)
    await send(bench)
    assert (len(bench.mailer.delivered), bench.applicants.letters) == (1, {})


async def test_registry_forgets_a_letter_that_is_given_up(bench: NotifyBench) -> None:
    await bench.handle(letter_event())
    bench.mailer.at_transmit[ADDRESS] = Refused("smtp-550")
    await send(bench)
    assert (await bench.states(), bench.applicants.letters) == ([MailState.FAILED], {})
    assert bench.applicants.ended == {"letter-1": MailState.FAILED}


async def test_registry_keeps_a_letter_of_which_nothing_is_known_until_somebody_decides(bench: NotifyBench) -> None:
    await bench.handle(letter_event())
    bench.mailer.at_transmit[ADDRESS] = OutcomeUnknown("connection-lost")
    await send(bench)
    assert (await bench.states(), list(bench.applicants.letters)) == ([MailState.UNKNOWN], ["letter-1"])
    (mail,) = await bench.mails()
    await bench.resolve(mail.mail_id, Decision.SENT)
    await send(bench)
    assert bench.applicants.letters == {}


async def test_registry_is_told_once_it_answers_again(bench: NotifyBench) -> None:
    await bench.handle(letter_event())
    await bench.sender().send_due()
    bench.applicants.problem = RegistryAway("registry does not answer")
    await bench.sender().report_ended_letters()
    assert list(bench.applicants.letters) == ["letter-1"]
    bench.applicants.problem = None
    assert await bench.sender().report_ended_letters() == 1
    assert await bench.sender().report_ended_letters() == 0
    assert bench.applicants.letters == {}


async def test_a_commission_gets_a_link_of_its_own(bench: NotifyBench) -> None:
    bench.applicants.letters["letter-3"] = office_letter(secret="s3cret", valid_until=START + timedelta(days=60))
    await bench.handle(letter_event("consultation", "letter-3"))
    await send(bench)
    plain, html = parts(bench.mailer.delivered[-1])
    for text in (" ".join(plain.split()), Shown(html).text):
        for expected in ("São Leopoldo, in your country, has applied", "24 January 2027", "only our office reads them"):
            assert expected in text
    assert "http://notify.example/commission/s3cret" in plain
    assert "http://notify.example/commission/s3cret" in Shown(html).links


async def test_who_is_taken_in_reads_what_comes_next_and_where_to_sign_in(bench: NotifyBench) -> None:
    bench.applicants.letters["letter-4"] = office_letter()
    await bench.handle(letter_event("welcome", "letter-4"))
    await bench.handle(letter_event("welcome", "letter-4"))
    await send(bench)
    (letter,) = bench.mailer.delivered
    plain, html = parts(letter)
    assert parsed(letter)["Subject"] == "São Leopoldo is admitted to our network"
    for text in (" ".join(plain.split()), Shown(html).text):
        for expected in ("admitted São Leopoldo to the network", "When we suggest one", "You need no password"):
            assert expected in text
    assert "http://notify.example/sign-in " in " ".join(plain.split())
    assert "http://notify.example/sign-in" in Shown(html).links
    assert "letter-4" not in bench.applicants.letters


def notice(**changes: object) -> IssuedLetter:
    mail = replace(unsent("letter-1", ""), purpose=Purpose.REFUSAL, contact_id="")
    return IssuedLetter(mail=mail, issued=office_letter(**changes))


@pytest.mark.parametrize(("reason", "sentence"), REASONS.items(), ids=REASONS)
def test_a_refusal_gives_its_reason_in_a_sentence(writer: JinjaLetterWriter, reason: str, sentence: str) -> None:
    plain, html = parts(writer.write(notice(reason=reason)))
    for text in (" ".join(plain.split()), Shown(html).text):
        assert sentence in text
        assert "we delete your name and your address" in text
        assert ("apply again" in text) == (reason not in ("duplicate", "not-eligible"))


def test_staffs_own_words_stand_in_both_parts_as_they_were_written(writer: JinjaLetterWriter) -> None:
    plain, html = parts(writer.write(notice(reason="other", words="See <b>our</b> rules.\nThen apply again.")))
    for text in (plain, Shown(html).text):
        assert "See <b>our</b> rules." in text
        assert "Then apply again." in text
        assert "please ask our office" not in text


def test_neither_the_person_nor_the_words_are_shown_by_accident() -> None:
    shown = repr(office_letter(reason="other", words="Private."))
    assert all(hidden not in shown for hidden in ("Ana", ADDRESS, "Private."))


async def test_a_question_has_a_link_to_answer_by(bench: NotifyBench) -> None:
    asked = office_letter(words="Which district?\nThe north?", secret="s3cret", valid_until=START + timedelta(days=30))
    bench.applicants.letters["letter-2"] = asked
    await bench.handle(letter_event("question", "letter-2"))
    await send(bench)
    plain, html = parts(bench.mailer.delivered[-1])
    for text in (" ".join(plain.split()), Shown(html).text):
        for expected in ("Which district?", "The north?", "our office asks you", "take your application back"):
            assert expected in text
    assert "http://notify.example/join/s3cret" in plain
    assert "http://notify.example/join/s3cret" in Shown(html).links
    assert "letter-2" not in bench.applicants.letters
    assert "s3cret" not in repr(asked)
