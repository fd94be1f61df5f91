"""Limits on what a stranger can cause: counted in the database, so that all instances count together.

Invariant: neither a client's address nor an e-mail address is kept, only a keyed digest of it, and for two days. Limits
over all clients slow strangers down, and shut nobody out.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final, Protocol

from isopolity.mail_addresses import MailAddress
from isopolity.registry.domain.errors import LimitReached

WINDOW: Final = timedelta(days=1)
"""Counts begin anew at midnight UTC; round midnight twice as many may pass."""
ALL_APPLICATIONS: Final = "all"
"""Subject under which all applications of the network are counted."""
ALL_SIGN_INS: Final = "sign-ins"
"""Subject under which all requests to sign in from unknown browsers are counted."""
ALL_GUESSES: Final = "sign-in guesses"
"""Subject under which all wrong codes from unknown browsers are counted."""
_HOUR: Final = timedelta(hours=1)
_TEN_MINUTES: Final = timedelta(minutes=10)


class Counters(Protocol):
    """Counts of one day, or of a shorter time that begins then, in the transaction of what is counted."""

    async def count(self, subject: str, day: datetime) -> int:
        """Add one for `subject` on that day; returns how many there are now."""

    async def counted(self, subject: str, day: datetime) -> int:
        """The count of `subject` on that day; nothing is added or locked."""


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

        Beyond its share a client may send one an hour; beyond the network's each client may send one in ten minutes.
        An address that had its share is no reason to refuse: that would tell that others applied with it.
        """
        day = day_of(now)
        if await counters.count(digest_of(self.key, "client", client), day) > self.per_client:
            sentence = "You have sent as many applications as one sender may in a day; send the next one in an hour."
            await slow_down(counters, digest_of(self.key, "client slowed", client), now, _HOUR, sentence)
        if await counters.count(ALL_APPLICATIONS, day) > self.in_all:
            sentence = "The network gets very many applications today; send yours again in ten minutes."
            slowed = digest_of(self.key, "client slowed by all", client)
            await slow_down(counters, slowed, now, _TEN_MINUTES, sentence)
        return await self._may_mail(counters, client, MailAddress.of(email).key, now)

    async def _may_mail(self, counters: Counters, client: str, address: str, now: datetime) -> bool:
        """Whether the address gets a mail: the sender is within its share for it, and the address within its own share.

        Beyond its own share an address gets one mail in ten minutes, so that strangers cannot shut out its holder.
        Requests of a sender beyond its share are counted apart and use up no mails of the address. The work is the same
        for all counts. An address counts as a mail box, however its domain is written.
        """
        day, slot = day_of(now), beginning(now, _TEN_MINUTES)
        by_sender = digest_of(self.key, "address of client", f"{client}\n{address}")
        is_within = await counters.count(by_sender, day) <= self.per_address
        kind = "address" if is_within else "address without a mail"
        mailed = await counters.count(digest_of(self.key, kind, address), day)
        in_slot = await counters.count(digest_of(self.key, f"{kind} slowed", address), slot)
        return is_within and (mailed <= self.per_address or in_slot == 1)


async def slow_down(
    counters: Counters, subject: str, now: datetime, gap: timedelta, sentence: str, most: int = 1
) -> None:
    """Count a request that may come `most` times in each `gap`. Raises LimitReached, with the sentence, beyond that."""
    began = beginning(now, gap)
    if await counters.count(subject, began) > most:
        raise LimitReached(sentence, ceil((began + gap - now).total_seconds()))


def beginning(now: datetime, gap: timedelta) -> datetime:
    """The beginning of the slot of the length `gap` in which `now` lies; `gap` divides a day."""
    return now - (now - datetime.min.replace(tzinfo=UTC)) % gap


def day_of(now: datetime) -> datetime:
    """The day (UTC) that something is counted for."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_left(now: datetime) -> int:
    """Seconds until counts begin anew."""
    return int((day_of(now) + WINDOW - now).total_seconds()) + 1


def digest_of(key: bytes, kind: str, text: str) -> str:
    """What is kept of an address that is counted, in hex; `kind` keeps counts of different things apart."""
    return hmac.digest(key, f"{kind}\n{text}".encode(), "sha256").hex()
