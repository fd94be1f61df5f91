"""Staff sends mails again that did not arrive, of any purpose; not those that would be untrue, or hold a secret."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import pytest
from jinja2 import Template, TemplateError

from isopolity.contracts.answers import Choice
from isopolity.machine.clock import uuid7
from isopolity.notify.application.resubmission import Fate, fates, preview, reasons, send_again
from isopolity.notify.application.telephone import Entry, enter_answer
from isopolity.notify.domain.errors import DeliveryProblem, Refused
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.mail_reasons import ASKED_ANEW, STALE
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    DEADLINE,
    START,
    applicant,
    confirmation_event,
    contact,
    contact_event,
    draft_event,
    draft_link,
    ended_event,
    interest_event,
    inviting_programme,
    letter_event,
    office_letter,
    partnership_state,
    proposal_event,
    sign_in,
    sign_in_event,
)

NO: DeliveryProblem = Refused("smtp-550")
EVERYBODY = ("a@city.example", "b@city.example", "ana@city.example")


async def look(bench: NotifyBench, mail_ids: Sequence[str]) -> Sequence[Fate]:
    async with bench.unit_of_work() as uow:
        return await fates(mail_ids, uow, bench.clock(), uuid7)


async def again(bench: NotifyBench, mail_ids: Sequence[str]) -> Sequence[Fate]:
    async with bench.unit_of_work() as uow:
        found = await send_again(mail_ids, uow, bench.clock, uuid7)
        await uow.commit()
    return found


async def fail(bench: NotifyBench) -> list[str]:
    """Have all mails refused that are due; the ids of those that did not arrive."""
    bench.mailer.at_transmit = dict.fromkeys(EVERYBODY, NO)
    await bench.sender().send_due()
    bench.mailer.at_transmit = {}
    return sorted(mail.mail_id for mail in await bench.mails() if mail.state is MailState.FAILED)


async def test_both_introductions_that_were_given_up_go_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    await bench.handle(proposal_event("agreed", 2))
    lost = await fail(bench)
    bench.clock.advance(days=60)
    assert [fate.fresh is not None for fate in await again(bench, lost)] == [True, True]
    await bench.sender().send_due()
    assert {mail.state for mail in await bench.mails()} == {MailState.SENT}
    assert reasons(await again(bench, lost)) == {"It arrived meanwhile, or is on its way.": 2}


async def test_mails_of_every_purpose_go_but_those_that_hold_a_secret(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), proposal_event(proposal_id="closed"))
    await bench.sender().send_due()
    await bench.handle(proposal_event(proposal_id="asked"), proposal_event("agreed", 2))
    await bench.handle(proposal_event("expired", 2, "closed"), interest_event())
    await bench.handle(ended_event(**partnership_state(proposal_id="closed").model_dump(include={"proposal_id"})))
    await bench.remind(["member-a"])
    known = bench.applicants
    known.waiting["confirmation-1"], known.drafts["draft-1"] = applicant(), draft_link()
    bench.applicants.sign_ins["sign-in-1"] = sign_in()
    await bench.handle(confirmation_event(), draft_event(), sign_in_event())
    for about in ("welcome", "refusal", "question", "consultation"):
        known.letters[about] = office_letter()
        await bench.handle(letter_event(about, about))
    known.letters["invitation"] = replace(office_letter(), invitation=inviting_programme())
    await bench.handle(letter_event("invitation", "invitation"))
    call = Entry(choice=Choice.LATER, given_by="Ana", taken_by="Otto", given_on=START.date(), seen="/")
    async with bench.unit_of_work() as uow:
        await enter_answer("asked", "member-a", call, uow, uuid7)
        await uow.commit()
    lost = await fail(bench)
    found = await look(bench, lost)
    goes = {fate.mail.purpose for fate in found if fate.fresh is not None}
    assert {fate.mail.purpose for fate in found} - goes == ASKED_ANEW.keys()
    expected = set(Purpose) - ASKED_ANEW.keys() - {Purpose.CONTACT_CHANGE}
    assert goes == expected, "enter a mail of the new purpose above, or write in ASKED_ANEW who asks for it anew"
    assert reasons(found) == dict.fromkeys(ASKED_ANEW.values(), 1)
    assert sum(fate.fresh is not None for fate in await again(bench, lost)) == len(lost) - len(ASKED_ANEW)
    await bench.sender().send_due()
    assert {mail.purpose for mail in await bench.mails() if mail.state is MailState.FAILED} == ASKED_ANEW.keys()


async def test_what_would_not_be_true_now_is_not_sent_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.remind(["member-a"])
    lost = await fail(bench)
    bench.clock.now = DEADLINE
    assert reasons(await again(bench, lost)) == {
        "It reminds of something, and was a week old.": 1,
        "This proposal takes no more answers; nothing is mailed about it.": 2,
    }
    assert {mail.state for mail in await bench.mails()} == {MailState.FAILED}


async def test_a_proposal_stays_where_its_member_has_nobody_now(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    lost = await fail(bench)
    await bench.handle(contact_event("b", 2, "erased"))
    found = {fate.mail.side: fate for fate in await again(bench, lost)}
    assert found["a"].fresh is not None
    assert "name one first" in (found["b"].why_not or "")
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example"]


@pytest.mark.parametrize("stage", ["issued", "agreed"])
async def test_a_preview_reads_as_the_mail_and_its_link_leads_nowhere(bench: NotifyBench, stage: str) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    if stage == "agreed":
        await bench.sender().send_due()
        await bench.handle(proposal_event("agreed", 2))
    fate = next(each for each in await look(bench, await fail(bench)) if each.mail.side == "a")
    rendered = preview(fate, bench.writer)
    assert rendered is not None
    assert "Medellín" in rendered.subject
    if stage == "agreed":
        assert "b@city.example" in rendered.text
        return
    token = next(line for line in rendered.text.splitlines() if "/notify/answer/" in line).rpartition("/")[2]
    async with bench.client() as client:
        assert (await client.get(f"/notify/answer/{token}")).status_code == 404


async def test_a_mail_that_cannot_be_written_has_no_preview_and_hides_no_other(
    bench: NotifyBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rendered(*_: object) -> NoReturn:
        raise TemplateError

    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    found = await look(bench, await fail(bench))
    monkeypatch.setattr(Template, "render", rendered)
    assert [preview(fate, bench.writer) for fate in found] == [None, None]


async def test_of_two_mails_about_the_same_thing_the_newer_one_goes(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await fail(bench)
    bench.directory.contacts["contact-heir"] = replace(
        contact("a"), contact_id="contact-heir", email="heir@city.example"
    )
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"))
    former = next(mail for mail in await bench.mails() if mail.side == "a")
    await bench.mail_again(former.mail_id)
    bench.mailer.at_transmit = {"heir@city.example": NO}
    await bench.sender().send_due()
    both = [mail.mail_id for mail in await bench.mails() if mail.side == "a"]
    found = await look(bench, both)
    assert [fate.fresh is not None for fate in found] == [False, True]


async def test_a_mail_in_whose_place_another_one_arrived_is_not_sent_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await fail(bench)
    bench.directory.contacts["contact-heir"] = replace(
        contact("a"), contact_id="contact-heir", email="heir@city.example"
    )
    await bench.handle(contact_event("heir"))
    lost = next(mail for mail in await bench.mails() if mail.side == "a")
    fresh = await bench.mail_again(lost.mail_id, "contact-heir")
    await bench.sender().send_due()
    assert reasons(await again(bench, [lost.mail_id])) == {
        "Another mail to the same member about the same thing arrived, or is on its way.": 1
    }
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["heir@city.example"]
    assert {mail.link_voided_at for mail in await bench.mails() if mail.mail_id == fresh.mail_id} == {None}


@pytest.mark.parametrize("state", [MailState.SUPPRESSED, MailState.BOUNCED])
async def test_a_letter_that_registry_has_deleted_is_not_sent_again(bench: NotifyBench, state: MailState) -> None:
    bench.applicants.letters["letter-1"] = office_letter()
    await bench.handle(letter_event("welcome"))
    async with bench.unit_of_work() as uow:
        (mail,) = await uow.mails.open()
        await uow.mails.save([replace(mail, state=state)])
        await uow.commit()
    assert list(reasons(await again(bench, [mail.mail_id]))) == [STALE["letter-ended"]]


async def test_a_look_changes_nothing(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    lost = await fail(bench)
    before = await bench.mails()
    bench.clock.advance(hours=1)
    await look(bench, lost)
    assert await bench.mails() == before
