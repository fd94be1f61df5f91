"""The modes of needs and offers, and the side that must travel or host in each.

The needing side is the one that learns; a study visit brings it to the offering side, an expert mission the reverse.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Meeting(Enum):
    """The way in which the two sides meet, by the side that travels, if any."""

    APART = "apart"
    """Online, or each at home."""
    AT_OFFERER = "at-offerer"
    AT_NEEDER = "at-needer"
    EITHER = "either"
    BOTH = "both"


MEETINGS: Final[Mapping[str, Meeting]] = MappingProxyType(
    {
        "study-visit": Meeting.AT_OFFERER,
        "staff-exchange": Meeting.BOTH,
        "training": Meeting.EITHER,
        "webinar": Meeting.APART,
        "peer-review": Meeting.APART,
        "expert-mission": Meeting.AT_NEEDER,
        "good-practice": Meeting.APART,
        "action-plan": Meeting.APART,
        "pilot": Meeting.APART,
    }
)
MODES: Final = tuple(MEETINGS)


def needs_travel(mode: str) -> bool:
    """Whether distance matters to `mode`."""
    return MEETINGS[mode] is not Meeting.APART


def is_possible(mode: str, *, needer: tuple[bool, bool], offerer: tuple[bool, bool]) -> bool:
    """Whether the two can meet in `mode`; each side says whether it travels and whether it hosts."""
    to_offerer = needer[0] and offerer[1]
    to_needer = offerer[0] and needer[1]
    match MEETINGS[mode]:
        case Meeting.APART:
            return True
        case Meeting.AT_OFFERER:
            return to_offerer
        case Meeting.AT_NEEDER:
            return to_needer
        case Meeting.EITHER:
            return to_offerer or to_needer
        case Meeting.BOTH:
            return to_offerer and to_needer
