"""The effect of a change of a city's profile: who would fit after it, compared with before.

Invariant: an effect that is tried and the effect once it is saved are made by the same function of the same two sides.
What is kept of the side before fits into an address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from isopolity.client.matching.models import FittingView, SuggestionView
from isopolity.portal.domain.typed_values import count_in

CITIES: Final = "cities"
SPONSORS: Final = "sponsors"
KINDS: Final[Mapping[str, str]] = {CITIES: "twinning", SPONSORS: "sponsorship"}
"""The kind of pairs in which each kind of partners is, as matching names it."""
_KEPT: Final = 40
"""The most partners that are read from an address."""
_LONGEST: Final = 300
"""Characters of an id in an address; a longer one is none of ours."""


@dataclass(frozen=True, slots=True)
class Before:
    """Who fitted before: how many of each kind, and the best by their ids."""

    fitting: Mapping[str, int]
    best: frozenset[str]

    @classmethod
    def of(cls, found: FittingView) -> Self:
        """Read the effect in matching's answer."""
        best = frozenset(_id(each) for kind in KINDS for each in _best(found, kind))
        return cls({kind: _fitting(found, kind) for kind in KINDS}, best)

    @classmethod
    def read(cls, fitting: Mapping[str, str], best: Sequence[str]) -> Self | None:
        """From the parameters of an address; None unless they are such as `parameters` writes."""
        numbers = {kind: count_in(fitting.get(kind, "")) for kind in KINDS}
        counts = {kind: number for kind, number in numbers.items() if isinstance(number, int)}
        if counts.keys() != KINDS.keys() or any(len(each) > _LONGEST for each in best):
            return None
        return cls(counts, frozenset(best[:_KEPT]))

    @property
    def parameters(self) -> Mapping[str, str | Sequence[str]]:
        """The parameters of an address, which `read` reads."""
        return {**{kind: str(number) for kind, number in self.fitting.items()}, "was": sorted(self.best)}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfEffect:
    """The effect on the partners of one kind."""

    kind: str
    """`cities` or `sponsors`."""
    before: int
    """How many fitted."""
    now: int
    """How many fit."""
    coming: Sequence[SuggestionView]
    """Those among the best that were not, the best first."""
    best: int
    """How many are among the best now."""


def effect_of(before: Before, found: FittingView) -> Sequence[KindOfEffect]:
    """The effect by kind of partners: cities, then sponsors."""
    return [
        KindOfEffect(
            kind=kind,
            before=before.fitting[kind],
            now=_fitting(found, kind),
            coming=[each for each in _best(found, kind) if _id(each) not in before.best],
            best=len(_best(found, kind)),
        )
        for kind in KINDS
    ]


def _best(found: FittingView, kind: str) -> Sequence[SuggestionView]:
    return found.cities if kind == CITIES else found.sponsors


def _fitting(found: FittingView, kind: str) -> int:
    return sum(each.fitting for owner in found.owners for each in owner.partners if each.kind == KINDS[kind])


def _id(suggestion: SuggestionView) -> str:
    other = suggestion.other
    return f"{other.member_id}~{other.programme_id or ''}"
