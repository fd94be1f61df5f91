"""A form that somebody filled in whose session had ended, kept until the same account has signed in again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

KEPT_FOR: Final = timedelta(days=1)
"""From being sent; who has not signed in again by then types it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """What a form held, and the address of the page that shows it."""

    page: str
    fields: Mapping[str, str]
