"""With the generated rights each service does all its work on Kafka, and nothing that is not its own."""

import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import (
    CITY,
    CONFIRMATION,
    EVENT_TOPICS,
    MATCHING_GROUP,
    NOTIFY_GROUP,
    PROPOSAL,
    SIGN_IN,
    TOPICS,
    dead_letter_topic,
)
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import Message, MessageBroker
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.messaging.new_generation import is_in_use, make_generation
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.portal.bootstrap import open_portal
from isopolity.portal.settings import PortalSettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import running
from isopolity.runtime.sampling import StreamSampler
from isopolity.runtime.service import Service
from isopolity.web.operations.routers import readiness
from tests.support.keys import keys_of
from tests.support.polling import until
from tests.support.servers.secured_kafka import RIGHTS, SecuredKafka, run, secured_kafka

USERS = ("registry", "matching", "notify", "portal", "topics", "command", "stranger")
URL = "http://network.example"


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """Rights are given before there are topics, as in a deployment."""
    with secured_kafka(tmp_path_factory.mktemp("kafka") / "state", USERS) as started:
        started.grant_rights()
        yield started


@pytest.fixture
async def topics(kafka: SecuredKafka) -> None:
    await kafka.broker_of("topics").ensure_topics(TOPICS)


@asynccontextmanager
async def network(kafka: SecuredKafka, data: Path) -> AsyncIterator[dict[str, Service]]:
    """All services at work, each as its own user."""
    shared: dict[str, Any] = {"data": data, "public_url": URL, "registry_url": URL, **keys_of("k" * 32)}
    as_user = {name: kafka.broker_of(name) for name in USERS}
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        registry = await enter(open_registry(RegistrySettings(**shared), broker=as_user["registry"]))
        settings = MatchingSettings(**shared, settle_seconds=0.1)
        matching = await enter(open_matching(settings, broker=as_user["matching"]))
        inside = await enter(httpx.AsyncClient(transport=httpx.ASGITransport(registry.app), base_url=URL))
        notify = await enter(open_notify(NotifySettings(**shared), broker=as_user["notify"], http_client=inside))
        portal = await enter(open_portal(PortalSettings(**shared), broker=as_user["portal"], http_client=inside))
        services = {each.name: each for each in (registry, matching, notify, portal)}
        await enter(running({f"{name} {task}": run for name, s in services.items() for task, run in s.tasks.items()}))
        yield services


@pytest.mark.usefixtures("topics")
async def test_every_service_does_its_work(kafka: SecuredKafka, tmp_path: Path) -> None:
    """The canary goes round, samples tell of all groups, and dead letters can be sent again."""
    async with network(kafka, tmp_path) as services:

        async def is_round() -> bool:
            returned = services["matching"].vitals.canary_returned
            return returned is not None and await returned() is not None

        await until(is_round, within=90, what="the canary came back")
        for name, service in services.items():

            async def is_ready(service: Service = service) -> bool:
                return not any((await readiness(service.vitals)).values())

            async def tells_all(service: Service = service) -> bool:  # which takes a broker that answers within seconds
                sample = await StreamSampler(vitals=service.vitals).sample()
                return not any([sample.problem, *(group.problem for group in sample.groups)])

            await until(is_ready, what=f"{name} is ready")
            await until(tells_all, what=f"{name} tells of all its groups")
            assert not await service.vitals.dead_letters()
        for name, group in (("matching", MATCHING_GROUP), ("notify", NOTIFY_GROUP)):
            for topic in (*group.topics, dead_letter_topic(name).name):
                await publish(kafka.broker_of(name), topic)


async def publish(broker: MessageBroker, topic: str) -> None:
    async with broker.producer() as producer:
        await producer.publish([Message(topic, "key", b"{}")])


async def read(broker: MessageBroker, topic: str, *, seconds: float = 60) -> None:
    """Wait for a record, or a refusal."""
    async with broker.reader([topic]) as reader:
        await reader.fetch(limit=1, timeout=seconds)


async def join(broker: MessageBroker, group: str, topic: str) -> None:
    async with broker.consumer(group, [topic]) as consumer:
        await consumer.fetch(limit=1, timeout=60)


async def relay(broker: MessageBroker, service: str) -> None:
    async with broker.producer(f"isopolity.{service}.relay"):
        pass


def named(operation: str) -> dict[str, set[str]]:
    """The topics that `rights.sh` names for this operation, by user."""
    found: dict[str, set[str]] = {user: set() for user in USERS}
    for block in RIGHTS.read_text("utf-8").split("\n\n"):
        if right := re.match(rf'allow ".*User:(\w+)}}" {operation} ', block):
            names = re.findall(r'--topic "?([^\s"$]+)', block)
            is_prefix = "prefixed" in block
            found[right[1]] |= {topic.name for topic in TOPICS if topic.name in names or (is_prefix and names)}
    return found


async def allowed(attempt: Awaitable[None]) -> bool:
    try:
        await attempt
    except BrokerRefused:
        return False
    return True


@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize("user", USERS)
async def test_each_writes_what_its_rights_name_and_nothing_else(kafka: SecuredKafka, user: str) -> None:
    """The topics that its group reads are among them: a dead letter is sent again to its own topic."""
    broker = kafka.broker_of(user)
    assert {topic.name for topic in TOPICS if await allowed(publish(broker, topic.name))} == named("Write")[user]


@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize("user", USERS)
async def test_each_reads_what_its_rights_name_and_nothing_else(kafka: SecuredKafka, user: str) -> None:
    broker = kafka.broker_of(user)
    readable = {topic.name for topic in TOPICS if await allowed(read(broker, topic.name, seconds=1))}
    assert readable == named("Read")[user]


OF_SIGN_INS = {CONFIRMATION.name, SIGN_IN.name, dead_letter_topic("notify").name}
"""Topics of links that let somebody in, and where a letter of such a link may lie."""


def test_topics_of_sign_ins_are_for_those_who_mail_the_links() -> None:
    """Also for the command, which is an operator's, and for the job that fills a new generation."""
    mailing = {"registry", "notify"}
    for operation, users in (("Read", {*mailing, "command", "topics"}), ("Write", {*mailing, "topics"})):
        assert {user for user, topics in named(operation).items() if topics & OF_SIGN_INS} == users


@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize("user", ["portal", "matching"])
@pytest.mark.parametrize("topic", sorted(OF_SIGN_INS))
async def test_neither_portal_nor_matching_reads_or_writes_what_lets_people_in(
    kafka: SecuredKafka, user: str, topic: str
) -> None:
    with pytest.raises(BrokerRefused):
        await read(kafka.broker_of(user), topic)
    with pytest.raises(BrokerRefused):
        await publish(kafka.broker_of(user), topic)


async def test_nobody_comes_in_without_a_name_or_as_admin(kafka: SecuredKafka) -> None:
    for broker in (kafka.anonymous(), kafka.broker_of("admin"), kafka.broker_of("admin", mechanism="PLAIN")):
        with pytest.raises((BrokerRefused, BrokerUnavailable)):
            await broker.ping()


@pytest.mark.usefixtures("topics")
async def test_nobody_takes_anothers_place(kafka: SecuredKafka) -> None:
    """Neither its place in its group nor that of its relay, which would fence it."""
    notify = kafka.broker_of("notify")
    with pytest.raises(BrokerRefused):
        await join(notify, MATCHING_GROUP.name, PROPOSAL.name)
    with pytest.raises((BrokerRefused, BrokerUnavailable)):
        await relay(notify, "matching")


@pytest.mark.usefixtures("topics")
async def test_the_command_reads_everything_and_writes_nothing(kafka: SecuredKafka) -> None:
    command = kafka.broker_of("command")
    for topic in EVENT_TOPICS:
        await read(command, topic.name, seconds=2)
    assert await command.committed(MATCHING_GROUP.name, [CITY.name]) is not None


@pytest.mark.usefixtures("topics")
async def test_the_job_for_topics_may_fill_a_later_generation(kafka: SecuredKafka) -> None:
    old, new = kafka.broker_of("topics"), kafka.broker_of("topics", generation=2)
    groups = {MATCHING_GROUP.name: [CITY.name]}
    ends = {place: each.end for place, each in (await old.bounds([CITY.name])).items()}

    async def has_read_all() -> bool:
        try:
            await old.move_group(MATCHING_GROUP.name, ends)
        except BrokerUnavailable:  # a broker that has had no group yet makes the topic of their offsets first
            return False
        return True

    await until(has_read_all, what="a coordinator of the group")
    await make_generation(old, new, [CITY], groups)
    assert await is_in_use(new, groups)


def test_rights_are_those_on_the_generation_that_is_set(tmp_path: Path) -> None:
    tool, calls = tmp_path / "acls", tmp_path / "calls"
    tool.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    tool.chmod(0o755)
    run(["bash", str(RIGHTS)], KAFKA_ACLS=str(tool), ISOPOLITY_TOPIC_GENERATION="2")
    topics = set(re.findall(r"--topic (\S+)", calls.read_text("utf-8")))
    assert f"{CITY.name}.g2" in topics
    assert all(topic.endswith(".g2") or topic == "isopolity." for topic in topics)
