"""A broker that goes away and comes back, again and again: readers that lived on and new ones read on each time."""

import asyncio
from uuid import uuid4

import pytest

from isopolity.contracts.catalogue import CITY, REVOCATION
from isopolity.identity.actors import of_subject
from isopolity.messaging.consuming.runner import ConsumerRunner
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.runtime.process import running
from isopolity.web.revocations import RevocationReader, RevocationsUnknown
from tests.support.messaging.faulty_kafka import FaultyKafka, joined_at_last, publish_at_last
from tests.support.messaging.runner import DEAD, Processor, city_message
from tests.support.polling import until
from tests.support.shared.idempotency import revocation

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
_OUTAGES = 2


async def test_after_each_outage_tokens_are_judged_and_events_handled(faulty: FaultyKafka) -> None:
    await faulty.patient.ensure_topics([CITY, REVOCATION, DEAD])
    group, processor, settings = f"group.{uuid4().hex}", Processor(), RunnerSettings(fetch_timeout=0.1)
    runner = ConsumerRunner(
        broker=faulty.broker,
        topics=[CITY.name],
        processor=processor,
        fates=settings.fates(group, faulty.broker, DEAD.name),
        settings=settings,
    )
    lasting = RevocationReader(faulty.broker, still=2)
    async with running({"lasting": lasting.run, "runner": runner.run}):
        await until(lambda: is_followed(lasting), what="the first reading")
        for _ in range(_OUTAGES):
            await _outage(faulty, lasting, processor)


async def _outage(faulty: FaultyKafka, lasting: RevocationReader, processor: Processor) -> None:
    """The broker goes away, a process starts meanwhile, and all read on when it is back."""
    faulty.proxy.cut()
    await until(lambda: is_lost(lasting), what="the outage in readiness")
    new = RevocationReader(faulty.broker, patience=0.05, still=2)
    async with running({"new": new.run}):
        with pytest.raises(RevocationsUnknown):
            await new.revoked_until("anybody")
        faulty.proxy.mend()
        await until(lambda: is_followed(new), what="the reading of one that began while the broker was away")
        subject, city = uuid4().hex, uuid4().hex
        await publish_at_last(faulty.broker, [revocation(of_subject(subject)), city_message(city)])
        await until(lambda: knows(lasting, subject), what="the revocation")
        await until(lambda: knows(new, subject), what="the revocation in the new process")
        await until(lambda: city in {key for key, _ in processor.done}, what="the city")


@pytest.mark.parametrize("work", ["AIOKafkaClient._md_synchronizer", "Fetcher._fetch_requests_routine"])
async def test_client_whose_own_task_has_died_raises_at_once_and_is_torn_down(faulty: FaultyKafka, work: str) -> None:
    await faulty.patient.ensure_topics([CITY])
    before = asyncio.all_tasks()
    async with joined_at_last(faulty.broker, f"group.{uuid4().hex}", [CITY.name]) as consumer:
        await consumer.fetch(limit=1, timeout=0.1)
        own = [task for task in asyncio.all_tasks() - before if getattr(task.get_coro(), "__qualname__", "") == work]
        assert own, "aiokafka names its tasks otherwise"
        for task in own:
            task.cancel()
        await asyncio.wait(own)
        with pytest.raises(BrokerUnavailable, match="lost a task"):
            await consumer.fetch(limit=1, timeout=0.1)


async def is_followed(reader: RevocationReader) -> bool:
    return await reader.check() is None


async def is_lost(reader: RevocationReader) -> bool:
    return await reader.check() is not None


async def knows(reader: RevocationReader, subject: str) -> bool:
    return await reader.revoked_until(of_subject(subject)) is not None
