"""A sign-in: somebody has named an e-mail address and waits for the mail that lets its holder in.

Invariant: secret and code are derived as the mail is written; a digest of the secret is kept, and the two let in once
between them. Whether anybody has the address makes no difference to the row.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.errors import Gone

LINK_VALID: Final = timedelta(minutes=30)
"""How long a mailed link and its code let in, from the moment when they were made; an older request is not mailed."""
MAIL_GAP: Final = timedelta(minutes=10)
"""How long a mail serves all requests of its address, which then make no other mail, unless it has let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in. `address` is the key of the e-mail address, as contacts have it."""

    sign_in_id: str
    address: str
    requested_at: datetime
    issued_at: datetime | None = None
    """When its mail was written last; None where it has no mail of its own, as where its link is handed over."""
    valid_until: datetime | None = None
    secret_digest: str | None = None
    """SHA-256 of the secret of the link, in hex; None before its mail, and once it has let in."""

    def issued(self, secret_digest: str, now: datetime) -> Self:
        """With the secret of its mail, which is about to be written, the first time or again.

        Raises Gone where the request is older than a link holds, the mail has let in, or its link was handed over.
        """
        waits = (self.issued_at is None) == (self.secret_digest is None)
        if not waits or self.requested_at + LINK_VALID <= now:
            raise Gone("Nobody waits for this mail any more; send nothing.")
        return replace(self, issued_at=now, valid_until=now + LINK_VALID, secret_digest=secret_digest)

    def serves(self, other: "SignIn", now: datetime) -> bool:
        """Whether the mail of this sign-in serves the `other` of its address, too: it is newer, or recent."""
        if self.issued_at is None or not self.lets_in(now):
            return False
        return self.requested_at > other.requested_at or self.issued_at + MAIL_GAP > now

    def lets_in(self, now: datetime) -> bool:
        """Whether secret and code count: they were mailed, have not expired, and have not let in yet."""
        return self.secret_digest is not None and self.valid_until is not None and now < self.valid_until
