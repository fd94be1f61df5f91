"""Scans for a service: each runs in a process of its own with limits, one at a time in the service.

Invariant: the records that the process wrote are returned, however it ended. Following reads in this process, a few
thousand records at most, so that an event is seen at once.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO, Final

import structlog

from isopolity.machine.child_process import Ending, run_confined
from isopolity.machine.limits import Exit
from isopolity.messaging.broker import MessageBroker, TopicPartition
from isopolity.messaging.scanning.query import Query, SeenRecord
from isopolity.messaging.scanning.scan import Account, ScanLimits, Stopped, follow
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.runtime import scan_process
from isopolity.runtime.scan_process import Order, ProcessBounds
from isopolity.web.operations.vitals import Scanned, ScansBusy

_log = structlog.get_logger(__name__)
_LEASE: Final = "scan"
_QUEUE: Final = 5
"""The most scans in the queue."""
_PATIENCE: Final = 15.0
"""Seconds that a scan waits for its turn."""
_FOLLOWERS: Final = 8
"""The most followers that wait at the same time; others get an answer within half a second."""
_FOLLOWED: Final = ScanLimits(records=2_000, bytes=8_000_000, size=2_000_000)


@dataclass(slots=True, kw_only=True)
class ChildScanner:
    """Scans and follows topics of a service on its broker."""

    broker: MessageBroker
    database: Database
    limits: ScanLimits = field(default_factory=lambda: ScanLimits(seconds=8.0))
    bounds: ProcessBounds = field(default_factory=ProcessBounds)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    _followers: int = 0

    async def scan(self, query: Query) -> Scanned:
        """Records that match the query. Raises ScansBusy if the queue is full, or the turn does not come in time."""
        async with self._own_turn():
            with TemporaryFile() as order, TemporaryFile() as lines:
                whole = Order(broker=dict(self.broker.for_readers()), query=query, limits=self.limits)
                order.write(whole.model_dump_json().encode())
                ending = await run_confined(
                    scan_process.__name__,
                    self.bounds.model_dump_json(),
                    reads=order,
                    writes=lines,
                    seconds=self.bounds.seconds,
                )
                return scanned(lines, ending)

    async def follow(self, query: Query, begin: Mapping[TopicPartition, int], seconds: float) -> Scanned:
        """Matching records from these offsets on; waits up to `seconds` for the first."""
        if self._followers >= _FOLLOWERS:
            seconds = min(seconds, 0.5)
        self._followers += 1
        records: list[SeenRecord] = []

        def emit(what: SeenRecord | Account) -> None:
            if isinstance(what, SeenRecord):
                records.append(what)

        try:
            limits = _FOLLOWED.model_copy(update={"seconds": seconds})
            account = await follow(self.broker, query, limits, emit, begin=begin)
        finally:
            self._followers -= 1
        return Scanned(records=records, account=account)

    @asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[None]:
        if self.waiting >= _QUEUE:
            raise ScansBusy
        self.waiting += 1
        try:
            async with asyncio.timeout(_PATIENCE) as patience, self._turn, lease(self.database, _LEASE, poll=0.2):
                patience.reschedule(None)
                yield
        except TimeoutError:
            raise ScansBusy from None
        finally:
            self.waiting -= 1


def scanned(lines: BinaryIO, ending: Ending) -> Scanned:
    """The records in the output of the process, and an account that says how it ended."""
    records, account = list[SeenRecord](), Account()
    lines.seek(0)
    for line in lines:
        try:
            output = json.loads(line)
        except ValueError:  # the process ended while writing this line
            break
        if "record" in output:
            records.append(SeenRecord.model_validate(output["record"]))
        else:
            account = Account.model_validate(output["account"])
    if ending.code != Exit.DONE:
        _log.warning("scan_ended", code=ending.code, error=ending.words, late=ending.is_late)
        account = account.model_copy(update={"stopped": _stopped(ending)})
    return Scanned(records=records, account=account)


def _stopped(ending: Ending) -> Stopped:
    if ending.is_late:
        return "seconds"
    if ending.code == Exit.TOO_LARGE:
        return "memory"
    return "broker" if ending.code == Exit.REFUSED else "broken"
