"""How well a programme and a city, or one of its requests, fit.

A request says what is asked and for how much, so it counts more than a city's needs, which only name subjects.
Blockers are decided here too, on the same arrays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np

from isopolity.matching.domain.currency import converted
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.profiles import Floats, Integers, Profiles, Truths
from isopolity.matching.domain.score import Scores
from isopolity.matching.domain.weights import DEFAULT_WEIGHTS, Weights

_CEILING: Final = 0.9
_NEED_COUNTS: Final = 0.6
"""A need on a subject says less than a request about it."""
_UNKNOWN: Final = 0.5
_OTHER_SUPPORT: Final = 0.3
_SCALE: Final = 1_000_000
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
        )

    def narrowed(self, kept: Truths) -> "Targets":
        """Some of the targets."""
        return replace(
            self,
            targets=[self.targets[position] for position in np.flatnonzero(kept).tolist()],
            city=self.city[kept],
            subjects={name: values[kept] for name, values in self.subjects.items()},
            supports={name: values[kept] for name, values in self.supports.items()},
            amount_min=self.amount_min[kept],
            amount_max=self.amount_max[kept],
            currency_of=self.currency_of[kept],
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """What the targets ask, in the programme's currency; NaN without a request or a known rate."""

    low: Floats
    high: Floats

    def fits(self, programme: Programme) -> Truths:
        """Whether the ranges meet and the budget reaches; what cannot be compared is not ruled out."""
        limit = min(programme.grant_max, programme.budget)
        return np.asarray(~((self.low > limit) | (self.high < programme.grant_min)), bool)

    def value(self, programme: Programme) -> Floats:
        """How much of the range asked lies within the programme's."""
        limit = min(programme.grant_max, programme.budget)
        overlap = np.minimum(self.high, limit) - np.maximum(self.low, programme.grant_min)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.high > self.low, overlap / (self.high - self.low), 1.0)
        return np.where(np.isnan(self.low), _UNKNOWN, np.clip(share, 0, 1))


def standing_needs(city: City, today: date) -> Sequence[Topic]:
    """The needs that are valid today."""
    return [need for need in city.needs if need.stands(today)]


def is_open(programme: Programme, today: date) -> bool:
    """Whether the programme takes applications today."""
    return (programme.opens is None or programme.opens <= today) and (
        programme.closes is None or programme.closes >= today
    )


def grant_asked(programme: Programme, targets: Targets) -> Grant:
    """The amounts asked, converted."""
    factors = [converted(_SCALE, currency, programme.currency) for currency in targets.currency]
    known = np.array([np.nan if factor is None else factor / _SCALE for factor in factors] + [np.nan])
    rate = known[targets.currency_of]
    return Grant(targets.amount_min * rate, targets.amount_max * rate)


def served(programme: Programme, profiles: Profiles) -> Floats:
    """How much the programme is meant for each city's place: 0 not at all, 1 for its country by name."""
    in_region = _among(profiles.region, programme.regions, profiles.numbers["region"])
    in_country = _among(profiles.country, programme.countries, profiles.numbers["country"])
    focus = 1.0 if programme.countries else 0.7 if programme.regions else 0.4
    return np.where(in_region & in_country, focus, 0.0)


def population_fits(programme: Programme, profiles: Profiles) -> Truths:
    """Whether each city's size is within the programme's limits; an unknown size is not ruled out."""
    low = programme.population_min or 0
    high = np.inf if programme.population_max is None else programme.population_max
    return np.asarray(~((profiles.population < low) | (profiles.population > high)), bool)


def allowed(programme: Programme, profiles: Profiles, targets: Targets) -> Truths:
    """Which targets no rule of the programme excludes."""
    city_fits = (served(programme, profiles) > 0) & population_fits(programme, profiles)
    return (
        city_fits[targets.city]
        & grant_asked(programme, targets).fits(programme)
        & (_shared_subjects(programme, targets) > 0)
    )


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
            "subjects": -np.expm1(-_shared_subjects(programme, targets)),
            "grant": grant_asked(programme, targets).value(programme),
            "support": np.where(suits, 1.0, _OTHER_SUPPORT),
            "focus": served(programme, profiles)[city],
            "language": _speaks(programme, profiles)[city],
            "network": 0.5 * ~profiles.has_tie[city] + 0.5 * joined[city],
        },
        weights.sponsorship,
        weights.version,
    )


def _among(codes: Integers, wanted: Sequence[str], numbers: Mapping[str, int]) -> Truths:
    """Which of the codes are wanted; nothing wanted means all."""
    if not wanted:
        return np.ones(len(codes), bool)
    return np.isin(codes, [numbers[code] for code in wanted if code in numbers])


def _speaks(programme: Programme, profiles: Profiles) -> Floats:
    numbers = profiles.numbers["language"]
    common = profiles.languages[:, [numbers[code] for code in programme.languages if code in numbers]].any(axis=1)
    known = profiles.languages.any(axis=1) & bool(programme.languages)
    return np.where(known, common.astype(np.float64), _UNKNOWN)


def _shared_subjects(programme: Programme, targets: Targets) -> Floats:
    """Like the needs of two cities: each shared subject counts, as -log(1 - strength)."""
    total = np.zeros(len(targets.targets))
    for subject in programme.subjects:
        counts = targets.subjects.get(subject)
        if counts is not None:
            total += -np.log1p(-_CEILING * counts)
    return total


def _columns(rows: Sequence[Mapping[str, float]]) -> Mapping[str, Floats]:
    names = sorted({name for row in rows for name in row})
    columns = {name: np.zeros(len(rows)) for name in names}
    for position, row in enumerate(rows):
        for name, value in row.items():
            columns[name][position] = value
    return columns
