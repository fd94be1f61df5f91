"""The report of pairs for those who must answer for them, and the report of a publication, frozen at its moment.

Invariant: figures, ids of members and their regions and sizes; no name and no other text of a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.matching.domain.gains import Gains
from isopolity.matching.domain.rules.rule_outcome import RuleOutcome

UNKNOWN_SIZE: Final = "unknown"
"""The size of a city whose number of people is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many cities of a group are served."""

    name: str
    cities: int
    served: int
    """Cities with at least one pair."""
    first_ties: int
    """The served cities that have no tie yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReport:
    """The report of pairs; those whose members are not both there count in `left` and in no other figure."""

    twinnings: int
    sponsorships: int
    left: int = 0
    """Pairs of a city or a partner that has left, or of a programme that is closed."""
    all_cities: Share
    by_region: Sequence[Share]
    by_size: Sequence[Share]
    programmes: int
    programmes_served: int
    expected_agreements: float | None
    """Pairs of which both sides are expected to say yes, by how members answered before; None before anybody did."""
    answers: int
    """How many answers of members, silence counted as one, that is expected from."""
    unserved: Sequence[str]
    """The keys of cities that the round weighed, with room for a twinning or a sponsorship and no pair."""
    not_weighed: Sequence[str]
    """The keys of other cities with such room and no pair: the round had no candidate for them, or they came later."""
    gains: Gains
    """The gains of the network if both sides of all pairs say yes."""
    without_capacity: int
    """Cities that had no capacity left for either kind, or cannot be mailed, and have no pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The only facts of a city that reports give once it has left the network."""

    region: str
    """Its code."""
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPair:
    """A pair of a frozen report, by the holders of its sides."""

    a: str
    b: str
    weight: int
    is_new: bool
    """Whether this publication brought it, and no earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenReport:
    """The report of a publication at its moment, over all pairs of its round that were published by then."""

    report: DraftReport
    pairs: Sequence[FrozenPair]
    """The pairs of greatest weight first."""
    traits: Mapping[str, Traits]
    """Of each city that the report names, by its key."""
    rules: Sequence[RuleOutcome] = ()
    """The fate of each rule of the round in these pairs."""
