"""The sending policy: when proposals go out without an act of staff."""

from enum import StrEnum


class SendingPolicy(StrEnum):
    """When proposals go out without an act of staff."""

    HOLD = "hold"
    ROUNDS_ONLY = "rounds-only"
    AUTOMATIC = "automatic"
