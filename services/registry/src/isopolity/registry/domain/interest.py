"""Needs and offers of members."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A need or an offer: about a subject, how strong (1 to 5), in which mode, and until when it holds."""

    subject: str
    intensity: int
    mode: str
    valid_until: date | None = None


Need = Interest
Offer = Interest
