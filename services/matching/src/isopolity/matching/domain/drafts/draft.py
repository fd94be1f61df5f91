"""A draft: the pairs that a round chose under hold, as a state machine: open, then published as a whole, or superseded,
discarded, expired.

Invariant: a draft binds no capacity, excludes no pair and freezes none. Publishing does, pair by pair, and takes effect
outside when the time to undo it ends; undoing makes the pairs the draft's again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from isopolity.matching.domain.round_rules import Pair
from isopolity.matching.errors import DraftIsClosed


class DraftStatus(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"
    EXPIRED = "expired"


class Act(StrEnum):
    """The kinds of edits; `improve` is about no pair, `undo` about an earlier edit, all others about one pair."""

    PUT_IN = "put-in"
    LEAVE_OUT = "leave-out"
    PIN = "pin"
    FORBID = "forbid"
    FREE = "free"
    REPLACE = "replace"
    IMPROVE = "improve"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft without its pairs; its id is its round's."""

    round_id: str
    status: DraftStatus
    created_at: datetime
    expires_at: datetime
    edits: int = 0
    """How many edits were made."""
    pairs: int = 0
    """Pairs that are chosen now, published ones too."""
    published: int = 0
    """Those of them that are published."""
    waiting: int = 0
    """Cities and programmes with a chosen pair that is not published."""
    value: int = 0
    """The worth of the chosen pairs, in units of WEIGHT_UNIT."""
    bound: int = 0
    """No choice of pairs among the round's candidates is worth more, whatever the pins and bans."""
    published_at: datetime | None = None
    last_edit: int | None = None
    """The number of the edit that undoing takes back; None where there is none."""
    out_at: datetime | None = None
    """When the last publication goes out, or went."""

    def require_open(self) -> None:
        """Raise DraftIsClosed unless the draft is open."""
        if self.status is not DraftStatus.OPEN:
            way_out = "undo that first, or run" if self.status is DraftStatus.PUBLISHED else "run"
            raise DraftIsClosed(f"This draft is {self.status}; {way_out} a round for a new one.")

    def with_published(self, number: int, waiting: int) -> "Draft":
        """The draft with `number` published pairs: published if these are all its pairs, else open again."""
        changed = replace(self, published=number, waiting=waiting)
        if self.status in (DraftStatus.OPEN, DraftStatus.PUBLISHED):
            is_whole = bool(number) and number == self.pairs
            changed = replace(changed, status=DraftStatus.PUBLISHED if is_whole else DraftStatus.OPEN)
        return changed

    def close(self, status: DraftStatus) -> "Draft":
        """The draft with this status if it was open; one that is closed stays as it is."""
        return replace(self, status=status) if self.status is DraftStatus.OPEN else self


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """One edit, and what it did: `value` is what the choice gained, below zero where it lost."""

    number: int
    at: datetime
    by: str
    act: Act
    pair: Pair | None
    by_pair: Pair | None = None
    """The pair that took the place of `pair`, of REPLACE."""
    added: tuple[Pair, ...] = ()
    removed: tuple[Pair, ...] = ()
    value: int = 0
    pinned: tuple[Pair, ...] = ()
    """Those of its pairs that were pinned before."""
    forbidden: tuple[Pair, ...] = ()
    """Those of its pairs that were forbidden before."""
    before: int | None = None
    """The edit that undoing takes back once this one is undone."""
    undoes: int | None = None
    """The edit that it takes back, of UNDO."""
    left_alone: tuple[str, ...] = ()
    """Cities and programmes, as owners of capacity, that had a pair before and have none of either kind now."""
