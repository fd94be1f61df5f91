"""Filters: the members, and the pairs, that a rule is about.

Invariant: an attribute that a filter does not name is ignored; one that is not known of a member never fits.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final


class PairKind(StrEnum):
    """The kinds of pairs that a rule counts."""

    ALL = "all"
    TWINNINGS = "twinnings"
    SPONSORSHIPS = "sponsorships"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of candidates that it covers."""
        return ("twinning", "sponsorship") if self is PairKind.ALL else (self.value.removesuffix("s"),)


class Grouping(StrEnum):
    """The attribute by which cities are grouped."""

    COUNTRY = "country"
    REGION = "region"


_OF_CITIES: Final = ("region", "country", "kind", "people_at_least", "people_at_most", "needs", "offers", "without_tie")
_OF_PROGRAMMES: Final = ("partner_kind", "home_country")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilter:
    """The members that fit every given attribute; of several given values, one has to fit.

    A filter with an attribute of cities fits no programme, and one with an attribute of programmes no city. A filter
    without attributes fits every member.
    """

    member: str | None = None
    """`city` or `programme`."""
    id: tuple[str, ...] = ()
    """Ids of cities, of partners for all of their programmes, or PARTNER/PROGRAMME."""
    region: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    """Kinds of city: `city`, `district`, `county`, `consortium`."""
    people_at_least: int | None = None
    people_at_most: int | None = None
    needs: tuple[str, ...] = ()
    """Subjects, on one of which the city has a need."""
    offers: tuple[str, ...] = ()
    without_tie: bool | None = None
    """True: cities without a tie; False: cities with a tie."""
    language: tuple[str, ...] = ()
    """Working languages, one of which the member uses."""
    partner_kind: tuple[str, ...] = ()
    home_country: tuple[str, ...] = ()
    """Home countries, one of which is that of the programme's partner."""

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the given attributes."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) not in (None, ()))

    @property
    def is_of_cities(self) -> bool:
        """Whether only cities can fit."""
        return self.member == "city" or not set(self.given).isdisjoint(_OF_CITIES)

    @property
    def is_of_programmes(self) -> bool:
        """Whether only programmes can fit."""
        return self.member == "programme" or not set(self.given).isdisjoint(_OF_PROGRAMMES)


ANYBODY: Final = MemberFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFilter:
    """The pairs of a kind that fit every given condition."""

    kind: PairKind = PairKind.ALL
    including: MemberFilter | None = None
    """At least one member of the pair fits this filter."""
    between: tuple[MemberFilter, MemberFilter] | None = None
    """One member fits the first filter and the other member fits the second."""
    within: Grouping | None = None
    """Both cities are of one country, or of one region."""
    across: Grouping | None = None
    """The two cities are of different countries, or of different regions."""

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The member filters of this pair filter; empty if it has none."""
        return (*(() if self.including is None else (self.including,)), *(self.between or ()))


ALL_PAIRS: Final = PairFilter()
TWINNINGS: Final = PairFilter(kind=PairKind.TWINNINGS)
