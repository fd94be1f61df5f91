"""The report of a draft's pairs for the staff that answers for them, and the frozen report of a publication.

Invariant: a report has figures, and ids, regions and sizes of members; no name and no other text of a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.matching.domain.gains import Gains
from isopolity.matching.domain.rules.rule_outcome import RuleOutcome

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
