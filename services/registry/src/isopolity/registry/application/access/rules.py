"""Rules of signing in: limits on tries, lengths of sessions, and the secrets of links and codes.

Invariants: counts are stored under keyed digests of addresses, apart from those of applications. Requests and wrong
codes of strangers slow down only strangers: links stay valid, and known browsers are counted apart. A secret of a link
is returned once, to the service that mails it; registry stores its digest only.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from isopolity.machine import periods
from isopolity.registry.application import limits
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.errors import LimitReached

CODES_A_DAY: Final = 20
"""Tries of codes for one address in a day: by all unknown browsers together, and by each known browser. Each try
guesses right with a probability of one in a million for each valid mail.
"""
_CODES: Final = 1_000_000
_TO_ISSUER: Final = 100
"""Requests of one client in ten minutes to sign in at the issuer of staff, or with a passkey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """Limits on requests and codes of strangers in a day, and lengths of sessions."""

    key: bytes = b""
    """The secret for digests of addresses, and from which links and codes are derived."""
    per_address: int = 20
    """Requests of unknown browsers from one client for one address in a day; after that one an hour."""
    per_day: int = 2_000
    """Requests of all unknown browsers in a day; after that one a minute from each client."""
    guesses_per_day: int = 100
    """Wrong codes of all unknown browsers in a day; after that no code of such a browser is accepted."""
    session: timedelta = timedelta(days=14)
    staff_session: timedelta = timedelta(hours=12)
    second_factor: bool = True
    """Whether staff and operators need a second factor beside the mail."""

    async def admit(self, counters: limits.Counters, *, client: str, address: str, now: datetime) -> None:
        """Count a request from a browser that is unknown to the address. Raises LimitReached if it comes too soon.

        Requests of other clients delay nobody, except for a minute while the whole network is flooded.
        """
        asked = f"{client}\n{address}"
        if await counters.count(limits.digest_of(self.key, "sign-in", asked), limits.day_of(now)) > self.per_address:
            sentence = (
                "Mails to sign in with this address were asked for very often from where you are. "
                "Open the link of a mail that has come, or ask again in an hour."
            )
            await limits.slow_down(
                counters, limits.digest_of(self.key, "sign-in slowed", asked), now, timedelta(hours=1), sentence
            )
        if await counters.count(limits.ALL_SIGN_INS, limits.day_of(now)) > self.per_day:
            sentence = (
                "Very many people ask to sign in now. Open the link of a mail that has come, or ask again in a minute."
            )
            slowed = limits.digest_of(self.key, "sign-in client slowed", client)
            await limits.slow_down(counters, slowed, now, timedelta(minutes=1), sentence)

    async def admit_to_issuer(self, counters: limits.Counters, client: str, now: datetime) -> None:
        """Count a client's sign-in at the issuer of staff. Raises LimitReached."""
        wait = periods.in_words(periods.SLOWED)
        sentence = f"Signing in with your organisation was begun very often from where you are; wait {wait}."
        subject = limits.digest_of(self.key, "sign-in client", client)
        await limits.slow_down(counters, subject, now, periods.SLOWED, sentence, most=_TO_ISSUER)

    async def admit_to_passkeys(self, counters: limits.Counters, client: str, now: datetime) -> None:
        """Count a client's sign-in with a passkey. Raises LimitReached."""
        wait = periods.in_words(periods.SLOWED)
        sentence = f"Passkeys were asked for very often from where you are; wait {wait}, or sign in by mail."
        subject = limits.digest_of(self.key, "passkey client", client)
        await limits.slow_down(counters, subject, now, periods.SLOWED, sentence, most=_TO_ISSUER)

    async def admit_code(self, counters: limits.Counters, address: str, known: str | None, now: datetime) -> bool:
        """Count a try of a code; returns whether it is within the limits.

        `known`: the digest of a browser that is known to the address; it has its own count. Links are valid beyond the
        limits.
        """
        kind, counted = ("sign-in code", address) if known is None else ("sign-in code of a known browser", known)
        within = await counters.count(limits.digest_of(self.key, kind, counted), limits.day_of(now)) <= CODES_A_DAY
        in_all = await counters.counted(limits.ALL_GUESSES, limits.day_of(now))
        return within and (known is not None or in_all < self.guesses_per_day)

    async def count_guess(self, counters: limits.Counters, now: datetime) -> None:
        """Count a wrong code of an unknown browser, for all addresses together."""
        await counters.count(limits.ALL_GUESSES, limits.day_of(now))

    async def admit_factor(self, counters: limits.Counters, account_id: str, now: datetime) -> None:
        """Count a try of an app's code. Raises LimitReached, which only the holder of the session reads."""
        if (
            await counters.count(limits.digest_of(self.key, "second factor", account_id), limits.day_of(now))
            > CODES_A_DAY
        ):
            sentence = "Codes of your app were tried as often as they may be in a day; go on tomorrow."
            raise LimitReached(sentence, limits.seconds_left(now))

    async def admit_enrolment(self, counters: limits.Counters, account_id: str, now: datetime) -> None:
        """Count a try of an enrolment code. Raises LimitReached, which only the holder of the session reads."""
        if await counters.count(limits.digest_of(self.key, "enrolment", account_id), limits.day_of(now)) > CODES_A_DAY:
            sentence = "Enrolment codes were tried as often as they may be in a day; go on tomorrow."
            raise LimitReached(sentence, limits.seconds_left(now))

    def enrolment_digest(self, person_id: str, letters: str) -> str:
        """Keyed digest of a person's enrolment code, in hex."""
        return hmac.digest(self.key, f"enrolment code\n{person_id}\n{letters}".encode(), "sha256").hex()

    def secret(self, sign_in_id: str) -> str:
        """The secret of the link in the mail of a sign-in: 32 bytes that cannot be derived without the key."""
        return urlsafe_b64encode(self._derived("sign-in link", sign_in_id)).rstrip(b"=").decode()

    def code(self, sign_in_id: str) -> str:
        """The six digits in the mail of a sign-in."""
        return f"{int.from_bytes(self._derived('sign-in code', sign_in_id)) % _CODES:06}"

    def life(self, account: Account) -> timedelta:
        """How long a session of this account lasts after its sign-in."""
        return self.staff_session if account.kind == "staff" else self.session

    def _derived(self, label: str, sign_in_id: str) -> bytes:
        if not self.key:
            raise ValueError("without a key everybody could derive what lets in")
        return hmac.digest(hmac.digest(self.key, label.encode(), "sha256"), sign_in_id.encode(), "sha256")


_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A random secret, in characters that are safe in an address."""
    return token_urlsafe(_SECRET_BYTES)


def digest_of_secret(secret: str) -> str:
    """The stored digest of a link's secret."""
    return sha256(secret.encode()).hexdigest()
