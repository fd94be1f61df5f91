"""The facts about a pair that its reasons, explanations and mails are made of, from the market alone.

Invariant: every name is that of an endorsed member, every tie stands, and nothing of anybody's answers is a fact. They
are built once for a pair and handed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, auto
from itertools import pairwise
from math import isnan, prod, sqrt
from typing import Final, Self

from isopolity.matching.application.candidates.candidate import SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.connectivity import Path, shortest_path
from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.scores import fit, twinning
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.programme_eligibility import roughly
from isopolity.matching.domain.scores.sponsorship import Shared, shared
from isopolity.matching.domain.scores.strength import is_live
from isopolity.matching.domain.scores.target_arrays import Target
from isopolity.wording.reasons import SIZES_APART

LIKE_SIZE: Final = 0.6
"""The share of the larger city's population from which the smaller one is of similar size."""
NEAR_KM: Final = 300
"""The distance below which two cities are near."""
FEW_HOURS: Final = 2.0
"""Common working hours below which two who talk live should mind it."""
ONE_SIDED: Final = 1 / 3
"""The share of what one side gains below which the other's gain is weak."""
LOW_FIT: Final = 0.4
"""The geometric mean of what both gain below which a pair fits loosely."""


class Relation(Enum):
    """The relation of a member on a path to the next one."""

    TWIN = auto()
    SPONSOR = auto()
    SPONSORED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A path of ties with names; `relations[i]` is the relation of `names[i]` to `names[i + 1]`."""

    names: tuple[str, ...]
    relations: tuple[Relation, ...]

    @classmethod
    def of(cls, path: Path, market: Market) -> Self:
        """The connection along a path."""
        are_cities = [member in market.profiles.index for member in path]
        return cls(
            names=tuple(market.names[member] for member in path),
            relations=tuple(
                Relation.TWIN if here and there else Relation.SPONSORED if here else Relation.SPONSOR
                for here, there in pairwise(are_cities)
            ),
        )

    @property
    def through(self) -> str:
        """The name of the member where two ties meet."""
        return self.names[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinningFacts:
    """The facts about two cities, from the side of `me`."""

    me: City
    other: City
    met: Sequence[Match]
    """My needs that the other's offers meet, the strongest first."""
    wanted: Sequence[Match]
    """The other's needs that my offers meet, the strongest first."""
    km: float | None
    """The distance; None where a place is unknown."""
    my_first_tie: bool
    their_first_tie: bool
    joins: bool
    """Whether the tie would connect two parts of the network."""
    connection: Connection | None = None
    """How the two are connected already."""
    common_hours: float | None = None
    """The working hours that the two have in common today, from 0 to 8; None where a time zone is unknown."""

    @property
    def gain(self) -> float:
        """The share of my needs that the other's offers meet, in [0, 1)."""
        return _gain(self.met)

    @property
    def their_gain(self) -> float:
        """The share of the other's needs that my offers meet, in [0, 1)."""
        return _gain(self.wanted)

    @property
    def is_near(self) -> bool:
        """Whether the two are known to lie less than NEAR_KM apart."""
        return self.km is not None and self.km < NEAR_KM

    @property
    def are_sizes_alike(self) -> bool:
        """Whether both populations are known, and the smaller one is LIKE_SIZE of the larger one or more."""
        less, more = sorted((self.me.population or 0, self.other.population or 0))
        return less > 0 and less / more >= LIKE_SIZE

    @property
    def are_sizes_apart(self) -> bool:
        """Whether one city is SIZES_APART times as large as the other or more."""
        less, more = sorted((self.me.population or 0, self.other.population or 0))
        return less > 0 and more >= SIZES_APART * less

    @property
    def have_few_hours(self) -> bool:
        """Whether some of what they would do is live, and they have fewer than FEW_HOURS working hours in common."""
        live = any(is_live(match.offer.mode) for match in (*self.met, *self.wanted))
        return live and self.common_hours is not None and self.common_hours < FEW_HOURS

    @property
    def is_one_sided(self) -> bool:
        """Whether one side gains less than ONE_SIDED of what the other gains."""
        less, more = sorted((self.gain, self.their_gain))
        return less < ONE_SIDED * more

    @property
    def do_i_gain_less(self) -> bool:
        """Whether mine is the lesser gain."""
        return self.gain < self.their_gain

    @property
    def is_fit_low(self) -> bool:
        """Whether both gain, but so little that their geometric mean is below LOW_FIT."""
        return 0 < sqrt(self.gain * self.their_gain) < LOW_FIT

    @property
    def turned(self) -> "TwinningFacts":
        """The facts from the side of the other city."""
        return replace(
            self,
            me=self.other,
            other=self.me,
            met=self.wanted,
            wanted=self.met,
            my_first_tie=self.their_first_tie,
            their_first_tie=self.my_first_tie,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorshipFacts:
    """The facts about a programme and a target."""

    programme: Programme
    target: Target
    today: date
    first_tie: bool
    """Whether the city has no tie in the network yet."""
    connection: Connection | None = None
    """How the partner and the city are connected already."""
    neighbours: float = 1.0
    """The network's weight of neighbouring subjects, in [0, 1]."""

    near: Sequence[Shared] = field(init=False)
    """The target's wants that the programme is about, those with which it can help before others."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "near", shared(self.programme, self.target, self.today, self.neighbours))

    @property
    def helped(self) -> Mapping[str, Shared]:
        """By subject, the strongest want with which the programme can help; the strongest subject first."""
        found: dict[str, Shared] = {}
        for each in self.near:
            if each.support is not None:
                for subject in each.supported:
                    found.setdefault(subject, each)
        return found

    @property
    def shared(self) -> Sequence[str]:
        """The subjects of `helped`."""
        return list(self.helped)

    @property
    def supported(self) -> Mapping[str, str]:
        """By subject of `helped`, the programme's own that is nearest; empty where only topics meet."""
        return {subject: each.supported[subject] for subject, each in self.helped.items()}

    @property
    def asked_about(self) -> tuple[int, int] | None:
        """The amounts asked for, in the programme's currency and rounded; None if none are, or without a rate."""
        request, currency = self.target.request, self.programme.currency
        if request is None or not self.target.asks_money:
            return None
        return roughly(request.amount_min, request.amount_max, request.currency, currency)

    def need_on(self, subject: str) -> Topic:
        """The city's strongest need on a subject with which the programme can help."""
        need = self.helped[subject].want.need
        assert need is not None  # noqa: S101 - asked for targets without a request
        return need


def _gain(matches: Sequence[Match]) -> float:
    return 1 - prod(1 - match.strength for match in matches)


def twinning_facts(candidate: TwinningCandidate, market: Market, longest: int = 2) -> TwinningFacts:
    """The facts about two cities, from the side of city a; a connection has at most `longest` ties, from 1 to 3."""
    a, b, profiles = candidate.city_a, candidate.city_b, market.profiles
    at_a, at_b = profiles.index[a.city_id], profiles.index[b.city_id]
    km, hours = (float(each(profiles, at_a, at_b)) for each in (twinning.distance_km, twinning.hours_in_common))
    return TwinningFacts(
        me=a,
        other=b,
        met=fit.matches(a, b, market.today, market.weights.neighbours),
        wanted=fit.matches(b, a, market.today, market.weights.neighbours),
        km=None if isnan(km) else km,
        my_first_tie=not profiles.has_tie[at_a],
        their_first_tie=not profiles.has_tie[at_b],
        joins=bool(profiles.component[at_a] != profiles.component[at_b]),
        connection=_connection(market, a.city_id, b.city_id, longest),
        common_hours=None if isnan(hours) else hours,
    )


def sponsorship_facts(candidate: SponsorshipCandidate, market: Market, longest: int = 2) -> SponsorshipFacts:
    """The facts about a programme and a target; a connection has at most `longest` ties, from 1 to 3."""
    city_id = candidate.city.city_id
    return SponsorshipFacts(
        programme=candidate.programme,
        target=candidate.target,
        today=market.today,
        first_tie=not market.profiles.has_tie[market.profiles.index[city_id]],
        connection=_connection(market, candidate.programme.partner_id, city_id, longest),
        neighbours=market.weights.neighbours,
    )


def _connection(market: Market, one: str, other: str, longest: int) -> Connection | None:
    path = shortest_path(market.ties, one, other, longest)
    return None if path is None else Connection.of(path, market)
