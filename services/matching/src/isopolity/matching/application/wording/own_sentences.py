"""What a member itself states or lacks, so that few partners fit or nothing is proposed to it, in sentences.

Invariant: a sentence depends on the member alone, and what is missing is what it can say itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.member import City, Programme, Topic

_YOU: Final[Mapping[str, str]] = {
    "it": "you",
    "its": "your",
    "looks": "look",
    "offers": "offer",
    "works": "work",
    "has": "have",
    "lies": "lie",
}
_IT: Final[Mapping[str, str]] = {"it": "it", "its": "its"} | {verb: verb for verb in _YOU if verb not in ("it", "its")}


def missing(owner: City | Programme, today: date, *, to_it: bool) -> Sequence[str]:
    """What the profile of a city, or a programme, does not say and the score reads; empty where nothing is missing."""
    lacks = _city_lacks(owner, today) if isinstance(owner, City) else _programme_lacks(owner)
    if isinstance(owner, Programme):
        return [phrases.sentence(f"“{owner.name}” does not say {each}") for each in lacks]
    subject, forms = ("You do", _YOU) if to_it else (f"{owner.name} does", _IT)
    return [phrases.sentence(f"{subject} not say {each.format_map(forms)}") for each in lacks]


def _city_lacks(city: City, today: date) -> Iterator[str]:
    needs, offers = ([each for each in topics if each.stands(today)] for topics in (city.needs, city.offers))
    if not needs:
        yield "what {it} {looks} for now"
    if not offers:
        yield "what {it} {offers} now"
    yield from _words_lack([*needs, *offers])
    if not city.languages:
        yield "in which languages {it} {works}"
    if city.population is None:
        yield "how many inhabitants {it} {has}"
    if city.latitude is None or city.longitude is None:
        yield "where {it} {lies} on the map"


def _words_lack(stated: Sequence[Topic]) -> Iterator[str]:
    if stated and not any(each.topics for each in stated):
        yield "which topics {its} needs and offers are about"
    if stated and not any(each.title or each.text for each in stated):
        yield "in {its} own words what {it} {looks} for and {offers}"


def _programme_lacks(programme: Programme) -> Iterator[str]:
    if not programme.subjects:
        yield "which subjects it supports"
    if not programme.topics:
        yield "which topics it is about"
    if programme.grant_max <= 0:
        yield "how much it grants"
    if not programme.supports:
        yield "how it supports"
    if not programme.languages:
        yield "in which languages one may write to it"


def own_pause(until: date, name: str, *, to_it: bool) -> str:
    """The sentence for a member that pauses."""
    day = f"{until.day} {phrases.month(until)}"
    subject, it = ("You pause", "you") if to_it else (f"{name} pauses", "it")
    return phrases.sentence(f"{subject} until {day}: until then nothing is proposed to {it}")


def own_contact(name: str, *, to_it: bool, has_contact: bool) -> str:
    """The sentence for a member that cannot be mailed."""
    subject, it = ("You have", "you") if to_it else (f"{name} has", "it")
    if has_contact:
        return phrases.sentence(f"{subject} no contact who has confirmed the address: so nothing is proposed to {it}")
    return phrases.sentence(f"{subject} no contact who can be mailed: so nothing is proposed to {it}")


def own_capacity(kind: str, name: str, *, to_it: bool) -> str:
    """The sentence for a member that takes no pairs of a kind."""
    subject, it = ("You have", "you") if to_it else (f"{name} has", "it")
    return phrases.sentence(f"{subject} no places for {kind}s: so none are proposed to {it}")
