"""The changes of a city or a programme that could help it: few, drawn from what its possible partners state.

Invariant: each change is one that the member can truthfully state in its profile, and differs from what it states. None
names a subject that the member did not name, and none takes on more partners than the member has places for.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Final, Literal

import numpy as np

from isopolity.matching.application.candidates.absence.public_round import AllPartners
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.scores.programme_eligibility import Granted, size_fits, size_limits
from isopolity.matching.domain.scores.sponsorship import grant_asked
from isopolity.matching.domain.scores.strength import MODES, POSSIBLE, needs_travel
from isopolity.matching.domain.scores.wants import OTHER_SUPPORTS
from isopolity.thesaurus.concepts import MOST_TOPICS

ONLINE: Final = "webinar"
"""The mode that is added to what a city needs and offers where it works online, too."""
_EACH_TRIED: Final = 4
"""The most modes, topics and languages that are tried, each for needs and for offers."""
_OF_SUBJECTS: Final = int(Blocker.SUBJECTS.bit | Blocker.OUT_OF_REACH.bit)
Side = Literal["need", "offer"]
_PARTS: Final[Mapping[Side, tuple[str, str]]] = {"need": ("needs", "offers"), "offer": ("offers", "needs")}
"""By side: the part of the profile, and the part of others that meets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a member: its kind, the member as it would be, and the words that its sentence needs."""

    kind: str
    member: City | Programme
    words: Mapping[str, str | int]


def city_changes(market: Market, city: City, twinnings: AllPartners) -> Sequence[Change]:
    """The changes, the likeliest first; `twinnings` are the city's pairs as it is."""
    others = lacks_only(twinnings, _OF_SUBJECTS)
    by_topics = [*_topics(market, city, others, "need"), *_topics(market, city, others, "offer")]
    by_modes = [*_modes(market, city, others, "need"), *_modes(market, city, others, "offer")]
    return [*by_topics, *by_modes, *_online(city), *_languages(market, city, twinnings), *_own_country(city, twinnings)]


def lacks_only(partners: AllPartners, lifted: int) -> Integers:
    """The positions of the partners that no blocker rules out besides those in `lifted`, as bits."""
    found: Integers = partners.partner[(partners.blockers & ~np.uint16(lifted)) == 0]
    return found


def _topics(market: Market, city: City, others: Integers, side: Side) -> Iterator[Change]:
    """A topic for a need, or an offer, that has room for one: those first that most others state of its subject."""
    part, their_part = _PARTS[side]
    stated: Sequence[Topic] = getattr(city, part)
    counts: dict[str, Counter[str]] = {each.subject: Counter() for each in stated}
    for other in others.tolist():
        for each in getattr(market.profiles.cities[other], their_part):
            if each.topics and each.subject in counts:
                counts[each.subject].update(each.topics)
    found = [
        (-number, at, topic)
        for at, each in enumerate(stated)
        if len(each.topics) < MOST_TOPICS and each.stands(market.today)
        for topic, number in counts[each.subject].items()
        if topic not in each.topics
    ]
    for _, at, topic in sorted(found)[:_EACH_TRIED]:
        named = replace(stated[at], topics=(*stated[at].topics, topic))
        member = _stating(city, side, (*stated[:at], named, *stated[at + 1 :]))
        yield Change(
            kind="topic",
            member=member,
            words={"side": side, "subject": named.subject, "mode": named.mode, "topic": topic},
        )


def _modes(market: Market, city: City, others: Integers, side: Side) -> Iterator[Change]:
    """Another mode of a need, or of an offer: those first in which most others could meet it."""
    part, their_part = _PARTS[side]
    stated: Sequence[Topic] = getattr(city, part)
    profiles = market.profiles
    theirs = getattr(profiles, their_part)
    is_other = np.zeros(len(profiles), bool)
    is_other[others] = True
    mine, its = profiles.mobility[profiles.index[city.city_id]], profiles.mobility[theirs.city]
    can_meet = POSSIBLE[theirs.mode, mine, its] if side == "need" else POSSIBLE[theirs.mode, its, mine]
    counted, known = is_other[theirs.city] & can_meet, {(each.subject, each.mode) for each in stated}
    found = list[tuple[int, int, int]]()
    for at, each in enumerate(stated):
        subject = profiles.numbers["subject"].get(each.subject, -1)
        numbers = np.bincount(theirs.mode[counted & (theirs.subject == subject)], minlength=len(MODES))
        found += [
            (-number, at, mode)
            for mode, number in enumerate(numbers.tolist())
            if number and each.stands(market.today) and (each.subject, MODES[mode]) not in known
        ]
    for _, at, mode in sorted(found)[:_EACH_TRIED]:
        added = replace(stated[at], mode=MODES[mode])
        member = _stating(city, side, (*stated, added))
        yield Change(kind=side, member=member, words={"subject": added.subject, "mode": added.mode})


def _stating(city: City, side: Side, topics: tuple[Topic, ...]) -> City:
    return replace(city, needs=topics) if side == "need" else replace(city, offers=topics)


def _online(city: City) -> Iterator[Change]:
    needs, offers = _also_online(city.needs), _also_online(city.offers)
    if (needs, offers) != (city.needs, city.offers):
        yield Change(kind="online", member=replace(city, needs=needs, offers=offers), words={})


def _also_online(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """The topics, and each that takes a journey by webinar, too."""
    apart = {topic.subject for topic in topics if not needs_travel(topic.mode)}
    added = {topic.subject: replace(topic, mode=ONLINE) for topic in topics if topic.subject not in apart}
    return (*topics, *added.values())


def _languages(market: Market, city: City, twinnings: AllPartners) -> Iterator[Change]:
    """A language more: those first that most others speak who share none with the city."""
    spoken, own = market.profiles.languages, market.profiles.index[city.city_id]
    others = lacks_only(twinnings, 0)
    apart = others[~spoken[others][:, spoken[own]].any(axis=1)]
    numbers = spoken[apart].sum(axis=0)
    codes = {number: code for code, number in market.profiles.numbers["language"].items()}
    for number in np.argsort(-numbers, kind="stable")[:_EACH_TRIED].tolist():
        if numbers[number]:
            languages = (*city.languages, codes[number])
            yield Change(kind="language", member=replace(city, languages=languages), words={"language": codes[number]})


def _own_country(city: City, twinnings: AllPartners) -> Iterator[Change]:
    if not city.wants_own_country and (twinnings.blockers & Blocker.OWN_COUNTRY.bit).any():
        yield Change(kind="own-country", member=replace(city, wants_own_country=True), words={})


_TRIED: Final = 4
"""The most countries, and the most regions, that are tried."""
_PLACE: Final = int(Blocker.REGION.bit | Blocker.COUNTRY.bit)
_DIGITS: Final = 2
"""The significant digits of a grant that is supposed."""


def programme_changes(market: Market, programme: Programme, cities: AllPartners) -> Sequence[Change]:
    """The changes, the likeliest first; `cities` are the programme's pairs as it is."""
    return [
        *_places(market, programme, lacks_only(cities, _PLACE)),
        *_supports(programme, lacks_only(cities, int(Blocker.NO_MONEY_ASKED.bit))),
        *_grants(market, programme, lacks_only(cities, int(Blocker.AMOUNT.bit))),
        *_sizes(market, programme, lacks_only(cities, int(Blocker.POPULATION.bit))),
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


def _supports(programme: Programme, cities: Integers) -> Iterator[Change]:
    """A kind of support more, where some cities ask for no money and nothing else that it gives would help."""
    for support in OTHER_SUPPORTS if len(cities) else ():
        if support not in programme.supports:
            more = replace(programme, supports=(*programme.supports, support))
            yield Change(kind="support", member=more, words={"support": support})


def _grants(market: Market, programme: Programme, cities: Integers) -> Iterator[Change]:
    """Grants that reach half of the requests which the range keeps out on either side; none if it grants no money."""
    if programme.grant_max <= 0:
        return
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
    """The most frequent codes that are not known, at most _TRIED."""
    counts = Counter(code for code in codes if code not in known)
    return sorted(counts, key=lambda code: (-counts[code], code))[:_TRIED]
