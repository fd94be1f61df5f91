"""Time zones by their names in the IANA database.

Invariant: a name that is unknown here, or missing, counts as UTC.
"""

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_OF_THE_MACHINE: Final = "localtime"
"""A link that some systems have among their zones: it would mean another zone on each of them."""


def is_zone(name: str | None) -> bool:
    """Whether the IANA database that is installed here has a time zone of this name."""
    if name is None or name == _OF_THE_MACHINE:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # there is none, or it is no name of a zone at all
        return False
    return True


def zone(name: str | None) -> tzinfo:
    """The time zone of this name in the IANA database, else UTC."""
    return ZoneInfo(name) if name is not None and is_zone(name) else UTC


def place_of(name: str | None) -> str | None:
    """The place that the zone is named for, as in “Los Angeles”; None for UTC and zones that are named for none."""
    if name is None or "/" not in name or name.startswith("Etc/") or not is_zone(name):
        return None
    return name.rpartition("/")[2].replace("_", " ")


def offset_of(local: datetime) -> str:
    """The offset of a local moment from UTC, as in “UTC-05:00”; “UTC” without one."""
    offset = f"{local:%z}"
    return "UTC" if offset in ("", "+0000") else f"UTC{offset[:3]}:{offset[3:5]}"
