"""The answers of `Members`: partners for one member, the reasons of a pair, the proposals of a round.

Invariant: an answer names members by the ids under which they came in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

import narwhals as nw

from isopolity.matching.application.wording.explanation import PairExplanation, ToldPart
from isopolity.matching.domain.gains import Gains
from isopolity.matching.entrypoints.library.cells import Id
from isopolity.matching.entrypoints.library.pairs.choices import Certificate
from isopolity.matching.entrypoints.library.tables import Frame

_IDS: Final = frozenset({"partner", "a", "b", "request", "id"})
_COUNTS: Final = frozenset({"asked", "reached", "missing"})
_NUMBERS: Final = frozenset({"score", "confidence"})


class Suggested(NamedTuple):
    """A possible partner of a member."""

    partner: Id
    """A city or a programme."""
    name: str
    kind: str
    """`twinning` or `sponsorship`."""
    score: float
    confidence: float
    """How complete and fresh the lesser known of the two profiles is, in [0, 1]; no part of the score."""
    reasons: str
    """Sentences that call the member “you”."""


class Proposed(NamedTuple):
    """A pair of a round."""

    kind: str
    a: Id
    """A city, or in a sponsorship the programme."""
    b: Id
    """A city."""
    name_a: str
    name_b: str
    request: Id | None
    """The request of the city that the programme would support."""
    score: float
    reasons_a: str
    """Sentences that call `a` “you”."""
    reasons_b: str
    """Sentences that call `b` “you”."""


class Alternate(NamedTuple):
    """One of the next best pairs of a round, to propose when proposals are declined."""

    a: Id
    b: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why two members fit, or do not."""

    a: Id
    """A city, or in a sponsorship the programme."""
    b: Id
    kind: str
    status: str
    """`available`, `ruled out`, `scores too low`, or, without capacity, `not proposed at present`."""
    score: float
    confidence: float
    paragraph: str
    """Why the two fit or not, in words that suit any reader."""
    told_a: str
    """Why the two fit, in sentences that call `a` “you”; empty where something speaks against the pair."""
    told_b: str
    """Why the two fit, in sentences that call `b` “you”; empty where something speaks against the pair."""
    parts: Sequence[ToldPart]
    """The parts of the score, which add up to it: `name`, `value`, `weight`, `contribution`, `text`."""
    blockers: Sequence[str]
    """The blockers, each in a sentence: rules that keep the two apart, whatever the score."""
    gets_a: Sequence[str]
    """The most important things that `a` would get from `b`."""
    gets_b: Sequence[str]
    """The most important things that `b` would get from `a`."""
    connection: str | None
    """How the two are connected already, None if they are not."""
    next_best: Sequence[str]
    """The best other partner of each side, and what decides between that one and this pair."""
    gaps: Sequence[str]
    """Facts that the two profiles do not tell."""

    @classmethod
    def of(cls, told: PairExplanation, ids: Mapping[str, Id]) -> "Why":
        """Make the answer from an explanation; `ids` has the id that came in of each holder of capacity."""
        values = {each.name: getattr(told, each.name) for each in fields(cls)}
        values |= {"a": ids[told.a.holder], "b": ids[told.b.holder]}
        values |= {name: [each.text for each in values[name]] for name in ("blockers", "next_best")}
        return cls(**values)

    def __str__(self) -> str:
        return self.paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRound:
    """One assignment over all members: whom to propose to whom, and how good that is."""

    proposals: Any
    """The best first: a frame with the columns of `Proposed` if the cities came in one, else a list of `Proposed`."""
    alternates: Any
    """The next best pairs: a frame with the columns of `Alternate` if the cities came in one, else a list."""
    gains: Gains
    """The gains of the network if every proposal is agreed, in numbers."""
    gained: Sequence[str]
    """The gains of the network, in sentences."""
    value: float
    """The sum of the scores of the proposals."""
    bound: float
    """No choice among the candidates has a greater sum."""
    gap: float
    """The share of the bound that may be missing; 0 means that no choice is better."""
    sentence: str
    """A sentence on what is proved, or on why nothing is proposed."""
    rules: Sequence[str]
    """What became of each rule and of the objective, in sentences; empty without."""
    price: str | None
    """What rules and objective cost, in a sentence; None without."""
    certificate: Certificate


def as_table(rows: Sequence[NamedTuple], kind: type[NamedTuple], like: Frame | None) -> Any:
    """The rows as a list if `like` is None, else as a frame of the library that `like` is of."""
    if like is None:
        return list(rows)
    columns = {name: [row[at] for row in rows] for at, name in enumerate(kind._fields)}
    for name in _IDS & columns.keys():
        if not _is_of_one_type(columns[name]):
            columns[name] = [None if each is None else str(each) for each in columns[name]]
    schema = {name: _dtype(name, values) for name, values in columns.items()}
    cells = {name: _cells(values, schema[name], like) for name, values in columns.items()}
    return nw.from_dict(cells, schema, backend=like.implementation).to_native()


def _is_of_one_type(ids: Sequence[Id | None]) -> bool:
    """Whether one column of a frame can hold the ids: texts, or whole numbers of 64 bits."""
    numbers = [each for each in ids if isinstance(each, int)]
    return all(-(2**63) <= each < 2**63 for each in numbers) and not (
        numbers and any(isinstance(each, str) for each in ids)
    )


def _cells(values: Sequence[object], dtype: nw.dtypes.DType, like: Frame) -> Any:
    """The values; for pandas in its nullable type if a number is missing, which its plain type cannot say."""
    if dtype == nw.Int64 and None in values and like.implementation.is_pandas():
        return like.implementation.to_native_namespace().array(values, dtype="Int64")
    return values


def _dtype(name: str, values: Sequence[object]) -> nw.dtypes.DType:
    if name in _NUMBERS:
        return nw.Float64()
    if name in _COUNTS:
        return nw.Int64()
    return nw.Int64() if int in set(map(type, values)) else nw.String()
