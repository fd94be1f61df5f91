"""The binding legal acts that the network lists: each keeps members of some countries apart from members of others.

Invariant: the list is public, and a pair is kept apart by the countries of its two sides alone. Nothing here depends on
what a member states, answers or prefers.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.domain.member import KINDS

MOST_ACTS: Final = 60
"""The most acts that a network lists: each has a bit of an integer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalAct:
    """A binding legal act that keeps the countries of `one_side` apart from those of `other_side`."""

    title: str
    citation: str
    issued_by: str
    address: str
    """The web address of the act's text."""
    forbids: str
    """One sentence that says what the act does not allow."""
    starts: date
    ends: date | None = None
    """The last day on which the act holds; None means that it has no end."""
    one_side: frozenset[str]
    other_side: frozenset[str]
    kinds: frozenset[str] = frozenset(KINDS)

    def is_in_force(self, today: date) -> bool:
        """Whether it holds on this day."""
        return self.starts <= today and (self.ends is None or self.ends >= today)

    def apart_from(self, kind: str, country: str) -> frozenset[str]:
        """The countries that it keeps apart from this one, for a kind of pairs."""
        if kind not in self.kinds:
            return frozenset()
        if country in self.one_side:
            return self.other_side
        return self.one_side if country in self.other_side else frozenset()


@dataclass(frozen=True, slots=True)
class LegalActs:
    """The acts of the list, in its order."""

    acts: tuple[LegalAct, ...] = ()

    def in_force(self, today: date) -> Self:
        """The acts that hold on this day."""
        return type(self)(tuple(act for act in self.acts if act.is_in_force(today)))

    def between(self, kind: str, one: str, other: str) -> Sequence[LegalAct]:
        """The acts that keep members of two countries apart, for a kind of pairs."""
        return [act for act in self.acts if other in act.apart_from(kind, one)]

    def apart_from(self, kind: str, country: str) -> Collection[str]:
        """The countries that any act keeps apart from this one, for a kind of pairs."""
        return {other for act in self.acts for other in act.apart_from(kind, country)}

    def sides(self, kind: str, countries: Sequence[str]) -> tuple[Integers, Integers]:
        """The acts with each country in `one_side`, and those with it in `other_side`, as bits; both (countries,)."""
        acts = [act for act in self.acts if kind in act.kinds]
        named = set(countries)
        bits = {
            country: (_bits(country in act.one_side for act in acts), _bits(country in act.other_side for act in acts))
            for country in named
        }
        found = np.array([bits[country] for country in countries], np.int64).reshape(-1, 2)
        return found[:, 0].copy(), found[:, 1].copy()


NO_ACTS: Final = LegalActs()


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)
