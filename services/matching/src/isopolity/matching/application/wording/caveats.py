"""Caveats of a pair, in sentences: why it is not proposed, and the gaps of its two profiles.

Invariant: what could tell something about an answer, about capacity or about staff's rules has one sentence, “not
proposed at present”, whatever the cause. A gap is one that the confidence counts; a full, fresh profile has none.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.candidates.candidate import Candidate, TwinningCandidate
from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.member import City, Programme, Topic

_OF_CITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tied-already": "{a} and {b} are partners already.",
        "own-country": "{a} and {b} lie in the same country, and do not both want a partner there.",
        "subjects": "Neither offers what the other is looking for, nor anything related.",
        "out-of-reach": "What one could offer the other needs a journey that one of them cannot make or host.",
    }
)
_OF_PROGRAMMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tied-already": "{a} supports {b} already.",
        "subjects": "“{programme}” supports nothing that {b} is looking for, nor anything related.",
        "region": "“{programme}” is not meant for the region that {b} lies in.",
        "country": "“{programme}” is not meant for the country that {b} lies in.",
        "population": "“{programme}” is meant for cities of another size than {b}.",
        "period": "“{programme}” takes no applications now.",
        "amount": "What {b} asks for is outside the grants of “{programme}”.",
    }
)
NOT_AT_PRESENT: Final = "{a} and {b} are not proposed to each other at present."

_NO_CONTACT: Final = "{name} cannot be mailed: it has no contact."
_OLD_DAYS: Final = 365
"""From this age on a profile is worth asking about."""


def pair_blocker(code: str, candidate: Candidate) -> str:
    """The sentence for the code of a blocker of this pair."""
    if isinstance(candidate, TwinningCandidate):
        text = _OF_CITIES.get(code, NOT_AT_PRESENT).format(a=candidate.city_a.name, b=candidate.city_b.name)
    else:
        programme = candidate.programme
        sentence = _OF_PROGRAMMES.get(code, NOT_AT_PRESENT)
        text = sentence.format(a=programme.partner_name, b=candidate.city.name, programme=programme.name)
    return phrases.sentence(text)


def no_contact(name: str) -> str:
    """The sentence for a member that cannot be mailed: for its own eyes or staff's, since contacts are not public."""
    return phrases.sentence(_NO_CONTACT.format(name=name))


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
