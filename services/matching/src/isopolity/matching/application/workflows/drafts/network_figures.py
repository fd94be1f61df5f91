"""The network in the figures that reports of drafts are made from: drawn once, as long as nobody changes.

Invariant: it refers to nothing that a later market may write into, so that it can be kept beside newer ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.domain.drafts.draft_report import UNKNOWN_SIZE
from isopolity.matching.domain.gains import TiedCities
from isopolity.matching.domain.member import City

SIZES: Final = ((100_000, "under 100,000"), (500_000, "100,000 to 500,000"), (2_000_000, "500,000 to 2 million"))
"""The sizes of cities: each the people that it stays below, and its name."""
_LARGEST: Final = "2 million and more"
SIZE_NAMES: Final = (*(name for _, name in SIZES), _LARGEST, UNKNOWN_SIZE)


class Places(NamedTuple):
    """Where the nodes of a draft are in the network."""

    member: Integers
    """(nodes,): the number of the city, or of the programme's partner; -1 for a city that has left."""
    is_programme: Booleans

    @property
    def cities(self) -> Integers:
        """The numbers of the cities among them."""
        found = self.member[~self.is_programme]
        return found[found >= 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFigures:
    """All cities and open programmes; one entry a city in all arrays."""

    cities: Sequence[City]
    programmes: Mapping[str, str]
    """The key of each open programme, by its holder."""
    tied: TiedCities
    has_tie: Booleans
    """Whether it has any tie, public or not."""
    size: Integers
    """The position of its size in SIZE_NAMES."""

    @classmethod
    def of(cls, market: Market) -> "NetworkFigures":
        """The figures of the network that `market` holds."""
        cities, population = tuple(market.profiles.cities), market.profiles.population
        tied = TiedCities.of(cities, market.ties)
        size = np.searchsorted([below for below, _ in SIZES], population, side="right")
        apart = [tied.number[each] for each in market.apart if market.apart.adj[each] and each in tied.number]
        has_tie = tied.has_tie.copy()
        has_tie[[number for number in apart if number < len(cities)]] = True
        return cls(
            cities=cities,
            programmes={programme.holder: programme.key for programme in market.programmes},
            tied=tied,
            has_tie=has_tie,
            size=np.where(np.isnan(population), SIZE_NAMES.index(UNKNOWN_SIZE), size),
        )

    def places(self, holders: Sequence[str]) -> Places:
        """The places of a draft's holders of capacity."""
        number, partners, member = self.tied.number, dict[str, int](), list[int]()
        is_programme = [holder.startswith("programme/") for holder in holders]
        for holder, is_its in zip(holders, is_programme, strict=True):
            member_id = holder.split("/", 2)[1]
            found = number.get(member_id, -1)
            if is_its and found < 0:
                found = len(number) + partners.setdefault(member_id, len(partners))
            member.append(found if is_its or found < len(self.cities) else -1)
        return Places(np.array(member, np.int64), np.array(is_programme, bool))


@dataclass(slots=True)
class DrawnFigures:
    """Figures that are kept, with the places of the draft that was reported last.

    Invariant: the places are numbers of these figures and of no others.
    """

    figures: NetworkFigures
    _last: tuple[tuple[str, int], Places] | None = None

    def places(self, round_id: str, holders: Sequence[str]) -> Places:
        """The places of a draft's holders, kept until another draft is reported, or an edit adds holders at the end."""
        draft, last = (round_id, len(holders)), self._last
        if last is None or last[0] != draft:
            last = self._last = draft, self.figures.places(holders)
        return last[1]
