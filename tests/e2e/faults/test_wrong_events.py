"""Events come twice, in the wrong order across topics, from the start of the topic, or as poison."""

import pytest

from isopolity.contracts.catalogue import CONTACT, EVENT_TOPICS, TWINNING
from isopolity.matching.application.workflows.handlers import TOPICS as MATCHING_TOPICS
from isopolity.matching.bootstrap import GROUP as MATCHING_GROUP
from isopolity.messaging.dead_letters import list_dead_letters
from isopolity.notify.bootstrap import GROUP as NOTIFY_GROUP
from isopolity.notify.entrypoints.event_handlers import TOPICS as NOTIFY_TOPICS
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from tests.support.faults.boundaries import DEAD_LETTERS
from tests.support.faults.stock import quiescent
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic
from tests.support.faults.waiting import eventually
from tests.support.faults.wrong_events import back_to_the_start, poison, publish_again

_NAMES = [topic.name for topic in EVENT_TOPICS if not topic.name.endswith(".canary")]


async def test_every_event_a_second_time_and_the_last_first_changes_nothing(system: System, traffic: Traffic) -> None:
    await system.ready()
    await traffic.end(await traffic.turn())
    before = await check_sums(system, traffic)
    assert await publish_again(system.broker, _NAMES) > 0
    after = await check_sums(system, traffic)
    assert after.mails == before.mails
    assert after.proposals == before.proposals


async def test_from_the_start_of_the_topics_changes_nothing(system: System, traffic: Traffic) -> None:
    """Also where a contact has been erased since: its first event comes again."""
    await system.ready()
    pair = await traffic.turn()
    await traffic.end(pair)
    await traffic.erase_contacts_of(pair[0])
    before = await check_sums(system, traffic)
    for child in [*system.of("matching"), *system.of("notify")]:
        assert child.stop() == 0, f"{child.name} did not end in order; see {child.log}"
    await back_to_the_start(system.kafka.bootstrap, MATCHING_GROUP, MATCHING_TOPICS)
    await back_to_the_start(system.kafka.bootstrap, NOTIFY_GROUP, NOTIFY_TOPICS)
    for child in [*system.of("matching"), *system.of("notify")]:
        child.start()
    after = await check_sums(system, traffic)
    assert after.mails == before.mails
    assert after.proposals == before.proposals


async def test_a_proposal_before_its_contact_waits_for_it(system: System, traffic: Traffic) -> None:
    """matching goes by the contact topic, while notify cannot ask registry who the contacts are."""
    await system.ready()
    for child in system.of("notify"):
        child.kill()
    pair = await traffic.join()
    await eventually(lambda: _is_empty(system, "registry", "outbox"), "registry does not publish")
    registry = system.child("registry")
    registry.kill()
    for child in system.of("notify"):
        child.start()

    async def is_parked() -> bool:
        if not await _is_empty(system, "notify", "parked"):
            return True
        # a round may begin before its process has heard of the two
        await traffic.post("matching", "/matching/v1/rounds", {"seed": 7}, also=(202, 409))
        return False

    await eventually(is_parked, "the proposal does not wait for its contacts")
    assert not await traffic.mails_to(pair)
    registry.start()
    await traffic.propose_to(pair)
    await traffic.answer(pair)
    await traffic.introduced(pair)
    await check_sums(system, traffic)


async def _is_empty(system: System, service: str, table: str) -> bool:
    """The canary is left out, since it sounds for ever."""
    query = f"SELECT 1 FROM {table} WHERE topic NOT LIKE '%.canary'"  # noqa: S608 - ours
    return not await system.rows(service, query)


async def test_a_tie_before_its_cities_and_contacts_after_everything(system: System, traffic: Traffic) -> None:
    await system.ready()
    registry = system.child("registry")
    registry.kill()
    database = Database.open(system.database("registry"))
    try:
        async with lease(database, "isopolity.registry.relay"):  # nothing is published meanwhile
            registry.start()
            pair = await traffic.join(suited=False)
            body = {"city_a": pair[0].city_id, "city_b": pair[1].city_id}
            await traffic.post("registry", "/registry/v1/twinnings", body)
            await system.execute("registry", f"UPDATE outbox SET id = -id WHERE topic = '{TWINNING.name}'")  # noqa: S608 - ours
            await system.execute("registry", f"UPDATE outbox SET id = id + 1000000 WHERE topic = '{CONTACT.name}'")  # noqa: S608 - ours
    finally:
        await database.close()
    stock = await check_sums(system, traffic)
    assert (TWINNING.name, ":".join(sorted(city.city_id for city in pair))) in stock.versions


@pytest.mark.parametrize("boundary", DEAD_LETTERS)
async def test_poison_goes_to_the_dead_letters_and_the_rest_flows(
    system: System, traffic: Traffic, boundary: str
) -> None:
    """The process that writes the dead letters dies at it, too."""
    await system.ready()
    first = boundary == DEAD_LETTERS[0]
    async with system.kept_alive():
        system.arm(boundary)
        async with system.broker.producer() as producer:
            sample = poison().items() if first else list(poison().items())[:1]
            for _, messages in sample:
                await producer.publish(messages)
        await traffic.turn()
        await eventually(lambda: _reached(system, boundary), f"nothing passed the boundary {boundary}")
        await system.ready()
        await quiescent(system)
    assert await _reasons(system) == set(poison())
    await check_sums(system, traffic, poisoned=True)


async def _reached(system: System, boundary: str) -> bool:
    return boundary in system.reached()


async def _reasons(system: System) -> set[str]:
    letters = [
        *await list_dead_letters(system.broker, "isopolity.matching.dead-letter"),
        *await list_dead_letters(system.broker, "isopolity.notify.dead-letter"),
    ]
    return {letter.reason for letter in letters}
