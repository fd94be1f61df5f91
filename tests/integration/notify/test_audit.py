"""Answers through a link and decisions about unknown mails are entered with who gave them; words are not."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from isopolity.contracts.answers import Choice
from isopolity.identity.actors import Act, acting
from isopolity.machine.clock import system_clock, uuid7
from isopolity.notify.adapters.sql.tables import messaging
from isopolity.notify.application.mails import Decision
from isopolity.notify.application.resubmission import send_again
from isopolity.notify.application.telephone import Entry, enter_answer
from isopolity.notify.domain.errors import OutcomeUnknown, Refused
from isopolity.persistence.database import Database
from isopolity.web.network_tokens import LocalTokens
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import PROPOSAL_ID, START, contact_event, proposal_event


async def entries(database: Database) -> list[Any]:
    async with database.reading() as connection:
        return list((await connection.execute(select(messaging.audit).order_by("id"))).all())


async def test_an_answer_is_entered_in_the_name_of_the_contact_whose_mail_brought_the_link(
    bench: NotifyBench, database: Database
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    link = f"/notify/answer/{await bench.token('a', PROPOSAL_ID)}"
    async with bench.client() as client:
        await client.post(link, data={"choice": "later", "reason": "We are moving house"})
        await client.post(link, data={"choice": "yes"})
    first, second = await entries(database)
    mail = next(mail for mail in await bench.mails() if mail.side == "a")
    assert (second.actor_kind, second.actor, second.token_id) == ("contact", mail.contact_id, mail.mail_id)
    assert (second.action, second.subject_kind, second.subject_id) == ("answer.create", "proposal", PROPOSAL_ID)
    assert (first.before, first.after) == ('{"answer":null}', '{"answer":"later"}')
    assert (second.before, second.after) == ('{"answer":"later"}', '{"answer":"yes"}')
    assert "moving" not in str([first, second])
    assert link.rpartition("/")[2] not in str([first, second])


async def test_an_answer_by_who_has_signed_in_is_entered_in_their_name(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    tokens = LocalTokens(["k" * 32], system_clock)
    token = tokens.issue("contact-a", ["member"], member_id="member-a", lifetime=timedelta(minutes=10))
    async with bench.client() as client:
        body = {"choice": "no", "reason": "We are moving house"}
        path = f"/notify/v1/proposals/{PROPOSAL_ID}/answer"
        await client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
    (entry,) = await entries(database)
    token_id = (await tokens.verify(token)).token_id
    assert (entry.actor_kind, entry.actor, entry.token_id) == ("contact", "contact-a", token_id)
    assert (entry.action, entry.subject_id, entry.after) == ("proposals.answer", PROPOSAL_ID, '{"answer":"no"}')
    assert "moving" not in str(entry)


async def test_an_answer_by_telephone_is_entered_by_staffs_name_and_confirmed_by_a_contacts(
    bench: NotifyBench, database: Database
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    entry = Entry(choice=Choice.YES, given_by="Ana", taken_by="Otto", given_on=START.date(), seen="/")
    for _ in range(2):
        with acting(Act(actor_kind="staff", actor="anna", action="telephone-answers.create")):
            async with bench.unit_of_work() as uow:
                call = await enter_answer(PROPOSAL_ID, "member-a", entry, uow, uuid7)
                await uow.commit()
    mail = next(mail for mail in await bench.mails() if mail.occasion_id == call.call_id)
    async with bench.client() as client:
        await client.post(bench.links.issue(mail, "a@city.example"))
    first, again, confirmed = await entries(database)
    assert (first.actor, first.subject_id, first.after) == ("anna", PROPOSAL_ID, '{"answer_by_telephone":"yes"}')
    assert (first.details, again.details) == (
        '{"member_id":"member-a","mailed":1}',
        '{"member_id":"member-a","entered_before":true}',
    )
    assert (confirmed.actor_kind, confirmed.actor, confirmed.after) == ("contact", "contact-a", '{"answer":"yes"}')
    assert "Ana" not in str([first, again, confirmed])


async def test_a_decision_about_an_unknown_mail_is_entered(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {f"{name}@city.example": OutcomeUnknown("connection-lost-in-data") for name in "ab"}
    await bench.sender().send_due()
    mail, _ = await bench.mails()
    with acting(Act(actor_kind="operator", actor="olga", action="mails.resolve")):
        await bench.resolve(mail.mail_id, Decision.SENT)
    (entry,) = await entries(database)
    assert (entry.actor_kind, entry.actor, entry.subject_kind) == ("operator", "olga", "mail")
    assert (entry.subject_id, entry.before, entry.after) == (mail.mail_id, '{"state":"unknown"}', '{"state":"sent"}')


async def test_an_answer_link_that_staff_ends_is_entered(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    mail, _ = await bench.mails()
    with acting(Act(actor_kind="staff", actor="anna", action="mails.void-link")):
        voided = await bench.void_link(mail.mail_id)
    (entry,) = await entries(database)
    assert voided.link_voided_at is not None
    assert (entry.actor, entry.subject_kind, entry.subject_id) == ("anna", "mail", mail.mail_id)
    assert entry.before == '{"link_voided_at":null}'
    assert voided.link_voided_at.strftime("%Y-%m-%dT%H:%M") in entry.after


async def test_a_mail_that_staff_sends_again_is_entered(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    mail = next(mail for mail in await bench.mails() if mail.side == "a")
    with acting(Act(actor_kind="staff", actor="anna", action="mails.mail-again")):
        fresh = await bench.mail_again(mail.mail_id)
    (entry,) = await entries(database)
    assert (entry.actor, entry.subject_id, entry.before) == ("anna", mail.mail_id, '{"state":"failed"}')
    assert fresh.mail_id in entry.after


async def test_mails_that_staff_sends_again_together_are_entered_one_by_one(
    bench: NotifyBench, database: Database
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    await bench.remind(["member-a"])
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    for _ in range(2):
        with acting(Act(actor_kind="staff", actor="anna", action="unarrived.again")):
            async with bench.unit_of_work() as uow:
                await send_again([mail.mail_id], uow, bench.clock, uuid7)
                await uow.commit()
    entry, nothing = (await entries(database))[-2:]
    assert (entry.actor, entry.subject_id, entry.before) == ("anna", mail.mail_id, '{"state":"failed"}')
    assert nothing.details == '{"sent_again":0}'


async def test_a_member_that_staff_reminds_is_entered(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"))
    with acting(Act(actor_kind="staff", actor="anna", action="nudges.create")):
        await bench.remind(["member-a", "member-b"])
    (entry,) = await entries(database)
    assert (entry.actor, entry.subject_kind, entry.subject_id) == ("anna", "member", "member-a")
    with acting(Act(actor_kind="staff", actor="anna", action="nudges.create")):
        await bench.remind(["member-a", "member-b"])
    *_, nobody = await entries(database)
    assert nobody.details == '{"reminded":0,"already":1,"without_contact":1}'
