"""What the modes of a need or offer ask of the two sides: who must travel, who must host.

The needing side is the one that learns; a study visit brings it to the offering side, an expert mission the reverse.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Meeting(Enum):
    """How the two sides meet."""

    ONLINE = "online"
    AT_HOME = "at-home"
    AT_OFFERER = "at-offerer"
    AT_NEEDER = "at-needer"
    EITHER = "either"
    BOTH = "both"


MEETINGS: Final[Mapping[str, Meeting]] = MappingProxyType(
    {
        "study-visit": Meeting.AT_OFFERER,
        "staff-exchange": Meeting.BOTH,
        "training": Meeting.EITHER,
        "webinar": Meeting.ONLINE,
        "peer-review": Meeting.ONLINE,
        "expert-mission": Meeting.AT_NEEDER,
        "good-practice": Meeting.ONLINE,
        "action-plan": Meeting.ONLINE,
        "pilot": Meeting.AT_HOME,
    }
)
MODES: Final = tuple(MEETINGS)


def is_online(mode: str) -> bool:
    """Whether distance does not matter to `mode`."""
    return MEETINGS[mode] is Meeting.ONLINE


def is_possible(mode: str, *, needer: tuple[bool, bool], offerer: tuple[bool, bool]) -> bool:
    """Whether the two can meet in `mode`; each side says whether it travels and whether it hosts."""
    to_offerer = needer[0] and offerer[1]
    to_needer = offerer[0] and needer[1]
    match MEETINGS[mode]:
        case Meeting.ONLINE | Meeting.AT_HOME:
            return True
        case Meeting.AT_OFFERER:
            return to_offerer
        case Meeting.AT_NEEDER:
            return to_needer
        case Meeting.EITHER:
            return to_offerer or to_needer
        case Meeting.BOTH:
            return to_offerer and to_needer
