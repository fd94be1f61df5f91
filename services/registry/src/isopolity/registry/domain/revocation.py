"""Bearer tokens that are no longer accepted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Ends the tokens that `revocation_id` names and that were issued until `revoked_at`.

    After `expires_at` none of them can be valid any more, and the revocation is forgotten.
    """

    revocation_id: str
    version: int
    revoked_at: datetime
    expires_at: datetime
