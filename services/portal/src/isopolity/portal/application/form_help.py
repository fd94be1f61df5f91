"""Help to fill in a profile: subjects by the words that people use, topics, places, and buttons that look something up.

Invariant: a subject is found by each word of its own name, too. The form goes on as it was filled in; looking
something up saves nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.contracts.codes import SUBJECTS
from isopolity.identity.folded_text import fold
from isopolity.portal.application.ports import Gazetteer, Place
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interests import PARTS, own_words, rows_in, with_row, with_subject
from isopolity.thesaurus.proposals import proposed
from isopolity.thesaurus.search import find

WORDS: Final[Mapping[str, str]] = {
    "area.cohesion": "living together, integration, migrants, refugees, neighbours, volunteering",
    "area.prosperity": "jobs, local business, tourism, arts, creative industries",
    "area.sustainability": "green city, environment, energy, recycling",
    "area.inclusive-education": "schools, kindergartens, universities, disability, second chance",
    "area.communities": "libraries, parents, neighbourhoods, museums, families",
    "area.workplace": "skills, companies, apprenticeships, vocational training, staff",
    "area.technologies": "computers, internet, digital skills, online courses, artificial intelligence",
    "area.quality": "good teaching, teachers, standards, learning outcomes, older people",
    "area.culture": "festivals of learning, learning days, awards, events, campaigns",
    "area.commitment": "mayor, city council, strategy, leadership",
    "area.governance": "citizens take part, committees, working together, data, statistics",
    "area.resources": "money, budget, funding, sponsors, donations",
    "cluster.sustainable-development": "environment, climate, green schools, nature",
    "cluster.equity": "equal chances, women, disability, migrants, minorities, poverty",
    "cluster.planning": "data, measuring, surveys, indicators, strategy",
    "cluster.citizenship": "human rights, peace, democracy, world, intercultural, languages",
    "cluster.entrepreneurship": "start-ups, founding a business, innovation, young people, jobs",
    "cluster.health": "sport, doctors, mental health, old age, food, care",
    "cluster.literacy": "reading, writing, numbers, adults, family literacy, language courses",
    "sdg.1": "poor people, social protection, homelessness, income",
    "sdg.2": "food, farming, gardens, nutrition, school meals",
    "sdg.3": "doctors, hospitals, mental health, sport, care",
    "sdg.4": "schools, teachers, kindergartens, universities, adult education",
    "sdg.5": "women, girls, equal rights, violence against women",
    "sdg.6": "drinking water, toilets, sewage, rivers",
    "sdg.7": "electricity, solar, wind, heating, saving energy",
    "sdg.8": "jobs, employment, young people, tourism, companies",
    "sdg.9": "factories, roads, internet, research, start-ups",
    "sdg.10": "migrants, minorities, disability, discrimination, equal chances",
    "sdg.11": "housing, transport, parks, heritage, town planning, disasters",
    "sdg.12": "waste, recycling, repair, shopping, fair trade",
    "sdg.13": "heat, floods, carbon, climate change, disasters",
    "sdg.14": "sea, ocean, fish, coast, rivers",
    "sdg.15": "forests, animals, trees, soil, biodiversity, parks",
    "sdg.16": "safety, police, courts, corruption, democracy, refugees",
    "sdg.17": "networks, cooperation, development aid, twin towns",
}
"""Words that people use for a subject besides its name."""
_LEAST: Final = 4
"""Letters of a word that stands for longer ones: “school” for “schooling”."""
BUTTON: Final = "do"
"""The name of the form's buttons: `save`, `find`, and `enter`, which the Enter key presses."""
MORE: Final = "more"
"""The button that adds an empty card, whose value is `need` or `offer`."""
OPEN: Final = "open"
"""The button that opens a closed card, which is its value."""
TOPICS_OF: Final = "topics-of"
"""The button that finds topics for a card, which is its value."""
_PLACES: Final = 10
_TOPICS: Final = 6


def subjects_for(text: str) -> list[str]:
    """The codes of the subjects that all words of `text` fit, those that they fit by their name first.

    A word fits where a word of the subject begins with it, or it begins with that one, singular or plural. An empty
    text finds none.
    """
    typed = fold(text).split()
    if not typed:
        return []
    found = [code for code in SUBJECTS if _fits(f"{SUBJECTS[code]} {WORDS.get(code, '')}", typed)]
    return sorted(found, key=lambda code: not _fits(SUBJECTS[code], typed))


def _fits(text: str, typed: Sequence[str]) -> bool:
    words = re.findall(r"\w+", fold(text))
    return all(any(_alike(word, each) for word in words) for each in typed)


def _alike(word: str, typed: str) -> bool:
    return word.startswith(typed) or (len(word) >= _LEAST and typed.startswith(word.removesuffix("s")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The form as it goes on, and what was found by the name of the field that asked; nothing for an empty list."""

    form: Form
    found: Mapping[str, Sequence[str | Place]] = field(default_factory=dict)
    opened: str = ""
    """The card of a need or an offer that was asked about, such as `need-0`."""
    topics: Sequence[str] | None = None
    """Codes of topics that fit the opened card, which are not set; None if none were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSearch:
    """A search for topics: for what was typed, and for the own words of a card, in their language."""

    card: str
    typed: str
    words: str
    language: str | None


def topic_search(form: Form) -> TopicSearch | None:
    """The search for topics that a button of a card asks for; None if none does."""
    for kind in PARTS:
        for place, row in enumerate(rows_in(form, kind)):
            card = f"{kind}-{place}"
            typed = form.get(f"{card}-topics-text", "").strip()
            if form.get(TOPICS_OF) == card or (form.get(BUTTON) == "enter" and typed):
                return TopicSearch(card=card, typed=typed, words=own_words(row), language=row["language"] or None)
    return None


def topics_for(search: TopicSearch) -> list[str]:
    """Topics for what was typed, then those that the own words name; each once."""
    typed = find(search.typed, search.language, _TOPICS) if search.typed else []
    named = proposed(search.words, search.language, _TOPICS) if search.words else []
    return list(dict.fromkeys(each.code for each in (*typed, *named)))


def looked(form: Form, gazetteer: Callable[[], Gazetteer]) -> Looked | None:
    """The form with the result of its lookup; None if it is to be saved. Only searches for places open `gazetteer`."""
    for kind in PARTS:
        if form.get(OPEN, "").startswith(f"{kind}-"):
            return Looked(form=form, opened=form[OPEN])
        if form.get(MORE) == kind:
            return Looked(form=(more := with_row(form, kind)), opened=f"{kind}-{len(rows_in(more, kind)) - 1}")
        if subject := form.get(f"add-{kind}"):
            return Looked(form=with_subject({**form, f"{kind}-text": ""}, kind, subject))
    if number := form.get("choose-place"):
        place = gazetteer().place(number)
        return Looked(form=form if place is None else _with_place(form, place))
    searches: dict[str, Callable[[str], Sequence[str | Place]]] = {f"{kind}-text": subjects_for for kind in PARTS}
    searches["place-text"] = lambda text: gazetteer().find(text, _PLACES)
    typed = {name: text for name in searches if (text := form.get(name, "").strip())}
    asked = form.get(BUTTON)
    if asked == "find" or (asked == "enter" and typed):
        return Looked(form=form, found={name: searches[name](text) for name, text in typed.items()})
    return None


def _with_place(form: Form, place: Place) -> Form:
    """The form with what the gazetteer knows of the place, whatever stood there before."""
    return {
        **form,
        "place-text": "",
        "country": place.country,
        "geonames_id": str(place.geonames_id),
        "latitude": str(place.latitude),
        "longitude": str(place.longitude),
        "population": str(place.population or ""),
        "time_zone": place.time_zone,
    }
