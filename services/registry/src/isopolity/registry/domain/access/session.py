"""A session: what a sign-in began. It gives out access tokens of some minutes, one refresh token after another.

Invariant: of all its refresh tokens only the last one counts; who brings an earlier one ends the session, since the
two who have it cannot be told apart. The one before the last counts for a minute with the key of the request that
spent it: it is that request again. The session holds ids and digests, and nobody's name or address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.access.account import Account

ACCESS_LIFE: Final = timedelta(minutes=10)
"""How long an access token of a session lives."""
REPEATABLE: Final = timedelta(minutes=1)
"""How long a request that renewed a session is answered again, so that a lost answer signs nobody out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of one account at a time; tokens are given out once the account is `chosen`."""

    session_id: str
    account_id: str
    member_id: str | None
    chosen: bool
    family_digest: str
    """SHA-256 of what all refresh tokens of the session have in common."""
    turn_digest: str
    """SHA-256 of what only the last refresh token has."""
    started_at: datetime
    refreshed_at: datetime
    ends_at: datetime
    verified: bool = False
    """Whether its holder has shown more than a mail box: a code of an app, or an issuer of the organisation's own."""
    begun_with: str | None = None
    """In which program the sign-in was confirmed, as its page told; so that the holder knows the session again."""

    def turned(self, account: Account, *, chosen: bool, turn_digest: str, ends_at: datetime, now: datetime) -> Self:
        """With its next refresh token, for this account; it never lasts longer than before."""
        return replace(
            self,
            account_id=account.account_id,
            member_id=account.member_id,
            chosen=chosen,
            turn_digest=turn_digest,
            refreshed_at=now,
            ends_at=min(self.ends_at, ends_at),
        )
