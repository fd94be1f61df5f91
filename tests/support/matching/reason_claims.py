"""The claim of each reason, checked against profiles and ties without the code that made it.

Invariant: `CLAIMS` fails on a sentence, or a parameter, that differs from the data of the two sides.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from isopolity.contracts.codes import CREATIVE_FIELDS, MODES, SUPPORTS
from isopolity.matching.application.candidates.pair_facts import Connection, Relation
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.scores.subjects import share
from isopolity.matching.domain.side import Reason
from isopolity.thesaurus.closeness import closeness
from tests.support.matching.strategies import TODAY

NAMES: Final = {
    "sdg.13": "climate action",
    "sdg.4": "quality education",
    "cluster.literacy": "literacy",
    "cluster.health": "learning for health and well-being",
    "sdg.3": "good health and well-being",
}
"""The names of the drawn subjects in sentences."""
TOPICS: Final = {"topic.1480": "adult literacy", "topic.5082": "family education", "topic.1519": "literacy"}
LANGUAGES: Final = {"en": "English", "fr": "French", "sw": "Swahili"}
RATES: Final = {"USD": 1.0, "EUR": 1.15}
"""US dollars a unit, to a tenth; the codes of Central and West Africa have none."""
TWIN, SPONSOR, SPONSORED = Relation.TWIN, Relation.SPONSOR, Relation.SPONSORED


@dataclass(frozen=True, kw_only=True)
class Told:
    """A reason with the data that it may be about: `me` reads it about `other`."""

    me: City | Programme
    other: City | Programme
    request: Request | None
    connection: Connection | None
    km: float | None
    gains: tuple[float, float] = (0.0, 0.0)
    """What the reader and the other side would gain, from 0 to 1."""
    hours: float | None = None
    """Their working hours in common."""
    reason: Reason

    def __getitem__(self, name: str) -> str:
        return self.reason.parameters[name]

    @property
    def city(self) -> City:
        found = self.me if isinstance(self.me, City) else self.other
        assert isinstance(found, City)
        return found

    @property
    def programme(self) -> Programme:
        found = self.me if isinstance(self.me, Programme) else self.other
        assert isinstance(found, Programme)
        return found

    @property
    def other_name(self) -> str:
        return self.other.name if isinstance(self.other, City) else self.other.partner_name

    def says(self, *words: str) -> None:
        """Fail unless the sentence has these words, in this order."""
        at = 0
        for word in words:
            assert word in self.reason.text[at:], (word, self.reason.text)
            at = self.reason.text.index(word, at) + len(word)


def stands(
    wishes: Sequence[Topic],
    subject: str,
    mode: str,
    level: str | None = None,
    *,
    words: tuple[str | None, str | None] = (None, None),
    topic: str | None = None,
) -> bool:
    """Whether such a need or offer stands; `words` are its title and, with a title, its language."""
    title, language = words
    return any(
        wish.subject == subject
        and wish.mode == mode
        and (level is None or str(wish.intensity) == level)
        and (wish.valid_until is None or wish.valid_until >= TODAY)
        and (wish.title, wish.language if title else None) == (title, language)
        and (topic is None or topic in wish.topics)
        for wish in wishes
    )


def two_cities(told: Told) -> tuple[City, City]:
    assert isinstance(told.me, City)
    assert isinstance(told.other, City)
    return told.me, told.other


def exchanged(told: Told, needer: City, offerer: City) -> None:
    known, text = told.reason.parameters, told.reason.text
    own, level = known.get("offer_subject", told["subject"]), known.get("level")
    need_words, offer_words = own_words(known, "need"), own_words(known, "offer")
    topic = known.get("topic")
    offered_topic = known.get("offer_topic", topic)
    assert stands(needer.needs, told["subject"], told["need_mode"], words=need_words, topic=topic)
    assert stands(offerer.offers, own, told["offer_mode"], level, words=offer_words, topic=offered_topic)
    assert ("5" in text and "rate" in text) == (level is not None) == offerer.shows_ratings
    assert told["other"] == told.other.name
    needs = need_words[0] or (TOPICS[topic] if topic else NAMES[told["subject"]])
    yours = ("You look" if need_words[0] else "You are looking", f"{told.other.name} offers")
    theirs = (f"{told.other.name} {'looks' if need_words[0] else 'is looking'}", "you offer")
    looks, offers = yours if needer is told.me else theirs
    told.says(looks, needs, offers, *filter(None, [offer_words[0]]), *([f"{level} of 5"] if level else []))
    assert MODES[told["need_mode"]] in text
    if topic and offered_topic:
        assert ("near topic" in text) == (TOPICS[topic] != TOPICS[offered_topic])
        assert TOPICS[offered_topic] in text
    else:
        assert own == told["subject"] or share(told["subject"], own) > 0
        assert ("related subject" in text) == (NAMES[own] != NAMES[told["subject"]])
        assert NAMES[own] in text


def own_words(known: Mapping[str, str], whose: str) -> tuple[str | None, str | None]:
    title, language = known.get(f"{whose}_title"), known.get(f"{whose}_language")
    assert title or not language
    return title, language


def tied(*relations: Relation) -> Callable[[Told], None]:
    def claim(told: Told) -> None:
        assert told.connection is not None
        assert told.connection.relations == relations
        assert told["through"] == told.connection.names[1]
        told.says(told.connection.names[1])

    return claim


def tied_by_a_twin(told: Told) -> None:
    tied(SPONSOR, TWIN)(told)
    assert told["other"] == told.other_name
    you = "your partner city" if told.me is told.city else "You have a partnership"
    assert you in told.reason.text


def same_creative_field(told: Told) -> None:
    me, other = two_cities(told)
    assert me.creative_field == other.creative_field == told["field"]
    assert CREATIVE_FIELDS[told["field"]] in told.reason.text.lower()


def both_learning_cities(told: Told) -> None:
    me, other = two_cities(told)
    assert (told["mine"], told["theirs"]) == (str(me.learning_city_since), str(other.learning_city_since))
    years = told["mine"], told["theirs"]
    told.says(
        f"both since {years[0]}" if years[0] == years[1] else f"you since {years[0]}, {other.name} since {years[1]}"
    )


def people(text: str, *, shared: bool) -> list[float]:
    """The two populations in a sentence; if `shared`, “2.5 and 2.2 million” says million for both."""
    found = re.findall(r"(\d[\d,]*(?:\.\d)?)( million)?", text.partition(":")[2])
    first, second = (float(number.replace(",", "")) * (1e6 if million else 1) for number, million in found)
    return [first * 1e6 if shared and first < 1e3 and second >= 1e6 else first, second]


def populations(told: Told) -> tuple[int, int]:
    me, other = two_cities(told)
    mine, theirs = me.population, other.population
    assert mine
    assert theirs
    assert (told["mine"], told["theirs"]) == (str(mine), str(theirs))
    return mine, theirs


def size(told: Told) -> None:
    mine, theirs = populations(told)
    assert min(mine, theirs) / max(mine, theirs) >= 0.6
    assert people(told.reason.text, shared=True) == pytest.approx([mine, theirs], rel=0.05)
    told.says("similar size")


def other_size(told: Told) -> None:
    mine, theirs = populations(told)
    assert min(mine, theirs) / max(mine, theirs) < 0.6
    assert told["other"] == told.other.name
    far = "far " if max(mine, theirs) >= 20 * min(mine, theirs) else ""
    told.says(told.other.name, f"is {far}larger" if theirs > mine else f"is {far}smaller", "to your")
    assert people(told.reason.text, shared=False) == pytest.approx([theirs, mine], rel=0.05)


def distance(told: Told) -> None:
    assert told.km is not None
    assert abs(float(told["km"]) - told.km) <= 0.5
    assert (told.km < 300) == (told.reason.code == "distance-near")
    if float(told["km"]) < 5:
        told.says("next to each other")
    else:
        (said,) = re.findall(r"about ([\d,]+) km apart", told.reason.text)
        assert float(said.replace(",", "")) == pytest.approx(told.km, rel=0.06, abs=0.5)


def one_sided(told: Told) -> None:
    mine, theirs = told.gains
    less, more = sorted(told.gains)
    assert less < more / 3
    assert told["other"] == told.other_name
    assert told["less"] == ("you" if mine < theirs else "they")
    assert ("gain" in told.reason.parameters) == (less == 0)
    if less:
        told.says("You would gain much less" if mine < theirs else f"{told.other_name} would gain much less")
    elif mine < theirs:
        told.says("nothing that", told.other_name, "could give you")
    else:
        told.says("nothing that you could give", told.other_name)


def low_fit(told: Told) -> None:
    assert 0 < (told.gains[0] * told.gains[1]) ** 0.5 < 0.4
    told.says("the fit is loose", told.other_name)


def few_hours(told: Told) -> None:
    me, other = two_cities(told)
    assert told.hours is not None
    assert told.hours < 2
    assert float(told["hours"]) == pytest.approx(told.hours, abs=0.005)
    assert any(stands_somehow(each.offers, told["mode"]) for each in (me, other))
    told.says(other.name, "no hour" if told.hours < 0.005 else "less than", MODES[told["mode"]])


def stands_somehow(offers: Sequence[Topic], mode: str) -> bool:
    return any(each.mode == mode for each in offers)


def common_language(told: Told) -> None:
    assert told["language"] in told.me.languages
    assert told["language"] in told.other.languages
    told.says("You both named", LANGUAGES[told["language"]])


def no_common_language(told: Told) -> None:
    assert (told["mine"].split(), told["theirs"].split()) == (list(told.me.languages), list(told.other.languages))
    assert told.me.languages
    assert told.other.languages
    assert not set(told.me.languages) & set(told.other.languages)
    named = (LANGUAGES[code] for code in (*told.me.languages, *told.other.languages))
    told.says("no working language in common", *named)
    assert told["other"] == told.other_name


def request_fits(told: Told) -> None:
    request, asked, supported = told.request, told["subjects"].split(), told["supported"].split()
    topic = told.reason.parameters.get("topic")
    assert request is not None
    assert (told["request"], told.reason.parameters.get("request_language")) == (request.title, request.language)
    assert asked
    assert len({NAMES[one] for one in asked}) == len(asked)
    assert set(asked) <= set(request.subjects)
    if topic:
        supports_topic(told, request.topics)
    else:
        for one, own in zip(asked, supported, strict=True):
            assert own in told.programme.subjects
            assert share(one, own) > 0
            assert NAMES[one] in told.reason.text
            assert NAMES[own] in told.reason.text
        if not set(asked) & set(supported):
            told.says("related work")
    told.says("You ask" if told.me is told.city else f"{told.city.name} asks", request.title)
    sponsor(told)


def need_fits(told: Told) -> None:
    known, text = told.reason.parameters, told.reason.text
    words = own_words(known, "need")
    assert told.request is None
    assert stands(told.city.needs, told["subject"], told["mode"], words=words)
    looks = ("You look", f"{told.city.name} looks") if words[0] else ("You are looking", f"{told.city.name} is looking")
    about = TOPICS[known["topic"]] if "topic" in known else NAMES[told["subject"]]
    told.says(looks[told.me is not told.city], words[0] or about, "supports")
    assert MODES[told["mode"]] in text
    if "topic" in known:
        needs = [need for need in told.city.needs if (need.subject, need.mode) == (told["subject"], told["mode"])]
        supports_topic(told, [topic for need in needs for topic in need.topics])
    else:
        own = NAMES[told["supported"]]
        assert told["supported"] in told.programme.subjects
        assert share(told["subject"], told["supported"]) > 0
        assert ("related subject" in text) == (NAMES[told["subject"]] != own)
        assert own in text
    gives = [support for support in SUPPORTS if f"gives {SUPPORTS[support]}" in text]
    assert gives == ([told["support"]] if "support" in known else [])
    assert set(gives) <= set(told.programme.supports)
    sponsor(told)


def supports_topic(told: Told, topics: Sequence[str]) -> None:
    """The programme and the city name topics that are near each other."""
    topic, own = told["topic"], told.reason.parameters.get("offer_topic", told["topic"])
    assert topic in topics
    assert own in told.programme.topics
    assert closeness(topic, own) >= 0.5
    assert TOPICS[own] in told.reason.text
    assert ("near topic" in told.reason.text) == (topic != own)


def sponsor(told: Told) -> None:
    """The programme is named; `other` and `to` are the right sides."""
    assert told["programme"] == told.programme.name
    assert told["other"] == told.other_name
    assert told["to"] == ("city" if told.me is told.city else "partner")
    told.says(f"“{told.programme.name}”")


def grant(told: Told) -> None:
    programme, request, text = told.programme, told.request, told.reason.text
    assert (told["least"], told["most"]) == (str(programme.grant_min), str(programme.grant_max))
    assert told["currency"] == programme.currency
    assert programme.grant_max > 0
    asked, _, given = text.partition(". ")
    assert amounts(given) == (programme.grant_min, programme.grant_max)
    assert given.endswith(f"{programme.currency} a grant.")
    assert given.startswith("The programme gives" if told.me is told.city else "Your programme gives")
    assert asked.startswith("You" if told.me is told.city else told.city.name)
    assert request is not None
    asked, _, lacks = asked.partition(" (we have no rate to ")
    own, _, about = asked.partition(" (")
    known = request.amount_min, request.amount_max
    assert amounts(own.partition(" for ")[2]) == known
    assert own.endswith(request.currency)
    if request.currency == programme.currency:
        assert not about + lacks
    elif request.currency in RATES and programme.currency in RATES:
        rate = RATES[request.currency] / RATES[programme.currency]
        assert amounts(about) == pytest.approx((known[0] * rate, known[1] * rate), rel=0.1, abs=1)
        assert "about" in about
    else:
        assert lacks == f"{programme.currency})"


def amounts(text: str) -> tuple[int, int]:
    """The range of money in a sentence."""
    found = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]
    least, most = (0, *found) if "up to" in text else (found * 2)[:2]
    return least, most


def no_grant(told: Told) -> None:
    assert told.request is None or told.request.amount_max == 0
    assert told.programme.grant_max > 0
    told.says("You ask" if told.me is told.city else f"{told.city.name} asks", "no money")
    sponsor(told)


def grant_differs(told: Told) -> None:
    request, programme = told.request, told.programme
    assert request is not None
    rate = 1.0
    if request.currency != programme.currency:
        rate = RATES[request.currency] / RATES[programme.currency]
    asked = (request.amount_min + request.amount_max) * rate
    granted = programme.grant_min + min(programme.grant_max, programme.budget)
    larger = granted > asked
    assert (granted / asked if larger else asked / granted) > 4.5
    assert told["way"] == ("larger" if larger else "smaller")
    if told.me is told.city:
        told.says(programme.name, f"much {told['way']}", "you ask for")
        sponsor(told)
    else:
        told.says(f"{told.city.name} asks", "less" if larger else "more", "you mostly grant")


def place_served(told: Told) -> None:
    programme, city, named = told.programme, told.city, told.reason.parameters
    if "country" in named:
        assert named["country"] == city.country
        assert city.country in programme.countries
        told.says("cities in your country" if told.me is city else f"{city.name} lies in a country that")
    else:
        assert named["region"] == city.region
        assert city.region in programme.regions
        assert not programme.countries
        told.says("serves cities in", {"africa": "Africa", "arab-states": "Arab States"}.get(city.region, "Asia"))
    assert told["programme"] == programme.name


CLAIMS: Final[Mapping[str, Callable[[Told], None]]] = {
    "need-met": lambda told: exchanged(told, *two_cities(told)),
    "offer-wanted": lambda told: exchanged(told, *reversed(two_cities(told))),
    "common-twin": tied(TWIN, TWIN),
    "common-partner": tied(SPONSORED, SPONSOR),
    "same-creative-field": same_creative_field,
    "both-learning-cities": both_learning_cities,
    "size": size,
    "other-size": other_size,
    "one-sided": one_sided,
    "low-fit": low_fit,
    "few-hours": few_hours,
    "distance-near": distance,
    "distance": distance,
    "common-language": common_language,
    "no-common-language": no_common_language,
    "request-fits": request_fits,
    "need-fits": need_fits,
    "grant": grant,
    "grant-differs": grant_differs,
    "no-grant": no_grant,
    "place-served": place_served,
    "partner-of-twin": tied_by_a_twin,
    "twin-of-partner": tied_by_a_twin,
}
