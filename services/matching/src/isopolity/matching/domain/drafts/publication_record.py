"""The record of one publication of a round: its number of pairs, its moment, and the figures of its certificate.

Invariant: it is never deleted before its round is, and only undoing changes it, by a mark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRecord:
    """A publication, found by its round and its number; a round never uses a number twice."""

    round_id: str
    number: int
    at: datetime
    by: str = ""
    """The member of staff that published it; empty if unknown, or if the round went out automatically."""
    pairs: int
    """The number of pairs that it published."""
    out_at: datetime | None = None
    """When its proposals go out or went out; None if they went out with the round."""
    proved_pairs: int = 0
    """The number of pairs in its certificate: its own, and earlier ones of the round that still stood."""
    value: int = 0
    """The worth of these pairs, in units of WEIGHT_UNIT."""
    bound: int = 0
    """An upper bound of the worth of any choice that keeps the rules, in units of WEIGHT_UNIT."""
    fingerprint: str = ""
    """The fingerprint of its certificate."""
    has_report: bool = False
    """Whether its report was frozen."""
    undone_at: datetime | None = None
    undone: int = 0
    """The number of its pairs that were taken back before they went out."""

    @property
    def stands(self) -> bool:
        """Whether at least one of its pairs was not taken back."""
        return self.undone_at is None or self.undone < self.pairs

    def undo(self, pairs: int, now: datetime) -> "PublicationRecord":
        """The record once `pairs` more of its pairs were taken back, at `now`."""
        return replace(self, undone_at=now, undone=min(self.pairs, self.undone + pairs))


def next_number(records: Iterable[PublicationRecord]) -> int:
    """The number of a round's next publication; `records` are all its earlier ones, undone ones included."""
    return max((record.number for record in records), default=0) + 1


def last_standing(records: Sequence[PublicationRecord]) -> PublicationRecord | None:
    """The last publication of a round of which some pairs still stand; None if there is no such publication."""
    return max((each for each in records if each.stands), key=lambda each: each.number, default=None)
