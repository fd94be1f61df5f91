"""A reset of notify's group back to the start: all is read again, no mail goes out, and nothing changes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import DELIVERY, NOTIFY_GROUP, TOPICS
from isopolity.machine.clock import system_clock
from isopolity.messaging.codec import to_message
from isopolity.messaging.consuming.health import RunnerState
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.runtime.process import running
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import keys_of
from tests.support.notify.events import contact_event, event, named, proposal_state
from tests.support.notify.known_contacts import registry_that_knows
from tests.support.polling import until

KEY = "k" * 32
GROUP = f"/notify/v1/groups/{NOTIFY_GROUP.name}"


def bearer() -> dict[str, str]:
    token = LocalTokens([KEY], system_clock).issue("test", ["operator"], lifetime=timedelta(minutes=5))
    return {"Authorization": f"Bearer {token}"}


async def test_what_is_read_again_mails_nobody_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isopolity.messaging.consuming.settings.LOOK_EVERY", 0.05)
    now, box = system_clock(), tmp_path / "mailbox" / "new"
    state = proposal_state().model_copy(update={"issued_at": now, "answer_by": now + timedelta(days=21)})
    events = [contact_event("a"), contact_event("b"), event("isopolity.matching.proposal.issued.v1", state)]
    settings = NotifySettings(data=tmp_path, **keys_of(KEY), public_url="http://notify.example")
    async with (
        EmbeddedBroker.opened(tmp_path / "broker.db") as broker,
        httpx.AsyncClient(transport=registry_that_knows(named)) as registry,
    ):
        await broker.ensure_topics(TOPICS)
        async with (
            open_notify(settings, broker=broker, http_client=registry) as service,
            httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://notify.example") as client,
            running(service.tasks),
        ):

            async def lag() -> int:
                return sum((await broker.group_lag(NOTIFY_GROUP.name, NOTIFY_GROUP.topics)).values())

            async def all_is_read() -> bool:
                return await lag() == 0

            async def seen() -> tuple[Any, ...]:
                """All that somebody outside could notice."""
                mails = (await client.get("/notify/v1/mails", headers=bearer())).raise_for_status().json()
                letters = (await client.get("/notify/v1/dead-letters", headers=bearer())).json()
                bounds = await broker.bounds([DELIVERY.name])
                return sorted(path.name for path in box.glob("*")), mails, letters, bounds

            async with broker.producer() as producer:
                await producer.publish([to_message(each) for each in events])
            await until(lambda: len(list(box.glob("*"))) == 2, what="two mails")
            await until(all_is_read)

            async def told() -> bool:  # a mail that is sent tells so by the outbox: it is looked at after the mails
                mails = (await client.get("/notify/v1/mails", headers=bearer())).raise_for_status().json()["items"]
                depth = (await client.get("/notify/v1/status", headers=bearer())).json()["outbox"]["depth"]
                return depth == 0 and {mail["state"] for mail in mails} == {"sent"}

            await until(told, what="an empty outbox")
            before = await seen()
            why = {"reason": "a test"}
            await client.post(f"{GROUP}/pause", headers=bearer(), json=why)
            await until(lambda: service.vitals.groups[0].health().state is RunnerState.PAUSED)
            for topic in NOTIFY_GROUP.topics:
                order = {"topic": topic, "to": "start", "typed_name": NOTIFY_GROUP.name, **why}
                answer = await client.post(f"{GROUP}/reset", headers=bearer(), json=order)
                assert answer.status_code == 200, answer.text
            assert await lag() >= len(events)
            await client.post(f"{GROUP}/resume", headers=bearer(), json=why)
            await until(all_is_read)
            await until(told, what="an empty outbox")
            assert await seen() == before
