"""When proposals go out without a word of staff."""

from enum import StrEnum


class SendingPolicy(StrEnum):
    """When proposals go out without a word of staff."""

    HOLD = "hold"
    ROUNDS_ONLY = "rounds-only"
    AUTOMATIC = "automatic"
