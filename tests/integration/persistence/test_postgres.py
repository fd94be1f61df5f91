"""PostgreSQL alone: other processes that hear commits, sessions that die, a lease that ends with its session."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from isopolity.contracts.event_types import CANARY_SOUNDED
from isopolity.messaging.broker import Message, MessageBroker, Place, Producer
from isopolity.messaging.errors import Failure
from isopolity.persistence.database import SERVER_SETTINGS, Database, is_unavailable
from isopolity.persistence.lease import lease
from isopolity.persistence.relay import OutboxSignal, Relay, outbox_signal
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.polling import until
from tests.support.shared.relays import empty, publish, relay_of, running
from tests.support.shared.storage import NOTES, TABLES, NoteUnitOfWork, canary

pytestmark = pytest.mark.postgres
_LONG = 600.0
"""Seconds; nobody who is not woken comes back within a test."""
_LOCKS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
_LISTENERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%' AND state = 'idle'"
)


async def pids(database: Database, query: str) -> list[int]:
    async with database.reading() as connection:
        restricted = query.replace(
            "granted", "granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return [row.pid for row in await connection.execute(text(restricted))]


async def kill(database: Database, pid: int) -> None:
    async with database.reading() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


@asynccontextmanager
async def listening(storage: Storage, retry: float = 5.0) -> AsyncIterator[OutboxSignal]:
    async def heard() -> bool:
        return bool(await pids(storage.database, _LISTENERS))

    async with outbox_signal(storage.database, retry=retry) as signal:
        await until(heard)
        yield signal


async def test_a_commit_of_another_process_wakes_who_waits(postgres_storage: Storage) -> None:
    async with listening(postgres_storage) as signal, asyncio.timeout(60):
        for number in range(5):
            waiting = asyncio.create_task(signal.wait(_LONG))
            await publish(postgres_storage, [number])  # its own wake counts only, as if in another process
            await waiting


class GatedBroker(HookedBroker):
    """A broker whose first publish ends when the test says so."""

    def __init__(self, inner: MessageBroker) -> None:
        super().__init__(inner)
        self.reached, self.gate = asyncio.Event(), asyncio.Event()
        self.keys: list[str | None] = []

    @asynccontextmanager
    async def producer(self, transactional_id: str | None = None) -> AsyncIterator[Producer]:
        async with super().producer(transactional_id) as producer:
            yield cast("Producer", _GatedProducer(self, producer))


class _GatedProducer:
    def __init__(self, broker: GatedBroker, inner: Producer) -> None:
        self._broker, self._inner = broker, inner

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        self._broker.reached.set()
        await self._broker.gate.wait()
        self._broker.keys += [message.key for message in messages]
        return await self._inner.publish(messages)


async def test_what_is_committed_late_goes_out_before_what_came_after_it(
    postgres_storage: Storage, broker: HookedBroker
) -> None:
    gated = GatedBroker(cast("MessageBroker", broker))
    async with NoteUnitOfWork(postgres_storage) as late:
        late.outbox.publish(CANARY_SOUNDED, canary("late"))
        await late.outbox.flush(late.connection)  # the first number, and no commit yet
        await publish(postgres_storage, ["b", "c", "d"])
        async with running(relay_of(postgres_storage, gated, batch=2)):
            await gated.reached.wait()
            await late.commit()
            gated.gate.set()
            await until(empty(postgres_storage.database))
    assert gated.keys == ["canary-b", "canary-c", "canary-late", "canary-d"]


async def test_the_signal_comes_back_after_its_connection_was_killed(postgres_storage: Storage) -> None:
    async with listening(postgres_storage, retry=0.05) as signal:
        (before,) = await pids(postgres_storage.database, _LISTENERS)
        await kill(postgres_storage.database, before)

        async def replaced() -> bool:
            return before not in (found := await pids(postgres_storage.database, _LISTENERS)) and bool(found)

        await until(replaced)
        async with asyncio.timeout(60):
            waiting = asyncio.create_task(signal.wait(_LONG))
            await publish(postgres_storage, [1])
            await waiting


async def test_polling_finds_what_no_signal_told(postgres_storage: Storage, broker: HookedBroker) -> None:
    async with running(relay_of(postgres_storage, broker, poll=0.05)):
        await publish(postgres_storage, [1])
        await until(empty(postgres_storage.database))


async def test_a_relay_whose_session_was_killed_goes_on_with_a_new_one(
    postgres_storage: Storage, broker: HookedBroker
) -> None:
    database = postgres_storage.database
    async with running(relay_of(postgres_storage, broker)):
        await until(lambda: bool(broker.producers))
        (holder,) = await pids(database, _LOCKS)
        await kill(database, holder)
        await publish(postgres_storage, [1])
        await until(empty(database))
    assert len(broker.producers) == 2


async def test_a_successor_takes_over_when_the_holders_session_dies(
    postgres_storage: Storage, broker: HookedBroker
) -> None:
    database = postgres_storage.database
    first = relay_of(postgres_storage, broker, poll=60)  # it hangs: nothing wakes it
    second = Database.open(database.engine.url.render_as_string(hide_password=False))
    successor = Relay(
        database=second,
        outbox=TABLES.outbox,
        journal=TABLES.journal,
        broker=cast("MessageBroker", broker),
        signal=first.signal,
        service="test",
        poll=0.05,
        pause=0.02,
    )
    try:
        async with running(first):
            await until(lambda: len(broker.producers) == 1)
            (holder,) = await pids(database, _LOCKS)
            async with running(successor):
                await kill(database, holder)
                await until(lambda: len(broker.producers) == 2)
                await publish(postgres_storage, [1])
                await until(empty(database))
    finally:
        await second.close()


async def test_a_lost_lease_is_noticed(postgres_storage: Storage) -> None:
    database = postgres_storage.database
    async with lease(database, "job") as held:
        await held.check()
        (holder,) = await pids(database, _LOCKS)
        await kill(database, holder)
        with pytest.raises(Exception) as caught:  # noqa: PT011 - what is_unavailable must recognise
            await held.check()
    assert is_unavailable(caught.value)


async def test_error_quotes_no_row_wherever_it_is_printed(postgres_storage: Storage) -> None:
    planted = " ".join(["ana", "planted"])  # a trace shows lines of code, too
    async with postgres_storage.database.writing() as connection:
        await connection.execute(insert(NOTES).values(text=planted))
        with pytest.raises(IntegrityError) as caught:
            await connection.execute(insert(NOTES).values(text=planted))
    printed = "".join(traceback.format_exception(caught.value))
    assert "duplicate key value" in printed
    assert planted not in printed
    message = Failure.of(caught.value, None, "").message
    assert message == '23505: duplicate key value violates unique constraint "notes_text_key"'


async def test_only_one_holds_a_lease_at_a_time(postgres_storage: Storage) -> None:
    database = postgres_storage.database
    inside = 0

    async def work() -> None:
        nonlocal inside
        async with lease(database, "job", poll=0.01):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(4)))


async def test_a_vanished_host_is_noticed_by_both_sides_within_seconds(postgres: str) -> None:
    database = Database.open(postgres)
    async with database.reading() as connection:
        told = {name: (await connection.exec_driver_sql(f"SHOW {name}")).scalar_one() for name in SERVER_SETTINGS}
        raw: Any = (await connection.get_raw_connection()).driver_connection
        ours = raw._transport.get_extra_info("socket")
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        assert [ours.getsockopt(socket.IPPROTO_TCP, option) for option in options] == [5, 3, 3, 15000]
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert told == {
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "3",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "15000",
        "idle_in_transaction_session_timeout": "5min",
        "lock_timeout": "45s",
        "statement_timeout": "55s",
    }
    await database.close()
