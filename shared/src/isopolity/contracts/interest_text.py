"""A need or an offer as people write it in a cell: `subject:intensity:mode`, optionally `:valid until`.

Invariant: its fields are those of `Need` and `Offer`, in their order; a test compares them, as importing the contracts
would make everybody who reads a table wait for pydantic.
"""

from typing import Final

INTEREST_FIELDS: Final = ("subject", "intensity", "mode", "valid_until")


def interest_fields(text: str) -> dict[str, str]:
    """The parts of `text`, unchecked, by field; missing ones are left out, the last takes all that follows."""
    return dict(zip(INTEREST_FIELDS, text.split(":", len(INTEREST_FIELDS) - 1), strict=False))
