"""The gaps of the profiles of a pair, in sentences.

Invariant: a gap is one that the confidence counts; a full, fresh profile has none.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.member import City, Programme, Topic

_OLD_DAYS: Final = 365
"""From this age on a profile is worth asking about."""


def gaps(members: Sequence[City | Programme], today: date) -> Sequence[str]:
    """The gaps of all `members`."""
    return [phrases.sentence(text) for member in members for text in _of(member, today)]


def _of(member: City | Programme, today: date) -> Iterator[str]:
    yield from _of_city(member, today) if isinstance(member, City) else _of_programme(member)
    if member.told_on is None:
        yield f"The age of the profile of {_name(member)} is not known"
    elif (today - member.told_on).days > _OLD_DAYS:
        yield f"The profile of {_name(member)} is of {phrases.month(member.told_on)}"


def _of_city(city: City, today: date) -> Iterator[str]:
    for topics, what in ((city.needs, "is looking for"), (city.offers, "offers")):
        if not any(topic.stands(today) for topic in topics):
            yield f"{city.name} {_silence(topics, what)}"
    if city.population is None:
        yield f"The population of {city.name} is not known"
    if city.latitude is None or city.longitude is None:
        yield f"Where {city.name} lies on the map is not known"
    if not city.languages:
        yield f"The working languages of {city.name} are not known"


def _of_programme(programme: Programme) -> Iterator[str]:
    name = _name(programme)
    if not programme.subjects:
        yield f"{name} names no subjects"
    if programme.grant_max <= 0:
        yield f"{name} names no amounts"
    if not programme.supports:
        yield f"{name} does not say how it supports"
    if not programme.languages:
        yield f"The working languages of {programme.partner_name} are not known"


def _silence(topics: Sequence[Topic], what: str) -> str:
    return f"has not renewed what it {what}" if topics else f"has not said what it {what}"


def _name(member: City | Programme) -> str:
    return member.name if isinstance(member, City) else f"“{member.name}”"
