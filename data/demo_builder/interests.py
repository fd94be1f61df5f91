"""Draws what a city looks for and offers: themes that suit it, in its own words and in a language that it works in.

Invariant: a need and an offer of one city never share a subject or a theme, and each can be kept: who is sent travels,
who receives hosts, who meets online only names ways that work online.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from demo_builder.chance import Chance
from demo_builder.leanings import NEEDS, OFFERS, weigh
from demo_builder.themes import Theme, Wording, themes, ways
from demo_builder.wordings import Drawn

ONLINE_MODES = frozenset(("webinar", "peer-review", "good-practice", "action-plan"))
TRAVELS = {"needs": ("study-visit", "staff-exchange"), "offers": ("expert-mission",)}
"""Ways in which the city itself travels."""

HOSTS = {"needs": ("expert-mission",), "offers": ("study-visit", "staff-exchange")}
"""Ways in which the city receives others."""

LEANINGS = {"needs": NEEDS, "offers": OFFERS}
LAST_DAYS = ("2027-06-30", "2027-09-30", "2027-12-31", "2028-06-30", "2028-12-31")
DEFAULT_LANGUAGE = "en"
SHORT = {"zh": 60}
LONG = {"zh": 130}
"""Lengths in characters below which a text always gets a last sentence, and above which it never does, by language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """The city that speaks: its traits, languages, size, and how it can meet others."""

    name: str
    present: frozenset[str]
    languages: Sequence[str]
    own_languages: Sequence[str]
    population: int
    can_travel: bool
    can_host: bool
    online_only: bool

    @property
    def main_language(self) -> str:
        """The first language of its own that the bank has words in, else English."""
        return next((language for language in self.own_languages if language in written()), DEFAULT_LANGUAGE)

    def modes(self, theme: Theme, side: str) -> list[str]:
        """Return the theme's ways that the city can keep."""
        if self.online_only:
            return [mode for mode in theme.modes if mode in ONLINE_MODES]
        barred = (*(() if self.can_travel else TRAVELS[side]), *(() if self.can_host else HOSTS[side]))
        return [mode for mode in theme.modes if mode not in barred]

    def wordings(self, theme: Theme, side: str, drawn: Drawn) -> dict[str, list[Wording]]:
        """Return what the city can still say of the theme, by those of its working languages that it writes."""
        languages = {self.main_language, DEFAULT_LANGUAGE} & {*self.languages}
        left = {name: drawn.left(theme.sides[side].said(name, self.present)) for name in sorted(languages)}
        return {name: wordings for name, wordings in left.items() if wordings}

    def language(self, chance: Chance, possible: Collection[str]) -> str:
        """Return the one of the possible languages in which the city says something: mostly its own."""
        if self.main_language not in possible:
            return DEFAULT_LANGUAGE
        return DEFAULT_LANGUAGE if DEFAULT_LANGUAGE in possible and chance.happens(0.2) else self.main_language


@cache
def written() -> frozenset[str]:
    """Return the languages in which the bank has words."""
    return frozenset(name for theme in themes() for side in theme.sides.values() for name in side.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A need or an offer."""

    theme: str
    subject: str
    intensity: int
    mode: str
    valid_until: str
    title: str
    text: str
    language: str
    topics: Sequence[str]

    @property
    def entry(self) -> dict[str, object]:
        """The interest in the fields of registry's import."""
        fields = ("subject", "intensity", "mode", "valid_until", "title", "text", "language", "topics")
        return {name: value for name in fields if (value := getattr(self, name))}


def draw_interests(
    chance: Chance, speaker: Speaker, side: str, drawn: Drawn, taken: Sequence[Interest] = ()
) -> tuple[Interest, ...]:
    """Return two to four needs or offers, the strongest first, apart from the `taken` ones of the other side."""
    subjects = {interest.subject for interest in taken}
    used = {interest.theme for interest in taken}
    left = {
        theme.key: theme
        for theme in themes()
        if theme.key not in used
        and theme.suits(side, speaker.present)
        and speaker.modes(theme, side)
        and speaker.wordings(theme, side, drawn)
    }
    weights = weigh_themes(list(left.values()), speaker, side, drawn)
    count = chance.pick((2, 3, 3, 4, 4))
    chosen: list[tuple[Theme, str]] = []
    for key in chance.weighted(weights, len(weights)):
        free = [subject for subject in left[key].subjects if subject not in subjects]
        if free and len(chosen) < count:
            subject = free[0] if chance.happens(0.75) else chance.pick(free)
            subjects.add(subject)
            chosen.append((left[key], subject))
    intensities = sorted((chance.number(2, 5) for _ in chosen), reverse=True)
    return tuple(
        say(chance, speaker, side, drawn, theme, subject, intensity)
        for (theme, subject), intensity in zip(chosen, intensities, strict=True)
    )


def weigh_themes(options: Sequence[Theme], speaker: Speaker, side: str, drawn: Drawn) -> dict[str, float]:
    """Return how likely each theme is: by what leans to it, by its subject, and by words in the city's language."""
    leans = weigh(LEANINGS[side], speaker.present)
    own = speaker.main_language
    weights: dict[str, float] = {}
    for theme in options:
        leanings = len(theme.sides[side].leanings & speaker.present) + 0.3 * leans[theme.subjects[0]]
        weight = sqrt(0.4 + leanings)
        only = theme.sides[side].only
        if theme.where or (only and "middling" not in only):  # it says more of a city than what any could want
            weight *= 1.7
        if side == "needs" and only and "middling" not in only and "poor" in only:  # most poor cities name it
            weight *= 1.8
        if own != DEFAULT_LANGUAGE:
            weight *= 2.5 if own in speaker.wordings(theme, side, drawn) else 1.0
        weights[theme.key] = weight
    return weights


def say(
    chance: Chance, speaker: Speaker, side: str, drawn: Drawn, theme: Theme, subject: str, intensity: int
) -> Interest:
    """Return the theme as the city's own need or offer."""
    mode = chance.pick(speaker.modes(theme, side))
    possible = speaker.wordings(theme, side, drawn)
    language = speaker.language(chance, possible)
    said = drawn.wording(chance, possible[language])
    filled = numbers(chance, speaker.population) | {"city": speaker.name}
    text = said.text.format(**filled)
    short, long = SHORT.get(language, 160), LONG.get(language, 330)
    if len(text) < short or (len(text) < long and chance.happens(0.4)):
        last = drawn.last_sentence(chance, ways()[mode][side][language])
        text += last if language == "zh" or not last else f" {last}"
    return Interest(
        theme=theme.key,
        subject=subject,
        intensity=intensity,
        mode=mode,
        valid_until=chance.pick(LAST_DAYS) if chance.happens(0.3) else "",
        title=said.title.format(**filled),
        text=text,
        language=language,
        topics=draw_topics(chance, theme.topics),
    )


def draw_topics(chance: Chance, topics: Sequence[str]) -> Sequence[str]:
    """Return one to three of the theme's topics, mostly the first ones; a few cities name none."""
    if chance.happens(0.05):
        return ()
    count = min(len(topics), chance.pick((1, 2, 2, 2, 3, 3)))
    if chance.happens(0.85):
        return tuple(topics[:count])
    weights = dict.fromkeys(topics, 1.0)
    return tuple(chance.weighted(weights, count))


def numbers(chance: Chance, population: int) -> dict[str, str]:
    """Return numbers for a text that fit the city's size: `n` of places, `many` of people."""
    if population >= 750_000:
        places, people = chance.number(8, 30), chance.number(20, 90)
    elif population >= 120_000 or not population:
        places, people = chance.number(4, 12), chance.number(8, 25)
    else:
        places, people = chance.number(3, 6), chance.number(3, 9)
    return {"n": str(places), "many": str(people * 10)}
