"""The process that scans topics: `python -m isopolity.runtime.scan_process '<limits>'`.

Its standard input is an `Order`. To standard output it writes a JSON line for each matching record, and lines with an
account of the reading so far; the last of these covers the whole scan. Invariant: it limits itself before it opens
anything, publishes nothing, and joins no group; whatever a record causes, it ends with an exit code, and the lines
already written stay valid.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import BaseModel, ConfigDict

from isopolity.machine.limits import Exit, confine, exit_of, leave
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.errors import MessagingError
from isopolity.messaging.scanning.query import Query, SeenRecord
from isopolity.messaging.scanning.scan import Account, ScanLimits, scan

_BEHIND: Final = 10
"""Niceness of the process, so that consumers go first."""


class ProcessBounds(BaseModel):
    """Limits of the process, in addition to those of the scan."""

    model_config = ConfigDict(frozen=True)

    seconds: float = 30.0
    cpu_seconds: int = 30
    memory: int = 1 << 30
    disk: int = 64 << 20


class Order(BaseModel):
    """A scan's query and limits, and how to open its broker."""

    broker: dict[str, Any]
    query: Query
    limits: ScanLimits


def main() -> Exit:
    """Scan within the limits of the first argument."""
    confine(ProcessBounds.model_validate_json(sys.argv[1]))
    with suppress(AttributeError, OSError):
        os.nice(_BEHIND)
    order = Order.model_validate_json(sys.stdin.buffer.read())
    return exit_of(lambda: asyncio.run(_scan(order, sys.stdout.buffer)), MessagingError)


@asynccontextmanager
async def _opened(described: Mapping[str, Any]) -> AsyncIterator[MessageBroker]:
    """The broker that another process described by `for_readers`; only modules for this kind of broker are imported."""
    if "embedded" in described:
        from isopolity.messaging.embedded.broker import EmbeddedBroker

        async with EmbeddedBroker.looking_on(Path(described["embedded"])) as embedded:
            yield embedded
    else:
        from isopolity.messaging.kafka.broker import KafkaBroker
        from isopolity.messaging.kafka.settings import KafkaSettings

        yield KafkaBroker(KafkaSettings.model_validate(described["kafka"]))


async def _scan(order: Order, lines: BinaryIO) -> None:
    def emit(item: SeenRecord | Account) -> None:
        kind = "account" if isinstance(item, Account) else "record"
        lines.write(json.dumps({kind: item.model_dump(mode="json")}).encode() + b"\n")
        lines.flush()

    async with _opened(order.broker) as broker:
        emit(await scan(broker, order.query, order.limits, emit))


if __name__ == "__main__":
    leave(main())
