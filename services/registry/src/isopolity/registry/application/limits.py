"""Limits on what a stranger can cause: counted in the database, so that all instances count together.

Invariant: neither a client's address nor an e-mail address is kept, only a keyed digest of it, and for two days.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from isopolity.mail_addresses import MailAddress
from isopolity.registry.domain.errors import LimitReached

WINDOW: Final = timedelta(days=1)
"""Counts begin anew at midnight UTC; round midnight twice as many may pass."""


class Counters(Protocol):
    """Counts of one day, in the transaction of what is counted."""

    async def count(self, subject: str, day: datetime) -> int:
        """Add one for `subject` on that day; returns how many there are now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationLimits:
    """How many applications a day may come from one client, go to one e-mail address, and come in all."""

    key: bytes = b""
    """The secret that addresses are hashed with; empty where the network has no token keys."""
    per_client: int = 20
    per_address: int = 3
    in_all: int = 500

    async def admit(self, counters: Counters, *, client: str, email: str, now: datetime) -> bool:
        """Count an application; returns whether its address may get a mail. Raises LimitReached for the sender.

        An address that had its share is no reason to refuse: that would tell that others applied with it. It counts as
        it is mailed: a domain can be written in many ways.
        """
        day, seconds = day_of(now), seconds_left(now)
        if await counters.count(digest_of(self.key, "client", client), day) > self.per_client:
            raise LimitReached(
                "You have sent as many applications as one sender may in a day; go on tomorrow.", seconds
            )
        if await counters.count("all", day) > self.in_all:
            raise LimitReached("The network takes no more applications today; apply tomorrow.", seconds)
        return await counters.count(digest_of(self.key, "address", MailAddress.of(email).key), day) <= self.per_address


def day_of(now: datetime) -> datetime:
    """The day (UTC) that something is counted for."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_left(now: datetime) -> int:
    """Seconds until counts begin anew."""
    return int((day_of(now) + WINDOW - now).total_seconds()) + 1


def digest_of(key: bytes, kind: str, text: str) -> str:
    """What is kept of an address that is counted, in hex; `kind` keeps counts of different things apart."""
    return hmac.digest(key, f"{kind}\n{text}".encode(), "sha256").hex()
