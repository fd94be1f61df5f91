"""The drill of the runbook's section "Restore": lose every topic, or restore each database in turn to an hour before.

The steps here are those of the runbook. Consumers end equal to the restored source, nothing is mailed twice, and what
cannot be recovered is listed.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from isopolity.contracts.matching import OPEN_STAGES
from isopolity.matching.adapters.sql import tables as matching_tables
from isopolity.notify.adapters.sql import tables as notify_tables
from isopolity.notify.domain.mail import ABOUT_NO_PROPOSAL, Purpose
from isopolity.registry.adapters.sql import tables as registry_tables
from tests.support.hosting.drill import SERVICES, Drill, outcomes
from tests.support.hosting.drilled_network import Running
from tests.support.servers.kafka_cluster import kafka_cluster

pytestmark = pytest.mark.long
DISTRIBUTED = [pytest.mark.kafka, pytest.mark.postgres]


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with kafka_cluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster.bootstrap


@pytest.fixture(params=["embedded", pytest.param("distributed", marks=[*DISTRIBUTED, pytest.mark.drill])])
async def drill(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Drill]:
    drill = Drill(folder=tmp_path)
    if request.param == "distributed":
        drill.kafka = request.getfixturevalue("own_kafka")
        drill.server = request.getfixturevalue("postgres_server")
        drill.names = {name: f"test_{name}_{uuid4().hex}" for name in SERVICES}
        await drill.create()
    await drill.migrate()
    await drill.lose_topics()
    yield drill
    await drill.drop()


async def _before_the_backup(network: Running, cities: list[str]) -> None:
    """Four cities, two proposals, one “yes”."""
    cities += [await network.join(number) for number in range(4)]
    await network.quiet()
    assert await network.round() == 2
    await network.quiet()
    (first, _) = await network.mailed_pairs()
    await network.answer(first[0], "yes")
    await network.quiet()


async def _in_the_hour_after(network: Running, cities: list[str]) -> None:
    """An agreement, two more cities with a proposal, a new name, an erasure, and the end of what was agreed."""
    (first, second) = await network.mailed_pairs()
    await network.answer(first[1], "yes")
    cities += [await network.join(number) for number in (4, 5)]
    await network.quiet()
    assert await network.round() == 1
    await network.quiet()
    await network.rename(cities[1], "Renamed")
    await network.erase(second[0])
    await network.end_partnership()
    await network.quiet()


@pytest.fixture
async def story(drill: Drill) -> list[str]:
    cities: list[str] = []
    async with drill.running() as network:
        await _before_the_backup(network, cities)
    await drill.back_up()
    async with drill.running() as network:
        await _in_the_hour_after(network, cities)
    ended = [
        mail for mail in await drill.rows("notify", notify_tables.mails, "purpose", "state") if mail[0] == "ending"
    ]
    assert ended == [("ending", "sent")] * 2
    return cities


def _nothing_is_mailed_twice(drill: Drill) -> None:
    mailed = Counter((letter.recipient, _subject(letter.content)) for letter in drill.mailer.delivered)
    assert set(mailed.values()) == {1}, mailed


def _subject(content: bytes) -> str:
    return next(line for line in content.decode(errors="replace").splitlines() if line.startswith("Subject"))


async def _consumers_equal_their_sources(drill: Drill, network: Running) -> None:
    """Matching and notify know what registry says; notify knows of proposals what matching says.

    Staff's lists have the members of registry, and the sides of the proposals.
    """
    cities = await drill.rows("registry", registry_tables.cities, "id", "version", "status")
    known = await drill.rows("matching", matching_tables.members, "member_id", "version", "status")
    own = {city[0] for city in cities}
    assert [each for each in known if each[0] in own] == cities
    assert {each[2] for each in known if each[0] not in own} <= {"withdrawn"}
    present = [city for city in cities if city[2] != "withdrawn"]
    assert set(network.graph) == {city[0] for city in present}
    assert await drill.rows("notify", notify_tables.members, "member_id", "version", "status") == present
    contacts = await drill.rows("registry", registry_tables.contacts, "id", "version")
    fetched = await drill.rows("notify", notify_tables.contacts, "contact_id", "version", "forgotten")
    assert [each[:2] for each in fetched if not each[2]] == contacts
    proposals = await drill.rows("matching", matching_tables.proposals, "proposal_id", "version", "stage")
    assert await drill.rows("notify", notify_tables.proposals, "proposal_id", "version", "stage") == proposals
    sides = await drill.rows("notify", notify_tables.sides, "proposal_id", "is_open")
    assert sides == sorted((each[0], each[2] in OPEN_STAGES) for each in proposals for _ in "ab")
    mails = await drill.rows("notify", notify_tables.mails, "mail_id", "version", "purpose")
    told = await drill.rows("matching", matching_tables.deliveries, "message_id", "version")
    assert told == [each[:2] for each in mails if each[2] == "proposal"]


async def _state(drill: Drill) -> dict[str, Any]:
    """The facts that must outlast the loss of topics: of mails those of which a topic tells."""
    mails = await drill.rows("notify", notify_tables.mails, "mail_id", "state", "version", "purpose")
    return {
        "proposals": await drill.rows("matching", matching_tables.proposals, "proposal_id", "stage", "version"),
        "reservations": await drill.rows("matching", matching_tables.reservations, "holder", "proposal_id"),
        "partnerships": await drill.rows("matching", matching_tables.partnerships, "proposal_id", "stage"),
        "ends": await drill.rows("notify", notify_tables.partnerships, "proposal_id"),
        "mails": [each[:3] for each in mails if Purpose(each[3]) not in ABOUT_NO_PROPOSAL],
        "answers": await drill.rows("notify", notify_tables.answers, "response_id", "choice"),
    }


async def _partitions_are_raised(drill: Drill) -> None:
    """A new generation of topics: all goes on where it was, nothing is mailed again."""
    before, mailed = await _state(drill), len(drill.mailer.delivered)
    async with drill.running():
        assert "stop all services first" in await drill.raise_partitions(9)
    output = await drill.raise_partitions(9)
    drill.generation, drill.partitions = drill.generation + 1, 9
    assert f"ISOPOLITY_TOPIC_GENERATION={drill.generation} and ISOPOLITY_TOPIC_PARTITIONS=9" in output
    async with drill.running() as network:
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
        assert await _state(drill) == before
        assert len(drill.mailer.delivered) == mailed
        for number in (6, 7):
            await network.join(number)
        await network.quiet()
        earlier = await network.mailed_pairs()
        assert await network.round() >= 1
        await network.quiet()
        (new, *_) = [pair for pair in await network.mailed_pairs() if pair not in earlier]
        for recipient in new:
            await network.answer(recipient, "yes")
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
    assert (
        len(await drill.rows("matching", matching_tables.partnerships, "proposal_id"))
        == len(before["partnerships"]) + 1
    )
    drill.generation -= 1
    assert f"generation {drill.generation + 1} is there already" in await drill.raise_partitions(12)
    _nothing_is_mailed_twice(drill)


@pytest.mark.parametrize("drill", ["embedded", pytest.param("distributed", marks=DISTRIBUTED)], indirect=True)
@pytest.mark.usefixtures("story")
async def test_all_topics_are_lost(drill: Drill) -> None:
    before, mailed = await _state(drill), len(drill.mailer.delivered)
    await drill.lose_topics()
    await drill.republish()
    async with drill.running() as network:
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
        assert await drill.refused("--service", "registry", "--restored")  # while it runs
    assert await _state(drill) == before
    assert len(drill.mailer.delivered) == mailed
    if drill.kafka is not None:
        await _partitions_are_raised(drill)


@pytest.mark.usefixtures("story")
async def test_matching_and_notify_are_lost_with_all_topics(drill: Drill) -> None:
    before, mailed = await _state(drill), len(drill.mailer.delivered)
    await drill.republish("--service", "matching", "--dry-run")
    for service in ("registry", "matching", "notify"):
        await drill.republish("--service", service)
    async with drill.running() as network:
        await network.quiet()
    for service in ("matching", "notify"):
        await drill.empty(service)
        await drill.republish("--service", service, "--restored")
    await drill.republish("--service", "registry")
    async with drill.running() as network:
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
    after = await _state(drill)
    for name in ("reservations", "partnerships", "ends", "answers"):
        assert after[name] == before[name]
    assert [each[:2] for each in after["proposals"]] == [each[:2] for each in before["proposals"]]
    assert [each[:2] for each in after["mails"]] == [each[:2] for each in before["mails"]]
    assert len(drill.mailer.delivered) == mailed


async def test_registry_is_restored(drill: Drill, story: list[str]) -> None:
    await drill.restore("registry")
    rehearsed = await drill.republish("--service", "registry", "--restored", "--dry-run")
    done = await drill.republish("--service", "registry", "--restored")
    assert done[0]["findings"] == rehearsed[0]["findings"]
    assert outcomes(done) == {
        ("city", "lost"): 2,
        ("city", "reverted"): 1,
        ("contact", "lost"): 2,
        ("contact", "applied"): 1,
        ("revocation", "adopted"): 1,  # the tokens of the person that was erased since
    }
    lost = {each["key"] for each in done[0]["findings"] if (each["topic"][-4:], each["outcome"]) == ("city", "lost")}
    assert lost == set(story[4:])
    async with drill.running() as network:
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
        assert set(network.graph) == set(story[:4])
        assert (await network.call("GET", f"/registry/v1/cities/{story[1]}"))["name"] == "City 1"
    _nothing_is_mailed_twice(drill)


@pytest.mark.usefixtures("story")
async def test_matching_is_restored(drill: Drill) -> None:
    before, mailed = await _state(drill), len(drill.mailer.delivered)
    await drill.restore("matching")
    done = await drill.republish("--service", "matching", "--restored")
    assert outcomes(done) == {("proposal", "adopted"): 2, ("partnership", "adopted"): 1}
    await drill.republish("--service", "registry")
    async with drill.running() as network:
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
    after = await _state(drill)
    assert [each[:2] for each in after["proposals"]] == [each[:2] for each in before["proposals"]]
    for name in ("reservations", "partnerships", "ends", "mails", "answers"):
        assert after[name] == before[name]
    assert len(drill.mailer.delivered) == mailed


@pytest.mark.usefixtures("story")
async def test_notify_is_restored(drill: Drill) -> None:
    before, mailed = await _state(drill), len(drill.mailer.delivered)
    await drill.restore("notify")
    await drill.republish("--service", "notify", "--restored")
    await drill.republish("--service", "registry", "--topic", "isopolity.registry.contact")
    async with drill.running() as network:
        await network.quiet()
        await _consumers_equal_their_sources(drill, network)
    after = await _state(drill)
    assert [each[:2] for each in after["mails"]] == [each[:2] for each in before["mails"]]
    for name in ("proposals", "reservations", "partnerships", "ends", "answers"):
        assert after[name] == before[name]
    assert len(drill.mailer.delivered) == mailed
