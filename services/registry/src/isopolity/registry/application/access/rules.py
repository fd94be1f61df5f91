"""Rules of signing in: how often it may be tried, how long a session lasts, how a code is kept.

Invariant: counts are kept under keyed digests of addresses, apart from those of applications.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.registry.application.limits import Counters, day_of, digest_of, seconds_left
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.errors import LimitReached

CODES_A_DAY: Final = 20
"""How often codes may be tried for one address in a day, over all its sign-ins: one guess in a million each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """How many sign-ins a day may come from one client and make a mail to one address, and how long sessions last."""

    key: bytes = b""
    """The secret that addresses and codes are hashed with."""
    per_client: int = 100
    per_address: int = 20
    session: timedelta = timedelta(days=14)
    staff_session: timedelta = timedelta(hours=12)
    second_factor: bool = True
    """Whether staff and operators need a code of an app beside the mail."""

    async def admit(self, counters: Counters, *, client: str, address: str, now: datetime) -> bool:
        """Count a sign-in; returns whether its address may get a mail. Raises LimitReached for the sender only.

        An address that had its share is no reason to refuse: it would tell that others signed in with it.
        """
        await self.admit_client(counters, client, now)
        return await counters.count(digest_of(self.key, "sign-in", address), day_of(now)) <= self.per_address

    async def admit_client(self, counters: Counters, client: str, now: datetime) -> None:
        """Count that a client asks to sign in. Raises LimitReached."""
        if await counters.count(digest_of(self.key, "sign-in client", client), day_of(now)) > self.per_client:
            sentence = "You have asked to sign in as often as one sender may in a day; go on tomorrow."
            raise LimitReached(sentence, seconds_left(now))

    async def admit_code(self, counters: Counters, address: str, now: datetime) -> bool:
        """Count a try of a code; returns whether it may count. Beyond its share an address has its links alone."""
        return await counters.count(digest_of(self.key, "sign-in code", address), day_of(now)) <= CODES_A_DAY

    async def admit_factor(self, counters: Counters, account_id: str, now: datetime) -> None:
        """Count a try of an app's code. Raises LimitReached: who tries has the session, so it may be told."""
        if await counters.count(digest_of(self.key, "second factor", account_id), day_of(now)) > CODES_A_DAY:
            sentence = "Codes of your app were tried as often as they may be in a day; go on tomorrow."
            raise LimitReached(sentence, seconds_left(now))

    async def admit_enrolment(self, counters: Counters, account_id: str, now: datetime) -> None:
        """Count a try of an enrolment code. Raises LimitReached: who tries has the session, so it may be told."""
        if await counters.count(digest_of(self.key, "enrolment", account_id), day_of(now)) > CODES_A_DAY:
            sentence = "Enrolment codes were tried as often as they may be in a day; go on tomorrow."
            raise LimitReached(sentence, seconds_left(now))

    def enrolment_digest(self, person_id: str, letters: str) -> str:
        """What is kept of an enrolment code, for the person it was made for."""
        return hmac.digest(self.key, f"enrolment code\n{person_id}\n{letters}".encode(), "sha256").hex()

    def code_digest(self, sign_in_id: str, code: str) -> str:
        """What is kept of a code; without the key the million codes cannot be tried out on it."""
        return hmac.digest(self.key, f"sign-in code\n{sign_in_id}\n{code}".encode(), "sha256").hex()

    def life(self, account: Account) -> timedelta:
        """How long a session of this account lasts from its sign-in on."""
        return self.staff_session if account.kind == "staff" else self.session
