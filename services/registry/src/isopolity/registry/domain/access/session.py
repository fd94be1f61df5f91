"""A sign-in, whose mail has a link and a code, and the session that it begins, which issues short-lived access tokens
and one refresh token after another; revoked tokens.

Invariants: secret and code of a sign-in are derived when the mail is written; only a digest of the secret is stored,
and the first use of either ends both. Its row is the same whether or not an account has the address. Only the last
refresh token of a session is valid. An earlier one ends the session, since it may have been stolen. The last but one
is valid for a minute with the idempotency key of the request that used it, which is that request repeated. The session
holds ids and digests, never a name or an address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.machine import periods
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.errors import Gone

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


LINK_VALID: Final = periods.SIGN_IN_LINK
"""How long a link and its code are valid after they were made; a request older than this is not mailed."""
MAIL_GAP: Final = periods.SIGN_IN_MAIL
"""How long after a mail further requests for its address cause no other mail, unless it has been used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in. `address` is the key of the e-mail address."""

    sign_in_id: str
    address: str
    requested_at: datetime
    issued_at: datetime | None = None
    """When its mail was last written; None if it has no mail, for instance because its link is handed over."""
    valid_until: datetime | None = None
    secret_digest: str | None = None
    """SHA-256 of the secret of the link, in hex; None before its mail and after its use."""

    def issued(self, secret_digest: str, now: datetime) -> Self:
        """The sign-in with the secret of its mail, which is written now, for the first time or again.

        Raises Gone if the request is too old, the mail was used, or the link was handed over.
        """
        waits = (self.issued_at is None) == (self.secret_digest is None)
        if not waits or self.requested_at + LINK_VALID <= now:
            raise Gone("Nobody waits for this mail any more; send nothing.")
        return replace(self, issued_at=now, valid_until=now + LINK_VALID, secret_digest=secret_digest)

    def serves(self, other: "SignIn", now: datetime) -> bool:
        """Whether the mail of this sign-in also serves `other`, of the same address: it is newer, or recent."""
        if self.issued_at is None or not self.lets_in(now):
            return False
        return self.requested_at > other.requested_at or self.issued_at + MAIL_GAP > now

    def lets_in(self, now: datetime) -> bool:
        """Whether secret and code are valid: mailed, not expired and not used."""
        return self.secret_digest is not None and self.valid_until is not None and now < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Ends tokens that match `revocation_id` and were issued by `revoked_at`.

    After `expires_at` all of them have expired, and the revocation is deleted.
    """

    revocation_id: str
    version: int
    revoked_at: datetime
    expires_at: datetime
