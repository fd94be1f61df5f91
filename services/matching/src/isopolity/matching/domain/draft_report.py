"""The report of a draft's pairs for the staff that answers for them, and the record of a publication.

Invariant: a report has figures, and ids, regions and sizes of members; no name and no other text of a member.

A publication's record has its number of pairs, its moment, and the figures of its certificate. Invariant: it is never
deleted before its round is, and only undoing changes it, by a mark.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from isopolity.matching.domain.gains import Gains
from isopolity.matching.domain.rules.rule_book import RuleOutcome

UNKNOWN_SIZE: Final = "unknown"
"""The size group of a city whose population is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The served share of one group of cities, as counts."""

    name: str
    cities: int
    served: int
    """The number of cities with at least one pair."""
    first_ties: int
    """The number of served cities that have no tie yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReport:
    """The report of pairs; a pair of which a member has left counts in `left` and in no other figure."""

    twinnings: int
    sponsorships: int
    left: int = 0
    """The number of pairs of a city or partner that has left, or of a programme that has closed."""
    all_cities: Share
    by_region: Sequence[Share]
    by_size: Sequence[Share]
    programmes: int
    programmes_served: int
    expected_agreements: float | None
    """The expected number of pairs agreed by both sides, learned from earlier answers; None before the first one."""
    answers: int
    """The number of answers that `expected_agreements` is learned from; an unanswered proposal counts as one."""
    unserved: Sequence[str]
    """The keys of cities that the round weighed, with room for a twinning or a sponsorship and no pair."""
    not_weighed: Sequence[str]
    """The keys of other cities with room and no pair: the round had no candidate for them, or they joined later."""
    gains: Gains
    """The gains of the network if both sides of all pairs say yes."""
    without_capacity: int
    """The number of cities without a pair that had no capacity left for either kind, or cannot be mailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The only facts of a city that reports give once it has left the network."""

    region: str
    """The code of the region."""
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPair:
    """A pair of a frozen report, by the holders of its sides."""

    a: str
    b: str
    weight: int
    is_new: bool
    """Whether this publication was the first with this pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenReport:
    """The report of a publication as of its moment, over all pairs of the round that were published by then."""

    report: DraftReport
    pairs: Sequence[FrozenPair]
    """The pairs, those of greatest weight first."""
    traits: Mapping[str, Traits]
    """The traits of each city in the report, by the city's key."""
    rules: Sequence[RuleOutcome] = ()
    """The outcome of each rule of the round in these pairs."""


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
    is_of_all: bool = False
    """Whether the bound is about all pairs of the market, not only about the candidates of the round."""
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
