"""The targets of programmes, which are requests of cities or cities with their needs: one by one and as arrays.

A request names its purpose and amounts, so it counts more than a city's needs, which name subjects only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Request, Topic
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.strength import LEVELS

Number = TypeVar("Number", bound=np.generic)
_NEED_COUNTS: Final = 0.6
"""The weight of a need of the highest intensity, as against 1 for a request, which says more."""
SUPPORT_OF_MODE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "study-visit": "funding",
        "staff-exchange": "funding",
        "training": "training",
        "webinar": "training",
        "peer-review": "expertise",
        "expert-mission": "expertise",
        "good-practice": "expertise",
        "action-plan": "funding",
        "pilot": "equipment",
    }
)


@dataclass(frozen=True, slots=True)
class Target:
    """A target of programmes: a request of a city, or the city with its needs if `request` is None."""

    city: City
    request: Request | None

    def subjects(self, today: date) -> Mapping[str, float]:
        """The weight of each of its subjects, in (0, 1]; 1 for those of a request."""
        if self.request is not None:
            return dict.fromkeys(self.request.subjects, 1.0)
        found: dict[str, float] = {}
        for need in standing_needs(self.city, today):
            found[need.subject] = max(found.get(need.subject, 0.0), _NEED_COUNTS * need.intensity / LEVELS)
        return found

    def supports(self, today: date) -> Collection[str]:
        """The kinds of support that would help: funding for a request, else those of the modes of its needs."""
        if self.request is not None:
            return {"funding"}
        return {SUPPORT_OF_MODE[need.mode] for need in standing_needs(self.city, today)}


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets as arrays, in the order of city and request id."""

    targets: Sequence[Target]
    city: Integers
    subjects: Mapping[str, Floats]
    supports: Mapping[str, Booleans]
    amount_min: Floats
    amount_max: Floats
    currency: Sequence[str]
    """The currencies of the requests, sorted."""
    currency_of: Integers
    """The position of the request's currency in `currency`; -1 without a request."""
    speaks: Booleans
    """Whether the city has named a working language."""

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
            subjects=_joined(self.subjects, asked.subjects, cities, len(asked.targets)),
            supports=_joined(self.supports, asked.supports, cities, len(asked.targets)),
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
            subjects=_columns([target.subjects(today) for target in targets]),
            supports={
                name: values > 0
                for name, values in _columns([dict.fromkeys(t.supports(today), 1.0) for t in targets]).items()
            },
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
            subjects={name: values[positions] for name, values in self.subjects.items()},
            supports={name: values[positions] for name, values in self.supports.items()},
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


def _columns(rows: Sequence[Mapping[str, float]]) -> Mapping[str, Floats]:
    names = sorted({name for row in rows for name in row})
    columns = {name: np.zeros(len(rows)) for name in names}
    for position, row in enumerate(rows):
        for name, value in row.items():
            columns[name][position] = value
    return columns


def _joined(
    ones: Mapping[str, NDArray[Number]], others: Mapping[str, NDArray[Number]], cities: int, requests: int
) -> Mapping[str, NDArray[Number]]:
    """The first `cities` entries of `ones`, joined with the `requests` ones of `others`; missing columns are zeros."""
    columns = {}
    for name in sorted(ones.keys() | others.keys()):
        kind = (ones if name in ones else others)[name].dtype
        parts = ones.get(name, np.zeros(cities, kind))[:cities], others.get(name, np.zeros(requests, kind))
        columns[name] = np.concatenate(parts)
    return columns
