"""Hypothetical markets: as if a member stated something else, looked in other regions, or had another budget.

Invariant: only the asking member is changed, in a copy; the network and everybody else stay as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

import networkx as nx

from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_update import with_city, with_fields
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.errors import InvalidWhatIf

_WEAKEST: Final = 1
_STRONGEST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A supposition about one member; a field that is left empty supposes nothing. Raises InvalidWhatIf.

    For a city: these needs and offers in place of its own, only partner cities of these regions and no programmes, its
    needs and requests on these subjects only, its needs and offers by these modes only. For a partner: these regions,
    subjects and this budget in place of those of each of its programmes.
    """

    regions: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    """Modes of a city's needs and offers; a partner has no modes."""
    budget: int | None = None
    """In whole units of a programme's currency; a city has none."""
    needs: tuple[Topic, ...] | None = None
    """None: those that the city states."""
    offers: tuple[Topic, ...] | None = None
    """None: those that the city states."""

    def __post_init__(self) -> None:
        _check("region", self.regions, REGIONS)
        stated = (*(self.needs or ()), *(self.offers or ()))
        _check("subject", [*self.subjects, *(topic.subject for topic in stated)], SUBJECTS)
        _check("mode", [*self.modes, *(topic.mode for topic in stated)], MODES)
        if any(not _WEAKEST <= topic.intensity <= _STRONGEST for topic in stated):
            raise InvalidWhatIf(f"Give each need and offer an intensity from {_WEAKEST} to {_STRONGEST}.")
        if self.budget is not None and self.budget <= 0:
            raise InvalidWhatIf(f"The budget is {self.budget}; give a positive amount, or leave it out.")

    def market(self, market: Market, member_id: str) -> Market:
        """The market with the member changed. Raises InvalidWhatIf."""
        if member_id not in market.profiles.index:
            if self.modes or self.needs is not None or self.offers is not None:
                raise InvalidWhatIf("A partner states no needs or offers; leave them and their modes out.")
            return replace(market, programmes=self._programmes(market.programmes, member_id))
        if self.budget is not None:
            raise InvalidWhatIf("A city has no budget; leave it out.")
        city = market.city(member_id)
        supposed = self._city(city)
        return market if supposed is city else self._with(market, city, supposed)

    def holders(self, market: Market, member_id: str) -> AbstractSet[str]:
        """The holders that may be suggested to the member, itself included."""
        if not self.regions or member_id not in market.profiles.index:
            return market.capacities.keys()
        cities = market.profiles.cities
        within = (city for city in cities if city.region in self.regions or city.city_id == member_id)
        return {holder for city in within for holder in city.capacities}

    def _city(self, city: City) -> City:
        """The city as supposed; itself where nothing is supposed of what it states."""
        if not (self.subjects or self.modes) and self.needs is None and self.offers is None:
            return city
        needs = city.needs if self.needs is None else self.needs
        return replace(
            city,
            needs=_by(_about(needs, self.subjects), self.modes),
            offers=_by(city.offers if self.offers is None else self.offers, self.modes),
        )

    def _with(self, market: Market, city: City, supposed: City) -> Market:
        """The market with the city as supposed, and its requests on the supposed subjects."""
        changed = market_stating(market, city, supposed)
        asked = _requests(market)
        if not self.subjects or not any(request.city_id == city.city_id for request in asked):
            return changed
        requests = [
            replace(request, subjects=_among(request.subjects, self.subjects))
            if request.city_id == city.city_id
            else request
            for request in asked
        ]
        return with_fields(changed, targets=changed.targets.asking(changed.profiles, requests, market.today))

    def _programmes(self, programmes: Sequence[Programme], partner_id: str) -> Sequence[Programme]:
        """A programme whose smallest grant is above the budget grants nothing, so it is left out."""
        others = [each for each in programmes if each.partner_id != partner_id]
        own = [each for each in programmes if each.partner_id == partner_id]
        able = [each for each in own if self.budget is None or each.grant_min <= self.budget]
        if own and not able:
            least = min(own, key=lambda each: each.grant_min)
            raise InvalidWhatIf(
                f"A budget of {self.budget:,} is less than the smallest grant of “{least.name}”, {least.grant_min:,} "
                f"{least.currency}; give more."
            )
        return sorted([*others, *map(self._supposed, able)], key=lambda each: each.holder)

    def _supposed(self, programme: Programme) -> Programme:
        return replace(
            programme,
            regions=tuple(sorted(self.regions)) or programme.regions,
            countries=() if self.regions else programme.countries,
            subjects=tuple(sorted(self.subjects)) or programme.subjects,
            budget=programme.budget if self.budget is None else self.budget,
        )


def _check(what: str, given: Collection[str], known: Mapping[str, str]) -> None:
    unknown = sorted(code for code in given if code not in known)
    if unknown:
        raise InvalidWhatIf(f"There is no {what} {unknown[0]!r}; the {what}s are {', '.join(known)}.")


def market_stating(market: Market, city: City, supposed: City) -> Market:
    """The market with a city, and its requests, where it states something else; the given market stays as it is."""
    asked = _requests(market)
    try:
        changed = with_city(market, city, supposed, shared=True)
        if not any(request.city_id == city.city_id for request in asked):
            return changed
        return with_fields(changed, targets=changed.targets.asking(changed.profiles, asked, market.today))
    except KeyError:  # a subject that nobody has stated so far, as in a small network: its profiles are numbered anew
        profiles, today = market.profiles, market.today
        cities = [supposed if each is city else each for each in profiles.cities]
        drawn = Profiles.of(cities, nx.MultiGraph(), today, legal_acts=profiles.legal_acts)
        same = replace(drawn, has_tie=profiles.has_tie, component=profiles.component)
        names = {**market.names, supposed.city_id: supposed.name}
        return replace(market, profiles=same, targets=Targets.of(same, asked, today), names=names)


def _requests(market: Market) -> Sequence[Request]:
    asked = market.targets.targets[len(market.profiles) :]
    return [target.request for target in asked if target.request is not None]


def _about(topics: tuple[Topic, ...], subjects: frozenset[str]) -> tuple[Topic, ...]:
    return tuple(topic for topic in topics if not subjects or topic.subject in subjects)


def _by(topics: tuple[Topic, ...], modes: frozenset[str]) -> tuple[Topic, ...]:
    return tuple(topic for topic in topics if not modes or topic.mode in modes)


def _among(given: Sequence[str], wanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(subject for subject in given if subject in wanted)
