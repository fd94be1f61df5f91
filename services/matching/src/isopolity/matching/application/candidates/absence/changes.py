"""The changes of a city or a programme that could help it: few, drawn from what its possible partners state.

Invariant: each change is one that the member can state in its profile, and differs from what it states.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.absence.public_round import AllPartners
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.city_arrays import Topics
from isopolity.matching.domain.scores.programme_eligibility import Granted, size_fits, size_limits
from isopolity.matching.domain.scores.sponsorship import grant_asked
from isopolity.matching.domain.scores.strength import MODES, POSSIBLE, needs_travel

ONLINE: Final = "webinar"
"""The mode that is added to what a city needs and offers where it works online, too."""
_SUBJECTS_TRIED: Final = 6
_OF_SUBJECTS: Final = int(Blocker.SUBJECTS.bit | Blocker.OUT_OF_REACH.bit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a member: its kind, the member as it would be, and the words that its sentence needs."""

    kind: str
    member: City | Programme
    words: Mapping[str, str | int]


def city_changes(market: Market, city: City, twinnings: AllPartners, programmes: AllPartners) -> Sequence[Change]:
    """The changes, the likeliest first; the two arrays are the city's pairs as it is."""
    return [
        *_needs_and_offers(market, city, twinnings),
        *_ways_to_meet(city),
        *_own_country(city, twinnings),
        *_capacities(city, programmes),
    ]


def lacks_only(partners: AllPartners, lifted: int) -> Integers:
    """The positions of the partners that no blocker rules out besides those in `lifted`, as bits."""
    found: Integers = partners.partner[(partners.blockers & ~np.uint16(lifted)) == 0]
    return found


def _needs_and_offers(market: Market, city: City, twinnings: AllPartners) -> Iterator[Change]:
    """New needs and offers for the city by turns: first the need that most others could meet."""
    profiles, own = market.profiles, market.profiles.index[city.city_id]
    others = np.zeros(len(profiles), bool)
    others[lacks_only(twinnings, _OF_SUBJECTS)] = True
    mine = profiles.mobility[own]
    offers, needs = profiles.offers, profiles.needs
    can_give = others[offers.city] & POSSIBLE[offers.mode, mine, profiles.mobility[offers.city]]
    can_take = others[needs.city] & POSSIBLE[needs.mode, profiles.mobility[needs.city], mine]
    codes = {number: code for code, number in profiles.numbers["subject"].items()}
    wanted = _most_frequent(offers, can_give, codes, {need.subject for need in city.needs})
    given = _most_frequent(needs, can_take, codes, {offer.subject for offer in city.offers})
    for number in range(max(len(wanted), len(given))):
        for topic in wanted[number : number + 1]:
            yield _about("need", replace(city, needs=(*city.needs, topic)), topic)
        for topic in given[number : number + 1]:
            yield _about("offer", replace(city, offers=(*city.offers, topic)), topic)


def _about(code: str, city: City, topic: Topic) -> Change:
    return Change(kind=code, member=city, words={"subject": topic.subject, "mode": topic.mode})


def _most_frequent(topics: Topics, counted: Booleans, codes: Mapping[int, str], known: set[str]) -> Sequence[Topic]:
    """The most frequent subjects among some topics that are not known, each by its most frequent mode, as intense as
    half of these are.
    """
    table = np.zeros((len(codes), len(MODES)), np.int64)
    np.add.at(table, (topics.subject[counted], topics.mode[counted]), 1)
    total, found = table.sum(axis=1), list[Topic]()
    for number in np.argsort(-total, kind="stable").tolist():
        if len(found) < _SUBJECTS_TRIED and total[number] and codes[number] not in known:
            mode = int(table[number].argmax())
            intensity = np.median(topics.intensity[counted & (topics.subject == number) & (topics.mode == mode)])
            found.append(Topic(subject=codes[number], intensity=int(intensity), mode=MODES[mode]))
    return found


def _ways_to_meet(city: City) -> Iterator[Change]:
    needs, offers = _also_online(city.needs), _also_online(city.offers)
    if (needs, offers) != (city.needs, city.offers):
        yield Change(kind="online", member=replace(city, needs=needs, offers=offers), words={})
    if not city.travels:
        yield Change(kind="travel", member=replace(city, can_travel=True, online_only=False), words={})
    if not city.hosts:
        yield Change(kind="host", member=replace(city, can_host=True, online_only=False), words={})


def _also_online(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """The topics, and each that takes a journey by webinar, too."""
    apart = {topic.subject for topic in topics if not needs_travel(topic.mode)}
    added = {topic.subject: replace(topic, mode=ONLINE) for topic in topics if topic.subject not in apart}
    return (*topics, *added.values())


def _own_country(city: City, twinnings: AllPartners) -> Iterator[Change]:
    if not city.wants_own_country and (twinnings.blockers & Blocker.OWN_COUNTRY.bit).any():
        yield Change(kind="own-country", member=replace(city, wants_own_country=True), words={})


def _capacities(city: City, programmes: AllPartners) -> Iterator[Change]:
    twinnings, sponsorships = city.capacities.values()
    more = replace(city, capacity=twinnings + 1, sponsorship_capacity=sponsorships)
    yield Change(kind="twinnings", member=more, words={"now": twinnings, "then": twinnings + 1})
    if len(programmes.partner):
        more = replace(city, sponsorship_capacity=sponsorships + 1)
        yield Change(kind="sponsorships", member=more, words={"now": sponsorships, "then": sponsorships + 1})


_TRIED: Final = 4
"""The most places, and the most subjects, that are tried."""
_PLACE: Final = int(Blocker.REGION.bit | Blocker.COUNTRY.bit)
_DIGITS: Final = 2
"""The significant digits of a grant that is supposed."""


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
        for country in _commonest([city.country for city in members], programme.countries):
            region = next(city.region for city in members if city.country == country)
            regions = (*programme.regions, *({region} - {*programme.regions})) if programme.regions else ()
            served = replace(programme, countries=(*programme.countries, country), regions=regions)
            yield Change(kind="country", member=served, words={"country": country})
    elif programme.regions:
        for region in _commonest([city.region for city in members], programme.regions):
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


def _commonest(codes: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    counts: dict[str, float] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return _heaviest(counts, known)


def _heaviest(counts: Mapping[str, float], known: Sequence[str]) -> Sequence[str]:
    found = [code for code, count in counts.items() if count and code not in known]
    return sorted(found, key=lambda code: (-counts[code], code))[:_TRIED]
