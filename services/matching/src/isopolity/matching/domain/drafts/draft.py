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
    """The status of a draft; only an open one can be edited."""

    OPEN = "open"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"
    EXPIRED = "expired"


class Act(StrEnum):
    """The kinds of edits; `improve` names no pair, `undo` names an earlier edit, all others name one pair."""

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
    """A draft without its pairs; it has the id of its round."""

    round_id: str
    status: DraftStatus
    created_at: datetime
    expires_at: datetime
    edits: int = 0
    """The number of edits so far."""
    pairs: int = 0
    """The number of chosen pairs, published ones included."""
    published: int = 0
    """The number of chosen pairs that are published."""
    waiting: int = 0
    """The number of cities and programmes that have a chosen pair which is not published."""
    value: int = 0
    """The worth of the chosen pairs, in units of WEIGHT_UNIT."""
    bound: int = 0
    """An upper bound of the worth of any choice among the round's candidates, whatever the pins and bans."""
    published_at: datetime | None = None
    last_edit: int | None = None
    """The number of the edit that an undo would take back; None if there is no such edit."""
    out_at: datetime | None = None
    """When the proposals of the last publication go out or went out."""

    def require_open(self) -> None:
        """Raise DraftIsClosed unless the draft is open."""
        if self.status is not DraftStatus.OPEN:
            way_out = "undo that first, or run" if self.status is DraftStatus.PUBLISHED else "run"
            raise DraftIsClosed(f"This draft is {self.status}; {way_out} a round for a new one.")

    def with_published(self, number: int, waiting: int) -> "Draft":
        """The draft with `number` published pairs: its status is published if these are all its pairs, else open."""
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
    """One edit and its effect; `value` is the gain of the choice, negative for a loss."""

    number: int
    at: datetime
    by: str
    act: Act
    pair: Pair | None
    by_pair: Pair | None = None
    """Of REPLACE: the pair that took the place of `pair`."""
    added: tuple[Pair, ...] = ()
    removed: tuple[Pair, ...] = ()
    value: int = 0
    pinned: tuple[Pair, ...] = ()
    """The pairs of this edit that were pinned before it."""
    forbidden: tuple[Pair, ...] = ()
    """The pairs of this edit that were forbidden before it."""
    before: int | None = None
    """The number of the edit that comes next for undo once this one is undone."""
    undoes: int | None = None
    """Of UNDO: the number of the edit that it took back."""
    left_alone: tuple[str, ...] = ()
    """Owners of capacity (cities, programmes) that had a pair before this edit and have no pair of either kind now."""
