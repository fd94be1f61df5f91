"""Events that came too early wait in the database, and are handled once what they need has come."""

import errno
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from isopolity.contracts.catalogue import REGISTRY_CANARY, dead_letter_topic
from isopolity.contracts.event import Event
from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.messaging.broker import MAX_MESSAGE_BYTES, load_headers
from isopolity.messaging.consuming.dead_letter_limit import TooManyDeadLetters
from isopolity.messaging.consuming.fates import Fates
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.errors import Awaiting, HeldUp, PoisonMessage, RetryableError
from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.processor import TransactionalProcessor
from isopolity.persistence.unit_of_work import Storage, parked_status
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.shared.storage import NOTES, NOW, TABLES, NoteUnitOfWork, delivery, rows

TOPIC = REGISTRY_CANARY.name
DEAD_LETTERS = dead_letter_topic("registry").name
Handler = Callable[[Event[Any], NoteUnitOfWork], Awaitable[None]]


class Needy:
    """Handles canaries: `child-x` needs the note `parent`, `parent` and others need nothing."""

    def __init__(self) -> None:
        self.present: set[str] = set()
        self.failing: dict[str, Exception] = {}
        self.handled: list[str] = []

    async def __call__(self, event: Event[Any], unit_of_work: NoteUnitOfWork) -> None:
        name = event.data.canary_id.removeprefix("canary-")
        if name.startswith("child"):
            known = (
                await unit_of_work.connection.execute(select(NOTES.c.id).where(NOTES.c.text == "parent"))
            ).scalar_one_or_none()
            if known is None:
                raise Awaiting("note:parent")
        if name in self.failing:
            raise self.failing[name]
        self.handled.append(name)
        await unit_of_work.note(name)
        if name == "parent":
            unit_of_work.parking.arrived("note:parent")


def processor(storage: Storage, handler: Handler) -> TransactionalProcessor[NoteUnitOfWork]:
    fates = Fates(group="test", dead_letter_topic=DEAD_LETTERS, clock=storage.events.clock)
    return TransactionalProcessor(lambda: NoteUnitOfWork(storage), {CANARY_SOUNDED: handler}, fates=fates)


async def notes(storage: Storage) -> list[str]:
    async with storage.database.reading() as connection:
        return list((await connection.execute(select(NOTES.c.text).order_by(NOTES.c.id))).scalars())


async def test_early_events_wait_and_are_handled_in_the_order_in_which_they_came(storage: Storage) -> None:
    process = processor(storage, Needy())
    await process([delivery(storage, "child-2", 0), delivery(storage, "child-1", 1)])
    await process([delivery(storage, "child-3", 2)])
    assert await rows(storage.database, TABLES.parked) == 3
    await process([delivery(storage, "parent", 3)])
    assert await notes(storage) == ["parent", "child-2", "child-1", "child-3"]
    assert await rows(storage.database, TABLES.parked) == 0


async def test_an_event_parked_and_released_within_one_batch_is_handled_once(storage: Storage) -> None:
    process = processor(storage, Needy())
    await process([delivery(storage, "child-1", 0), delivery(storage, "parent", 1)])
    assert await notes(storage) == ["parent", "child-1"]
    assert await rows(storage.database, TABLES.parked) == 0


async def test_a_redelivered_event_is_parked_once(storage: Storage) -> None:
    process = processor(storage, Needy())
    early = delivery(storage, "child-1", 0)
    await process([early])
    await process([early])
    assert await rows(storage.database, TABLES.parked) == 1


async def test_an_event_of_a_topic_that_was_made_anew_is_not_taken_for_an_older_one(storage: Storage) -> None:
    process = processor(storage, Needy())
    await process([delivery(storage, "child-1", 0)])
    await process([delivery(storage, "child-2", 0)])
    assert await rows(storage.database, TABLES.parked) == 2
    await process([delivery(storage, "parent", 1)])
    assert await notes(storage) == ["parent", "child-1", "child-2"]


async def test_a_released_event_that_fails_is_not_taken_for_one_of_the_same_place(storage: Storage) -> None:
    needy = Needy()
    process = processor(storage, needy)
    await process([delivery(storage, "child-1", 0)])
    await process([delivery(storage, "child-2", 0)])
    needy.failing = {"child-1": PoisonMessage("bad-name", "it has no name")}
    await process([delivery(storage, "parent", 1)])
    assert await notes(storage) == ["parent", "child-2"]
    assert await rows(storage.database, TABLES.outbox) == 1


async def test_a_released_event_that_needs_more_is_parked_again(storage: Storage) -> None:
    grown = False

    async def handle(event: Event[Any], unit_of_work: NoteUnitOfWork) -> None:
        name = event.data.canary_id
        if name == "canary-child" and not grown:
            raise Awaiting("note:a" if not await rows(storage.database, NOTES) else "note:b")
        await unit_of_work.note(name)
        unit_of_work.parking.arrived(name.replace("canary-", "note:"))

    process = processor(storage, handle)
    await process([delivery(storage, "first", 0)])
    await process([delivery(storage, "child", 1)])
    await process([delivery(storage, "b", 2)])
    async with storage.database.reading() as connection:
        (status,) = await parked_status(connection, TABLES.parked)
    assert (status.awaited, status.count, status.since) == ("note:b", 1, NOW)
    grown = True
    await process([delivery(storage, "b2", 3)])
    assert await rows(storage.database, TABLES.parked) == 1


async def test_a_crash_before_the_commit_leaves_the_event_parked(storage: Storage) -> None:
    class Dying(NoteUnitOfWork):
        async def commit(self) -> None:
            raise ZeroDivisionError

    process = processor(storage, Needy())
    await process([delivery(storage, "child-1", 0)])
    dying = TransactionalProcessor(lambda: Dying(storage), {CANARY_SOUNDED: Needy()})
    with pytest.raises(ZeroDivisionError):
        await dying([delivery(storage, "parent", 1)])
    assert await rows(storage.database, TABLES.parked) == 1
    await process([delivery(storage, "parent", 1)])
    assert await notes(storage) == ["parent", "child-1"]


@pytest.mark.parametrize(
    ("problem", "reason"),
    [(PoisonMessage("bad-name", "it has no name"), b"bad-name"), (ZeroDivisionError(), b"handler-failed")],
)
async def test_a_released_event_that_fails_is_given_up_and_its_releaser_is_not(
    storage: Storage, problem: Exception, reason: bytes
) -> None:
    needy = Needy()
    needy.failing["child-1"] = problem
    process = processor(storage, needy)
    await process([delivery(storage, "child-1", 0), delivery(storage, "child-2", 1)])
    await process([delivery(storage, "parent", 2)])
    assert await notes(storage) == ["parent", "child-2"]
    assert await rows(storage.database, TABLES.parked) == 0
    async with storage.database.reading() as connection:
        (letter,) = (await connection.execute(select(TABLES.outbox))).all()
    assert (letter.topic, letter.key) == (DEAD_LETTERS, "canary-child-1")
    assert reason.decode() in letter.headers


async def test_a_released_event_that_meets_a_full_disk_is_held_with_its_batch_and_not_given_up(
    storage: Storage,
) -> None:
    needy = Needy()
    needy.failing["child-1"] = OSError(errno.ENOSPC, "No space left on device", "/data/letters")
    process = processor(storage, needy)
    await process([delivery(storage, "child-1", 0)])
    parent = delivery(storage, "parent", 1)
    with pytest.raises(HeldUp, match=r"^/data/letters cannot be written, because its disk is full\. Make room there;"):
        await process([parent])
    assert await rows(storage.database, TABLES.parked) == 1
    assert await rows(storage.database, TABLES.outbox) == 0
    needy.failing.clear()
    await process([parent])
    assert await notes(storage) == ["parent", "child-1"]


async def test_released_events_that_are_given_up_count_for_the_limit_and_the_metrics(
    storage: Storage, broker: HookedBroker
) -> None:
    """Also after a restart, though no relay has published the letters."""
    await broker.ensure_topics([dead_letter_topic("registry")])
    needy, metrics = Needy(), ServiceMetrics("registry")

    def started() -> TransactionalProcessor[NoteUnitOfWork]:
        settings = RunnerSettings(dead_letter_limit=2)
        fates = settings.fates("test", broker, DEAD_LETTERS, clock=storage.events.clock, observer=metrics)
        return TransactionalProcessor(lambda: NoteUnitOfWork(storage), {CANARY_SOUNDED: needy}, fates=fates)

    process = started()
    for number in range(3):
        needy.failing[f"child-{number}"] = PoisonMessage("bad-deploy", "everything is wrong")
    await process([delivery(storage, "child-0", 0)])
    await process([delivery(storage, "parent", 1)])
    assert b'reason="bad-deploy",service="registry",topic="isopolity.registry.canary"} 1.0' in metrics.text()
    async with NoteUnitOfWork(storage) as unit_of_work:
        await unit_of_work.connection.execute(delete(NOTES))
        await unit_of_work.commit()
    process = started()
    await process([delivery(storage, "child-1", 2), delivery(storage, "child-2", 3)])
    with pytest.raises(TooManyDeadLetters):
        await process([delivery(storage, "parent", 4)])
    assert await rows(storage.database, TABLES.parked) == 2


async def test_a_letter_that_does_not_fit_lies_in_the_outbox_as_a_reference(storage: Storage) -> None:
    """Whole it would hold up the relay, and all that comes after it."""
    needy = Needy()
    needy.failing["child-1"] = PoisonMessage("bad-name", "it has no name")
    process = processor(storage, needy)
    child = delivery(storage, "child-1", 0)
    large = child.record._replace(headers=[*child.record.headers, ("foreign", b"x" * MAX_MESSAGE_BYTES)])
    await process([child._replace(record=large)])
    await process([delivery(storage, "parent", 1)])
    async with storage.database.reading() as connection:
        (letter,) = (await connection.execute(select(TABLES.outbox))).all()
    assert len(letter.headers) < 2000
    assert len(dict(load_headers(letter.headers))["isopolity_dead_letter_digest"]) == 64


async def test_a_released_event_that_must_wait_for_a_peer_holds_up_the_batch(storage: Storage) -> None:
    needy = Needy()
    process = processor(storage, needy)
    await process([delivery(storage, "child-1", 0)])
    needy.failing["child-1"] = RetryableError("away")
    with pytest.raises(RetryableError):
        await process([delivery(storage, "parent", 1)])
    assert await notes(storage) == []
    needy.failing.clear()
    await process([delivery(storage, "parent", 1)])
    assert await notes(storage) == ["parent", "child-1"]
