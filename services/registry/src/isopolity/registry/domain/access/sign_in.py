"""A sign-in: somebody has given an e-mail address, and its holder gets a mail with a link and a code.

Invariant: secret and code are derived when the mail is written; only a digest of the secret is stored, and the first
use of either ends both. The row is the same whether or not an account has the address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.errors import Gone

LINK_VALID: Final = timedelta(minutes=30)
"""How long a link and its code are valid after they were made; a request older than this is not mailed."""
MAIL_GAP: Final = timedelta(minutes=10)
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
