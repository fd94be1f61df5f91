"""What registry keeps of a merger of two entries, so that staff can undo it.

Invariant: it names contacts by their ids alone, so that no erased person comes back by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.machine import periods
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.partner import PartnerProfile

KEPT: Final = periods.UNDONE_MERGER
"""How long a merger can be undone."""

TOO_LATE: Final = "too-late"
CHANGED: Final = "changed-since"
"""One of the entries was changed since: its profile, whether it is a member, or by another merger."""
REQUEST_CHANGED: Final = "request-changed"
"""A request that was carried over was changed or closed since."""
CONTACT_CHANGED: Final = "contact-changed"
"""A contact that was carried over was changed or confirmed since, or is about to be."""
TOOK_IN: Final = "took-in-another"
"""A third entry had been merged into the duplicate before."""
OBSTACLES: Final = (TOO_LATE, CHANGED, REQUEST_CHANGED, CONTACT_CHANGED, TOOK_IN)
"""Why a merger cannot be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Both entries before the merger."""

    kept: CityProfile | PartnerProfile
    duplicate: CityProfile | PartnerProfile
    status: str
    """The status of the duplicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The ids of all that the merger carried over; what both entries had is not named."""

    people: Mapping[str, str]
    """The contact at the entry that stays, by each contact of the duplicate."""
    versions: Mapping[str, int]
    """The version of each of these contacts at the entry that stays."""
    confirmed: tuple[str, ...]
    """Those contacts of the duplicate that were confirmed."""
    requests: Mapping[str, int]
    """The version of each request that was opened at the entry that stays."""
    twinnings: Mapping[str, int | None]
    """The year of each twinning of the duplicate, by the other city."""
    new_twinnings: tuple[str, ...]
    """Those of these cities with which the entry that stays had no twinning."""
    notes: tuple[str, ...]
    invitations: Mapping[str, str]
    """The programme of each invitation before the merger."""
    handover: str | None
    shortlist: tuple[str, ...]
    """Cities on the duplicate's shortlist."""
    selections: tuple[str, ...]
    listed_by: tuple[str, ...]
    """Partners that had the duplicate on their shortlist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergerRecord:
    """A merger that can be undone while both entries have these versions."""

    duplicate_id: str
    member_kind: str
    member_id: str
    """The entry that stays."""
    kept_version: int
    left_version: int
    """The version of the duplicate that left."""
    took_in: bool
    """Whether a third entry had been merged into the duplicate."""
    merged_at: datetime
    before: Before
    carried: Carried
