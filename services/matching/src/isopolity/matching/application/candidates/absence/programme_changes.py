"""The changes of a programme that could help it: few, drawn from what keeps cities from it.

Invariant: each change is one that its partner can state, and differs from what the programme states.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, log10
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.absence.all_partners import AllPartners
from isopolity.matching.application.candidates.absence.changes import Change, lacks_only
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.programme_eligibility import Granted, size_fits, size_limits
from isopolity.matching.domain.scores.sponsorship import grant_asked

_TRIED: Final = 4
"""Places, and subjects, of each kind."""
_PLACE: Final = int(Blocker.REGION.bit | Blocker.COUNTRY.bit)
_DIGITS: Final = 2
"""Of a grant that is supposed."""


def programme_changes(market: Market, programme: Programme, cities: AllPartners) -> Sequence[Change]:
    """The changes, the likeliest first; `cities` are the programme's pairs as it is."""
    return [
        *_places(market, programme, lacks_only(cities, _PLACE)),
        *_subjects(market, programme, lacks_only(cities, int(Blocker.SUBJECTS.bit))),
        *_grants(market, programme, lacks_only(cities, int(Blocker.AMOUNT.bit))),
        *_sizes(market, programme, lacks_only(cities, int(Blocker.POPULATION.bit))),
        Change(
            kind="cities",
            member=replace(programme, cities=programme.cities + 1),
            words={"now": programme.cities, "then": programme.cities + 1},
        ),
    ]


def _places(market: Market, programme: Programme, cities: Integers) -> Iterator[Change]:
    """A country more where the programme names countries, with its region; else a region more where it names some."""
    members = [market.profiles.cities[city] for city in cities.tolist()]
    if programme.countries:
        for country in _most_frequent([city.country for city in members], programme.countries):
            region = next(city.region for city in members if city.country == country)
            regions = (*programme.regions, *({region} - {*programme.regions})) if programme.regions else ()
            served = replace(programme, countries=(*programme.countries, country), regions=regions)
            yield Change(kind="country", member=served, words={"country": country})
    elif programme.regions:
        for region in _most_frequent([city.region for city in members], programme.regions):
            served = replace(programme, regions=(*programme.regions, region))
            yield Change(kind="region", member=served, words={"region": region})


def _subjects(market: Market, programme: Programme, cities: Integers) -> Iterator[Change]:
    its = np.isin(market.targets.city, cities)
    counts = {code: float(values[its].sum()) for code, values in market.targets.subjects.items()}
    for code in _heaviest(counts, programme.subjects):
        more = replace(programme, subjects=(*programme.subjects, code))
        yield Change(kind="subject", member=more, words={"subject": code})


def _grants(market: Market, programme: Programme, cities: Integers) -> Iterator[Change]:
    """Grants that reach half of the requests which the range keeps out on either side."""
    asking, asked = grant_asked(programme, market.targets)
    its = np.isin(market.targets.city[asking], cities)
    granted = Granted.by(programme)
    over, under = its & (asked.low > granted.most), its & (asked.high < granted.least)
    if over.any():
        most = _rounded(asked.low, over, ceil)
        more = replace(programme, grant_max=most, budget=max(programme.budget, most))
        yield _granting("grant-max", more, round(float(granted.most)), most)
    if under.any():
        least = _rounded(asked.high, under, floor)
        yield _granting("grant-min", replace(programme, grant_min=least), programme.grant_min, least)


def _granting(code: str, programme: Programme, now: int, then: int) -> Change:
    return Change(kind=code, member=programme, words={"now": now, "then": then, "currency": programme.currency})


def _sizes(market: Market, programme: Programme, cities: Integers) -> Iterator[Change]:
    if not size_fits(market.profiles.population[cities], *size_limits(programme)).all():
        yield Change(kind="size", member=replace(programme, population_min=None, population_max=None), words={})


def _rounded(amounts: Floats, those: Booleans, towards: Callable[[float], int]) -> int:
    value = float(np.median(amounts[those]))
    unit: int = 10 ** max(0, floor(log10(max(value, 1))) - _DIGITS + 1)
    return towards(value / unit) * unit


def _most_frequent(codes: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    counts: dict[str, float] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return _heaviest(counts, known)


def _heaviest(counts: Mapping[str, float], known: Sequence[str]) -> Sequence[str]:
    found = [code for code, count in counts.items() if count and code not in known]
    return sorted(found, key=lambda code: (-counts[code], code))[:_TRIED]
