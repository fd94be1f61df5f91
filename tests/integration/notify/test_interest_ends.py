"""Instances that handle the end of one interest at the same time tell its asker once; staff sees whom."""

import asyncio
from datetime import timedelta

from isopolity.contracts.event_types import INTEREST_ENDED
from isopolity.machine.clock import system_clock, uuid7
from isopolity.notify.adapters.sql.queries import MailQueries
from isopolity.notify.domain.mail import MailState
from isopolity.notify.entrypoints.event_handlers import event_handlers
from isopolity.persistence.database import Database
from isopolity.web.network_tokens import LocalTokens
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import asked_event, contact_event, interest_event


async def test_instances_that_handle_an_end_at_the_same_time_enter_one_mail(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"))
    for number in range(5):
        await asyncio.gather(*(bench.handle(interest_event(interest_id=f"interest-{number}")) for _ in range(3)))
        assert len(await bench.mails()) == number + 1
    while await bench.sender().send_due():
        pass
    assert set(await bench.states()) == {MailState.SENT}
    assert len(bench.mailer.delivered) == 5


async def test_an_end_that_rolls_back_after_its_effect_is_told_once_when_it_comes_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"))
    async with bench.unit_of_work() as uow:  # the process dies before it commits
        await event_handlers(bench.directory, bench.clock, uuid7)[INTEREST_ENDED](interest_event(), uow)
    assert await bench.mails() == []
    await bench.handle(interest_event())
    await bench.handle(interest_event())  # the offset was not committed
    assert len(await bench.mails()) == 1


async def test_staff_sees_both_members_in_the_entry_of_the_mail(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), interest_event())
    await bench.sender().send_due()
    token = LocalTokens(["k" * 32], system_clock).issue("staff", ["staff"], lifetime=timedelta(minutes=5))
    async with bench.client(mails=MailQueries(database=database)) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        (listed,) = (await client.get("/notify/v1/mails")).raise_for_status().json()["items"]
        shown = (await client.get(f"/notify/v1/mails/{listed['mail_id']}")).json()
        token = LocalTokens(["k" * 32], system_clock).issue("ops", ["operator"], lifetime=timedelta(minutes=5))
        client.headers["Authorization"] = f"Bearer {token}"
        (masked,) = (await client.get("/notify/v1/mails")).raise_for_status().json()["items"]
        by_contact = await client.get(f"/notify/v1/mails?contact_id={listed['contact_id']}")
        shown_to_operators = (await client.get(f"/notify/v1/mails/{listed['mail_id']}")).json()
    assert (masked["member_id"], masked["member"], listed["member_id"] is None) == (None, None, False)
    assert (masked["contact_id"], shown_to_operators["contact_id"], listed["contact_id"] is None) == (None, None, False)
    assert (by_contact.status_code, by_contact.json()["code"]) == (403, "scope-missing")
    assert (listed["purpose"], listed["member"], listed["other"]) == ("not-introduced", "Turku", "Medellín")
    assert (listed["proposal_id"], listed["side"], listed["answer_by"]) == (None, None, None)
    assert shown == listed | {"recipient": shown["recipient"]}
    assert shown["recipient"]["name"] == "Aino Virtanen"


async def test_operators_do_not_see_which_side_asked_by_whom_a_mail_goes_to(
    bench: NotifyBench, database: Database
) -> None:
    """The side that asked gets no mail that asks: who gets one tells who asked, also when nothing came of it."""
    await bench.handle(contact_event("a"), contact_event("b"), asked_event(), asked_event("expired", 4))
    seen = {}
    async with bench.client(mails=MailQueries(database=database)) as client:
        for scope in ("operator", "staff"):
            token = LocalTokens(["k" * 32], system_clock).issue("anna", [scope], lifetime=timedelta(minutes=5))
            listed = await client.get("/notify/v1/mails", headers={"Authorization": f"Bearer {token}"})
            mails = listed.raise_for_status().json()["items"]
            seen[scope] = {(mail["member_id"], mail["contact_id"] is None) for mail in mails}
    assert seen == {"operator": {(None, True)}, "staff": {("member-b", False)}}
