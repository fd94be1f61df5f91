"""Filters: the members, and the pairs, that a rule is about.

Invariant: an attribute that a filter does not name decides nothing, and one that is not known of a member never fits.
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
        """The kinds of candidates that are meant."""
        return ("twinning", "sponsorship") if self is PairKind.ALL else (self.value.removesuffix("s"),)


class Grouping(StrEnum):
    """What cities may have in common."""

    COUNTRY = "country"
    REGION = "region"


_OF_CITIES: Final = (
    "region",
    "country",
    "kind",
    "people_at_least",
    "people_at_most",
    "needs",
    "offers",
    "without_tie",
)
_OF_PROGRAMMES: Final = ("partner_kind", "home_country")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilter:
    """The members that have every attribute that is given; where several values are given, one of them.

    A filter with an attribute of cities fits no programme, and the other way round. Without attributes it fits all.
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
    """Subjects, one of which the city needs help with."""
    offers: tuple[str, ...] = ()
    without_tie: bool | None = None
    """True: cities that have no tie yet; False: those that have one."""
    language: tuple[str, ...] = ()
    """Working languages, one of which the member uses."""
    partner_kind: tuple[str, ...] = ()
    home_country: tuple[str, ...] = ()
    """Countries in which a programme's partner is at home."""

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the attributes that are given."""
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
    """The pairs of a kind that fit everything that is given."""

    kind: PairKind = PairKind.ALL
    including: MemberFilter | None = None
    """One of the pair's members fits, or both."""
    between: tuple[MemberFilter, MemberFilter] | None = None
    """One member fits the first filter, and the other one the second."""
    within: Grouping | None = None
    """Both cities are of one country, or of one region."""
    across: Grouping | None = None
    """The two cities are of different countries, or of different regions."""

    @property
    def filters(self) -> tuple[MemberFilter, ...]:
        """The filters of members in it."""
        return (*(() if self.including is None else (self.including,)), *(self.between or ()))


ALL_PAIRS: Final = PairFilter()
TWINNINGS: Final = PairFilter(kind=PairKind.TWINNINGS)
