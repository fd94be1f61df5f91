"""An applicant who has to confirm an address: known to notify only while the mail to them is written."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Applicant:
    """A person who applied for `member_name`; `secret` confirms the address, once and until `valid_until`."""

    name: str
    email: str
    language: str
    member_name: str
    secret: str
    valid_until: datetime

    def __repr__(self) -> str:
        """Neither the person nor the secret, so that no log can hold them."""
        return f"Applicant(valid_until={self.valid_until.isoformat()})"
