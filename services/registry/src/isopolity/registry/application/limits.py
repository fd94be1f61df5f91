"""Limits on requests of strangers, counted in the database for all instances together.

Invariant: client and e-mail addresses are stored only as keyed digests, for two days. Limits over all clients slow
strangers down but lock nobody out.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final, Protocol

from isopolity.identity.addresses import MailAddress
from isopolity.machine import periods
from isopolity.registry.domain.errors import LimitReached

WINDOW: Final = timedelta(days=1)
"""The period of a count, which restarts at midnight UTC; around midnight twice the limit may pass."""
ALL_APPLICATIONS: Final = "all"
"""Subject of the count of all applications."""
ALL_SIGN_INS: Final = "sign-ins"
"""Subject of the count of all sign-in requests of unknown browsers."""
ALL_GUESSES: Final = "sign-in guesses"
"""Subject of the count of all wrong codes of unknown browsers."""
_HOUR: Final = timedelta(hours=1)


class Counters(Protocol):
    """Counts by day, or by a shorter slot that starts at `day`, in the transaction of the counted request."""

    async def count(self, subject: str, day: datetime) -> int:
        """Add one to the count of `subject` on `day`; returns the new count."""

    async def counted(self, subject: str, day: datetime) -> int:
        """The count of `subject` on `day`, without a change or lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationLimits:
    """Limits on applications in a day: from one client, with one e-mail address, and in all."""

    key: bytes = b""
    """The secret for digests of addresses; empty if the network has no token keys."""
    per_client: int = 20
    per_address: int = 3
    in_all: int = 500

    async def admit(self, counters: Counters, *, client: str, email: str, now: datetime) -> bool:
        """Count an application; returns whether its address may get a mail. Raises LimitReached for its sender.

        Beyond its own limit a client may send one an hour; beyond the network's limit each client may send one in ten
        minutes. The limit of an address refuses nothing, since that would reveal that others applied with it.
        """
        day = day_of(now)
        if await counters.count(digest_of(self.key, "client", client), day) > self.per_client:
            sentence = "You have sent as many applications as one sender may in a day; send the next one in an hour."
            await slow_down(counters, digest_of(self.key, "client slowed", client), now, _HOUR, sentence)
        if await counters.count(ALL_APPLICATIONS, day) > self.in_all:
            wait = periods.in_words(periods.SLOWED)
            sentence = f"The network gets very many applications today; send yours again in {wait}."
            slowed = digest_of(self.key, "client slowed by all", client)
            await slow_down(counters, slowed, now, periods.SLOWED, sentence)
        return await self._may_mail(counters, client, MailAddress.of(email).key, now)

    async def _may_mail(self, counters: Counters, client: str, address: str, now: datetime) -> bool:
        """Whether the address gets a mail: the sender is within its limit for it, and the address within its own limit.

        Beyond its own limit an address gets one mail in ten minutes, so that strangers cannot lock out its holder.
        Requests of a sender beyond its limit are counted apart and use up no mails of the address. The work is the same
        for all counts. Spellings of the domain count as one address.
        """
        day, slot = day_of(now), beginning(now, periods.SLOWED)
        by_sender = digest_of(self.key, "address of client", f"{client}\n{address}")
        is_within = await counters.count(by_sender, day) <= self.per_address
        kind = "address" if is_within else "address without a mail"
        mailed = await counters.count(digest_of(self.key, kind, address), day)
        in_slot = await counters.count(digest_of(self.key, f"{kind} slowed", address), slot)
        return is_within and (mailed <= self.per_address or in_slot == 1)


async def slow_down(
    counters: Counters, subject: str, now: datetime, gap: timedelta, sentence: str, most: int = 1
) -> None:
    """Count a request that is allowed `most` times in each `gap`. Raises LimitReached with `sentence` beyond that."""
    began = beginning(now, gap)
    if await counters.count(subject, began) > most:
        raise LimitReached(sentence, ceil((began + gap - now).total_seconds()))


def beginning(now: datetime, gap: timedelta) -> datetime:
    """The start of the slot of length `gap` that contains `now`; `gap` must divide a day."""
    return now - (now - datetime.min.replace(tzinfo=UTC)) % gap


def day_of(now: datetime) -> datetime:
    """The start of the day (UTC) of a count."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_left(now: datetime) -> int:
    """Seconds until counts restart."""
    return int((day_of(now) + WINDOW - now).total_seconds()) + 1


def digest_of(key: bytes, kind: str, text: str) -> str:
    """The stored digest of a counted address, in hex; `kind` separates counts of different things."""
    return hmac.digest(key, f"{kind}\n{text}".encode(), "sha256").hex()
