"""The record of one publication of a round: its number of pairs, its moment, and the figures of its certificate.

Invariant: it is never deleted before its round is, and only undoing changes it, by a mark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRecord:
    """A publication; with its round it is found by its number, which no other publication of the round gets."""

    round_id: str
    number: int
    at: datetime
    by: str = ""
    """Who of staff published it; empty where that is not known, or the round went out by itself."""
    pairs: int
    """How many pairs it published."""
    out_at: datetime | None = None
    """When its proposals go out, or went; None where they went out with the round."""
    proved_pairs: int = 0
    """The pairs that its certificate is of: its own, and those of the round that were published before and stood."""
    value: int = 0
    """The worth of these pairs, in units of WEIGHT_UNIT."""
    bound: int = 0
    """No choice that keeps the rules is worth more."""
    fingerprint: str = ""
    """Of its certificate."""
    has_report: bool = False
    """Whether its report was frozen."""
    undone_at: datetime | None = None
    undone: int = 0
    """How many of its pairs were taken back before they went out."""

    @property
    def stands(self) -> bool:
        """Whether some of its pairs were not taken back."""
        return self.undone_at is None or self.undone < self.pairs

    def undo(self, pairs: int, now: datetime) -> "PublicationRecord":
        """The record with the mark that these many more of its pairs were taken back."""
        return replace(self, undone_at=now, undone=min(self.pairs, self.undone + pairs))


def next_number(records: Iterable[PublicationRecord]) -> int:
    """The number of a round's next publication, after those that it had, undone or not."""
    return max((record.number for record in records), default=0) + 1


def last_standing(records: Sequence[PublicationRecord]) -> PublicationRecord | None:
    """The last publication of a round that was not taken back as a whole; None where it has none."""
    return max((each for each in records if each.stands), key=lambda each: each.number, default=None)
