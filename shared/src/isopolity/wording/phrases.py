"""The words that sentences are made of: codes as a person would say them, numbers as a page shows them.

Invariant: a phrase depends on its arguments alone, not on the language of the process.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from isopolity.contracts.codes import CITY_KINDS, MODES, REGIONS, SUBJECTS, creative_title, language_names
from isopolity.contracts.countries import country_name
from isopolity.thesaurus.within_sentences import within

_UNCOUNTED_MODES: Final = frozenset({"training"})
_TWICE: Final = (1.8, 2.2)
_WHOLE_NUMBERS: Final = 3
_SUBJECTS: Final[Mapping[str, str]] = {
    **SUBJECTS,
    # names that do not go after “on” as they are
    "area.sustainability": "the sustainable development of the city",
    "sdg.1": "ending poverty",
    "sdg.2": "ending hunger",
    "sdg.10": "reducing inequalities",
}
_PART_BEHIND: Final = re.compile(r"^(.+) \((.+ of(?: the)?)\)$")
"""A name that lists begin with its last part: “Iran (Islamic Republic of)”."""
_IN_BRACKETS: Final = re.compile(r" \([^)]*\)")
_WITH_ARTICLE: Final = re.compile(
    r"^(Bahamas|Comoros|Congo|Gambia|Holy See|Isle of|Maldives|Netherlands|Philippines|United )"
    r"|(Republic|Kingdom|States?) of|(Republic|Federation|Emirates|Islands|Territory|Territories)$"
)
_MILLION: Final = 1_000_000
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


_TO_YOU: Final[Mapping[str, str]] = {
    "it": "you",
    "its": "your",
    "looks": "look",
    "offers": "offer",
    "works": "work",
    "has": "have",
    "lies": "lie",
    "asks": "ask",
}
_BY_NAME: Final[Mapping[str, str]] = {form: form for form in _TO_YOU}


def forms(*, to_it: bool) -> Mapping[str, str]:
    """The pronouns and verbs of a sentence about a member, each by its form after a name: “it”, “looks”.

    If `to_it`, the member itself reads the sentence: “you”, “look”.
    """
    return _TO_YOU if to_it else _BY_NAME


def subject(code: str) -> str:
    """A subject in a sentence: “literacy”, “ending poverty”."""
    return _SUBJECTS[code]


def topic(code: str) -> str:
    """A topic in a sentence: “adult literacy”, “Arab culture”."""
    return within(code)


def on_subjects(codes: Sequence[str]) -> str:
    """Some subjects, one preposition each, because their names have commas: “on literacy and on climate action”."""
    return " and ".join(f"on {subject(code)}" for code in codes)


def kind(code: str) -> str:
    """The kind of a member: “city”, “county”."""
    return CITY_KINDS.get(code, code)


def kinds(code: str) -> str:
    """The plural: “cities”, “counties”, “consortia”."""
    singular = kind(code)
    if singular == "consortium":
        return "consortia"
    return f"{singular[:-1]}ies" if singular.endswith("y") else f"{singular}s"


def country(code: str) -> str:
    """A country in a sentence: “Kenya”, “the Republic of Korea”, “the Islamic Republic of Iran”."""
    name = _PART_BEHIND.sub(r"\2 \1", country_name(code))
    return f"the {name}" if _WITH_ARTICLE.search(_IN_BRACKETS.sub("", name)) else name


def region(code: str) -> str:
    """A region in a sentence: “the Arab States”."""
    label = REGIONS.get(code, code)
    return f"the {label}" if code == "arab-states" else label


def region_first(code: str) -> str:
    """A region as a heading: “Arab States”."""
    return REGIONS.get(code, code)


def a_mode(code: str) -> str:
    """A mode with its article: “a study visit”, “an expert mission”, “training”."""
    label = MODES[code]
    if not is_counted(code):
        return label
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


def is_counted(code: str) -> bool:
    """Whether “one” can stand for a mode just named: “a study visit”, but not “training”."""
    return code not in _UNCOUNTED_MODES


def sentence(text: str) -> str:
    """`text` as a sentence: one space between words, one full stop at the end, also after “Washington D.C.”"""
    # most texts are plain; to split and join them all would take a fifth of a proposal's time
    plain = text if text.isprintable() and "  " not in text else " ".join(text.split())
    return plain if plain.endswith(".") else f"{plain}."


def listed(words: Sequence[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def count(value: float) -> str:
    """A number for a page: “412,000”."""
    return f"{value:,.0f}"


def number(value: int, singular: str, plural: str | None = None) -> str:
    """Some of a thing: “1 city”, “1,204 cities”."""
    return f"{count(value)} {singular if value == 1 else plural or f'{singular}s'}"


def month(day: date) -> str:
    """“March 2025”, whatever the language of the process."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def times(ratio: float) -> str:
    """A ratio of sizes: “1.7 times”, “twice”, “12 times”."""
    if _TWICE[0] <= ratio < _TWICE[1]:
        return "twice"
    return f"{ratio:.1f} times" if ratio < _WHOLE_NUMBERS else f"{count(ratio)} times"


def to_people(value: int) -> int:
    """A population as exact as a reader wants it."""
    digits = next((digits for least, digits in ((_MILLION, -5), (10_000, -3), (1_000, -2)) if value >= least), 0)
    return round(value, digits)


def to_kilometres(value: float) -> float:
    """A distance as exact as a reader wants it."""
    return round(value, -2 if value >= 1_000 else -1 if value >= 100 else 0)


def kilometres(value: float) -> str:
    """A distance as exact as a reader wants it: “120 km”, “14,400 km”."""
    return f"{count(to_kilometres(value))} km"


def people(value: int) -> str:
    """A population for a page: “412,000”, “2.2 million”."""
    rounded = to_people(value)
    return f"{_millions(rounded)} million" if rounded >= _MILLION else count(rounded)


def two_numbers(one: int, other: int) -> tuple[str, str]:
    """Two populations that stand beside each other: “412,000” and “389,000”, “2.5” and “2.2 million”."""
    if min(to_people(one), to_people(other)) >= _MILLION:
        return _millions(one), people(other)
    return people(one), people(other)


def two_populations(one: int, other: int) -> str:
    """Two populations for a page: “412,000 and 389,000 people”, “2.5 and 2.2 million people”."""
    return "{} and {} people".format(*two_numbers(one, other))


def _millions(value: int) -> str:
    return f"{value / _MILLION:,.1f}".removesuffix(".0")


def amounts(low: float, high: float, currency: str, *, about: bool = False) -> str:
    """A range of money: “12,000 to 30,000 USD”, “up to 30,000 USD”; if `about`, “about 12,000 to 30,000 USD”."""
    roughly = "about " if about else ""
    if low == high:
        return f"{roughly}{count(low)} {currency}"
    return (
        f"{roughly}{count(low)} to {count(high)} {currency}" if low > 0 else f"up to {roughly}{count(high)} {currency}"
    )


def run_from(low: float, high: float, currency: str) -> str:
    """A range of grants as a verb: “run from 12,000 to 30,000 USD”, “go up to 30,000 USD”, “are 30,000 USD”."""
    verb = "are" if low == high else "run from" if low > 0 else "go"
    return f"{verb} {amounts(low, high, currency)}"


def creative_city(field: str) -> str:
    """The title by its field: “UNESCO Creative City of Crafts and Folk Art”."""
    return f"UNESCO Creative City of {creative_title(field)}"


def creative_cities(field: str) -> str:
    """The title of several: “UNESCO Creative Cities of Music”."""
    return f"UNESCO Creative Cities of {creative_title(field)}"


def common_language(mine: Sequence[str], theirs: Sequence[str]) -> str | None:
    """The first of my working languages that the other uses too, in whatever variety: `pt-BR` is `pt`."""
    known = {_without_variety(code) for code in theirs}
    return next((code for code in mine if _without_variety(code) in known), None)


def share_no_language(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether both sides name working languages, and none in common."""
    return bool(mine and theirs) and common_language(mine, theirs) is None


def language(code: str) -> str:
    """A language's name, or its code where this release has no name for it."""
    return language_names().get(_without_variety(code), code)


def _without_variety(code: str) -> str:
    return code.partition("-")[0]


def working_languages(one: tuple[str, Sequence[str]], other: tuple[str, Sequence[str]]) -> str:
    """The languages of two sides, each a name with its languages: a common one, none, or those not known."""
    unknown = [name for name, languages in (one, other) if not languages]
    if unknown:
        return f"The working languages of {listed(unknown)} are not known"
    common = common_language(one[1], other[1])
    return f"Both work in {language(common)}" if common else "They have no working language in common"
