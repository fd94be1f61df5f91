"""A need or an offer as people write it in a cell: `subject:intensity:mode`, optionally `:valid until`.

Invariant: its fields are those of `Need` and `Offer`, in their order; a test compares them, as importing the contracts
would make everybody who reads a table wait for pydantic.
"""

from collections.abc import Mapping
from typing import Any, Final

INTEREST_FIELDS: Final = ("subject", "intensity", "mode", "valid_until")


def interest_fields(text: str) -> dict[str, str]:
    """The parts of `text`, unchecked, by field; missing ones are left out, the last takes all that follows."""
    return dict(zip(INTEREST_FIELDS, text.split(":", len(INTEREST_FIELDS) - 1), strict=False))


def interest_text(fields: Mapping[str, Any]) -> str:
    """The text of a need or an offer by field; `interest_fields` reads it again."""
    return ":".join(str(fields[name]) for name in INTEREST_FIELDS if fields.get(name) not in (None, ""))
