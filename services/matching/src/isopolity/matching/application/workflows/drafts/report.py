"""The report of a draft for those who must answer for it: who is served, who is not, what may come of it.

Invariant: it counts what is chosen now, published or not, in the network as it is now.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Final

from isopolity.matching.application.workflows.round_computation import Situation
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.domain.gains import Gains, NewTie, gains
from isopolity.matching.domain.member import City, Programme, kind_of, owner
from isopolity.matching.domain.round_rules import Pair

SIZES: Final = ((100_000, "under 100,000"), (500_000, "100,000 to 500,000"), (2_000_000, "500,000 to 2 million"))
"""The sizes of cities: each the people that it stays below, and its name."""
_LARGEST: Final = "2 million and more"
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many cities of a group are served."""

    name: str
    cities: int
    served: int
    """Cities with at least one pair."""
    first_ties: int
    """Those of them that have no tie yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReport:
    """The report of a draft."""

    twinnings: int
    sponsorships: int
    all_cities: Share
    by_region: Sequence[Share]
    by_size: Sequence[Share]
    programmes: int
    programmes_served: int
    expected_agreements: float | None
    """Pairs of which both sides are expected to say yes, by how members answered before; None before anybody did."""
    unserved: Sequence[str]
    """The keys of cities that the round weighed, with room for a twinning or a sponsorship and no pair."""
    not_weighed: Sequence[str]
    """The keys of other cities with such room and no pair: the round had no candidate for them, or they came later."""
    resting: int
    """How many of these are in a pair that was proposed lately, or rests, and that a round leaves out for some time."""
    gains: Gains
    """The gains of the network if both sides of all pairs say yes."""
    without_capacity: int
    """Cities that had no capacity left for either kind, or cannot be mailed, and have no pair."""


def draft_report(numbers: DraftNumbers, situation: Situation) -> DraftReport:
    """The report of what is chosen."""
    pairs = numbers.pairs(numbers.choice.chosen)
    market = situation.market
    served = {owner(holder) for pair in pairs for holder in pair}
    cities = market.profiles.cities
    left = [city for city in cities if city.key not in served]
    free = set(map(owner, situation.free))
    weighed = set(map(owner, numbers.holders)) & free
    tied = {city.key for city in cities if market.tied_to(city.city_id)}
    others = [city for city in left if city.key in free and city.key not in weighed]
    of_closed = {member for pair in situation.closed for member in pair.split(":")}

    def shares(group: Callable[[City], str], order: Iterable[str]) -> Sequence[Share]:
        groups: dict[str, list[City]] = {name: [] for name in order}
        for city in cities:
            groups.setdefault(group(city), []).append(city)
        return [_share(name, found, served, tied) for name, found in groups.items() if found]

    twinnings = sum(kind_of(one) == "twinning" for one, _ in pairs)
    return DraftReport(
        twinnings=twinnings,
        sponsorships=len(pairs) - twinnings,
        all_cities=_share("all", cities, served, tied),
        by_region=shares(lambda city: city.region, sorted({city.region for city in cities})),
        by_size=shares(_size, [*(name for _, name in SIZES), _LARGEST, _UNKNOWN]),
        programmes=len(market.programmes),
        programmes_served=sum(programme.holder in served for programme in market.programmes),
        expected_agreements=_agreements(pairs, situation),
        unserved=sorted(city.key for city in left if city.key in weighed),
        not_weighed=sorted(city.key for city in others),
        resting=sum(city.city_id in of_closed for city in others),
        gains=gains(cities, market.ties, map(_tie, pairs)),
        without_capacity=sum(city.key not in free for city in left),
    )


def _tie(pair: Pair) -> NewTie:
    one, other = sorted(map(owner, pair), reverse=True)  # a programme stands before a city
    if not one.startswith("programme/"):
        return NewTie(a=one.partition("/")[2], b=other.partition("/")[2])
    return NewTie(a=one.split("/")[1], b=other.partition("/")[2], programme=one)


def _share(name: str, cities: Collection[City], served: Collection[str], tied: Collection[str]) -> Share:
    paired = [city for city in cities if city.key in served]
    first = sum(city.key not in tied for city in paired)
    return Share(name=name, cities=len(cities), served=len(paired), first_ties=first)


def _size(city: City) -> str:
    if city.population is None:
        return _UNKNOWN
    return next((name for below, name in (*SIZES, (inf, _LARGEST)) if city.population < below), _LARGEST)


def _agreements(pairs: Iterable[Pair], situation: Situation) -> float | None:
    expected = situation.expected
    if expected is None:
        return None
    market = situation.market
    members: dict[str, City | Programme] = {city.key: city for city in market.profiles.cities}
    members |= {programme.holder: programme for programme in market.programmes}
    named = ((kind_of(pair[0]), {owner(holder) for holder in pair}) for pair in pairs)
    return sum(
        prod(expected.acceptance(kind, members[each].key) for each in owners)
        for kind, owners in named
        if members.keys() >= owners
    )
