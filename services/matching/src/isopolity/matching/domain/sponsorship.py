"""How well a programme and a city, or one of its requests, fit.

A request says what is asked and for how much, so it counts more than a city's needs, which only name subjects.
Blockers are decided on the same arrays, and never change a score.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final, overload

import numpy as np

from isopolity.matching.domain import subjects
from isopolity.matching.domain.blockers import Bits, Blocker, flagged
from isopolity.matching.domain.eligibility import Grant, focus, is_open, of_cities, rates
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.profiles import Floats, Integers, Profiles, Truths
from isopolity.matching.domain.score import Scores
from isopolity.matching.domain.weights import DEFAULT_WEIGHTS, Weights

_CEILING: Final = 0.9
_NEED_COUNTS: Final = 0.6
"""A need on a subject says less than a request about it."""
_UNKNOWN: Final = 0.5
_OTHER_SUPPORT: Final = 0.3
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
    """What a programme may support: a request of a city, or the city for its needs."""

    city: City
    request: Request | None

    def subjects(self, today: date) -> Mapping[str, float]:
        """Its subjects, and how much each counts."""
        if self.request is not None:
            return dict.fromkeys(self.request.subjects, 1.0)
        found: dict[str, float] = {}
        for need in standing_needs(self.city, today):
            found[need.subject] = max(found.get(need.subject, 0.0), _NEED_COUNTS * need.intensity / 5)
        return found

    def supports(self, today: date) -> Collection[str]:
        """The kinds of support that would help."""
        if self.request is not None:
            return {"funding"}
        return {SUPPORT_OF_MODE[need.mode] for need in standing_needs(self.city, today)}


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets as arrays, in the order of city and request id."""

    targets: Sequence[Target]
    city: Integers
    subjects: Mapping[str, Floats]
    supports: Mapping[str, Truths]
    amount_min: Floats
    amount_max: Floats
    currency: Sequence[str]
    """The currencies that occur."""
    currency_of: Integers
    """Which of them a request is in; -1 without a request."""
    speaks: Truths
    """Whether any working language of the city is known."""

    @classmethod
    def of(cls, profiles: Profiles, requests: Iterable[Request], today: date) -> "Targets":
        """Each city as such, and each of its standing requests."""
        asked = [request for request in requests if request.stands(today) and request.city_id in profiles.index]
        targets = [Target(city, None) for city in profiles.cities]
        targets += [
            Target(profiles.cities[profiles.index[request.city_id]], request)
            for request in sorted(asked, key=lambda request: request.request_id)
        ]
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

    def narrowed(self, kept: Truths, number: Integers | None = None) -> "Targets":
        """Some of the targets; `number` are the cities' new indices, where the profiles are narrowed too."""
        city = self.city[kept]
        return replace(
            self,
            targets=_Some(self.targets, np.flatnonzero(kept)),
            city=city if number is None else number[city],
            subjects={name: values[kept] for name, values in self.subjects.items()},
            supports={name: values[kept] for name, values in self.supports.items()},
            amount_min=self.amount_min[kept],
            amount_max=self.amount_max[kept],
            currency_of=self.currency_of[kept],
            speaks=self.speaks[kept],
        )


class _Some(Sequence[Target]):
    """Some of many targets, without a list of them."""

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


@dataclass(frozen=True, slots=True)
class Shared:
    """A subject of a target that a programme supports, or a neighbour of which it supports, and how well."""

    subject: str
    supported: str
    """The programme's subject."""
    share: float
    """How near the two are: 1 for the same."""
    strength: float


def standing_needs(city: City, today: date) -> Sequence[Topic]:
    """The needs that are valid today."""
    return [need for need in city.needs if need.stands(today)]


def grant_asked(programme: Programme, targets: Targets) -> tuple[Integers, Grant]:
    """Which targets are requests, and the amounts that they ask, converted."""
    asking = np.flatnonzero(targets.currency_of >= 0)
    rate = rates(targets.currency, programme.currency)[targets.currency_of[asking]]
    return asking, Grant(targets.amount_min[asking] * rate, targets.amount_max[asking] * rate)


def shared(programme: Programme, target: Target, today: date, neighbours: float = 1.0) -> Sequence[Shared]:
    """The subjects of the target that the programme supports, or a neighbour of which, the weightiest first."""
    found = []
    for subject, counts in target.subjects(today).items():
        share, supported = _nearest(subject, programme, neighbours)
        if share > 0:
            found.append(Shared(subject, supported, share, _CEILING * share * counts))
    return sorted(found, key=lambda each: (-each.strength, each.subject))


def blockers(
    programme: Programme,
    profiles: Profiles,
    targets: Targets,
    *,
    today: date,
    listed: Bits,
    neighbours: float = 1.0,
) -> Bits:
    """What rules out each target; `listed` is what stands against it outside the profiles, by city."""
    closed = np.uint16(0) if is_open(programme, today) else Blocker.PERIOD.bit
    found = _rules_broken(programme, profiles, targets, _covered(programme, targets, neighbours))
    return found | listed[targets.city] | closed


def allowed(programme: Programme, profiles: Profiles, targets: Targets, scored: Scores) -> Truths:
    """Which of the targets, scored for the programme, none of its rules excludes while it is open."""
    return np.asarray(_rules_broken(programme, profiles, targets, scored.parts["subjects"]) == 0, bool)


def scores(
    programme: Programme,
    profiles: Profiles,
    targets: Targets,
    partner_component: int,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Scores:
    """The whole score of the programme with every target; `partner_component` is the partner's in the network."""
    city = targets.city
    suits = np.zeros(len(targets.targets), bool)
    for support in programme.supports:
        suits |= targets.supports.get(support, np.zeros(len(suits), bool))
    joined = profiles.component != partner_component
    return Scores(
        {
            "subjects": _covered(programme, targets, weights.neighbours),
            "grant": _granted(programme, targets),
            "support": np.where(suits, 1.0, _OTHER_SUPPORT),
            "focus": focus(programme, profiles)[city],
            "language": _spoken(programme, profiles, targets),
            "network": 0.5 * ~profiles.has_tie[city] + 0.5 * joined[city],
        },
        weights.sponsorship,
        weights.version,
    )


def _rules_broken(programme: Programme, profiles: Profiles, targets: Targets, covered: Floats) -> Bits:
    asking, grant = grant_asked(programme, targets)
    found = of_cities(programme, profiles)[targets.city]
    found[asking] |= flagged(Blocker.AMOUNT, ~grant.fits(programme))
    return found | flagged(Blocker.SUBJECTS, covered == 0)


def _granted(programme: Programme, targets: Targets) -> Floats:
    asking, grant = grant_asked(programme, targets)
    values = np.full(len(targets.targets), _UNKNOWN)
    values[asking] = grant.value(programme)
    return values


def _spoken(programme: Programme, profiles: Profiles, targets: Targets) -> Floats:
    """1 with a common language, 0 without, between them where a side has named none."""
    if not programme.languages:
        return np.full(len(targets.targets), _UNKNOWN)
    common, numbers = np.zeros(len(profiles), bool), profiles.numbers["language"]
    for code in programme.languages:
        if code in numbers:
            common |= profiles.languages[:, numbers[code]]
    return np.where(targets.speaks, common[targets.city], _UNKNOWN)


def _covered(programme: Programme, targets: Targets, neighbours: float) -> Floats:
    """Like the needs of two cities: 1 - prod(1 - strength) over the subjects of each target."""
    missed = np.ones(len(targets.targets))
    for subject, counts in targets.subjects.items():
        share, _ = _nearest(subject, programme, neighbours)
        if share > 0:
            missed *= 1 - _CEILING * share * counts
    return 1 - missed


def _nearest(subject: str, programme: Programme, neighbours: float) -> tuple[float, str]:
    """How near the programme comes to a subject, and with which of its own; 0 where it has none near."""
    near = ((subjects.share(subject, own, neighbours), own) for own in sorted(programme.subjects))
    return max(near, key=lambda each: each[0], default=(0.0, ""))


def _columns(rows: Sequence[Mapping[str, float]]) -> Mapping[str, Floats]:
    names = sorted({name for row in rows for name in row})
    columns = {name: np.zeros(len(rows)) for name in names}
    for position, row in enumerate(rows):
        for name, value in row.items():
            columns[name][position] = value
    return columns
