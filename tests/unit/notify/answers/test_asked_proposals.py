"""Proposals that one side asked for: the other gets the mail, and the asker hears of nothing before both agree."""

from dataclasses import replace

import pytest

from isopolity.contracts.answers import Choice
from isopolity.notify.application.answers import Reply
from isopolity.notify.application.letters import Correspondence
from isopolity.notify.domain.mail import MailState, Purpose
from tests.support.notify.bench import NotifyBench, by
from tests.support.notify.events import PROPOSAL_ID, asked_event, contact, contact_event, proposal_event

PATH = f"/notify/v1/proposals/{PROPOSAL_ID}/answer"


def texts(bench: NotifyBench) -> dict[str, str]:
    return {
        letter.recipient: letter.content.decode().replace("=\r\n", "").replace("\r\n", " ")
        for letter in bench.mailer.delivered
    }


@pytest.mark.parametrize("openly", [True, False], ids=["openly", "not openly"])
async def test_the_other_side_alone_is_mailed_and_reads_who_asked_if_that_was_wanted(
    bench: NotifyBench, openly: bool
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), asked_event(openly=openly))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    assert ("Turku has asked to be introduced to you." in texts(bench)["b@city.example"]) == openly


async def test_a_mail_about_what_nobody_asked_openly_is_that_of_any_other_proposal(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), asked_event())
    (mail,) = await bench.mails()
    async with bench.unit_of_work() as uow:
        known = (await uow.proposals.get([PROPOSAL_ID]))[PROPOSAL_ID]
    letter = Correspondence(mail=mail, proposal=known, recipient=contact("b"))
    plain = replace(letter, proposal=replace(known, asked_by=None))
    assert bench.writer.write(letter) == bench.writer.write(plain)


async def test_it_waits_for_no_contact_of_the_asker(bench: NotifyBench) -> None:
    await bench.handle(contact_event("b"), asked_event())
    assert await bench.parked() == []
    assert [mail.side for mail in await bench.mails()] == ["b"]


@pytest.mark.parametrize("stage", ["declined", "expired", "superseded"])
async def test_the_asker_is_not_told_that_it_is_closed(bench: NotifyBench, stage: str) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), asked_event())
    await bench.sender().send_due()
    await bench.handle(asked_event(stage, 3))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"] * 2


async def test_an_agreement_introduces_both(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), asked_event())
    await bench.sender().send_due()
    bench.mailer.delivered.clear()
    await bench.handle(asked_event("agreed", 3, answers="ab"))
    await bench.sender(concurrency=1).send_due()
    found = texts(bench)
    assert sorted(found) == ["a@city.example", "b@city.example"]
    assert "b@city.example" in found["a@city.example"].partition("MIME-Version")[2]
    assert "a@city.example" in found["b@city.example"].partition("MIME-Version")[2]
    assert not any("through your predecessor" in text for text in found.values())


async def test_two_interests_that_agree_at_once_introduce_both(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), asked_event("agreed", 3, answers="ab"))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    assert {mail.purpose for mail in await bench.mails()} == {Purpose.INTRODUCTION}


async def test_an_introduction_without_anybody_to_send_it_to_is_suppressed(bench: NotifyBench) -> None:
    await bench.handle(contact_event("b"), asked_event())
    await bench.sender().send_due()
    await bench.handle(asked_event("agreed", 3, answers="ab"))
    await bench.sender().send_due()
    states = {mail.side: mail.state for mail in await bench.mails() if mail.purpose is Purpose.INTRODUCTION}
    assert states == {"a": MailState.SUPPRESSED, "b": MailState.SENT}


async def test_the_asker_reads_no_answer_before_both_agree(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), asked_event())
    async with bench.client() as client:
        for stage, version in (("answered", 3), ("expired", 4)):
            unknown = await client.get("/notify/v1/proposals/no-such-one/answer", headers=by())
            seen = await client.get(PATH, headers=by())
            assert (seen.status_code, seen.json()) == (404, unknown.json())
            refused = await client.post(PATH, json={"choice": "no"}, headers=by())
            assert refused.json() == unknown.json()
            await bench.handle(asked_event(stage, version))
        await bench.handle(asked_event("agreed", 5, answers="ab"))
        agreed = (await client.get(PATH, headers=by())).json()
        assert (agreed["answer"], agreed["is_final"]) == ("yes", True)


async def test_a_yes_given_by_asking_stands_in_the_answer_book_and_no_other_follows(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.LATER))
    await bench.handle(asked_event("answered", 3, asked_by=None))
    async with bench.client() as client:
        seen = (await client.get(PATH, headers=by())).json()
        assert (seen["answer"], seen["is_final"]) == ("yes", True)
        refused = await client.post(PATH, json={"choice": "no"}, headers=by())
        assert refused.status_code == 409
        assert (await client.get(PATH, headers=by("contact-b", "member-b"))).json()["answer"] is None


async def test_an_answer_that_is_final_stays_as_it_was_given(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.NO))
    await bench.handle(asked_event("answered", 3))
    async with bench.unit_of_work() as uow:
        known = await uow.answers.get(PROPOSAL_ID, "a")
    assert known is not None
    assert known.choice is Choice.NO
