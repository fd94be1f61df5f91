"""A sign-in: somebody has named an e-mail address and waits for the mail that lets its holder in.

Invariant: secret and code are made as the mail is written, are kept as digests only, and let in once between them;
whether anybody has the address makes no difference to the row.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.registry.domain.errors import Gone

LINK_VALID: Final = timedelta(minutes=30)
"""How long a mailed link and its code let in, from the moment when they were made; an older request is not mailed."""
CODE_TRIES: Final = 5
"""How often the code of one sign-in may be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in. `address` is the key of the e-mail address, as contacts have it."""

    sign_in_id: str
    address: str
    requested_at: datetime
    mailable: bool
    """False where the address had got its share of mails already: no mail goes to it."""
    issued_at: datetime | None = None
    """When secret and code were made last."""
    valid_until: datetime | None = None
    secret_digest: str | None = None
    """SHA-256 of the secret made last, in hex; None where it does not count."""
    code_digest: str | None = None
    """Keyed digest of the code made last; None where it does not count."""
    tries: int = 0
    """How often a code has been tried."""

    def issued(self, secret_digest: str, code_digest: str, now: datetime) -> Self:
        """With a new secret and code, which void those before; tries go on counting. Raises Gone where it is late."""
        if not self.mailable or self.requested_at + LINK_VALID <= now:
            raise Gone("Nobody waits for this mail any more; send nothing.")
        return replace(
            self,
            issued_at=now,
            valid_until=now + LINK_VALID,
            secret_digest=secret_digest,
            code_digest=code_digest,
        )

    def voided(self) -> Self:
        """Without secret and code: a later mail went to the address."""
        return replace(self, secret_digest=None, code_digest=None)

    def lets_in(self, now: datetime) -> bool:
        """Whether secret and code have not expired."""
        return self.valid_until is not None and now < self.valid_until
