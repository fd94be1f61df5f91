"""What-ifs: the market as if a member looked in other regions, for fewer subjects, or had another budget.

Invariant: only the asking member is changed, in a copy; the network and everybody else stay as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from isopolity.contracts.codes import REGIONS, SUBJECTS
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_update import with_city, with_fields
from isopolity.matching.domain.member import Programme
from isopolity.matching.errors import InvalidWhatIf


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A supposition about one member; a field that is left empty supposes nothing. Raises InvalidWhatIf.

    For a city: only partner cities of these regions and no programmes, its needs and requests on these subjects only.
    For a partner: these regions, subjects and this budget in place of those of each of its programmes.
    """

    regions: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    budget: int | None = None
    """In whole units of a programme's currency; a city has none."""

    def __post_init__(self) -> None:
        _check("region", self.regions, REGIONS)
        _check("subject", self.subjects, SUBJECTS)
        if self.budget is not None and self.budget <= 0:
            raise InvalidWhatIf(f"The budget is {self.budget}; give a positive amount, or leave it out.")

    def market(self, market: Market, member_id: str) -> Market:
        """The market with the member changed. Raises InvalidWhatIf."""
        if member_id not in market.profiles.index:
            return replace(market, programmes=self._programmes(market.programmes, member_id))
        if self.budget is not None:
            raise InvalidWhatIf("A city has no budget; leave it out.")
        return _narrowed(market, member_id, self.subjects) if self.subjects else market

    def holders(self, market: Market, member_id: str) -> AbstractSet[str]:
        """The holders that may be suggested to the member, itself included."""
        if not self.regions or member_id not in market.profiles.index:
            return market.capacities.keys()
        cities = market.profiles.cities
        within = (city for city in cities if city.region in self.regions or city.city_id == member_id)
        return {holder for city in within for holder in city.capacities}

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


def _narrowed(market: Market, city_id: str, subjects: frozenset[str]) -> Market:
    city = market.city(city_id)
    needs = tuple(need for need in city.needs if need.subject in subjects)
    narrowed = with_city(market, city, replace(city, needs=needs), shared=True)
    asked = [target.request for target in market.targets.targets if target.request is not None]
    if not any(request.city_id == city_id for request in asked):
        return narrowed
    requests = [
        replace(request, subjects=_among(request.subjects, subjects)) if request.city_id == city_id else request
        for request in asked
    ]
    return with_fields(narrowed, targets=narrowed.targets.asking(narrowed.profiles, requests, market.today))


def _among(given: Sequence[str], wanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(subject for subject in given if subject in wanted)
