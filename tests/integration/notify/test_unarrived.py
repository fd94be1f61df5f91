"""`/notify/v1/unarrived`: staff counts mails that did not arrive, looks at what would go, and sends them again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from isopolity.notify.adapters.sql.unarrived import UnarrivedMails, Wanted
from isopolity.notify.domain.errors import Refused
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.entrypoints.http import unarrived
from isopolity.persistence.database import Database
from tests.support.notify.bench import NotifyBench, SqlStore, by
from tests.support.notify.events import START, contact, contact_event, proposal_event, sign_in_event
from tests.support.polling import until

PATH = "/notify/v1/unarrived"
PUBLISHER, READER = by(member=None, scope="staff:publish"), by(member=None, scope="staff:read")


@pytest.fixture
async def client(bench: NotifyBench, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Two mails of a proposal that did not arrive, one an hour after the other, and one to sign in that was stale."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), sign_in_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550"), "b@city.example": Refused("smtp-552")}
    await bench.sender().send_due()
    late = next(mail for mail in await bench.mails() if mail.side == "b")
    async with bench.unit_of_work() as uow:
        bench.clock.advance(hours=1)
        again = late.send_again(bench.clock())
        await uow.mails.save([again])
        await uow.commit()
    await bench.sender().send_due()
    bench.mailer.at_transmit = {}
    async with bench.client(unarrived=UnarrivedMails(database=database)) as opened:
        yield opened


async def test_they_are_counted_by_reason_and_by_hour(client: httpx.AsyncClient) -> None:
    found = (await client.get(PATH, headers=READER)).json()
    assert found["mails"] == 2
    assert {each["reason"]: (each["mails"], each["is_stale"]) for each in found["reasons"]} == {
        "smtp-550": (1, False),
        "smtp-552": (1, False),
        "sign-in-ended": (1, True),
    }
    assert [(each["since"][:13], each["mails"]) for each in found["hours"]] == [
        ("2026-11-25T10", 1),
        ("2026-11-25T09", 1),
    ]
    of_hour = {"since": START.isoformat(), "until": (START + timedelta(hours=1)).isoformat()}
    assert (await client.get(PATH, params=of_hour, headers=READER)).json()["mails"] == 1


async def test_those_without_a_reason_are_counted_and_chosen_too(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await client.post(f"{PATH}/again", json={}, headers=PUBLISHER)
    await bench.sender().send_due()
    mail = next(mail for mail in await bench.mails() if mail.side == "a")
    async with bench.unit_of_work() as uow:
        await uow.mails.save([replace(mail, state=MailState.BOUNCED)])
        await uow.commit()
    found = (await client.get(PATH, headers=READER)).json()
    assert [(each["reason"], each["mails"]) for each in found["reasons"] if not each["is_stale"]] == [("none", 1)]
    assert (await client.post(f"{PATH}/preview", json={"reason": "none"}, headers=READER)).json()["goes"] == 1


async def test_they_go_again_by_reason_after_a_look(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    body = {"reason": "smtp-550"}
    look = (await client.post(f"{PATH}/preview", json=body, headers=READER)).json()
    assert (look["goes"], look["kept"], look["left"]) == (1, [], 0)
    (shown,) = look["mails"]
    assert (shown["recipient"], shown["email"]) == ("Aino Virtanen", "a@city.example")
    assert "Please answer by" in shown["text"]
    assert (await client.post(f"{PATH}/again", json=body, headers=READER)).status_code == 403
    done = (await client.post(f"{PATH}/again", json=body, headers=PUBLISHER)).json()
    assert done == {"goes": 1, "kept": [], "left": 0, "next": None}
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example"]
    assert (await client.get(PATH, headers=READER)).json()["mails"] == 1


async def test_a_secret_is_asked_for_anew_and_everything_else_goes(client: httpx.AsyncClient) -> None:
    stale = (await client.post(f"{PATH}/preview", json={"reason": "sign-in-ended"}, headers=READER)).json()
    assert stale["goes"] == 0
    assert [(each["mails"], "asks for another" in each["why"]) for each in stale["kept"]] == [(1, True)]
    assert stale["mails"][0]["text"] is None
    assert (await client.post(f"{PATH}/again", json={}, headers=PUBLISHER)).json()["goes"] == 2


async def test_a_selection_that_is_large_goes_on_after_the_last_of_the_first(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unarrived, "MOST", 1)
    first = (await client.post(f"{PATH}/again", json={}, headers=PUBLISHER)).json()
    assert (first["goes"], first["left"]) == (1, 1)
    second = (await client.post(f"{PATH}/again", json={"after": first["next"]}, headers=PUBLISHER)).json()
    assert (second["goes"], second["left"], second["next"]) == (1, 0, None)


async def test_a_mail_that_another_one_replaced_does_not_count(
    bench: NotifyBench, database: Database, client: httpx.AsyncClient
) -> None:
    queries = UnarrivedMails(database=database)
    lost = await queries.ids(Wanted(purpose=Purpose.PROPOSAL), 10)
    assert len(lost) == 2
    heir = replace(contact("a"), contact_id="contact-heir")
    bench.directory.contacts = {"contact-heir": heir}
    await bench.handle(contact_event("a", 2, "erased"), contact_event("heir"))
    await client.post(f"{PATH}/again", json={"reason": "smtp-550"}, headers=PUBLISHER)
    assert await queries.count(Wanted()) == 1, "the heir gets it"
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example"]


@pytest.mark.postgres
async def test_what_becomes_of_an_earlier_mail_meanwhile_is_not_undone(postgres_bench: NotifyBench) -> None:
    bench = postgres_bench
    heirs = {
        f"contact-{name}": replace(contact("a"), contact_id=f"contact-{name}", email=f"{name}@city.example")
        for name in ("heir", "last")
    }
    bench.directory.contacts |= heirs
    await bench.handle(contact_event("a"), contact_event("b"), contact_event("heir"), contact_event("last"))
    await bench.handle(proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    lost = next(mail for mail in await bench.mails() if mail.side == "a")
    second = await bench.mail_again(lost.mail_id, "contact-heir")
    async with bench.unit_of_work() as sender:
        (held,) = await sender.mails.find([second.mail_id])
        claimed = held.claimed("sender", bench.clock(), timedelta(minutes=5))
        await sender.mails.save([claimed.transmitting(bench.clock(), timedelta(minutes=5))])
        ordered = asyncio.create_task(bench.mail_again(lost.mail_id, "contact-last"))
        await until(lambda: _waits_for_a_lock(bench))
        await sender.commit()
    await ordered
    states = {mail.mail_id: mail.state for mail in await bench.mails()}
    assert states[second.mail_id] is MailState.TRANSMITTING, "else it is sent twice"


async def _waits_for_a_lock(bench: NotifyBench) -> bool:
    assert isinstance(bench.store, SqlStore)
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with bench.store.database.reading() as connection:
        return bool((await connection.execute(text(query))).scalar_one())
