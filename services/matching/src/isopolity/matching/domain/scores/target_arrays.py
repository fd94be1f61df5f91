"""The targets of programmes, which are requests of cities or cities with their needs: one by one and as arrays.

A request names its purpose and amounts, so it counts more than a city's needs. Invariant: only a request that names an
amount asks for money.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, overload

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Request, Topic
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.strength import LEVELS
from isopolity.matching.domain.scores.wants import MONEY, OTHER_SUPPORTS, SUPPORTS_OF_MODE, Want, WantArrays

_NEED_COUNTS: Final = 0.9
"""The weight of a need of the highest intensity, as against 1 for a request, which says more."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target of programmes: a request of a city, or the city with its needs if `request` is None."""

    city: City
    request: Request | None

    @property
    def asks_money(self) -> bool:
        """Whether it names an amount that it asks for."""
        return self.request is not None and self.request.amount_max > 0

    def wants(self, today: date) -> Sequence[Want]:
        """What it wants help with today: its request, unless that names no subject, or each need of the city."""
        if self.request is not None:
            helped_by = (MONEY,) if self.asks_money else OTHER_SUPPORTS
            asked = Want(
                subjects=self.request.subjects,
                counts=1.0,
                helped_by=helped_by,
                topics=self.request.topics,
                words=self.request.words,
            )
            return [asked] if asked.subjects else []
        return [
            Want(
                subjects=(need.subject,),
                counts=_NEED_COUNTS * need.intensity / LEVELS,
                helped_by=SUPPORTS_OF_MODE[need.mode],
                topics=need.topics,
                words=need.words,
                need=need,
            )
            for need in standing_needs(self.city, today)
        ]


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets as arrays, in the order of city and request id."""

    targets: Sequence[Target]
    city: Integers
    wants: WantArrays
    amount_min: Floats
    """The least amount asked for; NaN without a request. `amount_max` is the most."""
    amount_max: Floats
    currency: Sequence[str]
    """The currencies of the requests, sorted."""
    currency_of: Integers
    """The position of the request's currency in `currency`; -1 without a request."""
    speaks: Booleans
    """Whether the city has named a working language."""

    @property
    def are_requests(self) -> Booleans:
        """Whether each is a request."""
        return np.asarray(self.currency_of >= 0, bool)

    @property
    def ask_money(self) -> Booleans:
        """Whether each names an amount that it asks for."""
        return np.asarray(self.amount_max > 0, bool)

    @classmethod
    def of(cls, profiles: Profiles, requests: Iterable[Request], today: date) -> "Targets":
        """Each city with its needs, then each request that stands on this day."""
        cities = [Target(city, None) for city in profiles.cities]
        return cls._drawn([*cities, *_asked(profiles, requests, today)], profiles, today)

    def asking(self, profiles: Profiles, requests: Iterable[Request], today: date) -> "Targets":
        """The targets with their requests replaced by `requests`; `profiles` are those of all cities."""
        cities = len(profiles)
        asked = Targets._drawn(_asked(profiles, requests, today), profiles, today)
        return Targets(
            targets=[*self.targets[:cities], *asked.targets],
            wants=self.wants.followed_by(asked.wants, cities),
            currency=asked.currency,
            **{
                name: np.concatenate((getattr(self, name)[:cities], getattr(asked, name)))
                for name in ("city", "amount_min", "amount_max", "currency_of", "speaks")
            },
        )

    @classmethod
    def _drawn(cls, targets: Sequence[Target], profiles: Profiles, today: date) -> "Targets":
        currencies = sorted({target.request.currency for target in targets if target.request is not None})
        return cls(
            targets=targets,
            city=np.array([profiles.index[target.city.city_id] for target in targets], np.int64),
            wants=WantArrays.of([target.wants(today) for target in targets]),
            amount_min=np.array([t.request.amount_min if t.request else np.nan for t in targets]),
            amount_max=np.array([t.request.amount_max if t.request else np.nan for t in targets]),
            currency=currencies,
            currency_of=np.array(
                [currencies.index(t.request.currency) if t.request else -1 for t in targets], np.int64
            ),
            speaks=np.array([bool(target.city.languages) for target in targets], bool),
        )

    def narrowed(self, kept: Booleans, number: Integers | None = None) -> "Targets":
        """The targets where `kept` is true; `number` has the cities' new indices if the profiles are narrowed too."""
        positions = np.flatnonzero(kept)
        city = self.city[positions]
        return replace(
            self,
            targets=_Some(self.targets, positions),
            city=city if number is None else number[city],
            wants=self.wants.taken(kept),
            amount_min=self.amount_min[positions],
            amount_max=self.amount_max[positions],
            currency_of=self.currency_of[positions],
            speaks=self.speaks[positions],
        )


class _Some(Sequence[Target]):
    """A view of some of many targets, which builds no list."""

    def __init__(self, targets: Sequence[Target], positions: Integers) -> None:
        self._targets, self._positions = targets, positions

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, position: int) -> Target: ...

    @overload
    def __getitem__(self, position: slice) -> Sequence[Target]: ...

    def __getitem__(self, position: int | slice) -> Target | Sequence[Target]:
        if isinstance(position, slice):
            return _Some(self._targets, self._positions[position])
        return self._targets[int(self._positions[position])]


def _asked(profiles: Profiles, requests: Iterable[Request], today: date) -> list[Target]:
    asked = [request for request in requests if request.stands(today) and request.city_id in profiles.index]
    return [
        Target(profiles.cities[profiles.index[request.city_id]], request)
        for request in sorted(asked, key=lambda request: request.request_id)
    ]


def standing_needs(city: City, today: date) -> Sequence[Topic]:
    """The needs that are valid today."""
    return [need for need in city.needs if need.stands(today)]
