"""Instances that handle the end of one partnership at the same time tell each side once; staff sees whom."""

import asyncio
from datetime import timedelta

from isopolity.contracts.event_types import PARTNERSHIP_ENDED
from isopolity.machine.clock import system_clock, uuid7
from isopolity.notify.adapters.sql.queries import MailQueries
from isopolity.notify.domain.mail import MailState
from isopolity.notify.entrypoints.event_handlers import event_handlers
from isopolity.persistence.database import Database
from isopolity.web.network_tokens import LocalTokens
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import contact_event, ended_event


async def test_instances_that_handle_an_end_at_the_same_time_enter_a_mail_a_side(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    for number in range(5):
        changes = {"proposal_id": f"proposal-{number}", "partnership_id": f"partnership-{number}"}
        again = [bench.handle(ended_event(version=version, **changes)) for version in (2, 2, 1002)]
        await asyncio.gather(*again)
        assert len(await bench.mails()) == 2 * (number + 1)
    while await bench.sender().send_due():
        pass
    assert set(await bench.states()) == {MailState.SENT}
    assert len(bench.mailer.delivered) == 10


async def test_an_end_that_rolls_back_after_its_effect_is_told_once_when_it_comes_again(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"))
    async with bench.unit_of_work() as uow:  # the process dies before it commits
        handle = event_handlers(bench.directory, bench.clock, uuid7)[PARTNERSHIP_ENDED]
        await handle(ended_event(), uow)
    assert await bench.mails() == []
    await bench.handle(ended_event())
    await bench.handle(ended_event())  # the offset was not committed
    assert len(await bench.mails()) == 2


async def test_staff_sees_both_members_in_the_entry_of_the_mail(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), ended_event())
    await bench.sender().send_due()
    token = LocalTokens(["k" * 32], system_clock).issue("staff", ["staff"], lifetime=timedelta(minutes=5))
    async with bench.client(mails=MailQueries(database=database)) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        listed = (await client.get("/notify/v1/mails")).raise_for_status().json()["items"]
        items = sorted(listed, key=lambda mail: str(mail["side"]))
        shown = await client.get(f"/notify/v1/mails/{items[0]['mail_id']}")
    assert [(mail["purpose"], mail["member"], mail["other"], mail["answer_by"]) for mail in items] == [
        ("ending", "Turku", "Medellín", None),
        ("ending", "Medellín", "Turku", None),
    ]
    assert shown.json() == items[0] | {"recipient": shown.json()["recipient"]}
    assert shown.json()["recipient"]["name"] == "Aino Virtanen"
