"""The answers of `Members`: partners for one member, the reasons of a pair, the proposals of a round.

Invariant: an answer names members by the ids of the caller's tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, NamedTuple

from typing_extensions import TypeVar

from isopolity.matching.application.wording.explanation import ExplainedPart, PairExplanation
from isopolity.matching.domain.gains import Gains
from isopolity.matching.entrypoints.library.pairs.choices import Certificate
from isopolity.matching.entrypoints.library.tables import Id

ProposalsT = TypeVar("ProposalsT", default=Any)
AlternatesT = TypeVar("AlternatesT", default=Any)
"""The tables of a round: frames of the cities' library, or lists of `Proposed` and `Alternate`."""


class Suggested(NamedTuple):
    """A possible partner of a member."""

    partner: Id
    """The id of a city or a programme."""
    name: str
    kind: str
    """`twinning` or `sponsorship`."""
    score: float
    confidence: float
    """The completeness and freshness of the weaker of the two profiles, in [0, 1]; not a part of the score."""
    reasons: str
    """Sentences that address the member as “you”."""


class Proposed(NamedTuple):
    """A pair that a round proposes."""

    kind: str
    a: Id
    """The id of a city, or in a sponsorship of the programme."""
    b: Id
    """The id of a city."""
    name_a: str
    name_b: str
    request: Id | None
    """The id of the city's request that the programme would support; None if there is no such request."""
    score: float
    reasons_a: str
    """Sentences that address `a` as “you”."""
    reasons_b: str
    """Sentences that address `b` as “you”."""


class Alternate(NamedTuple):
    """One of the next best pairs of a round, to propose when proposals are declined."""

    a: Id
    b: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The explanation of a pair: whether the two members fit, and why."""

    a: Id
    """The id of a city, or in a sponsorship of the programme."""
    b: Id
    kind: str
    status: str
    """`available`, `ruled out`, `scores too low`, or, without capacity, `not proposed at present`."""
    score: float
    confidence: float
    paragraph: str
    """One paragraph on why the two fit or not, for any reader."""
    told_a: str
    """Sentences on why the two fit, addressing `a` as “you”; empty if the pair is excluded."""
    told_b: str
    """Sentences on why the two fit, addressing `b` as “you”; empty if the pair is excluded."""
    parts: Sequence[ExplainedPart]
    """The parts of the score, which add up to it: `name`, `value`, `weight`, `contribution`, `text`."""
    blockers: Sequence[str]
    """The blockers, each in a sentence: rules that exclude the pair whatever its score."""
    gets_a: Sequence[str]
    """The most important things that `a` would get from `b`, in phrases."""
    gets_b: Sequence[str]
    """The most important things that `b` would get from `a`, in phrases."""
    connection: str | None
    """A sentence on how the two are connected already; None if they are not."""
    next_best: Sequence[str]
    """The best other partner of each side, and the part of the score that decides between the two pairs."""
    gaps: Sequence[str]
    """Facts that are missing in the two profiles."""

    @classmethod
    def of(cls, explained_pair: PairExplanation, ids: Mapping[str, Id]) -> "Why":
        """Make the answer from an explanation; `ids` has the caller's id of each holder of capacity."""
        values = {each.name: getattr(explained_pair, each.name) for each in fields(cls)}
        values |= {"a": ids[explained_pair.a.holder], "b": ids[explained_pair.b.holder]}
        values |= {name: [each.text for each in values[name]] for name in ("blockers", "next_best")}
        return cls(**values)

    def __str__(self) -> str:
        return self.paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRound(Generic[ProposalsT, AlternatesT]):
    """One assignment over all members: the proposals, their quality, and its proof."""

    proposals: ProposalsT
    """The proposals, the best first: a frame with the columns of `Proposed` if the cities were a frame, else a list."""
    alternates: AlternatesT
    """The next best pairs: a frame with the columns of `Alternate` if the cities were a frame, else a list."""
    gains: Gains
    """The gains of the network if every proposal is agreed, in numbers."""
    gained: Sequence[str]
    """The gains of the network, in sentences."""
    value: float
    """The sum of the scores of the proposals."""
    bound: float
    """An upper bound of the sum of any choice, among all pairs or among the candidates."""
    all_pairs: int | None
    """The number of pairs of members that `bound` is about; None if it is about the candidates only."""
    gap: float
    """The relative gap between value and bound; 0 means that no choice is better."""
    sentence: str
    """A sentence that says what is proved, or why nothing is proposed."""
    rules: Sequence[str]
    """The outcome of each rule and of the objective, in sentences; empty without rules and objective."""
    price: str | None
    """The cost of rules and objective, in a sentence; None without them."""
    certificate: Certificate
