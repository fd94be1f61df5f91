"""The members behind the nodes of a problem and its pairs as columns: which fit a filter, have a language in common, or
lie far apart.

Invariant: a member that is not in the market any more fits nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from isopolity.contracts.codes import country_regions
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned8
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.domain.rules.filters import Grouping, MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.scores.city_arrays import Topics
from isopolity.matching.domain.sphere import great_circle_km

_GONE: Final = -1
"""In place of a member that is not in the market: the last entry of each column, which fits nothing."""


@dataclass(frozen=True, kw_only=True)  # no slots: the columns are kept in it
class MemberColumns:
    """The members of a market, first the cities, then the programmes; and which of them each node is."""

    market: Market
    member: Integers
    """(nodes,): the number of the member."""
    is_for_twinnings: Booleans
    """(nodes,): whether it is a city's capacity for twinnings."""

    @classmethod
    def of(cls, holders: Sequence[str], market: Market) -> "MemberColumns":
        """The columns of the holders that are nodes 0, 1 …"""
        cities, programmes = len(market.profiles), market.programme_arrays.number
        member, twinnings = np.full(len(holders), _GONE, np.int64), np.zeros(len(holders), bool)
        for node, holder in enumerate(holders):
            if (city := market.twinning_city(holder)) is not None:
                member[node], twinnings[node] = city, True
            elif (city := market.sponsorship_city(holder)) is not None:
                member[node] = city
            elif (programme := programmes.get(holder)) is not None:
                member[node] = cities + programme
        return cls(market=market, member=member, is_for_twinnings=twinnings)

    @classmethod
    def of_market(cls, market: Market) -> "MemberColumns":
        """The columns of the nodes of `CandidateArrays`: cities for twinnings, cities again, and programmes."""
        cities, programmes = len(market.profiles), len(market.programmes)
        member = np.concatenate((np.arange(cities), np.arange(cities + programmes)))
        return cls(market=market, member=member, is_for_twinnings=np.arange(len(member)) < cities)

    @property
    def is_city(self) -> Booleans:
        """(nodes,): whether it is of a city."""
        return (self.member >= 0) & (self.member < len(self.market.profiles))

    def fitting(self, of: MemberFilter) -> Booleans:
        """(nodes,): whether the node is of a member that fits."""
        return self.members_fitting(of)[self.member]

    def members_fitting(self, of: MemberFilter) -> Booleans:
        """(members + 1,): which of all members fit; the last entry stands for those that are gone."""
        none = [np.zeros(len(each), bool) for each in (self.market.profiles, self.market.programmes)]
        cities = none[0] if of.is_of_programmes else self._cities(of)
        programmes = none[1] if of.is_of_cities else self._programmes(of)
        return np.concatenate((cities, programmes, [False]))

    def groups(self, by: Grouping) -> Integers:
        """(members + 1,): the number of each one's country or region, -1 where it is not known; partners: at home."""
        countries = [each.home_country for each in self.market.programmes]
        cities = self.market.profiles.cities
        if by is Grouping.COUNTRY:
            codes = [*(city.country for city in cities), *countries]
        else:
            regions = country_regions()
            codes = [*(city.region for city in cities), *(regions.get(country, "") for country in countries)]
        names, number = np.unique(np.array([*codes, ""], np.str_), return_inverse=True)
        return np.where(names == "", _GONE, np.arange(len(names)))[number]

    @cached_property
    def places(self) -> tuple[Floats, Floats]:
        """(members + 1,) each: latitude and longitude; NaN where they are not known."""
        beyond = np.full(len(self.market.programmes) + 1, np.nan)
        profiles = self.market.profiles
        return np.concatenate((profiles.latitude, beyond)), np.concatenate((profiles.longitude, beyond))

    @cached_property
    def languages(self) -> Unsigned8:
        """(members + 1, bytes): the working languages as bits, varieties of one language taken together."""
        return np.packbits(np.stack(list(self._spoken.values()), axis=1), axis=1)

    @cached_property
    def _spoken(self) -> Mapping[str, Booleans]:
        """By language, which members work in it; there is always one column, so that they can be put together."""
        profiles, programmes = self.market.profiles, self.market.programmes
        columns = {"": np.zeros(len(profiles) + len(programmes) + 1, bool)}

        def column(code: str) -> Booleans:
            return columns.setdefault(_language(code), np.zeros_like(columns[""]))

        for code, number in profiles.numbers["language"].items():
            column(code)[: len(profiles)] |= profiles.languages[:, number]
        for position, programme in enumerate(programmes, len(profiles)):
            for code in programme.languages:
                column(code)[position] = True
        return columns

    @cached_property
    def _tied(self) -> Booleans:
        """(cities,): which have any tie, publicly or not."""
        return np.array([bool(self.market.tied_to(city.city_id)) for city in self.market.profiles.cities], bool)

    def _cities(self, of: MemberFilter) -> Booleans:
        profiles = self.market.profiles
        number, fits = len(profiles), np.ones(len(profiles), bool)
        for name, codes in (("region", of.region), ("country", of.country), ("kind", of.kind)):
            if codes:
                fits &= np.isin(getattr(profiles, name), _numbers(codes, profiles.numbers[name]))
        if of.people_at_least is not None:
            fits &= profiles.population >= of.people_at_least
        if of.people_at_most is not None:
            fits &= profiles.population <= of.people_at_most
        for topics, codes in ((profiles.needs, of.needs), (profiles.offers, of.offers)):
            if codes:
                fits &= _named(topics, _numbers(codes, profiles.numbers["subject"]), number)
        if of.without_tie is not None:
            fits &= self._tied != of.without_tie
        if of.language:
            fits &= self._works_in(of.language)[:number]
        if of.id:
            fits &= np.isin(np.arange(number), _numbers(of.id, profiles.index))
        return fits

    def _programmes(self, of: MemberFilter) -> Booleans:
        programmes, cities = self.market.programmes, len(self.market.profiles)
        fits = np.ones(len(programmes), bool)
        if of.partner_kind:
            fits &= _each(each.partner_kind in of.partner_kind for each in programmes)
        if of.home_country:
            fits &= _each(each.home_country in of.home_country for each in programmes)
        if of.id:
            fits &= _each(
                not {each.partner_id, f"{each.partner_id}/{each.programme_id}"}.isdisjoint(of.id) for each in programmes
            )
        if of.language:
            fits &= self._works_in(of.language)[cities:-1]
        return fits

    def _works_in(self, codes: Iterable[str]) -> Booleans:
        found = np.zeros_like(self._spoken[""])
        for code in codes:
            found |= self._spoken.get(_language(code), False)
        return found


def _named(topics: Topics, subjects: Sequence[int], cities: int) -> Booleans:
    """(cities,): which of them name any of the subjects."""
    return np.bincount(topics.city[np.isin(topics.subject, subjects)], minlength=cities) > 0


def _numbers(codes: Collection[str], numbers: Mapping[str, int]) -> Sequence[int]:
    return [numbers[code] for code in codes if code in numbers]


def _each(truths: Iterable[bool]) -> Booleans:
    return np.array(list(truths), bool)


def _language(code: str) -> str:
    """The language without its variety: `pt-BR` is `pt`."""
    return code.partition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairColumns:
    """The edges of a problem, with the members of its nodes."""

    problem: RoundProblem
    members: MemberColumns

    @property
    def ends(self) -> tuple[Integers, Integers]:
        """(edges,) each: the members at both ends."""
        return self.members.member[self.problem.a], self.members.member[self.problem.b]

    def of_kind(self, kind: PairKind) -> Booleans:
        """(edges,): which are of the kind."""
        if kind is PairKind.ALL:
            return np.ones(len(self.problem.a), bool)
        is_twinning = self.members.is_for_twinnings[self.problem.a]
        return is_twinning if kind is PairKind.TWINNINGS else ~is_twinning

    def nodes_of_kind(self, kind: PairKind) -> Booleans:
        """(nodes,): which hold capacity for pairs of the kind."""
        if kind is PairKind.ALL:
            return np.ones(len(self.problem.capacity), bool)
        twinnings = self.members.is_for_twinnings
        return twinnings if kind is PairKind.TWINNINGS else ~twinnings

    def nodes_of(
        self, of: MemberFilter, kind: PairKind, among: Booleans | None = None
    ) -> tuple[Integers, Integers, int]:
        """The nodes of the members that fit, each one's member numbered from 0, and how many members there are.

        They hold capacity for pairs of the kind, and are `among` these nodes where some are given.
        """
        those = self.members.fitting(of) & self.nodes_of_kind(kind)
        nodes = np.flatnonzero(those if among is None else those & among)
        of_node = self.members.member[nodes]
        order = np.lexsort((nodes, of_node))
        known, member = np.unique(of_node[order], return_inverse=True)
        return nodes[order], member.reshape(-1), len(known)

    def fitting(self, of: PairFilter) -> Booleans:
        """(edges,): which fit the filter."""
        a, b = self.problem.a, self.problem.b
        fits = self.of_kind(of.kind)
        if of.including is not None:
            those = self.members.fitting(of.including)
            fits = fits & (those[a] | those[b])
        if of.between is not None:
            one, other = (self.members.fitting(each) for each in of.between)
            fits = fits & ((one[a] & other[b]) | (other[a] & one[b]))
        if of.within is not None:
            fits = fits & self._in_one(of.within)
        if of.across is not None:
            fits = fits & self._in_two(of.across)
        return fits

    def with_common_language(self) -> Booleans:
        """(edges,): which are of two members that have a known working language in common."""
        spoken = self.members.languages
        a, b = self.ends
        return np.asarray((spoken[a] & spoken[b]).any(axis=1), bool)

    def kilometres(self) -> Floats:
        """(edges,): how far apart both members are; NaN where a place is not known, and for programmes."""
        latitude, longitude = self.members.places
        a, b = self.ends
        return great_circle_km(latitude[a], longitude[a], latitude[b], longitude[b])

    def _in_one(self, by: Grouping) -> Booleans:
        a, b = self._groups(by)
        return np.asarray(self._of_two_cities() & (a == b) & (a >= 0), bool)

    def _in_two(self, by: Grouping) -> Booleans:
        a, b = self._groups(by)
        return np.asarray(self._of_two_cities() & (a != b) & (a >= 0) & (b >= 0), bool)

    def _groups(self, by: Grouping) -> tuple[Integers, Integers]:
        groups = self.members.groups(by)
        a, b = self.ends
        return groups[a], groups[b]

    def _of_two_cities(self) -> Booleans:
        is_city = self.members.is_city
        return is_city[self.problem.a] & is_city[self.problem.b]
