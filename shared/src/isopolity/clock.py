"""The clock and the id factory as ports, so that domain and application never ask the machine themselves."""

from collections.abc import Callable
from datetime import UTC, datetime

import uuid_utils

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""

IdFactory = Callable[[], str]
"""Returns a new unique id."""


def system_clock() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): unique, and in the order of time."""
    return str(uuid_utils.uuid7())
