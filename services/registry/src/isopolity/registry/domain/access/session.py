"""A session, begun by a sign-in: it issues short-lived access tokens and one refresh token after another.

Invariant: only its last refresh token is valid. An earlier one ends the session, since it may have been stolen. The
last but one is valid for a minute with the idempotency key of the request that used it, which is that request repeated.
The session holds ids and digests, never a name or an address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.access.account import Account

ACCESS_LIFE: Final = timedelta(minutes=10)
"""How long an access token is valid."""
REPEATABLE: Final = timedelta(minutes=1)
"""How long a request that renewed a session may be repeated, so that a lost answer signs nobody out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session, for one account at a time; access tokens are issued once the account is `chosen`."""

    session_id: str
    account_id: str
    member_id: str | None
    chosen: bool
    family_digest: str
    """SHA-256 of the part that all refresh tokens of the session share."""
    turn_digest: str
    """SHA-256 of the part that only the last refresh token has."""
    started_at: datetime
    refreshed_at: datetime
    ends_at: datetime
    verified: bool = False
    """Whether its holder has proved a second factor, or signed in at the organisation's own issuer."""
    begun_with: str | None = None
    """The program in which the sign-in was confirmed, so that the holder recognises the session in a list."""

    def turned(self, account: Account, *, chosen: bool, turn_digest: str, ends_at: datetime, now: datetime) -> Self:
        """The session with its next refresh token, for this account; its end never moves back."""
        return replace(
            self,
            account_id=account.account_id,
            member_id=account.member_id,
            chosen=chosen,
            turn_digest=turn_digest,
            refreshed_at=now,
            ends_at=min(self.ends_at, ends_at),
        )
