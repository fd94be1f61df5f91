"""Bearer tokens that are no longer accepted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Ends tokens that match `revocation_id` and were issued by `revoked_at`.

    After `expires_at` all of them have expired, and the revocation is deleted.
    """

    revocation_id: str
    version: int
    revoked_at: datetime
    expires_at: datetime
