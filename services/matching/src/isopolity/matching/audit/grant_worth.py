"""The score of one programme with all cities (ADR 0097 to 0101), by the best of what each city asks for."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.audit.meanings import Said, shares_of, support_nearness
from isopolity.matching.audit.sealed_members import SealedMembers
from isopolity.matching.domain.scores.programme_eligibility import USD_PER_UNIT

_MONEY: Final = "funding"
_OTHERS: Final = ("expertise", "equipment", "training")
_HELPS: Final = {
    "training": ("training",),
    "webinar": ("training", "expertise"),
    "peer-review": ("expertise",),
    "expert-mission": ("expertise",),
    "good-practice": ("expertise",),
    "action-plan": ("expertise",),
    "pilot": ("equipment", "expertise"),
}
_GIVEN: Final = ("grant", "support", "focus", "language", "network")
_EARNED: Final = 0.6


class _Target(NamedTuple):
    """What a programme may support: a city for its needs, or one of its requests."""

    city: int
    request: Mapping[str, Any] | None


class _Want(NamedTuple):
    target: int
    subjects: Sequence[str]
    counts: float
    helped_by: Sequence[str]


class Grants:
    """All that cities want, as columns; `row` scores one programme with all cities."""

    def __init__(self, sealed: SealedMembers) -> None:
        self._sealed = sealed
        self._weights: Mapping[str, float] = sealed.weights["sponsorship"]
        self._neighbours = float(sealed.weights["neighbours"])
        cities = sealed.cities
        self._targets = [_Target(number, None) for number in range(len(cities))]
        self._targets += [_Target(each["city"], each) for each in sealed.requests]
        wants, said = list[_Want](), list[tuple[str, Sequence[str], Sequence[Any] | None]]()
        for number, city in enumerate(cities):
            for subject, intensity, mode, topics, words in city["needs"]:
                wants.append(_Want(number, [subject], 0.9 * intensity / 5, _HELPS.get(mode, ())))
                said.append(("", topics, words))
        for number, each in enumerate(sealed.requests, len(cities)):
            if each["subjects"]:
                helped = (_MONEY,) if each["amount_max"] > 0 else _OTHERS
                wants.append(_Want(number, each["subjects"], 1.0, helped))
                said.append(("", each["topics"], each["words"]))
        self._wants, self._said = wants, Said.of(said)
        self._target: Integers = np.array([each.target for each in wants], np.int64)
        self._counts: Floats = np.array([each.counts for each in wants], np.float64)
        self._city: Integers = np.array([each.city for each in self._targets], np.int64)
        self._acts = sealed.legal_acts["sponsorship"]

    def row(self, number: int) -> Floats:
        """By city: the score of the pair; -1 where it is kept apart, nothing helps, or no budget allows it."""
        programme, targets = self._sealed.programmes[number], len(self._targets)
        given, wanted = self._covered(programme)
        asked = np.array([self._fits(programme, each) for each in self._targets], bool)
        open_here = np.array([self._serves(programme, each) for each in self._sealed.cities], bool)[self._city]
        parts = {
            "subjects": -np.expm1(-given),
            "grant": np.array([self._granted(programme, each) for each in self._targets], np.float64),
            "support": np.divide(given, wanted, out=np.zeros(targets), where=wanted > 0),
            "focus": np.full(targets, 1.0 if programme["countries"] else 0.7 if programme["regions"] else 0.4),
            "language": np.array([self._language(programme, c) for c in self._sealed.cities], np.float64)[self._city],
            "network": np.array([self._network(programme, c) for c in self._sealed.cities], np.float64)[self._city],
        }
        total = sum(self._weights[name] * values for name, values in parts.items())
        earned = _EARNED * sum(self._weights[name] for name in _GIVEN)
        score = np.clip((total - earned) / (sum(self._weights.values()) - earned), 0, 1)
        score = np.where((given > 0) & asked & open_here, score, -1.0)
        return self._best(programme, score)

    def _best(self, programme: Mapping[str, Any], score: Floats) -> Floats:
        """By city: the score of its best target; -1 if no budget allows that."""
        found = np.full(len(self._sealed.cities), -1.0)
        for target in np.argsort(-score, kind="stable").tolist():
            if score[target] < 0:
                break
            city = self._city[target]
            if found[city] == -1.0:
                found[city] = score[target] if self._is_paid(programme, self._targets[target]) else -2.0
        return np.asarray(np.maximum(found, -1.0), np.float64)

    def _covered(self, programme: Mapping[str, Any]) -> tuple[Floats, Floats]:
        """By target: what it wants that the programme is about, as -log(1 - value), as far as it helps, and in all."""
        by_subject: dict[str, float] = {}
        for own in programme["subjects"]:
            named = sorted({subject for want in self._wants for subject in want.subjects})
            for subject, share in zip(named, shares_of(own, named, self._neighbours).tolist(), strict=True):
                by_subject[subject] = max(by_subject.get(subject, 0.0), share)
        share = np.array(
            [max((by_subject.get(each, 0.0) for each in want.subjects), default=0.0) for want in self._wants]
        )
        near = support_nearness(
            share,
            self._said.closeness(programme["topics"]),
            bool(programme["topics"]),
            self._said.names_topics,
            *self._said.common_words(programme["words"]),
        )
        weight = -np.log1p(-0.9 * self._counts * near)
        gives = _supports(programme)
        helps = np.array([any(each in gives for each in want.helped_by) for want in self._wants], bool)
        return self._summed(weight * helps), self._summed(weight)

    def _summed(self, by_want: Floats) -> Floats:
        """The sums of what stands by want, by target."""
        return np.asarray(np.bincount(self._target, by_want, len(self._targets)), np.float64)

    def _serves(self, programme: Mapping[str, Any], city: Mapping[str, Any]) -> bool:
        people, least, most = city["population"], programme["population_min"], programme["population_max"]
        fits = people is None or ((least is None or people >= least) and (most is None or people <= most))
        apart = any(
            (programme["home_country"] in one and city["country"] in other)
            or (programme["home_country"] in other and city["country"] in one)
            for one, other in self._acts
        )
        in_region = not programme["regions"] or city["region"] in programme["regions"]
        return (
            in_region
            and (not programme["countries"] or city["country"] in programme["countries"])
            and fits
            and not apart
        )

    def _fits(self, programme: Mapping[str, Any], target: _Target) -> bool:
        """Whether the amounts of a request and of the programme overlap; any that cannot be compared do."""
        request = target.request
        if request is None or request["amount_max"] <= 0:
            return True
        most, rate = min(programme["grant_max"], programme["budget"]), _rate(request["currency"], programme["currency"])
        if most <= 0:
            return False
        low, high = request["amount_min"], request["amount_max"]
        return rate is None or not (low * rate > most or high * rate < programme["grant_min"])

    def _granted(self, programme: Mapping[str, Any], target: _Target) -> float:
        request = target.request
        if request is None or request["amount_max"] <= 0:
            return 0.5
        rate = _rate(request["currency"], programme["currency"])
        if rate is None:
            return 0.5
        low, high = request["amount_min"] * rate, request["amount_max"] * rate
        overlap = min(high, min(programme["grant_max"], programme["budget"])) - max(low, programme["grant_min"])
        return min(max(overlap / (high - low), 0.0), 1.0) if high > low else 1.0

    def _is_paid(self, programme: Mapping[str, Any], target: _Target) -> bool:
        """Whether the budget of a programme that gives money allows the pair."""
        request = target.request
        if not self._sealed.has_budgets or programme["grant_max"] <= 0 or request is None or request["amount_max"] == 0:
            return True
        wanted = request["set"].get(programme["currency"])
        if wanted is None and request["currency"] != programme["currency"]:
            return False
        low, high = wanted or (request["amount_min"], request["amount_max"])
        least, most = max(low, programme["grant_min"]), min(high, programme["grant_max"])
        takes = (least or most) if 0 < most >= least else programme["grant_max"]
        return bool(takes <= programme["left"])

    @staticmethod
    def _language(programme: Mapping[str, Any], city: Mapping[str, Any]) -> float:
        if not programme["languages"] or not city["languages"]:
            return 0.5
        return float(not set(programme["languages"]).isdisjoint(city["languages"]))

    @staticmethod
    def _network(programme: Mapping[str, Any], city: Mapping[str, Any]) -> float:
        return float(0.5 * (not city["tie"]) + 0.5 * (city["component"] != programme["component"]))


def _supports(programme: Mapping[str, Any]) -> Sequence[str]:
    named = [each for each in programme["supports"] if each != _MONEY]
    if programme["grant_max"] > 0:
        return (_MONEY, *named)
    return named if programme["supports"] else _OTHERS


def _rate(source: str, target: str) -> float | None:
    if source == target:
        return 1.0
    if source not in USD_PER_UNIT or target not in USD_PER_UNIT:
        return None
    return 1_000_000 * USD_PER_UNIT[source] / USD_PER_UNIT[target] / 1_000_000
