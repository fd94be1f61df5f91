"""The score of one city with all others as twins (ADR 0097, 0101, 0110), need by need and offer by offer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.audit.meanings import Said, answer_nearness
from isopolity.matching.audit.sealed_members import SealedMembers

VISITS, CALLS, JOINT, DOCUMENTS = range(4)
_WAY: Final = {
    "study-visit": VISITS,
    "staff-exchange": VISITS,
    "training": VISITS,
    "expert-mission": VISITS,
    "webinar": CALLS,
    "peer-review": CALLS,
    "action-plan": JOINT,
    "pilot": JOINT,
    "good-practice": DOCUMENTS,
}
_AT_OFFERER, _AT_NEEDER, _EITHER, _BOTH = ("study-visit",), ("expert-mission",), ("training",), ("staff-exchange",)
_GIVEN: Final = ("size", "distance", "hours", "language")
_EARNED: Final = 0.9
"""The part of the weight of these parts that a pair has to earn back."""


class Cities:
    """All cities as columns; `row` scores one of them with all."""

    def __init__(self, sealed: SealedMembers) -> None:
        cities = sealed.cities
        self.number = len(cities)
        self._weights: Mapping[str, float] = {
            name: weight for name, weight in sealed.weights["twinning"].items() if name != "affinity"
        }
        self._neighbours = float(sealed.weights["neighbours"])
        self._cities = cities
        self._needs, self._offers = _Entries(cities, "needs"), _Entries(cities, "offers")
        self._travels, self._hosts = _truths(cities, "travels"), _truths(cities, "hosts")
        self._latitude, self._longitude = _radians(cities, "latitude"), _radians(cities, "longitude")
        self._clock, self._people = _numbers(cities, "utc_offset"), np.log(_numbers(cities, "population"))
        self._languages = [frozenset(each["languages"]) for each in cities]
        self._speakers: dict[str, Booleans] = {}
        for number, spoken in enumerate(self._languages):
            for language in spoken:
                self._speakers.setdefault(language, np.zeros(self.number, bool))[number] = True
        self._speaks = np.array([bool(each) for each in self._languages], bool)
        self._codes = {name: _codes(cities, name) for name in ("kind", "field", "region", "country")}
        self._learning, self._own = _truths(cities, "learning"), _truths(cities, "own_country")
        self._tie, self._part = _truths(cities, "tie"), np.array([each["component"] for each in cities], np.int64)
        self._acts = sealed.legal_acts["twinning"]

    def row(self, city: int) -> Floats:
        """By other city: the score of the pair; -1 where a public rule keeps the two apart, or nobody gains a thing."""
        mine, theirs = self._gained(city), self._given(city)
        own, other = (-np.expm1(-each.sum(axis=1)) for each in (mine, theirs))
        both = mine + theirs
        whole = both.sum(axis=1, keepdims=True)
        ways = np.divide(both, whole, out=np.zeros_like(both), where=whole > 0)
        parts = {
            "needs-a": own,
            "needs-b": other,
            "balance": np.sqrt(own * other),
            "size": 1 - ways[:, [VISITS, JOINT]].sum(axis=1) * (1 - self._size(city)),
            "setting": self._setting(city),
            "distance": 1 - ways[:, VISITS] * (1 - self._nearness(city)),
            "hours": 1 - ways[:, [CALLS, JOINT]].sum(axis=1) * (1 - self._hours(city)),
            "language": 1 - (ways @ np.array([1.0, 1.0, 1.0, 0.5])) * (1 - self._language(city)),
            "network": self._network(city),
        }
        total = sum(self._weights[name] * values for name, values in parts.items())
        earned = _EARNED * sum(self._weights[name] for name in _GIVEN)
        score = np.clip((total - earned) / (sum(self._weights.values()) - earned), 0, 1)
        return np.where(self._is_apart(city) | (own + other == 0), -1.0, score)

    def kilometres(self, city: int) -> Floats:
        """By other city: the distance along the earth; NaN where a place is not known."""
        north, east = self._latitude, self._longitude
        cosine = np.sin(north[city]) * np.sin(north) + np.cos(north[city]) * np.cos(north) * np.cos(east - east[city])
        chord = np.sin((north - north[city]) / 2) ** 2
        chord += np.cos(north[city]) * np.cos(north) * np.sin((east - east[city]) / 2) ** 2
        near = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
        return np.where(np.isnan(cosine), np.nan, near)

    def _gained(self, city: int) -> Floats:
        """(cities, ways): what the needs of the city get from the offers of each, as -log(1 - value)."""
        offers, found = self._offers, np.zeros((self.number, 4))
        there, back = self._travels[city] & self._hosts, self._travels & self._hosts[city]
        meets = _meets(offers.mode, there[offers.city], back[offers.city])
        for need in self._cities[city]["needs"]:
            strength = self._strength(need, offers) * meets
            np.add.at(found, (offers.city, offers.way), -np.log1p(-strength))
        return found

    def _given(self, city: int) -> Floats:
        """(cities, ways): what the needs of each get from the offers of the city."""
        needs, found = self._needs, np.zeros((self.number, 4))
        there, back = self._travels & self._hosts[city], self._travels[city] & self._hosts
        for offer in self._cities[city]["offers"]:
            meets = _meets(np.full(len(needs.city), offer[2]), there[needs.city], back[needs.city])
            strength = self._strength(offer, needs) * meets
            np.add.at(found[:, _WAY[offer[2]]], needs.city, -np.log1p(-strength))
        return found

    def _strength(self, entry: Sequence[Any], others: "_Entries") -> Floats:
        """How strongly one need and many offers match, or one offer and many needs."""
        subject, intensity, mode, topics, words = entry
        said = others.said
        near = answer_nearness(
            said.shares(subject, self._neighbours),
            said.closeness(topics),
            bool(topics),
            said.names_topics,
            *said.common_words(words),
        )
        least = np.minimum(intensity, others.intensity)
        matters = np.where(least > 0, 0.75 * (0.5 + 0.5 * least / 5), 0.0)
        return np.asarray(matters * np.where(others.mode == mode, 1.0, 0.85) * near, np.float64)

    def _size(self, city: int) -> Floats:
        apart = np.abs(self._people - self._people[city])
        value = np.interp(apart, np.log([1.0, 10.0, 20.0, 100.0]), [1.0, 0.8, 0.6, 0.0])
        return np.where(np.isfinite(apart), value, 0.5)

    def _nearness(self, city: int) -> Floats:
        km = self.kilometres(city)
        return np.where(np.isnan(km), 0.5, 1 / (1 + km / 4000))

    def _hours(self, city: int) -> Floats:
        apart = np.abs(self._clock - self._clock[city]) % 24
        common = np.maximum(8 - np.minimum(apart, 24 - apart), 0)
        return np.where(np.isnan(apart), 0.5, np.minimum(common / 4, 1))

    def _language(self, city: int) -> Floats:
        return np.where(self._speaks & self._speaks[city], self.in_common(city), 0.5)

    def in_common(self, city: int) -> Booleans:
        """By other city: whether it names a working language of the city."""
        found = np.zeros(self.number, bool)
        for language in self._languages[city]:
            found |= self._speakers[language]
        return found

    def _setting(self, city: int) -> Floats:
        same_kind, field = self._codes["kind"] == self._codes["kind"][city], self._codes["field"]
        same_field = (field == field[city]) & (field[city] >= 0)
        value = 0.4 * same_kind + 0.3 * (self._learning & self._learning[city]) + 0.3 * same_field
        return np.asarray(value, np.float64)

    def _network(self, city: int) -> Floats:
        first = (~self._tie).astype(np.float64) + (not self._tie[city])
        joined = self._part != self._part[city]
        value = 0.2 * first + 0.3 * joined + 0.3 * (self._codes["region"] != self._codes["region"][city])
        return np.asarray(value, np.float64)

    def _is_apart(self, city: int) -> Booleans:
        country, own = self._codes["country"], self._cities[city]["country"]
        apart: Booleans = np.asarray((country == country[city]) & ~(self._own & self._own[city]), bool)
        others = [each["country"] for each in self._cities]
        for one, other in self._acts:
            if own in one:
                apart |= np.array([each in other for each in others], bool)
            if own in other:
                apart |= np.array([each in one for each in others], bool)
        apart[city] = True
        return apart


class _Entries:
    """The needs or the offers of all cities, by entry."""

    def __init__(self, cities: Sequence[Mapping[str, Any]], side: str) -> None:
        entries = [(number, *entry) for number, city in enumerate(cities) for entry in city[side]]
        self.city: Integers = np.array([each[0] for each in entries], np.int64)
        self.intensity: Integers = np.array([each[2] for each in entries], np.int64)
        self.mode = np.array([each[3] for each in entries], np.str_)
        self.way: Integers = np.array([_WAY[each[3]] for each in entries], np.int64)
        self.said = Said.of([(each[1], each[4], each[5]) for each in entries])


def _meets(mode: Any, there: Booleans, back: Booleans) -> Booleans:
    """Whether two sides can meet in a mode, by whether the needing side can go to the other, and the other to it."""
    apart = ~np.isin(mode, (*_AT_OFFERER, *_AT_NEEDER, *_EITHER, *_BOTH))
    at_offerer, at_needer = np.isin(mode, _AT_OFFERER) & there, np.isin(mode, _AT_NEEDER) & back
    either, both = np.isin(mode, _EITHER) & (there | back), np.isin(mode, _BOTH) & there & back
    return np.asarray(apart | at_offerer | at_needer | either | both, bool)


def _truths(cities: Sequence[Mapping[str, Any]], name: str) -> Booleans:
    return np.array([each[name] for each in cities], bool)


def _numbers(cities: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([np.nan if each[name] is None else each[name] for each in cities], np.float64)


def _radians(cities: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.radians(_numbers(cities, name))


def _codes(cities: Sequence[Mapping[str, Any]], name: str) -> Integers:
    known = sorted({each[name] for each in cities if each[name] is not None})
    place = {code: number for number, code in enumerate(known)}
    return np.array([place.get(each[name], -1) for each in cities], np.int64)
